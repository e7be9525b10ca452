"""A baseline: what held when it was taken is left alone for as long as it goes on, and not a day longer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.actions import AddLabel, RemoveLabel
from rules.card import read_state
from rules.commands import read_commands
from rules.evaluate import evaluate
from rules.memory import Memory
from rules.why import why
from tests.rules.factories import (
    NOW,
    card_of,
    comment,
    decision,
    done,
    due,
    episode,
    later,
    ops,
    policy,
    rule,
    step,
    ticket,
    words,
)

OWNED = rule(label="needs-owner", say="Nobody owns this.", steps=(step(5, "lead"),))
TAKEN = episode(baseline=NOW)
LEFT = Memory(episodes=(TAKEN,))
OWNER = frozenset({"ana-gh"})


@pytest.mark.parametrize(
    "asks",
    [
        {"label": "needs-owner"},
        {"add_label": "domain:{domain}"},
        {"say": "Nobody owns this."},
        {"comment": "Nobody owns this."},
        {"assign": "lead"},
        {"priority": "high"},
        {"due": due("episode", high=5)},
        {"say": "Nobody owns this.", "steps": (step(0, "lead"), step(5, "council"))},
    ],
    ids=lambda asks: next(iter(asks)),
)
def test_nothing_is_done_about_what_is_in_the_baseline(asks):
    """Whatever the rule would do, it does not do it, today or in a month; without a baseline it would."""
    rules, of = policy(rule(**asks)), ticket(priority="" if "priority" in asks else "P2")
    assert decision(rules, of).ops
    for now in (NOW, later(30)):
        assert decision(rules, of, LEFT, now).ops == ()


def test_what_comes_back_is_acted_upon():
    """The episode ends when the rule no longer holds; the next one is as any other."""
    rules = policy(OWNED)
    owned = ticket(assignees=OWNER, updated=NOW)
    _, memory, _ = done(rules, owned, LEFT, later(1))
    ended = evaluate(rules, owned, LEFT, later(1)).ended
    assert ended == (replace(TAKEN, ended=later(1)),)
    again = evaluate(rules, ticket(), replace(memory, episodes=ended), later(2))
    assert again.episodes == (episode(number=2, began=later(2)),)
    assert AddLabel(label="needs-owner") in [op.verb for op in ops(rules, memory=Memory(episodes=ended), now=later(2))]


def test_a_label_of_ours_stays_until_its_rule_no_longer_holds():
    """What was put on before the baseline is not taken off by it, but with its reason, as ever."""
    rules = policy(OWNED)
    labelled, memory, _ = done(rules)
    left = replace(memory, episodes=(replace(memory.episodes[0], baseline=later(1)),))
    assert decision(rules, labelled, left, later(2)).ops == ()
    owned = replace(labelled, assignees=OWNER, updated=later(2))
    assert [op.verb for op in ops(rules, owned, left, later(2))] == [RemoveLabel(label="needs-owner")]


def test_what_a_person_takes_off_meanwhile_stays_off():
    """A baseline makes nobody's word forgotten: what was undone in it is not done again after it."""
    rules = policy(OWNED)
    labelled, memory, _ = done(rules)
    left = replace(memory, episodes=(replace(memory.episodes[0], baseline=later(1)),))
    bare = replace(labelled, labels=frozenset({"improvement"}), updated=later(2))
    _, memory, _ = done(rules, bare, left, later(2))
    cleared = replace(memory, episodes=(replace(memory.episodes[0], baseline=None, began=later(3)),))
    assert [undo.value for undo in cleared.reversals] == ["needs-owner"]
    assert AddLabel(label="needs-owner") not in [op.verb for op in ops(rules, bare, cleared, later(3))]


def test_a_card_is_not_written_only_because_of_a_baseline():
    """It stays as it stands until what it says is no longer so; then it says nothing of what is in the baseline."""
    idle = rule("idle", say="Nothing moves.")
    rules = policy(OWNED, idle)
    labelled, memory, _ = done(rules)
    episodes = tuple(replace(one, baseline=later(1)) if one.rule == OWNED.id else one for one in memory.episodes)
    left = replace(memory, episodes=episodes)
    assert decision(rules, labelled, left, later(2)).ops == ()
    after, memory, plan = done(rules, labelled, left, later(6))  # the day of the step has come, and gone
    assert words(card_of(plan.ops).verb.prose).count("Nothing moves.") == 1
    assert "Nobody owns this." not in words(card_of(plan.ops).verb.prose)
    assert decision(rules, after, memory, later(7)).ops == ()


def test_a_card_that_there_is_keeps_the_baseline_for_a_lost_database():
    """Its marker tells which rules are in it, and of which day; what has ended is not."""
    rules = policy(OWNED, rule("idle", say="Nothing moves."))
    ended = episode("late", baseline=later(-9), ended=later(-3))
    state = card_of(decision(rules, memory=Memory(episodes=(TAKEN, ended))).ops).verb.state
    assert "baseline:backlog/owned:2026-11-03" in state
    taken = {one.rule: one.baseline and one.baseline.date() for one in read_state(state)}
    assert taken == {"backlog/owned": NOW.date(), "backlog/idle": None, "backlog/late": None}


def test_why_says_that_nothing_is_done_and_since_when():
    """The rule holds, has no next step, and its note names the day of the baseline."""
    (told,) = why(policy(OWNED), ticket(), LEFT, later(1))
    assert (told.state, told.next) == ("holds", None)
    assert told.notes == ("holds since before the baseline of 2026-11-03: nothing is done about it",)
    ((answer, _),) = read_commands(policy(OWNED), ticket(), comment("/kaizen why"), NOW, memory=LEFT)
    assert "backlog/owned holds (in the baseline: nothing is done about it): " in answer.reply
