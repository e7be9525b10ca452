"""What one pass leaves needs no second one; and nothing is done twice, whatever people do in between."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.actions import AddLabel, SetDue, SetPriority
from rules.memory import Memory
from tests.rules.factories import NOW, decision, done, due, episode, later, policy, rule, step, ticket

DUE = rule("time-boxed", ("open", "!has_due", 'priority != "none"'), due=due(critical=5, high=20))
OWNED = rule(label="needs-owner")


def verbs(found):
    """Return the verbs of ops."""
    return tuple(op.verb for op in found)


def test_what_one_rule_settles_starts_the_next_in_the_same_pass():
    """A priority is given, then the due date that goes with it; a second pass finds nothing."""
    rules = policy(DUE, rule("prioritised", ('priority == "none"',), priority="high"))
    of, memory, first = done(rules)
    assert verbs(first.ops)[:2] == (SetDue(due=date(2026, 11, 22)), SetPriority(level="high"))
    assert done(rules, of, memory, later(1))[2].ops == ()


def test_what_a_field_settles_is_not_labelled_first():
    """A label that asks for what the same pass gives is neither put on nor shown."""
    asks = rule("asks", ("!has_due",), label="needs-due")
    for mode in ("on", "shadow"):
        decided = decision(policy(replace(asks, mode=mode), DUE), ticket(priority="P2"))
        assert [op.name for op in decided.ops] == ["set due", "card"]


def test_a_label_that_the_same_pass_would_take_off_again_is_not_put_on():
    """What comes and goes within one plan is left out of it."""
    first = rule("first", ('!("b" in labels)',), label="a")
    second = rule("second", ('"a" in labels', '!("b" in labels)'), add_label="b")
    of, memory, found = done(policy(first, second))
    assert verbs(found.ops)[0] == AddLabel(label="b")
    assert [op.name for op in found.ops] == ["add label", "card"]
    assert done(policy(first, second), of, memory, later(1))[2].ops == ()


def test_an_episode_that_the_plan_itself_begins_is_remembered_from_now():
    """What is due soon because of the date just given began with this pass, not with the next."""
    decided = decision(policy(DUE, rule("due-soon", ("has_due",), say="Soon.")), ticket(priority="P2"))
    assert decided.episodes == (episode("time-boxed"), episode("due-soon"))


def test_a_look_just_before_the_write_asks_for_the_same_ops():
    """With the plan's episodes saved and nothing written yet, the same ids are planned again, three looks deep."""
    soon = rule("due-soon", ("has_due",), label="due-soon", steps=(step(0, "lead"),))
    rules = policy(rule("prioritised", ("!has_priority",), priority="high"), DUE, soon)
    first = decision(rules)
    second = decision(rules, memory=Memory(episodes=first.episodes), now=later(0.01))
    assert [op.name for op in first.ops] == ["set priority", "set due", "add label", "ping", "card"]
    assert ([op.id for op in second.ops], second.episodes) == ([op.id for op in first.ops], first.episodes)


def test_an_episode_is_not_broken_by_what_happens_within_a_pass():
    """A rule that holds when the pass begins and when it ends has held all along."""
    rules = policy(
        rule("led", ("!has_owner",), assign="lead"),
        rule("time-boxed", ("!has_due", "has_owner"), due=due("episode", high=5)),
        rule("flicker", ("!has_owner || has_due",), label="flicker"),
    )
    decided = decision(rules, ticket(priority="P2"))
    assert episode("flicker") in decided.episodes
    assert [(op.name, op.episode) for op in decided.ops if op.rule == "backlog/flicker"] == [("add label", 1)]


def test_what_was_taken_back_is_told_in_the_pass_that_makes_its_rule_hold_again():
    """A label that somebody took off a while ago, whose rule holds only once the plan has given a date."""
    rules = policy(DUE, rule("dated", ("has_due",), label="dated"))
    of, memory, _ = done(rules, ticket(priority="P2", due=date(2026, 12, 1)))
    of = replace(of, due=None, labels=frozenset({"improvement"}), updated=later(1))
    of, memory, first = done(rules, of, memory, later(1))
    assert "set due" in [op.name for op in first.ops]
    assert done(rules, of, memory, later(1.1))[2].ops == ()


RESTING = rule("restless", ('!("restless" in labels)',), label="restless", say="Restless.", steps=(step(0, "lead"),))
HERE = rule("here", ('!("there" in labels)',), label="here")
THERE = rule("there", ('"here" in labels',), label="there")
BOTH = ("backlog/here", "backlog/there")
QUARRELS = {
    "a rule that undoes itself": ((RESTING,), ("backlog/restless",)),
    "two rules": ((HERE, THERE), BOTH),
    "two quarrels": ((HERE, RESTING, THERE), (*BOTH, "backlog/restless")),
}


@pytest.mark.parametrize(("quarrelling", "named"), QUARRELS.values(), ids=QUARRELS.keys())
def test_rules_that_undo_each_other_do_nothing_and_the_others_go_on(quarrelling, named):
    """A label that comes and goes for ever is reported; a date, another label and a ping have nothing to do with it."""
    bystander = replace(OWNED, steps=(step(0, "lead"),))
    rules = policy(*quarrelling, DUE, bystander, rule("prioritised", ("!has_priority",), priority="high"))
    of, memory, first = done(rules)
    assert {op.rule for op in decision(rules).ops if op.conflict} == set(named)
    assert all("keep" in text for text in first.conflicts)
    acted = [(op.rule, op.name) for op in first.ops]
    assert acted == [
        ("backlog/owned", "add label"),
        ("backlog/time-boxed", "set due"),
        ("backlog/prioritised", "set priority"),
        ("card", "card"),
        ("backlog/owned", "ping"),
    ]
    assert not any(op.rules.intersection(named) for op in first.ops)
    second = done(rules, of, memory, later(0.2))[2]
    assert (second.ops, second.conflicts) == ((), first.conflicts)


def test_a_quarrel_alone_writes_nothing():
    """With nobody but the quarrelling rules there is no card either."""
    of, memory, first = done(policy(RESTING))
    assert (first.ops, done(policy(RESTING), of, memory, later(1))[2].ops) == ((), ())
    assert "the rule backlog/restless keeps undoing itself here" in first.conflicts[0]


RULES = (
    rule("owned", ("open", "!has_owner"), label="needs-owner", steps=(step(2, "lead"),)),
    rule("led", ("open", "!has_owner", "workdays_open >= 3"), assign="lead"),
    rule("classified", ('domain == ""', 'suggested_domain != ""'), add_label="{domain}"),
    rule("domain", ("open", 'domain == ""'), label="needs-domain", say="Which domain?"),
    rule("prioritised", ("open", "!has_priority", "days_open >= 5"), priority="low"),
    rule("time-boxed", ("open", "!has_due", "has_priority"), due=due("episode", critical=1, high=2, medium=9, low=20)),
    rule(
        "due-soon", ("open", "has_due", "days_to_due >= 0", "days_to_due <= 2"), steps=(step(0, "owner", "reporter"),)
    ),
    rule("overdue", ("overdue",), label="overdue", steps=(step(0, "owner"), step(3, "lead"))),
    rule("idle", ("open", "days_idle >= 4"), comment="Still wanted?", label="idle"),
    rule("closed", ("closed",), add_label="seen"),
)
TICKETS = some.builds(
    ticket,
    title=some.sampled_from(["Search times out", "Hello", "@team closes #1 <!-- kaizend -->"]),
    created=some.integers(0, 40).map(lambda days: later(-days)),
    updated=some.integers(0, 9).map(lambda days: later(-days)),
    phase=some.sampled_from(["new", "active", "done"]),
    labels=some.frozensets(
        some.sampled_from(["needs-owner", "overdue", "domain:security", "idle", "component:login"])
    ).map(lambda labels: labels | {"improvement"}),
    assignees=some.frozensets(some.sampled_from(["ana-gh", "bo-gh"])),
    priority=some.sampled_from(["", "P1", "P2", "P4", "whatever"]),
    due=some.none() | some.dates(date(2026, 10, 20), date(2026, 11, 20)),
)


@given(
    of=TICKETS,
    chosen=some.sets(some.sampled_from(range(len(RULES))), min_size=1),
    days=some.lists(some.integers(0, 6), max_size=4),
)
def test_a_second_pass_finds_nothing(of, chosen, days):
    """Whatever the ticket and the rules, what one pass leaves needs no second one, on any day."""
    rules, memory, now = policy(*(RULES[number] for number in sorted(chosen))), Memory(), NOW
    for day in (0, *days):
        now = later(day, since=now)
        of, memory, _ = done(rules, of, memory, now)
        _, _, second = done(rules, of, memory, later(0.2, since=now))
        assert (second.ops, second.conflicts) == ((), ())


@given(
    of=TICKETS,
    chosen=some.sets(some.sampled_from(range(len(RULES))), min_size=1),
    days=some.lists(some.integers(0, 6), max_size=3),
)
def test_a_look_just_before_the_writes_asks_for_the_same(of, chosen, days):
    """Once the plan's episodes are saved, planning anew on the unchanged ticket gives the same ids, twice over."""
    rules, memory, now = policy(*(RULES[number] for number in sorted(chosen))), Memory(), NOW
    for day in days:
        of, memory, _ = done(rules, of, memory, now)
        now = later(day, since=now)
    first = decision(rules, of, memory, now)
    for _ in range(2):
        memory = replace(memory, episodes=first.episodes)
        again = decision(rules, of, memory, later(0.01, since=now))
        assert [op.id for op in again.ops] == [op.id for op in first.ops]


RESTLESS = (
    rule("hot", ("open", '"overdue" in labels'), label="hot", steps=(step(1, "lead"), step(2, "council"))),
    rule("calm", ("open", '!("hot" in labels)', "has_owner"), label="calm"),
    rule("busy", ("open", "size(labels) > 4"), label="busy"),
    rule("contested", ("open", "reversals > 0"), label="contested", say="People disagree."),
    rule("shown", ("open", "!has_owner"), label="needs-owner", mode="shadow"),
    rule("resting", ("open", "days_idle >= 2"), label="idle"),
)


def edited(dice, of, now):
    """Return the ticket after a person changed something on it, or did not."""
    more = of.labels | {dice.choice(["needs-owner", "overdue", "hot", "domain:security"])}
    labels = dice.choice([more, frozenset(sorted(of.labels)[:2])])
    change = dice.choice(
        [
            {"labels": labels | {"improvement"}},
            {"due": dice.choice([None, (now + timedelta(days=dice.randrange(-5, 20))).date()])},
            {"assignees": frozenset(dice.choice([(), ("ana-gh",), ("bo-gh", "x")]))},
            {"priority": dice.choice(["", "P1", "P3"])},
            dice.choice([{"phase": "done", "closed": now}, {"phase": "new", "closed": None}]),
            {},
        ]
    )
    return replace(of, **change, updated=now) if change else of


@pytest.mark.parametrize("seed", range(60))
def test_people_and_passes_take_turns_and_nothing_is_done_twice(seed):
    """Over a ticket's life with random rules and edits: no op id twice, no second pass with work, no conflict."""
    dice = random.Random(seed)  # noqa: S311 - chance that can be repeated is what is wanted
    rules = policy(*dice.sample(RULES + RESTLESS, dice.randrange(1, 16)))
    of, memory, now, written = ticket(created=later(-9)), Memory(), NOW, []
    for _ in range(10):
        people = edited(dice, of, now)
        memory = memory if people is of else replace(memory, touched=now)
        of, memory, passed = done(rules, people, memory, now)
        written += [op.id for op in passed.ops if not op.shadow]
        second = done(rules, of, memory, later(0.01, since=now))[2]
        assert ([op for op in second.ops if not op.shadow], passed.conflicts) == ([], ())
        now = later(dice.randrange(4) + 0.1, since=now)
    assert len(written) == len(set(written))
