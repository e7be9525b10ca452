"""Ladders pause with the clock: what a ticket waits does not count towards the next step."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from rules.memory import NOTHING, Memory, Pause
from rules.moves import NextStep
from rules.rule import Duration, Step
from rules.why import why
from tests.rules.factories import NOW, card_of, done, episode, later, policy, posts, rule, ticket, words


def ladder(unit="workdays", *when, first=3, second=6):
    """Return a policy of one rule that pings bo, then the council."""
    steps = (Step(after=Duration(first, unit), ping=("bo",)), Step(after=Duration(second, unit), ping=("council",)))
    return policy(rule("late", when or ("open",), say="It is late.", steps=steps))


def pause(began, ended=None):
    """Return a pause between two days of November."""
    days = [day and datetime.combine(date(2026, 11, day), NOW.timetz()) for day in (began, ended)]
    return Pause(began=days[0], ended=days[1])


def since_october(until=None):
    """Return a pause that began before the rule held, and ended so many days after that."""
    return Pause(began=later(-9), ended=None if until is None else later(until))


def coming(day, *pauses, rules=None, **of):
    """Return the next step as it is seen on a day of November; the rule began to hold on Tuesday the 3rd."""
    memory = Memory(episodes=(episode("late"),), pauses=pauses)
    return why(rules or ladder(), ticket(**of), memory, later(day - 3))[0].next


BO, COUNCIL = {"number": 1, "people": ("bo",)}, {"number": 2, "people": ("kim", "lee")}
WAITS = {"blocked": True}


@pytest.mark.parametrize(
    ("day", "pauses", "of", "expected"),
    [
        pytest.param(3, (), {}, NextStep(on=date(2026, 11, 6), **BO), id="never paused"),
        pytest.param(4, (pause(4),), WAITS, NextStep(on=None, left=Duration(2, "workdays"), **BO), id="it begins"),
        pytest.param(3, (), WAITS, NextStep(on=None, left=Duration(3, "workdays"), **BO), id="it begins now"),
        pytest.param(20, (pause(4),), WAITS, NextStep(on=None, left=Duration(2, "workdays"), **BO), id="it goes on"),
        pytest.param(6, (pause(4),), {}, NextStep(on=date(2026, 11, 10), **BO), id="its end is noticed now"),
        pytest.param(6, (pause(4, 6),), {}, NextStep(on=date(2026, 11, 10), **BO), id="over"),
        pytest.param(9, (pause(4, 5), pause(6, 9)), {}, NextStep(on=date(2026, 11, 10), **BO), id="two"),
        pytest.param(4, (pause(4, 4),), {}, NextStep(on=date(2026, 11, 6), **BO), id="within a day"),
        pytest.param(4, (since_october(-2),), {}, NextStep(on=date(2026, 11, 6), **BO), id="before the rule held"),
        pytest.param(5, (since_october(2),), {}, NextStep(on=date(2026, 11, 10), **BO), id="in part before it held"),
        pytest.param(
            5,
            (since_october(),),
            WAITS,
            NextStep(on=None, left=Duration(3, "workdays"), **BO),
            id="since before the rule held",
        ),
        pytest.param(9, (pause(6, 9),), {}, NextStep(on=date(2026, 11, 12), **COUNCIL), id="after the first step"),
        pytest.param(
            10, (pause(6),), WAITS, NextStep(on=None, left=Duration(3, "workdays"), **COUNCIL), id="on its day"
        ),
        pytest.param(7, (pause(7, 8),), {}, NextStep(on=date(2026, 11, 11), **COUNCIL), id="over a weekend"),
        pytest.param(4, (pause(4),), WAITS | {"phase": "done", "closed": NOW}, None, id="done, so the rule is over"),
    ],
)
def test_the_next_step_waits_as_the_ticket_does(day, pauses, of, expected):
    """Its date is later by the workdays paused within the episode; while it waits, only what is left can be said."""
    assert coming(day, *pauses, **of) == expected


@pytest.mark.parametrize(
    ("unit", "expected", "left"),
    [
        ("workdays", date(2026, 11, 9), Duration(1, "workdays")),
        ("days", date(2026, 11, 8), Duration(1, "days")),
        ("weeks", date(2026, 11, 26), Duration(19, "days")),
    ],
)
def test_what_is_lost_counts_as_the_ladder_does(unit, expected, left):
    """Paused from Thursday to Saturday: a step in workdays loses one of them, one in days or weeks two days."""
    rules = ladder(unit)
    assert coming(7, pause(5, 7), rules=rules).on == expected
    assert coming(7, pause(5), rules=rules, **WAITS).left == left


@pytest.mark.parametrize("fact", ["blocked", "paused_workdays >= 0", "blocked || waiting"])
def test_a_rule_about_waiting_goes_on(fact):
    """It is there to hear of what waits too long."""
    assert coming(9, pause(4), rules=ladder("workdays", "open", fact), **WAITS) == NextStep(
        on=date(2026, 11, 11), **COUNCIL
    )


def test_a_step_at_once_comes_at_once():
    """Also on a ticket that waits from the beginning."""
    rules = ladder(first=0)
    assert len(posts(done(rules, ticket(**WAITS))[2].ops)) == 1


def test_a_ladder_that_paused_pings_once_each_and_later():
    """From day to day: a second pass finds nothing; the card changes only as the pause begins and ends."""
    of, memory, rules = ticket(), NOTHING, ladder()
    pinged, cards = [], []
    for day in range(21):
        now = later(day)
        of = replace(of, blocked=1 <= day < 8)  # from Wednesday the 4th until Wednesday the 11th: five workdays
        of, memory, plan = done(rules, of, memory, now)
        assert done(rules, of, memory, now)[2].ops == ()
        pinged += [now.date() for _ in posts(plan.ops)]
        cards += [now.date()] if card_of(plan.ops) else []
    assert pinged == [date(2026, 11, 13), date(2026, 11, 18)]
    assert cards == [date(2026, 11, day) for day in (3, 4, 11, 13, 18)]


def test_the_card_says_when_the_next_step_comes_once_the_clock_goes_on():
    """No date that would move from day to day."""
    said = words(card_of(done(ladder(), ticket(**WAITS))[2].ops).verb.prose)
    assert "Next: if nothing changes, a comment goes to bo 3 workdays after the clock goes on." in said


def test_a_due_date_that_changes_meanwhile_changes_nothing():
    """With it a new pause begins where the other ended."""
    of, memory, rules = ticket(**WAITS), NOTHING, ladder()
    of, memory, _ = done(rules, of, memory, NOW)
    for day in (2, 3):
        of, memory, plan = done(rules, replace(of, due=date(2026, 12, day)), memory, later(day))
        assert plan.ops == ()
    assert len(memory.pauses) == 3
    (explained,) = why(rules, of, memory, later(9))
    assert explained.next == NextStep(on=None, left=Duration(3, "workdays"), **BO)
