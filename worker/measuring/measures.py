"""Measures: what is asked of metrics, computed from what the mirror knows."""

from __future__ import annotations

from datetime import datetime

from rules.metrics.series import Asked, Series, series, span_of, windows_of
from worker.measuring.history import history
from worker.worker import Worker


def measures(worker: Worker, asked: Asked, now: datetime) -> tuple[Series, ...]:
    """Return the measures that are asked for. Raises MetricError."""
    span = span_of(windows_of(worker.policy, asked, now))
    return series(worker.policy, history(worker, span, now), asked, now)
