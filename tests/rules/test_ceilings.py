"""A plan keeps within its ceilings, and settles what rules cannot agree on."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from rules.actions import Held, RemoveLabel
from rules.plan import assemble
from rules.policy import Ceilings
from tests.rules.factories import NOW, decision, done, due, later, ops, policy, posts, rule, step, ticket

OWNED = rule(label="needs-owner")
DUE = rule("time-boxed", ("open", "!has_due", 'priority != "none"'), due=due(critical=5, high=20))
LADDER = rule("overdue", ("overdue",), label="overdue", steps=(step(0, "owner"), step(5, "lead"), step(10, "council")))


def plan(rules, *found, pings=None, paused=frozenset()):
    """Assemble the ops of decisions."""
    every = [op for each in found for op in each.ops]
    return assemble(rules, every, pings=pings or {}, paused=paused, now=NOW)


LATE = ticket(due=date(2026, 11, 2), assignees=frozenset({"ana-gh"}))


@pytest.mark.fault("rules/two-due-dates")
def test_of_two_due_dates_the_first_rule_in_order_wins():
    """The conflict is settled by the policy's order and reported; it does not come back in the next pass."""
    second = rule("hasty", ("open", "!has_due"), due=due(high=3))
    for rules in (policy(DUE, second), policy(second, DUE)):
        of, memory, first = done(rules, ticket(priority="P2"))
        assert [op.rule for op in first.ops if op.name == "set due"] == [rules.rules[0].id]
        assert len(first.conflicts) == 1
        assert f"{rules.rules[0].id} comes first" in first.conflicts[0]
        assert done(rules, of, memory, later(1))[2].ops == ()


def test_a_rule_that_is_only_shown_never_wins():
    """A shadow rule that comes first loses to one that acts."""
    rules = policy(replace(DUE, mode="shadow"), rule("hasty", ("open", "!has_due"), due=due(high=3)))
    first = done(rules, ticket(priority="P2"))[2]
    assert [op.rule for op in first.ops if op.name == "set due"] == ["backlog/hasty"]


def test_a_label_that_one_puts_on_and_another_takes_off_is_a_conflict():
    """Ops that are brought together only in the plan are compared there as well."""
    rules = policy(rule("adds", ("open",), label="x"), rule("drops", ("closed",), label="x"))
    (adds,) = ops(rules)
    drops = replace(adds, id="other", rule="backlog/drops", verb=RemoveLabel(label="x"))
    found = assemble(rules, (drops, adds), pings={}, paused=frozenset(), now=NOW)
    assert (found.ops, len(found.conflicts)) == ((adds,), 1)


def test_a_rule_over_its_ceiling_stops_before_its_first_write():
    """With one ticket too many nothing of the rule is left, cards that speak of it neither; other rules go on."""
    rules = policy(OWNED, DUE, ceilings=Ceilings(rule=3))
    tickets = [ticket(number, priority="P2" if number == 1 else "") for number in range(4)]
    found = plan(rules, *(decision(rules, of) for of in tickets))
    assert [op.rule for op in found.ops] == [DUE.id]
    assert found.held == (Held(what=f"rule {OWNED.id}", ceiling=3, wanted=4, rules=frozenset({OWNED.id})),)


def test_what_rests_on_a_held_rule_is_held_with_it():
    """A label that is right only once a held rule has acted waits for it."""
    soon = rule("due-soon", ("has_due",), label="due-soon", steps=(step(0, "lead"),))
    rules = policy(replace(DUE, ceiling=0), soon)
    assert plan(rules, decision(rules, ticket(priority="P1"))).ops == ()
    assert [op.rule for op in plan(rules, decision(rules, ticket(due=date(2026, 11, 9)))).ops] == [
        soon.id,
        "card",
        soon.id,
    ]


def test_a_rule_that_only_speaks_has_a_ceiling_too():
    """Cards count for the rules that speak on them."""
    rules = policy(rule("owned", ("open",), say="Hello."), ceilings=Ceilings(rule=3))
    found = plan(rules, *(decision(rules, ticket(number)) for number in range(4)))
    assert (found.ops, found.held[0].what) == ((), "rule backlog/owned")


@pytest.mark.fault("rules/sudden-jump", "github")
@pytest.mark.parametrize(
    ("rule_", "busiest", "jump", "held"),
    [
        (OWNED, {OWNED.id: 3}, 10, (("rule backlog/owned (at most 3 a pass until now)", 30, 31),)),
        (OWNED, {OWNED.id: 4}, 10, ()),
        (OWNED, {OWNED.id: 1}, 31, ()),
        (OWNED, {OWNED.id: 3}, 0, ()),
        (OWNED, {DUE.id: 3}, 10, ()),
        (replace(OWNED, ceiling=40), {OWNED.id: 3}, 10, ()),
        (replace(OWNED, mode="shadow"), {OWNED.id: 3}, 10, ()),
        (replace(OWNED, gate="backlog/full"), {OWNED.id: 3}, 10, ()),
    ],
    ids=["a jump", "no jump", "allowed", "no bound", "nothing done yet", "a ceiling of its own", "shown", "a gate's"],
)
def test_a_rule_that_suddenly_wants_ten_times_as_much_stops_before_its_first_write(rule_, busiest, jump, held):
    """With all that speaks of it; thirty are never a jump, and whoever gives it a ceiling has agreed."""
    rules = policy(rule_, DUE, ceilings=Ceilings(jump=jump))
    every = [op for number in range(31) for op in decision(rules, ticket(number, priority="P2" * (number == 1))).ops]
    found = assemble(rules, every, pings={}, paused=frozenset(), now=NOW, busiest=busiest)
    assert tuple((one.what, one.ceiling, one.wanted) for one in found.held) == held
    assert [op.name for op in found.ops if OWNED.id in op.rules and not op.shadow] == [] or not held
    assert [op.rule for op in found.ops if op.name == "set due"] == [DUE.id]


def test_what_is_just_at_its_ceilings_goes_ahead():
    """A ceiling is the most that is allowed, not the first that is not."""
    rules = policy(OWNED, ceilings=Ceilings(pass_=6, rule=3, ticket=2))
    found = plan(rules, *(decision(rules, ticket(number)) for number in range(3)))
    assert (len(found.ops), found.held) == (6, ())


def test_a_pass_over_its_ceiling_writes_nothing():
    """Above the pass's ceiling the whole plan is held, its shadow ops are still shown."""
    shown = rule("shown", ("open",), add_label="shown", mode="shadow")
    rules = policy(OWNED, shown, ceilings=Ceilings(pass_=5))
    found = plan(rules, *(decision(rules, ticket(number)) for number in range(3)))
    assert {op.rule for op in found.ops} == {shown.id}
    assert [(held.what, held.ceiling, held.wanted) for held in found.held] == [("the pass", 5, 6)]


def test_a_ticket_over_its_ceiling_is_left_alone():
    """Other tickets are not touched by it."""
    rules = policy(OWNED, rule("idle", ("days_open >= 9",), label="idle"), ceilings=Ceilings(ticket=2))
    found = plan(rules, decision(rules, ticket(1, created=later(-20))), decision(rules, ticket(2)))
    assert {op.target.key for op in found.ops} == {"acme/shop#2"}
    assert [(held.what, held.wanted) for held in found.held] == [("ticket acme/shop#1", 3)]


def test_a_person_is_not_pinged_beyond_the_budget():
    """The pings too many wait for a later pass; the labels and cards of their tickets do not."""
    rules = policy(LADDER, ceilings=Ceilings(person=3))
    late = [replace(LATE, uid=f"u{number}", key=f"acme/shop#{number}") for number in range(4)]
    found = plan(rules, *(decision(rules, of) for of in late), pings={"ana-gh": 1})
    assert [op.target.key for op in posts(found.ops)] == ["acme/shop#0", "acme/shop#1"]
    assert len([op for op in found.ops if op.name == "add label"]) == 4
    assert found.held == (Held(what="person ana", ceiling=3, wanted=5, rules=frozenset({LADDER.id})),)


@pytest.mark.parametrize("ceilings", [Ceilings(person=1, rule=1), Ceilings(person=1, ticket=4)], ids=["rule", "ticket"])
def test_what_is_held_back_takes_no_place_among_a_persons_pings(ceilings):
    """A rule or a ticket over its ceiling may stay so for days: others ping in its stead, and are not told to wait."""
    loud = rule("loud", ("overdue",), add_label="loud", steps=(step(0, "owner"),))
    more = tuple(rule(f"more-{number}", ("overdue", 'title == "Much"'), label=f"m{number}") for number in range(3))
    asks = rule("asks", ("open", "!overdue"), steps=(step(0, "owner"),))
    rules = policy(loud, *more, asks, ceilings=ceilings)
    much = [replace(LATE, uid=f"u{number}", key=f"acme/shop#{number}", title="Much") for number in range(2)]
    little = replace(LATE, uid="u9", key="acme/shop#9", due=None)
    found = plan(rules, *(decision(rules, of) for of in (*much, little)))
    assert [(op.rule, op.target.key) for op in posts(found.ops)] == [(asks.id, little.key)]
    assert [held.what for held in found.held if held.what.startswith("person")] == []


def test_a_person_has_one_budget_for_all_trackers():
    """Pings to a person's logins elsewhere count."""
    rules = policy(LADDER, ceilings=Ceilings(person=3))
    assert posts(plan(rules, decision(rules, LATE), pings={"acc-ana": 3}).ops) == ()


def test_the_plan_does_not_depend_on_the_order_it_was_made_in():
    """By source, ticket and verb: fields and labels, the card, then what notifies."""
    rules = policy(LADDER, OWNED)
    every = [op for number in (10, 9) for op in decision(rules, replace(LATE, key=f"K-{number}", uid=str(number))).ops]
    shuffled = random.Random(3).sample(every, len(every))  # noqa: S311 - any order will do
    first, second = (assemble(rules, each, pings={}, paused=frozenset(), now=NOW) for each in (every, shuffled))
    assert first == second
    assert [(op.target.key, op.name) for op in first.ops] == [
        (key, name) for key in ("K-9", "K-10") for name in ("add label", "card", "ping")
    ]
