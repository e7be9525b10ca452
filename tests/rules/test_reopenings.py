"""Reopenings, as the histories of both kinds of trackers tell them."""

from __future__ import annotations

import pytest

from rules.model import Event
from rules.reopenings import reopened
from tests.rules.factories import later


def events(*turns):
    """Return a ticket's events, a day apart, each as (what, before, after)."""
    return [
        Event(source="shop", uid=str(day), ticket="t", at=later(day), actor="bo", what=what, before=before, after=after)
        for day, (what, before, after) in enumerate(turns)
    ]


OFF, ON = ("status", "open", "closed"), ("status", "closed", "open")
DONE, UNDONE = ("resolution", "", "Done"), ("resolution", "Done", "")


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ((), False),
        ((OFF,), False),
        ((OFF, ON), True),
        ((ON,), True),  # closed before the span
        ((OFF, ON, OFF), False),
        ((DONE, UNDONE), True),
        ((("status", "Done", "To Do"), UNDONE), True),
        ((UNDONE, DONE), False),
        ((UNDONE, ("resolution", "Done", "Won't Do")), True),  # the resolution is another one: it says nothing new
        ((UNDONE, ("status", "To Do", "In Progress")), True),
        ((("status", "Done", "To Do"),), False),  # without resolutions nobody can tell
        ((("label", "", "open"), ("title", "closed", "open")), False),
    ],
)
def test_the_last_turn_counts(turns, expected):
    """Opened again and not closed again since."""
    assert reopened(events(*turns)) == (frozenset({"t"}) if expected else frozenset())


def test_each_ticket_has_its_own_history():
    """What is said of one says nothing of another."""
    off, on = events(OFF, ON)
    other = Event(
        source="shop", uid="9", ticket="u", at=later(9), actor="bo", what="status", before="open", after="closed"
    )
    assert reopened([off, on, other]) == {"t"}
