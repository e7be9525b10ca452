"""Prometheus's API, or what speaks it: what a query answers now, and what it would have answered over a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.errors import Incomplete, Unavailable
from integrations.http import Line
from integrations.web import Web
from integrations.wording import printable

_STRANGE = "the answer is none of Prometheus's API: is base_url right?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What a query answers for one set of labels: a value at each of some times. A plain number has no labels."""

    labels: Mapping[str, str]
    points: tuple[tuple[datetime, float], ...]


class PrometheusApi:
    """Asks a server: https://prometheus.io/docs/prometheus/latest/querying/api/. `place` names us in errors."""

    def __init__(
        self,
        place: str,
        line: Line,
        clock: Callable[[], datetime],
        *,
        base_url: str,
        token: str,
        timeout: tuple[float, float],
    ) -> None:
        self._place = place
        self._base = base_url.rstrip("/")
        self._web = Web(line, clock, timeout=timeout, token=token)

    def now(self, query: str) -> tuple[Series, ...]:
        """Ask for what a query answers now: one point each. Raises Incomplete if it answers nothing."""
        told = self._ask("query", {"query": query})
        kind, result = _data(self._place, told)
        if kind not in {"vector", "scalar"}:
            what = f"the query answered a {printable(str(kind))}: a number or an instant vector is wanted"
            raise Incomplete(self._place, what)
        with _shaped(self._place):
            found = (_number(result),) if kind == "scalar" else tuple(_instant(one) for one in result)
        if not found:
            raise Incomplete(self._place, "the query answered nothing: no sample fits it now")
        return found

    def over(self, query: str, *, start: datetime, end: datetime, step: timedelta) -> tuple[Series, ...]:
        """Ask for what a query answered from a moment to another, both included, at each step."""
        params = {
            "query": query,
            "start": f"{start.timestamp():.3f}",
            "end": f"{end.timestamp():.3f}",
            "step": f"{step.total_seconds():.0f}",
        }
        kind, result = _data(self._place, self._ask("query_range", params))
        if kind != "matrix":
            what = f"the query answered a {printable(str(kind))} over time: a matrix is wanted"
            raise Incomplete(self._place, what)
        with _shaped(self._place):
            return tuple(_range(one) for one in result)

    def _ask(self, what: str, params: Mapping[str, str]) -> bytes:
        return self._web.get(self._place, f"{self._base}/api/v1/{what}", params, words=_words).body


@contextmanager
def _shaped(place: str) -> Iterator[None]:
    """Turn whatever the shape of an answer makes Python stumble over into one of our errors."""
    try:
        yield
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError, OSError):
        raise Incomplete(place, _STRANGE) from None


def _data(place: str, body: bytes) -> tuple[Any, Any]:
    """Return an answer's type and its content. Raises Unavailable and Incomplete."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Unavailable(place, "the answer is no whole JSON: a proxy's page, or cut short") from None
    with _shaped(place):
        return told["data"]["resultType"], told["data"]["result"]


def _number(pair: Any) -> Series:
    return Series(labels={}, points=(_point(pair),))


def _instant(one: Any) -> Series:
    return Series(labels=_labels(one), points=(_point(one["value"]),))


def _range(one: Any) -> Series:
    return Series(labels=_labels(one), points=tuple(_point(pair) for pair in one["values"]))


def _labels(one: Any) -> Mapping[str, str]:
    return {str(name): str(value) for name, value in one["metric"].items()}


def _point(pair: Any) -> tuple[datetime, float]:
    at, value = pair
    return datetime.fromtimestamp(float(at), UTC), float(value)


def _words(body: bytes) -> str:
    """Return what Prometheus says of a query it refuses; "" for a body that is not its own."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(told.get("error") or "") if isinstance(told, dict) else ""
