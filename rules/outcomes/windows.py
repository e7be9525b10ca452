"""Windows: the days before an improvement took effect and those after, which its outcome is judged by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from rules.calendar import week_slot
from rules.memory import Memory
from rules.metrics.model import Window
from rules.model import Ticket
from rules.policy import Calendar
from rules.rule import Rhythm

SPANS = (90, 180, 365)
"""Days before; the longer ones only where the shorter hold less than ENOUGH observations."""
ENOUGH = 20
SHORTEST = timedelta(days=28)
"""How long the window after is at least, however soon the effect was to be seen by."""
DAY = timedelta(days=1)
LEAST = 14
"""Days of a window without which nothing is judged."""
FAR = date(9990, 1, 1)
"""A day behind which no calendar reaches."""


def began(ticket: Ticket, memory: Memory) -> datetime | None:
    """Return when the first work on a closed ticket may have shown: its first merge, else its closing."""
    if ticket.closed is None:
        return None
    merges = (each.merged for each in memory.work if each.merged is not None)
    return min((each for each in merges if ticket.created <= each < ticket.closed), default=ticket.closed)


def windows_before(until: datetime, known_from: datetime | None = None) -> Iterator[Window]:
    """Yield the windows of whole days that end there, the shortest first; none begins before what is known begins."""
    for days in SPANS:
        start = until - timedelta(days=days)
        found = Window(start=start, end=until)
        yield known_part(found, known_from)
        if known_from is not None and known_from > start:
            return


def known_part(window: Window, known_from: datetime | None) -> Window:
    """Return the whole days at a window's end of which all is known."""
    if known_from is None or known_from <= window.start:
        return window
    return replace(window, start=window.end - max((window.end - known_from) // DAY, 0) * DAY)


def after_ends(calendar: Calendar, by: date, since: datetime) -> datetime:
    """Return when the window after is over: with the day by which the effect was to be seen, but not too soon."""
    return max(midnight(calendar, min(by, FAR) + DAY), since + SHORTEST)


def midnight(calendar: Calendar, day: date) -> datetime:
    """Return when a day begins in the calendar's zone, in UTC."""
    return calendar.moment(week_slot(day), Rhythm("week", day.isoweekday(), time(0)))


def days_in(window: Window) -> int:
    """Return how many days a window has, to the nearest."""
    return round((window.end - window.start) / DAY)
