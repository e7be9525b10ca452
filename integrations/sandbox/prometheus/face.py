"""The face of the small Prometheus: instant and range queries that name a metric, and perhaps one service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.sandbox.prometheus.world import NumbersWorld
from integrations.sandbox.wire import Request, Response

MOST_POINTS = 11_000
"""Of one series, in a range query; as the real one has it."""
_SELECTOR = re.compile(
    r"\s*(?P<metric>[A-Za-z_:][\w:]*)\s*(?:\{\s*(?:(?P<label>\w+)\s*=\s*\"(?P<value>[^\"\\]*)\")?\s*\})?\s*"
)

_PUSHED = re.compile(_SELECTOR.pattern + r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]?Inf)\s*")


class Refused(Exception):
    """A request that the real one answers with 400."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A metric, and the service it is asked of; None for all."""

    metric: str
    subject: str | None


class PrometheusFace:
    """Serves a world as Prometheus's HTTP API under a prefix. The clock becomes the world's."""

    name = "prometheus"

    def __init__(
        self, world: NumbersWorld, clock: Callable[[], datetime], prefix: str = "/prometheus", *, token: str = ""
    ) -> None:
        self.world = world
        self.prefix = prefix.rstrip("/")
        self._token = token
        world.clock = clock

    def answer(self, request: Request) -> Response:
        """Answer a query."""
        if self._token and request.headers.get("authorization") != f"Bearer {self._token}":
            return Response(status=401, body=b"Unauthorized\n", content_type="text/plain")
        if (request.method, request.path) == ("POST", "/metrics"):
            return self._pushed(request)
        handler = {"/api/v1/query": self._instant, "/api/v1/query_range": self._range}.get(request.path)
        if handler is None or request.method != "GET":
            return Response(status=404, body=b"404 page not found\n", content_type="text/plain")
        try:
            return Response(json={"status": "success", "data": handler(request)})
        except Refused as why:
            return Response(status=400, json={"status": "error", "errorType": "bad_data", "error": str(why)})

    def _pushed(self, request: Request) -> Response:
        """Take numbers as a Pushgateway does, a line each: error_budget{service="checkout"} -0.2."""
        lines = [line for line in request.body.decode("utf-8", "replace").splitlines() if line.strip()]
        found = [_PUSHED.fullmatch(line) for line in lines]
        for line, one in zip(lines, found, strict=True):
            if one is None or one["label"] not in {None, self.world.label}:
                return Response(status=400, body=f"no number: {line!r}\n".encode(), content_type="text/plain")
        for one in found:
            if one is not None:
                self.world.say(one["metric"], one["value"] or "", float(one["number"]))
        return Response(status=200)

    def _instant(self, request: Request) -> dict[str, Any]:
        asked = self._selector(request)
        at = _moment(request, "time") if "time" in request.query else self.world.clock()
        found = self.world.values(asked.metric, at)
        result = [
            {"metric": self._labels(asked.metric, subject), "value": _point(at, value)}
            for subject, value in found.items()
            if asked.subject in {None, subject}
        ]
        return {"resultType": "vector", "result": result}

    def _range(self, request: Request) -> dict[str, Any]:
        asked = self._selector(request)
        start, end, step = _moment(request, "start"), _moment(request, "end"), _step(request)
        if end < start:
            raise Refused('invalid parameter "end": end timestamp must not be before start time')
        if (end - start) / step > MOST_POINTS:
            raise Refused(
                "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution"
            )
        times = tuple(_times(start, end, step))
        result = []
        for subject in self.world.subjects(asked.metric):
            told = [(at, self.world.value(asked.metric, subject, at)) for at in times]
            values = [_point(at, value) for at, value in told if value is not None]
            if values and asked.subject in {None, subject}:
                result.append({"metric": self._labels(asked.metric, subject), "values": values})
        return {"resultType": "matrix", "result": result}

    def _selector(self, request: Request) -> Selector:
        query = request.query.get("query", "")
        found = _SELECTOR.fullmatch(query)
        if found is None:
            what = (
                f"{query!r} is more than a metric and one label" if query else "unknown position: no expression found"
            )
            raise Refused(f'invalid parameter "query": 1:1: parse error: {what}')
        if found["label"] not in {None, self.world.label}:
            return Selector(found["metric"], "")
        return Selector(found["metric"], found["value"] if found["label"] else None)

    def _labels(self, metric: str, subject: str) -> dict[str, str]:
        return {"__name__": metric, **({self.world.label: subject} if subject else {})}


def _moment(request: Request, name: str) -> datetime:
    """Read a time: seconds since 1970, or RFC 3339."""
    text = request.query.get(name, "")
    try:
        if re.fullmatch(r"-?\d+(\.\d+)?", text):
            return datetime.fromtimestamp(float(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise Refused(f'invalid parameter "{name}": cannot parse "{text}" to a valid timestamp') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _step(request: Request) -> timedelta:
    text = request.query.get("step", "")
    if not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", text) or float(text) <= 0:
        raise Refused('invalid parameter "step": zero or negative query resolution step widths are not accepted')
    return timedelta(seconds=float(text))


def _times(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    at = start
    while at <= end:
        yield at
        at += step


def _point(at: datetime, value: float) -> list[Any]:
    return [at.timestamp(), repr(value)]
