"""Prometheus: an instant query's samples, as one line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from integrations.base import Reading
from integrations.errors import Incomplete
from integrations.http import Line
from integrations.inputs.config import PrometheusConfig
from integrations.inputs.registry import where
from integrations.prometheus import PrometheusApi
from integrations.wording import printable

SHOWN = 3
"""Samples that are told; the rest is counted."""


class Prometheus:
    """A SignalSource: what a query answers now."""

    def __init__(self, config: PrometheusConfig, line: Line, clock: Callable[[], datetime]) -> None:
        self.name = config.name
        self._config = config
        self._where = where(config.name)
        self._api = PrometheusApi(
            self._where, line, clock, base_url=config.base_url, token=config.token, timeout=config.timeout
        )

    def read(self) -> Reading:
        """Ask for the samples as they are now."""
        query = self._config.query
        samples = [(_name(one.labels) or self.name, *one.points[0]) for one in self._api.now(query)]
        for name, _, value in samples:
            if not math.isfinite(value):
                raise Incomplete(self._where, f"the query answered {_plain(value)} for {name}: no number to decide by")
        said = "; ".join(f"{name} = {_plain(value)}" for name, _, value in samples[:SHOWN])
        more = len(samples) - SHOWN
        return Reading(
            at=max(at for _, at, _ in samples),
            said=f"{said}; and {more} more" if more > 0 else said,
            url=f"{self._config.base_url.rstrip('/')}/graph?{urlencode({'g0.expr': query, 'g0.tab': '1'})}",
        )


def _name(metric: Mapping[str, str]) -> str:
    labels = ", ".join(f'{key}="{value}"' for key, value in sorted(metric.items()) if key != "__name__")
    name = metric.get("__name__", "")
    return printable(f"{name}{{{labels}}}" if labels else name)


def _plain(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else str(value).replace("nan", "NaN").replace("inf", "infinity")
