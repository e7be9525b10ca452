"""What commands ask for: planned once, before the rules, the newest word first, for a week."""

from __future__ import annotations

from datetime import date

import pytest

from rules.actions import Assign, React, SetDue
from rules.card import read_heard, write_state
from rules.evaluate import evaluate
from rules.memory import Memory, Statement
from rules.moves import View
from tests.rules.factories import NOW, decision, done, due, jira_ticket, later, ops, policy, rule, ticket

POLICY = policy(rule("owned", assign="lead"), rule("time-boxed", ("open", "!has_due"), due=due(none=10)), sha="p")
QUIET = policy()


def said(what, value, comment="c1", at=NOW):
    """Return a statement of bo's."""
    return Statement(comment=comment, what=what, value=value, by="bo-gh", at=at, because="of that")


def planned(*statements, of=None, rules=QUIET, gone=()):
    """Return what is planned, as (rule, verb), without the signs."""
    memory = Memory(statements=statements, done=frozenset(gone))
    return [(op.rule, op.verb) for op in ops(rules, of or jira_ticket(), memory) if op.rule != "command/seen"]


DECEMBER, JANUARY = SetDue(due=date(2026, 12, 1)), SetDue(due=date(2027, 1, 1))
OWNER = ("command/owner", Assign(person="acc-ana"))


@pytest.mark.parametrize(
    ("statements", "of", "expected"),
    [
        ([said("owner", "acc-ana")], {}, [OWNER]),
        ([said("owner", "acc-ana")], {"assignees": frozenset({"acc-bo"})}, [OWNER]),
        ([said("owner", "acc-ana")], {"assignees": frozenset({"Acc-Ana"})}, []),
        ([said("owner", "acc-bo"), said("owner", "acc-ana", "c2")], {}, [OWNER]),
        ([said("due", "2026-12-01")], {}, [("command/due", DECEMBER)]),
        ([said("due", "2026-12-01")], {"due": date(2026, 12, 1)}, []),
        ([said("due", "2026-12-01")], {"due": date(2027, 5, 1)}, [("command/due", DECEMBER)]),
        ([said("due", "2026-11-02", at=later(-2))], {}, []),
        ([said("defer", "2026-12-01")], {}, []),
        ([said("defer", "2026-12-01")], {"due": date(2026, 11, 9)}, [("command/defer", DECEMBER)]),
        ([said("defer", "2026-12-01")], {"due": date(2026, 12, 9)}, []),
        ([said("due", "2026-12-01"), said("due", "2027-01-01", "c2")], {}, [("command/due", JANUARY)]),
        ([said("due", "2027-01-01"), said("defer", "2026-12-01", "c2")], {}, [("command/due", JANUARY)]),
        (
            [said("due", "2026-12-01"), said("defer", "2027-01-01", "c2")],
            {"due": date(2026, 11, 9)},
            [("command/defer", JANUARY)],
        ),
        ([said("defer", "2027-01-01"), said("due", "2026-12-01", "c2")], {}, [("command/due", DECEMBER)]),
        ([said("evidence", "OPS-1"), said("held", "2026-11-03"), said("outcome", "x")], {}, []),
        ([said("owner", "acc-ana", at=later(-8))], {}, []),
        ([said("owner", "acc-ana", at=later(-7))], {}, [OWNER]),
    ],
)
def test_the_newest_word_is_carried_out_if_there_is_anything_to_do(statements, of, expected):
    """Owner and date apart; what is so already, over, or a week old asks for nothing."""
    assert planned(*statements, of=jira_ticket(**of)) == expected


def test_what_is_done_is_not_planned_again_and_nothing_older_is():
    """Whoever changes it afterwards wins, also over the words before."""
    gone = ["command/owner jira/7 c2 assign"]
    assert planned(said("owner", "acc-bo"), said("owner", "acc-ana", "c2"), gone=gone) == []


def test_commands_come_before_rules():
    """A rule that gives owners and dates finds them given; a conflict there is not."""
    found = decision(POLICY, jira_ticket(), Memory(statements=(said("owner", "acc-ana"), said("due", "2026-12-01"))))
    fields = [(op.rule, op.conflict) for op in found.ops if isinstance(op.verb, Assign | SetDue)]
    assert fields == [("command/owner", ""), ("command/due", "")]


def test_an_op_says_who_asked_for_what_and_why():
    """Target, before, after and reason are there to be shown."""
    (op,) = ops(QUIET, jira_ticket(due=date(2026, 11, 9)), Memory(statements=(said("defer", "2026-12-01"),)))
    assert (op.before, op.after) == ("due 2026-11-09", "due 2026-12-01")
    assert op.because == ("/kaizen defer until 2026-12-01 because of that (bo-gh, 2026-11-03)",)


def test_a_comment_gets_one_sign_on_github_and_none_on_jira():
    """However many commands it holds, for a week."""
    memory = Memory(statements=(said("held", "2026-11-03"), said("evidence", "OPS-1", "c1#2")))
    assert [(op.rule, op.verb) for op in ops(QUIET, ticket(), memory)] == [("command/seen", React(comment="c1"))]
    assert ops(QUIET, jira_ticket(), memory) == ()
    assert ops(QUIET, ticket(), memory, later(8)) == ()


def test_a_pass_over_commands_ends_at_the_fixed_point():
    """A second one finds nothing to do, with rules that ask for the same fields."""
    memory = Memory(statements=(said("owner", "ana-gh"), said("due", "2026-12-01", "c2")))
    after, memory, _ = done(POLICY, ticket(), memory)
    assert (after.assignees, after.due) == (frozenset({"ana-gh"}), date(2026, 12, 1))
    _, _, plan = done(POLICY, after, memory, later(0.1))
    assert plan.ops == ()


def test_a_marker_keeps_the_commands_of_the_last_days():
    """So that a lost database repeats none of them; ids of another form are passed over."""

    class Hex:
        def id(self, rule, target_uid, occasion, verb):
            return f"{rule}{occasion}".encode().hex()

    memory = Memory(statements=(said("owner", "acc-ana"), said("due", "2026-12-01", "c2", at=later(-8))))
    of = jira_ticket()
    view = View(policy=QUIET, evaluation=evaluate(QUIET, of, memory, NOW), memory=memory, now=NOW, keys=Hex())
    assert read_heard(write_state(view)) == (b"command/ownerc1".hex(),)
    assert read_heard("heard:,heard:xyz,due:2026-12-01") == ()
