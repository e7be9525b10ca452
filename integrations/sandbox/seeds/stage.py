"""A stage: acts, each at its time, played in order, so that what is made later comes later everywhere."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any


class Stage:
    """Holds the clock that the worlds go by while they are filled."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.now = start
        self.end = end
        self._agenda: list[tuple[datetime, int]] = []  # when, which act
        self._acts: dict[int, Callable[[], object]] = {}
        self._count = 0

    def clock(self) -> datetime:
        """Return the time on the stage."""
        return self.now

    def at(self, when: datetime, act: Callable[..., object], *values: Any, **names: Any) -> None:
        """Plan an act with its arguments; what would come after the end is left out."""
        if when <= self.end:
            self._count += 1
            self._acts[self._count] = partial(act, *values, **names)
            heapq.heappush(self._agenda, (when, self._count))

    def play(self) -> int:
        """Play all acts, and those they plan, in order; return how many there were."""
        played = 0
        while self._agenda:
            when, number = heapq.heappop(self._agenda)
            self.now = max(self.now, when)
            self._acts.pop(number)()
            played += 1
        self.now = self.end
        return played


def workday(day: datetime) -> datetime:
    """Return the day, or the Monday after it if it is a weekend's."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
