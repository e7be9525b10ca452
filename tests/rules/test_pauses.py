"""Pauses: a deadline's clock stands still while the ticket waits, and goes on where it stood."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from rules import facts
from rules.evaluate import evaluate
from rules.memory import NOTHING, Memory, Pause
from rules.pauses import noticed, with_pauses
from tests.rules.factories import NOW, card_of, done, later, policy, rule, ticket, words

DUE = date(2026, 11, 5)  # the Thursday of that week; NOW is its Tuesday
NAMES = ("overdue", "days_overdue", "workdays_overdue", "days_to_due", "workdays_to_due", "paused_workdays")
WAITING = policy(waiting=frozenset({"waiting-for-vendor"}))


def pause(began, ended=None, due=DUE):
    """Return a pause between two days of November."""
    noon = [day and datetime(2026, 11, day, 12, tzinfo=UTC) for day in (began, ended)]
    return Pause(began=noon[0], ended=noon[1], due=due)


def seen(day, *pauses, rules=WAITING, **of):
    """Return the facts of time of a ticket, due on Thursday the 5th, on a day of November."""
    given = ticket(**({"due": DUE} | of))
    found = facts.of(given, "improvement", Memory(pauses=pauses), rules, date(2026, 11, day), NAMES)
    return tuple(found.get(name) for name in NAMES)


@pytest.mark.parametrize(
    ("day", "pauses", "of", "expected"),
    [
        pytest.param(6, (), {}, (True, 1, 1, -1, -1, 0), id="never paused"),
        pytest.param(4, (pause(4),), {"blocked": True}, (False, 0, 0, 1, 1, 0), id="the day it began"),
        pytest.param(12, (pause(4),), {"blocked": True}, (False, 0, 0, 1, 1, 6), id="paused over the due date"),
        pytest.param(12, (pause(4),), {}, (False, 0, 0, 1, 1, 6), id="its end not yet noticed"),
        pytest.param(12, (pause(4, 12),), {}, (False, 0, 0, 1, 1, 6), id="the day it ended"),
        pytest.param(13, (pause(4, 12),), {}, (False, 0, 0, 0, 0, 6), id="due later by the workdays paused"),
        pytest.param(16, (pause(4, 12),), {}, (True, 3, 1, -3, -1, 6), id="overdue after them"),
        pytest.param(12, (pause(6),), {"blocked": True}, (True, 1, 1, -1, -1, 4), id="overdue before it began"),
        pytest.param(13, (pause(6, 12),), {}, (True, 2, 2, -2, -2, 4), id="overdue before it began, and over"),
        pytest.param(12, (pause(2, 3), pause(4, 6)), {}, (True, 2, 2, -2, -2, 3), id="two pauses"),
        pytest.param(
            12,
            (
                pause(2, 3),
                pause(6),
            ),
            {"blocked": True},
            (False, 0, 0, 0, 0, 5),
            id="a second pause",
        ),
        pytest.param(12, (pause(2, 6, date(2026, 11, 9)),), {}, (True, 7, 5, -7, -5, 4), id="of another due date"),
        pytest.param(12, (pause(4, 4),), {}, (True, 7, 5, -7, -5, 0), id="within a day"),
        pytest.param(7, (pause(6),), {"blocked": True, "due": None}, (False, 0, 0, None, None, 0), id="no due date"),
        pytest.param(
            12, (pause(4),), {"labels": frozenset({"Waiting-for-Vendor"})}, (False, 0, 0, 1, 1, 6), id="waiting outside"
        ),
    ],
)
def test_the_clock_stands_still(day, pauses, of, expected):
    """The due date moves by the paused workdays; while the ticket waits nothing counts on."""
    assert seen(day, *pauses, **of) == expected


def test_a_closed_ticket_is_not_overdue_whatever_it_waited_for():
    """Blocked or not, it is done."""
    closed = {"phase": "done", "closed": later(8), "blocked": True}
    assert seen(12, pause(4), **closed)[:3] == (False, 0, 0)


def found(name, **of):
    """Find one fact of a ticket."""
    return facts.of(ticket(**of), "improvement", NOTHING, WAITING, NOW.date(), [name])[name]


def test_what_a_ticket_waits_for_and_is_planned_for():
    """The tracker's words, and the config's labels for waiting."""
    assert [found("blocked"), found("blocked", blocked=True)] == [False, True]
    assert [found("waiting"), found("waiting", labels=frozenset({"Waiting-For-Vendor"}))] == [False, True]
    assert [found("has_sprint"), found("sprint")] == [False, ""]
    assert [found("has_sprint", sprint="Sprint 7"), found("sprint", sprint="Sprint 7")] == [True, "Sprint 7"]


# -- how pauses begin and end ---------------------------------------------------------------------------------------

OPEN = Memory(pauses=(Pause(began=NOW, due=DUE),))


@pytest.mark.parametrize(
    ("of", "memory", "expected"),
    [
        pytest.param({}, NOTHING, (), id="nothing to wait for"),
        pytest.param({"blocked": True}, NOTHING, (Pause(began=later(1), due=DUE),), id="it begins"),
        pytest.param({"blocked": True}, OPEN, (), id="it goes on"),
        pytest.param({}, OPEN, (Pause(began=NOW, ended=later(1), due=DUE),), id="it ends"),
        pytest.param({"blocked": True, "phase": "done"}, OPEN, (Pause(began=NOW, ended=later(1), due=DUE),), id="done"),
        pytest.param({"blocked": True, "phase": "done"}, NOTHING, (), id="done before"),
        pytest.param(
            {"blocked": True, "due": date(2026, 11, 9)},
            OPEN,
            (Pause(began=NOW, ended=later(1), due=DUE), Pause(began=later(1), due=date(2026, 11, 9))),
            id="a new due date",
        ),
    ],
)
def test_pauses_begin_and_end(of, memory, expected):
    """Once each; a second look finds nothing more."""
    given = ticket(**({"due": DUE} | of))
    changed = noticed(WAITING, given, memory, later(1))
    assert changed == expected
    assert evaluate(WAITING, given, memory, later(1)).pauses == expected
    assert noticed(WAITING, given, with_pauses(memory, changed), later(1.1)) == ()


def test_an_ended_pause_takes_the_place_of_the_open_one():
    """What is remembered stays in its order."""
    ended = replace(OPEN.pauses[0], ended=later(1))
    again = Pause(began=later(2), due=DUE)
    assert with_pauses(with_pauses(OPEN, (ended,)), (again,)).pauses == (ended, again)


# -- what people see ------------------------------------------------------------------------------------------------

LATE = rule("overdue", ("open", "days_overdue >= 1"), label="overdue", say="It is late.")
OWNED = rule("owned", label="needs-owner", say="It has no owner.")


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ({"blocked": True}, "The clock stands still: it waits for another ticket."),
        ({"labels": frozenset({"improvement", "waiting-for-vendor"})}, "The clock stands still: it waits for somebody"),
        ({}, None),
    ],
)
def test_the_card_says_that_the_clock_stands_still(of, expected):
    """When there is a card, once, and no longer when it goes on."""
    rules = replace(policy(OWNED), waiting=WAITING.waiting)
    waiting, memory, first = done(rules, ticket(due=DUE, **of))
    said = words(card_of(first.ops).verb.prose)
    assert ("The clock stands still" in said) is bool(expected)
    assert (expected or "") in said
    assert done(rules, waiting, memory, later(2))[2].ops == ()
    free = replace(waiting, blocked=False, labels=waiting.labels - {"waiting-for-vendor"})
    card = card_of(done(rules, free, memory, later(2))[2].ops)
    assert (card is not None) is bool(expected)
    assert card is None or "The clock stands still" not in words(card.verb.prose)


def test_a_ticket_that_only_waits_gets_no_card():
    """There is nothing to say where no rule holds."""
    assert done(policy(LATE), ticket(due=DUE, blocked=True))[2].ops == ()


def test_a_blocked_ticket_becomes_overdue_after_the_paused_workdays_only():
    """From day to day: one pass acts, a second one finds nothing."""
    of, memory = ticket(due=DUE, blocked=True), NOTHING
    rules, labelled = policy(LATE), {}
    for day in range(22):
        now = NOW + timedelta(days=day)
        of = replace(of, blocked=day < 13)  # until Monday the 16th: nine workdays
        of, memory, _ = done(rules, of, memory, now)
        again = done(rules, of, memory, now)
        assert again[2].ops == ()
        labelled[now.date()] = "overdue" in of.labels
    assert min(day for day, worn in labelled.items() if worn) == date(2026, 11, 19)
