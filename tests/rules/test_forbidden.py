"""The pack against theatre: its own tests pass wherever people work, and what becomes of a ticket without evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rules.actions import Reopen
from rules.document import build_policy
from rules.memory import NOTHING, Statement, Work
from rules.trial import run_tests
from tests.rules.factories import NOW, card_of, done, later, posts, ticket, words

PACKS = Path(__file__).parents[2] / "rules" / "packs"


def forbidden(*packs, **calendar):
    """Return the policy of the pack, and of others, for a small company."""
    tables = {
        "calendar": calendar,
        "kinds": {"improvement": ['"improvement" in labels']},
        "domains": {"security": {}},
        "people": {name: {"github": f"{name}-gh"} for name in ("lena", "kim")},
        "teams": {"shop": {"lead": "lena", "sources": ["shop"]}},
        "council": {"members": ["kim"]},
        "sources": {"shop": {"kind": "github", "priorities": {"p1": "critical", "p2": "high"}}},
    }
    files = [PACKS / f"{name}.toml" for name in ("forbidden", *packs)]
    return build_policy(tables, [(file.name, file.read_text(encoding="utf-8")) for file in files])


def closed(**changes):
    """Return an improvement that bo closed as done a moment ago, and that lacks nothing else."""
    plain = {
        "phase": "done",
        "status": "closed",
        "resolution": "completed",
        "closed": NOW,
        "updated": NOW,
        "created": later(-40),
        "assignees": frozenset({"bo-gh"}),
        "labels": frozenset({"improvement", "domain:security"}),
        "due": date(2026, 12, 31),
        "milestone": "Winter",
        "priority": "P2",
    }
    return ticket(**(plain | changes))


AIMED = replace(
    NOTHING,
    statements=(
        Statement(comment="c1", what="outcome", value="mttr 90m -> 45m by 2027-03-31", by="bo-gh", at=later(-30)),
    ),
)


@pytest.mark.parametrize(
    ("zone", "country"),
    [("UTC", ""), ("America/New_York", "US"), ("Europe/Berlin", "DE"), ("Asia/Tokyo", "JP")],
)
def test_the_pack_passes_the_tests_it_carries(zone, country):
    """In any of these calendars."""
    policy = forbidden(time_zone=zone, country=country)
    results = run_tests(policy)
    assert [str(result) for result in results if not result.passed] == []
    assert len(results) == len(policy.tests) >= 4 * len(policy.rules)


def test_theatre_is_reopened_once():
    """Asked for at once, reopened two workdays later, all in one pass; closed again by a person, it is left closed."""
    policy = forbidden("backlog")
    of, memory, first = done(policy, closed(), AIMED)
    assert [(op.name, op.after) for op in first.ops] == [
        ("add label", "label no-evidence"),
        ("card", "forbidden/theatre"),
        ("ping", "ping bo-gh"),
    ]
    assert "Next: if nothing changes, it is reopened on 2026-11-05." in words(card_of(first.ops).verb.prose)
    assert done(policy, of, memory, later(1))[2].ops == ()
    of, memory, second = done(policy, of, memory, later(2))
    assert [(op.name, op.before, op.after) for op in second.ops] == [
        ("reopen", "closed", "open"),
        ("remove label", "label no-evidence", "-"),
        ("card", "card", "all in order"),
    ]
    assert "reopened, on 2026-11-05, by rule forbidden/theatre" in words(card_of(second.ops).verb.prose)
    of, memory, third = done(policy, of, memory, later(3))
    assert third.ops == ()
    of = replace(of, phase="done", status="closed", resolution="completed", closed=later(4), updated=later(4))
    asked = []
    for day in range(4, 34):
        of, memory, passed = done(policy, of, memory, later(day))
        assert not [op for op in passed.ops if isinstance(op.verb, Reopen)]
        asked += [(day, *op.verb.people) for op in posts(passed.ops)]
        if day == 4:
            card = words(card_of(passed.ops).verb.prose)
            assert "Taken back by you, and left so:\nreopened, by rule forbidden/theatre" in card
            assert "Next: if nothing changes, a comment goes to kim on 2026-11-27." in card
    assert asked == [(4, "bo-gh"), (24, "kim-gh")]


def test_a_late_ticket_that_is_reopened_is_late_at_once():
    """The plan settles in the same pass: what speaks for open tickets speaks of it as soon as it is open."""
    policy = forbidden("backlog")
    late = closed(due=date(2026, 10, 1))
    of, memory, _ = done(policy, late, AIMED)
    of, memory, second = done(policy, of, memory, later(2))
    assert [(op.name, op.after) for op in second.ops] == [
        ("reopen", "open"),
        ("add label", "label overdue"),
        ("remove label", "-"),
        ("card", "backlog/overdue"),
        ("ping", "ping bo-gh"),
    ]
    assert done(policy, of, memory, later(2.1))[2].ops == ()


WORK = Work(uid="c7", key="acme/shop#7", url="https://github.example/acme/shop/pull/7", state="merged", merged=NOW)
EVIDENT = {
    "a merged change": (closed(), replace(AIMED, work=(WORK,))),
    "a command": (
        closed(),
        replace(
            AIMED, statements=(*AIMED.statements, replace(AIMED.statements[0], what="evidence", value="https://x"))
        ),
    ),
    "a line of the text": (closed(body="Evidence: https://grafana.example/d/1"), AIMED),
    "closed as not planned": (closed(resolution="not_planned"), AIMED),
    "long ago": (closed(closed=later(-31)), AIMED),
}


@pytest.mark.parametrize(("of", "memory"), EVIDENT.values(), ids=EVIDENT.keys())
def test_what_has_evidence_is_left_alone(of, memory):
    """So is what was given up, and what was closed before anybody asked."""
    assert done(forbidden("backlog"), of, memory)[2].ops == ()


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_change_that_was_not_merged_is_no_evidence(state):
    """It is being worked on, or was given up."""
    memory = replace(AIMED, work=(replace(WORK, state=state, merged=None),))
    assert [op.name for op in done(forbidden(), closed(), memory)[2].ops] == ["add label", "card", "ping"]


def test_a_due_date_of_ours_is_no_plan():
    """The milestone in which we keep a due date changes nothing: a second pass finds nothing."""
    policy = forbidden("backlog")
    bare = ticket(assignees=frozenset({"bo-gh"}), labels=frozenset({"improvement", "domain:security"}), priority="P2")
    of, memory, first = done(policy, bare, AIMED)
    assert [(op.name, op.after) for op in first.ops][:2] == [
        ("add label", "label unplanned"),
        ("set due", f"due {of.due}"),
    ]
    assert done(policy, replace(of, milestone=f"Due {of.due}"), memory)[2].ops == ()
