"""The windows of metrics: weeks, months and quarters of a calendar, each in its time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from rules.calendar import SLOTS, slot_start
from rules.metrics.model import Window
from rules.policy import Calendar
from rules.rule import Every, Rhythm

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PER: Mapping[str, int] = {"per week": 7, "per day": 1}
"""The unit of a rate -> its days."""


def window_of(calendar: Calendar, every: Every, slot: str) -> Window:
    """Return the window of a slot, from midnight to midnight in the calendar's zone."""
    name, length = SLOTS[every]
    rhythm = Rhythm(every, 1, time())
    after = name(slot_start(slot) + length)
    return Window(start=calendar.moment(slot, rhythm), end=calendar.moment(after, rhythm), name=slot)


def window_at(calendar: Calendar, every: Every, moment: datetime) -> Window:
    """Return the window that a moment lies in."""
    return window_of(calendar, every, SLOTS[every][0](calendar.date_of(moment)))


def last_windows(calendar: Calendar, every: Every, count: int, now: datetime) -> tuple[Window, ...]:
    """Return the newest windows that are over, the oldest first."""
    windows = [window_at(calendar, every, now)]
    for _ in range(count):
        windows.append(window_at(calendar, every, windows[-1].start - HOUR))
    return tuple(reversed(windows[1:]))


def days_of(window: Window) -> float:
    """Return how many days it has; an hour that the clocks were put forward or back makes no difference."""
    length = max(window.end - window.start, timedelta())
    whole = round(length / DAY)
    return float(whole) if whole and abs(length - whole * DAY) <= HOUR else length / DAY
