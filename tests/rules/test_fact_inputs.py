"""Facts of inputs: which were missing when a ticket was closed, or are so while it is open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from rules import facts
from rules.calendar import WorkCalendar
from rules.effects import OPEN, REOPENED
from rules.freshness import fresh, fresh_on
from rules.memory import Brought, Effect, Input, Memory, World
from tests.rules.factories import NOW, later, policy, ticket

TODAY = date(2026, 11, 3)  # NOW's
WEEK = timedelta(days=7)


def register(name="debt", *brought, limit=WEEK, **given):
    """Return an input; what it brought is given as (days from NOW, read until: days from NOW)."""
    times = tuple(Brought(at=later(at), until=later(until)) for at, until in brought)
    plain = {"newest": times[-1].at if times else None, "since": later(-300)}
    return Input(name=name, limit=limit, times=times, **(plain | given))


def missing(*inputs, closed=None, today=TODAY):
    """Return the inputs a ticket lacks: an open one today, or one closed so many days from NOW."""
    ended = {"phase": "done", "closed": later(closed)} if closed is not None else {}
    of = ticket(created=later(-200), **ended)
    found = facts.of(
        of, "decision", Memory(world=World(inputs=inputs)), policy(), today, ("inputs_missing", "informed")
    )
    assert found["informed"] is (not found["inputs_missing"])
    return found["inputs_missing"]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (register("debt", (-7, 0)), []),
        (register("debt", (-8, 0)), ["debt"]),
        (register("debt", (-40, -20), (-2, 0)), []),
        (register("debt"), ["debt"]),
        (register("debt", (-2, -1), newest=None), ["debt"]),
        (register("debt", (-2, -1), newest=later(-30)), ["debt"]),
        (Input(name="debt", configured=False), ["debt"]),
        (register("debt", (-1, 0), limit=timedelta(hours=2)), []),
        (register("debt", (-2, 0), limit=timedelta(hours=2)), ["debt"]),
    ],
    ids=[
        "fresh",
        "stale",
        "fresh again",
        "nothing",
        "no more",
        "older",
        "not configured",
        "hours, a day",
        "hours, two",
    ],
)
def test_an_open_ticket_lacks_what_is_missing_today(one, expected):
    """Whole days are counted, so that it stays the same all day; only what an input brings now counts."""
    assert missing(one) == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (register("debt", (-67, 0)), []),
        (register("debt", (-68, 0)), ["debt"]),
        (register("debt", (-90, -70), (-65, -62), (-20, 0)), []),
        (register("debt", (-90, -59), (-20, 0)), ["debt"]),
        (register("debt", (-90, -61), (-20, 0)), []),
        (register("debt", (-20, 0)), []),
        (register("debt"), ["debt"]),
        (register("debt", (-59.9, 0)), []),
        (register("debt", since=later(-59)), []),
        (Input(name="debt", configured=False, since=later(-61)), ["debt"]),
        (Input(name="debt", configured=False, since=later(-59)), []),
        (Input(name="debt", configured=False), ["debt"]),
        (register("debt", (-60.05, 0), limit=timedelta(hours=2)), []),
        (register("debt", (-60.2, 0), limit=timedelta(hours=2)), ["debt"]),
    ],
    ids=[
        "fresh then",
        "stale then",
        "stale before and fresh then",
        "read after it was closed, and still stale",
        "not read between, and something newer after it",
        "seen for the first time after it",
        "nothing at all",
        "later on the same day",
        "asked for since",
        "not configured then",
        "not configured since",
        "never configured",
        "hours: fresh then",
        "hours: stale then",
    ],
)
def test_a_closed_ticket_lacked_what_was_missing_when_it_was_closed(one, expected):
    """Sixty days ago; what came or went afterwards changes nothing, and what cannot be known is not held against it."""
    assert missing(one, closed=-60) == expected
    assert missing(one, closed=-60, today=TODAY + timedelta(days=90)) == expected


def test_all_that_are_missing_are_named_in_their_order():
    """Who names none in the config is not asked for any."""
    inputs = (register("a"), register("b", (-1, 0)), Input(name="c", configured=False))
    assert missing(*inputs) == ["a", "c"]
    assert missing() == []


def test_days_are_those_of_the_calendar():
    """Half past nine in the evening in Berlin and half an hour after midnight there are a day apart."""
    berlin = WorkCalendar("Europe/Berlin")
    evening, night = datetime(2026, 11, 3, 20, 30, tzinfo=UTC), datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
    assert fresh(berlin, evening, timedelta(), evening)
    assert not fresh(berlin, evening, timedelta(), night)
    assert fresh(berlin, evening, timedelta(hours=3), night)
    assert fresh_on(berlin, night, timedelta(), date(2026, 11, 4))


def test_a_ticket_knows_by_which_rules_it_was_opened_again():
    """While it is open; other effects are none."""
    again = Effect(op="1", rule="inputs/uninformed", verb=REOPENED, value=OPEN, at=NOW)
    memory = Memory(effects=(again, Effect(op="2", rule="backlog/owned", verb="add label", value="x", at=NOW)))

    def found(of):
        return facts.of(of, "decision", memory, policy(), TODAY, ("reopened_by",))["reopened_by"]

    assert found(ticket()) == ["inputs/uninformed"]
    assert found(ticket(phase="done", closed=NOW)) == []
