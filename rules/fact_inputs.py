"""Facts of the inputs that the council decides from: which of them a ticket lacks, or lacked when it was closed."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime

from rules.fact_asked import Asked, Fact, readable
from rules.freshness import fresh, fresh_on
from rules.memory import Input
from rules.policy import Calendar

__all__ = ["INPUT_FACTS"]


def inputs_missing(asked: Asked) -> list[str]:
    """Return the inputs that were missing or stale when the ticket was closed or, while it is open, are so today."""
    inputs, calendar = asked.memory.world.inputs, asked.policy.calendar
    closed = asked.ticket.closed if asked.ticket.phase == "done" else None
    if closed is None:
        return [readable(one.name) for one in inputs if _is_missing(calendar, one, asked.today)]
    return [readable(one.name) for one in inputs if _was_missing(calendar, one, closed)]


def _is_missing(calendar: Calendar, one: Input, today: date) -> bool:
    if not one.configured or one.limit is None or one.newest is None:
        return True
    return not fresh_on(calendar, one.newest, one.limit, today)


def _was_missing(calendar: Calendar, one: Input, closed: datetime) -> bool:
    """Tell whether an input was certainly missing when a ticket was closed.

    It was not if something newer came afterwards, and what there was in between was never read: we were not looking.
    """
    if one.since is not None and closed < one.since:
        return False
    if not one.configured or one.limit is None:
        return True
    known = _known(calendar, one, closed)
    last = one.times[known - 1] if known else None
    if last is not None and fresh(calendar, last.at, one.limit, closed):
        return False
    seen = last is not None and last.until >= closed
    return seen or known == len(one.times)


def _known(calendar: Calendar, one: Input, closed: datetime) -> int:
    """Count what an input had brought by the end of the day of closing: things are often dated by the day alone."""
    known = bisect_right(one.times, closed, key=lambda brought: brought.at)
    day = calendar.date_of(closed)
    while known < len(one.times) and calendar.date_of(one.times[known].at) <= day:
        known += 1
    return known


INPUT_FACTS: tuple[Fact, ...] = (
    Fact(
        "inputs_missing",
        "list(string)",
        "the inputs of [inputs] that are not configured, have nothing or are stale; of a closed ticket: those that were"
        " so when it was closed",
        inputs_missing,
    ),
    Fact(
        "informed",
        "bool",
        "no input is missing or stale or, of a closed ticket, was so when it was closed; yes if the config has none",
        lambda asked: not inputs_missing(asked),
    ),
)
