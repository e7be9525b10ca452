"""Twins: what a ticket takes over from the one that leads it, once each; nothing that people decided is undone."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from rules.actions import Assign, Close, LinkTo, Reopen, SetDue
from rules.card import read_leads
from rules.evaluate import evaluate
from rules.memory import Effect, Lead, Memory
from rules.rule import Duration, Step
from rules.twins import with_leads
from rules.why import why
from tests.rules.factories import (
    NOW,
    card_of,
    decision,
    done,
    due,
    episode,
    jira_ticket,
    later,
    ops,
    policy,
    related,
    rule,
    ticket,
)
from tests.rules.test_fixed_point import RULES, edited

SOON, LATER = date(2026, 12, 1), date(2027, 1, 15)
FOLLOW = rule("same", ("has_leader",), on=("any",), follow=("state", "owner", "due"))
POLICY = policy(FOLLOW)


def led(**values):
    """Return the memory of a ticket that another one leads, which is open unless told otherwise."""
    return Memory(related=(related(**({"what": "twin", "way": "origin"} | values)),))


def verbs(of=None, memory=None, rules=POLICY, now=NOW):
    """Return what is to be done with a ticket."""
    return [op.verb for op in ops(rules, of, memory, now) if not isinstance(op.verb, LinkTo)]


DONE = {"phase": "done", "closed": NOW}
SAYS = {
    "nothing": ({}, {}, []),
    "a due date": ({"due": SOON}, {}, [SetDue(due=SOON)]),
    "another due date": ({"due": SOON}, {"due": LATER}, [SetDue(due=SOON)]),
    "the same due date": ({"due": SOON}, {"due": SOON}, []),
    "no due date": ({}, {"due": SOON}, []),
    "an owner": ({"assignees": frozenset({"bo-gh"})}, {}, [Assign(person="bo-gh")]),
    "the same owner": ({"assignees": frozenset({"bo-gh"})}, {"assignees": frozenset({"Bo-gh"})}, []),
    "one of its owners": ({"assignees": frozenset({"ana-gh", "bo-gh"})}, {"assignees": frozenset({"bo-gh"})}, []),
    "that it is done": (DONE, {}, [Close()]),
    "that it is not done": (DONE | {"resolution": "Won't Do"}, {}, [Close(reason="not_planned")]),
    "that both are done": (DONE, {"phase": "done"}, []),
    "that it is open, of one that is done": ({}, {"phase": "done"}, []),
    "what one that is done does not follow": ({"due": SOON}, {"phase": "done"}, []),
}


@pytest.mark.parametrize(("leader", "of", "expected"), SAYS.values(), ids=SAYS.keys())
def test_what_a_leader_says_is_followed(leader, of, expected):
    """Only what differs; what the leader does not say is left alone."""
    assert verbs(ticket(**of), led(**leader)) == expected


@pytest.mark.parametrize(
    ("owner", "expected"),
    [("bo-gh", [Assign(person="acc-bo")]), ("stranger-gh", []), ("", [])],
)
def test_an_owner_is_found_by_the_people_of_the_config(owner, expected):
    """From GitHub to Jira; who has no login there is not guessed."""
    assert verbs(jira_ticket(), led(assignees=frozenset({owner} - {""}))) == expected


def test_each_word_is_followed_once_and_a_word_that_comes_again_is_a_new_one():
    """A date, another one, and the first one again; between them people change the ticket, and it stays so."""
    of, memory = ticket(), led(due=SOON)
    for day in (SOON, LATER, SOON):
        memory = with_leads(Memory(related=led(due=day).related, done=memory.done), memory.leads)
        of, memory, _ = done(POLICY, of, memory)
        assert of.due == day
        of = ticket(due=date(2026, 11, 11))
        assert verbs(of, memory) == []


def test_what_was_the_same_when_it_was_first_seen_is_left_to_people_afterwards():
    """It needed no write, and is followed all the same."""
    memory = led(due=SOON)
    memory = with_leads(memory, evaluate(POLICY, ticket(due=SOON), memory, NOW).leads)
    assert {(lead.field, lead.settled) for lead in memory.leads} == {("state", True), ("owner", True), ("due", True)}
    assert verbs(ticket(due=LATER), memory) == []


@pytest.mark.parametrize(("days", "expected"), [(-1, [SetDue(due=SOON)]), (0, []), (1, [])])
def test_a_persons_command_on_the_ticket_counts_more_than_an_older_word(days, expected):
    """Carried out in the same pass or later it stays; an older one is overtaken by the leader."""
    memory = with_leads(led(due=SOON), [Lead(field="due", value="2026-12-01", number=2, at=NOW)])
    command = Effect(op="1", rule="command/due", verb="set due", value="2027-01-15", at=later(days))
    memory = with_leads(Memory(related=memory.related, effects=(command,)), memory.leads)
    assert verbs(ticket(due=LATER), memory, now=later(2)) == expected


def test_a_reopened_leader_opens_what_was_done_with_it():
    """Whoever closed it."""
    memory = with_leads(led(), [Lead(field="state", value="done", number=1, at=later(-1), settled=True)])
    assert verbs(ticket(phase="done", closed=later(-1)), memory) == [Reopen()]


def test_what_is_followed_once_another_rule_opened_the_ticket_is_remembered():
    """In the pass that opens it the leader has another date, and in the next one the first again."""
    opens = rule("awake", ("closed",), steps=(Step(after=Duration(0, "days"), reopen=True),))
    rules = policy(opens, rule("same", ("has_leader",), on=("any",), follow=("due",)))
    of, memory, _ = done(rules, ticket(), led(due=SOON))
    of = replace(of, phase="done", closed=later(1), updated=later(1))
    of, memory, _ = done(rules, of, replace(memory, related=led(due=LATER).related), later(1))
    assert (of.phase, of.due) == ("new", LATER)
    of, memory, _ = done(rules, of, replace(memory, related=led(due=SOON).related), later(2))
    assert of.due == SOON


def test_what_was_filed_from_a_ticket_that_was_done_is_not_closed_with_it():
    """Only a later closing is followed."""
    filed = {"what": "improvement", "phase": "done", "since": NOW}
    assert verbs(ticket(created=NOW), led(**filed, closed=later(-1))) == []
    assert verbs(ticket(created=NOW), led(**filed, closed=later(1)), now=later(2)) == [Close()]


def test_what_was_read_back_from_the_trackers_is_left_as_it_is():
    """After the database was lost nobody knows who changed it last: people win."""
    filed = {"what": "improvement", "due": SOON}
    assert verbs(ticket(created=NOW), led(**filed, since=NOW)) == [SetDue(due=SOON)]
    assert verbs(ticket(created=NOW), led(**filed, since=NOW + timedelta(days=2)), now=later(2)) == []


def test_what_was_said_before_a_baseline_is_left_alone():
    """What is said from then on is followed, though the rule has held all along."""
    in_it = episode("same", baseline=NOW)
    memory = Memory(related=led(due=SOON).related, episodes=(in_it,))
    assert verbs(ticket(), memory) == []
    memory = with_leads(memory, evaluate(POLICY, ticket(), memory, NOW).leads)
    assert verbs(ticket(), Memory(related=led(due=SOON).related, episodes=(in_it,), leads=memory.leads)) == []
    said = Memory(related=led(due=LATER).related, episodes=(in_it,), leads=memory.leads)
    assert verbs(ticket(), said, now=later(1)) == [SetDue(due=LATER)]
    (same,) = why(POLICY, ticket(), said, later(1))
    assert same.notes == (
        "follows acme/shop#99 in state, owner, due: what people change here stays until it changes there",
        "what acme/shop#99 said before the baseline of 2026-11-03 is left alone",
    )


def test_what_was_filed_leads_before_what_is_called_a_twin():
    """A ticket has one leader."""
    both = (related(what="twin", way="origin", due=LATER), related(what="review", way="origin", uid="o/2", due=SOON))
    assert verbs(ticket(), Memory(related=both)) == [SetDue(due=SOON)]


def test_the_leaders_date_comes_before_one_that_a_rule_would_give():
    """A ticket with a date needs none; nothing is in conflict."""
    boxed = rule("time-boxed", ("open", "!has_due"), due=due(low=30, high=10))
    level = {"labels": frozenset({"improvement", "p2"})}
    for rules in (policy(boxed, FOLLOW), policy(FOLLOW, boxed)):
        found = decision(rules, ticket(**level), led(due=SOON)).ops
        assert [(op.verb, op.conflict) for op in found if isinstance(op.verb, SetDue)] == [(SetDue(due=SOON), "")]


def test_two_rules_follow_as_one():
    """Each word is followed once, whichever of them did it."""
    rules = policy(FOLLOW, rule("also", ("has_leader",), on=("any",), follow=("due",)))
    _, memory, plan = done(rules, ticket(), led(due=SOON))
    assert sum(isinstance(op.verb, SetDue) for op in plan.ops) == 1
    memory = with_leads(memory, [replace(lead, settled=False) for lead in memory.leads])
    assert verbs(ticket(due=LATER), memory, rules) == []


def test_a_rule_that_opens_what_follows_closes_gets_nothing_done():
    """They would undo each other for ever: it is told, and neither acts."""
    step = rule("awake", ("closed",), steps=(Step(after=Duration(0, "days"), reopen=True),))
    found = decision(policy(FOLLOW, step), ticket(), led(**DONE)).ops
    assert {(type(op.verb), bool(op.conflict)) for op in found if isinstance(op.verb, Close | Reopen)} == {
        (Close, True),
        (Reopen, True),
    }


def test_the_reason_names_the_leader_and_what_it_says():
    """People read why."""
    found = ops(POLICY, ticket(due=LATER), led(due=SOON, assignees=frozenset({"bo-gh"})))
    assert {(op.because[0], op.before, op.after) for op in found} == {
        ("acme/shop#99 is due on 2026-12-01", "due 2027-01-15", "due 2026-12-01"),
        ("acme/shop#99 is owned by bo", "-", "owner bo-gh"),
    }


def said(dice, other):
    """Return what a leader says next: something else, or the same again."""
    return replace(
        other,
        due=dice.choice([other.due, None, SOON, LATER]),
        assignees=dice.choice([other.assignees, frozenset(), frozenset({"ana-gh"}), frozenset({"bo-gh", "zoe"})]),
        **dice.choice([{}, {"phase": "new", "closed": None}, {"phase": "done", "closed": later(dice.randrange(90))}]),
    )


@pytest.mark.parametrize("seed", range(60))
def test_a_leader_people_and_other_rules_take_turns(seed):
    """No op id twice, no second pass with work, no conflict; what the leader does not touch is not followed again."""
    dice = random.Random(seed)  # noqa: S311 - chance that can be repeated is what is wanted
    rules = policy(*dice.sample(RULES, dice.randrange(1, 9)), FOLLOW)
    of, memory, now, written = ticket(created=later(-9)), led(), NOW, []
    for number in range(12):
        before, was_open = memory.related[0], of.phase != "done"
        leader = said(dice, before) if dice.random() < 0.5 else before
        people = edited(dice, of, now)
        memory = replace(memory, related=(leader,), touched=memory.touched if people is of else now)
        of, memory, passed = done(rules, people, memory, now)
        written += [op.id for op in passed.ops]
        if leader == before and number and was_open:
            assert [op for op in passed.ops if op.rule == FOLLOW.id] == []
        if leader.due not in (before.due, None) and was_open and of.phase != "done":
            assert of.due == leader.due
        if leader.phase != before.phase:
            assert (of.phase == "done") == (leader.phase == "done")
        second = done(rules, of, memory, later(0.01, since=now))[2]
        assert (second.ops, passed.conflicts) == ((), ())
        now = later(dice.randrange(4) + 0.1, since=now)
    assert len(written) == len(set(written))


def test_a_shadow_only_shows_what_it_would_take_over():
    """It is planned and not done; switched on, it does it."""
    rules = policy(rule("same", ("has_leader",), on=("any",), follow=("due",), mode="shadow"))
    found = decision(rules, ticket(), led(due=SOON)).ops
    assert [(op.verb, op.shadow) for op in found if isinstance(op.verb, SetDue)] == [(SetDue(due=SOON), True)]


def test_the_card_keeps_what_the_leader_said_for_a_lost_database():
    """Its values come back as followed."""
    found = decision(POLICY, ticket(), led(**DONE, due=SOON, assignees=frozenset({"bo gh,x", "ana"})))
    state = card_of(found.ops).verb.state
    assert {(lead.field, lead.value, lead.settled) for lead in read_leads(state, NOW)} == {
        ("state", f"done {NOW.isoformat()}", True),
        ("owner", "ana,bo gh,x", True),
        ("due", "2026-12-01", True),
    }
    assert read_leads("led:due:2026-12-01x y,led:what:2,due:2026-12-01", NOW) == ()


def test_conditions_bound_what_follows():
    """As for any rule."""
    rules = policy(rule("same", ("has_leader", 'source == "ops"'), on=("any",), follow=("due",)))
    assert verbs(ticket(), led(due=SOON), rules) == []
    assert verbs(jira_ticket(), led(due=SOON), rules) == [SetDue(due=SOON)]
