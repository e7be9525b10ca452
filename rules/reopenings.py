"""Reopenings: which tickets, as their history tells, were closed once and are open again."""

from __future__ import annotations

from collections.abc import Iterable

from rules.model import Event

TURNS = ("status", "resolution")
"""What events tell of openings and closings. GitHub's status is open or closed; Jira's resolution comes and goes."""
OPEN, CLOSED = "open", "closed"


def reopened(events: Iterable[Event]) -> frozenset[str]:
    """Return the uids of the tickets of which the last that these events (oldest first) tell is that they opened again.

    Where a Jira workflow sets no resolution, nobody can tell a reopening from another step, and none is told.
    """
    last: dict[str, bool] = {}
    for event in events:
        opened = turn(event)
        if opened is not None:
            last[event.ticket] = opened
    return frozenset(ticket for ticket, opened in last.items() if opened)


def turn(event: Event) -> bool | None:
    """Tell whether an event opened its ticket again (True) or closed it (False); None if it did neither."""
    if event.what == "resolution":
        return None if event.before and event.after else not event.after
    if event.what == "status" and {event.before, event.after} == {OPEN, CLOSED}:
        return event.after == OPEN
    return None
