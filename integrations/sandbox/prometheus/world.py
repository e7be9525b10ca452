"""The numbers of a small Prometheus: what each metric was for each service, from when on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import datetime


class NumbersWorld:
    """Metrics with one label. A number stays what it was said to be until another one is said."""

    def __init__(self, clock: Callable[[], datetime], *, label: str = "service") -> None:
        self.clock = clock
        self.label = label
        self._told: dict[str, dict[str, list[tuple[datetime, float | None]]]] = {}

    def say(self, metric: str, subject: str, value: float, *, at: datetime | None = None) -> None:
        """Let a metric be some number for a service, from now or from a moment on."""
        self._note(metric, subject, value, at or self.clock())

    def hush(self, metric: str, subject: str, *, at: datetime | None = None) -> None:
        """Let a metric say nothing more of a service, as when nobody exports it any longer."""
        self._note(metric, subject, None, at or self.clock())

    def subjects(self, metric: str) -> tuple[str, ...]:
        """Return the services that a metric ever had a number for."""
        return tuple(sorted(self._told.get(metric, {})))

    def value(self, metric: str, subject: str, at: datetime) -> float | None:
        """Return what a metric was for a service at a moment, None if it said nothing."""
        told = self._told.get(metric, {}).get(subject, [])
        place = bisect_right(told, at, key=lambda one: one[0])
        return told[place - 1][1] if place else None

    def values(self, metric: str, at: datetime) -> Mapping[str, float]:
        """Return what a metric was at a moment for each service that it said something of."""
        found = {subject: self.value(metric, subject, at) for subject in self.subjects(metric)}
        return {subject: value for subject, value in found.items() if value is not None}

    def _note(self, metric: str, subject: str, value: float | None, at: datetime) -> None:
        told = self._told.setdefault(metric, {}).setdefault(subject, [])
        told.append((at, value))
        told.sort(key=lambda one: one[0])
