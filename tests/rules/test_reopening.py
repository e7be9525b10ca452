"""A step that opens a ticket again: once an episode, only what is done, and never against a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from rules.actions import Close, Post, Reopen
from rules.card import read_traces
from rules.effects import remembered
from rules.memory import Effect, Memory, Reversal
from rules.moves import NextStep
from rules.rule import Duration, Step
from rules.why import why
from tests.rules.factories import NOW, card_of, done, episode, later, ops, policy, posts, rule, step, ticket, words


def reopening(days, *people, say=""):
    """Return a step that opens a ticket again."""
    return Step(after=Duration(days, "days"), ping=people, say=say, reopen=True)


CLOSED = ticket(phase="done", status="closed", closed=NOW, updated=NOW, assignees=frozenset({"bo-gh"}))
QUIET = rule("theatre", ("closed",), steps=(reopening(2),))
TOLD = rule("theatre", ("closed",), say="No.", steps=(step(0, "owner"), reopening(2, "owner"), step(5, "lead")))
BEGUN = Memory(episodes=(episode("theatre"),))


def names(found):
    """Return the verbs' names and the rules of ops."""
    return [(op.name, op.rule) for op in found]


def test_who_is_told_of_a_reopening_is_told_before_it():
    """Afterwards the rule no longer holds: a kill in between would lose the ping. The card comes after both."""
    _, _, plan = done(policy(TOLD), CLOSED, BEGUN, later(2))
    assert [op.name for op in plan.ops] == ["ping", "reopen", "card"]
    assert plan.ops[0].because[-1] == "step 1 came due before and is skipped"


def test_after_a_kill_between_the_two_only_the_reopening_is_left():
    """The ping is known to be done, and is not repeated."""
    first = done(policy(TOLD), CLOSED, BEGUN, later(2))[2].ops[0]
    left = ops(policy(TOLD), CLOSED, remembered(BEGUN, first, later(2)), later(2))
    assert [op.name for op in left] == ["reopen"]


def test_a_rule_that_holds_for_open_tickets_too_pings_once():
    """The ping that comes with the reopening is the settled state's as well."""
    always = replace(TOLD, when=rule(when=("comments == 0",)).when)
    found = done(policy(always), CLOSED, BEGUN, later(2))[2].ops
    assert [op.name for op in found] == ["ping", "reopen", "card"]


def test_what_is_open_is_not_reopened():
    """Nor is it announced; the other steps go on."""
    always = rule("theatre", ("comments == 0",), steps=(reopening(2), step(5, "lead")))
    of = ticket()
    assert ops(policy(always), of, BEGUN, later(2)) == ()
    assert "a comment goes to lena on 2026-11-08" in words(card_of(done(policy(always), of, BEGUN)[2].ops).verb.prose)


def test_two_rules_reopen_once():
    """It is one deed; closed by a person, neither rule does it again for this closing."""
    other = replace(QUIET, id="backlog/other")
    both = policy(QUIET, other)
    begun = Memory(episodes=(episode("theatre"), episode("other")))
    of, memory, plan = done(both, CLOSED, begun, later(2))
    assert names(plan.ops)[:1] == [("reopen", "backlog/theatre")]
    assert [op.name for op in plan.ops].count("reopen") == 1
    of, memory, _ = done(both, of, memory, later(3))
    of = replace(CLOSED, closed=later(4), updated=later(4))
    for day in (4, 8, 12):
        of, memory, plan = done(both, of, memory, later(day))
        assert not [op for op in plan.ops if isinstance(op.verb, Reopen)]
    assert memory.reversals == (Reversal(rule="backlog/theatre", verb="reopen", value="open", at=later(4)),)
    of, memory, _ = done(both, replace(of, phase="new", closed=None, updated=later(13)), memory, later(13))
    of, memory, _ = done(both, replace(CLOSED, closed=later(14), updated=later(14)), memory, later(14))
    found = done(both, of, memory, later(16))[2].ops
    assert names(found)[:1] == [("reopen", "backlog/other")]  # a new occasion for the rule that nobody contradicted


def test_the_next_step_is_one_that_will_come():
    """The card and `why` speak of a reopening only while it may be."""
    rules = policy(TOLD)
    coming = why(rules, CLOSED, BEGUN, NOW)[0].next
    assert coming == NextStep(number=2, on=later(2).date(), people=("bo",), reopens=True)
    card = words(card_of(done(rules, CLOSED, BEGUN)[2].ops).verb.prose)
    assert "Next: if nothing changes, it is reopened on 2026-11-05, and a comment goes to bo." in card
    undone = replace(BEGUN, reversals=(Reversal(rule="backlog/theatre", verb="reopen", value="open", at=NOW),))
    explained = why(rules, CLOSED, undone, NOW)[0]
    assert explained.next == NextStep(number=2, on=later(2).date(), people=("bo",))
    assert "the reopening was taken back and stays so" in explained.notes
    assert why(policy(QUIET), CLOSED, undone, NOW)[0].next is None
    assert why(policy(QUIET), CLOSED, BEGUN, later(2))[0].notes == ()


def test_the_pings_of_steps_go_on_after_a_reversal():
    """The step that would reopen pings all the same."""
    undone = replace(BEGUN, reversals=(Reversal(rule="backlog/theatre", verb="reopen", value="open", at=NOW),))
    found = ops(policy(TOLD), CLOSED, undone, later(2))
    assert [type(op.verb) for op in found] == [Post]
    assert posts(ops(policy(TOLD), CLOSED, undone, later(5)))[0].verb.people == ("lena-gh",)


def test_closed_by_us_is_no_longer_reopened_by_us():
    """As in the ledger: each of the two takes the other back."""
    (op,) = ops(policy(QUIET), CLOSED, BEGUN, later(2))
    memory = remembered(BEGUN, op, NOW)
    assert [(one.verb, one.value) for one in memory.effects] == [("reopen", "open")]
    closed = remembered(memory, replace(op, id="2", verb=Close()), NOW)
    assert [(one.verb, one.value) for one in closed.effects] == [("close", "completed")]
    ours = Effect(op="3", rule="backlog/x", verb="close", value="completed", at=NOW)
    assert remembered(Memory(effects=(ours,)), op, NOW).effects == memory.effects


def test_the_card_keeps_a_reopening_for_a_lost_database():
    """It stands, or was taken back; either way it is told again."""
    rules = policy(QUIET)
    _, memory, plan = done(rules, CLOSED, BEGUN, later(2))
    (trace,) = read_traces(rules, card_of(plan.ops).verb.state)
    assert (trace.rule, trace.name, trace.verb, trace.stands) == ("backlog/theatre", "reopen", Reopen(), True)
    at = later(3) + timedelta(minutes=1)
    _, _, plan = done(rules, replace(CLOSED, closed=at, updated=at), memory, at)
    (trace,) = read_traces(rules, card_of(plan.ops).verb.state)
    assert (trace.verb, trace.stands) == (Reopen(), False)
