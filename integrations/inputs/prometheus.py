"""Prometheus: an instant query's samples, as one line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from integrations.base import Reading
from integrations.errors import Incomplete, Unavailable
from integrations.http import Line
from integrations.inputs.config import PrometheusConfig
from integrations.inputs.registry import where
from integrations.inputs.web import Web
from integrations.wording import printable

SHOWN = 3
"""Samples that are told; the rest is counted."""
_STRANGE = "the answer is none of Prometheus's API: is base_url right?"


class Prometheus:
    """A SignalSource: https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries."""

    def __init__(self, config: PrometheusConfig, line: Line, clock: Callable[[], datetime]) -> None:
        self.name = config.name
        self._config = config
        self._where = where(config.name)
        self._web = Web(line, clock, timeout=config.timeout, token=config.token)

    def read(self) -> Reading:
        """Ask for the samples as they are now."""
        base, query = self._config.base_url.rstrip("/"), self._config.query
        got = self._web.get(self._where, f"{base}/api/v1/query", {"query": query}, words=_words)
        samples = tuple(_samples(self._where, self.name, got.body))
        if not samples:
            raise Incomplete(self._where, "the query answered nothing: no sample fits it now")
        for name, value, _ in samples:
            if not math.isfinite(value):
                raise Incomplete(self._where, f"the query answered {_plain(value)} for {name}: no number to decide by")
        said = "; ".join(f"{name} = {_plain(value)}" for name, value, _ in samples[:SHOWN])
        more = len(samples) - SHOWN
        return Reading(
            at=max(at for _, _, at in samples),
            said=f"{said}; and {more} more" if more > 0 else said,
            url=f"{base}/graph?{urlencode({'g0.expr': query, 'g0.tab': '1'})}",
        )


def _samples(place: str, fallback: str, body: bytes) -> Iterable[tuple[str, float, datetime]]:
    """Yield each sample's name, value and time. Raises Unavailable and Incomplete."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Unavailable(place, "the answer is no whole JSON: a proxy's page, or cut short") from None
    try:
        kind, result = told["data"]["resultType"], told["data"]["result"]
    except (TypeError, KeyError):
        raise Incomplete(place, _STRANGE) from None
    if kind not in {"vector", "scalar"}:
        raise Incomplete(place, f"the query answered a {printable(str(kind))}: a number or an instant vector is wanted")
    try:
        if kind == "scalar":
            yield (fallback, *_sample(result))
            return
        for one in result:
            yield (_name(one["metric"]) or fallback, *_sample(one["value"]))
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError, OSError):
        raise Incomplete(place, _STRANGE) from None


def _sample(pair: Any) -> tuple[float, datetime]:
    at, value = pair
    return float(value), datetime.fromtimestamp(float(at), UTC)


def _name(metric: dict[str, str]) -> str:
    labels = ", ".join(f'{key}="{value}"' for key, value in sorted(metric.items()) if key != "__name__")
    name = metric.get("__name__", "")
    return printable(f"{name}{{{labels}}}" if labels else name)


def _plain(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else str(value).replace("nan", "NaN").replace("inf", "infinity")


def _words(body: bytes) -> str:
    """Return what Prometheus says of a query it refuses; "" for a body that is not its own."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(told.get("error") or "") if isinstance(told, dict) else ""
