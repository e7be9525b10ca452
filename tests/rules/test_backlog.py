"""The pack that ships: its own tests pass wherever people work, and what it does to a ticket over its life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rules.actions import AddLabel, SetDue
from rules.document import build_policy
from rules.memory import NOTHING
from rules.trial import run_tests
from tests.rules.factories import card_of, decision, done, later, posts, ticket

PACK = Path(__file__).parents[2] / "rules" / "packs" / "backlog.toml"
DOMAINS = ("reliability", "security", "performance")


def backlog(**calendar):
    """Return the policy of the pack for a small company."""
    tables = {
        "calendar": calendar,
        "kinds": {"improvement": ['"improvement" in labels']},
        "domains": {name: {"keywords": ["times out"] if name == "performance" else []} for name in DOMAINS},
        "people": {name: {"github": f"{name}-gh"} for name in ("lena", "kim")},
        "teams": {"shop": {"lead": "lena", "sources": ["shop"]}},
        "council": {"members": ["kim"]},
        "sources": {"shop": {"kind": "github", "priorities": {"p1": "critical", "p2": "high"}}},
    }
    return build_policy(tables, [(PACK.name, PACK.read_text(encoding="utf-8"))])


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("UTC", ""),
        ("America/New_York", "US"),
        ("Europe/Berlin", "DE"),
        ("Asia/Tokyo", "JP"),
        ("Pacific/Auckland", "NZ"),
    ],
)
def test_the_pack_passes_the_tests_it_carries(zone, country):
    """In any of these calendars; the tests keep clear of public holidays."""
    policy = backlog(time_zone=zone, country=country)
    results = run_tests(policy)
    assert [str(result) for result in results if not result.passed] == []
    assert len(results) == len(policy.tests) >= 2 * len(policy.rules)


def test_each_rule_says_what_it_is_for_and_carries_tests_both_ways():
    """A test in which it acts and one in which it does not, or takes back what it did."""
    policy = backlog()
    for rule in policy.rules:
        expected = [test.expect for test in policy.tests if test.rule == rule.id]
        assert rule.about
        assert any(expect and not expect[0].startswith("unlabel") for expect in expected), rule.id
        assert any(not expect or expect[0].startswith("unlabel") for expect in expected), rule.id


def test_a_bare_ticket_gets_what_can_be_given_and_is_asked_for_the_rest():
    """Domain and due date are set, owner is asked for; the next pass finds nothing."""
    policy, bare = backlog(), ticket(created=later(-4), priority="P2")
    of, memory, first = done(policy, bare)
    assert [op.verb for op in first.ops[:3]] == [
        AddLabel(label="domain:performance"),
        AddLabel(label="needs-owner"),
        SetDue(due=date(2026, 11, 27)),
    ]
    assert [op.name for op in first.ops[3:]] == ["card"]
    assert done(policy, of, memory, later(0.5))[2].ops == ()


def test_a_late_ticket_climbs_the_ladder_and_comes_down_at_once():
    """Owner, lead, council in three weeks of daily passes; a new date ends it, and the card says so."""
    policy, memory, asked = backlog(), NOTHING, []
    of = ticket(
        created=later(-4),
        due=date(2026, 11, 2),
        assignees=frozenset({"ana-gh"}),
        labels=frozenset({"improvement", "domain:security"}),
        priority="P1",
    )
    for day in range(21):
        of, memory, passed = done(policy, of, memory, later(day))
        asked += [op.verb.people for op in posts(passed.ops)]
    assert asked == [("ana-gh",), ("lena-gh",), ("kim-gh",)]
    of = replace(of, due=date(2026, 12, 31), updated=later(21))
    of, memory, passed = done(policy, of, replace(memory, touched=later(21)), later(21))
    assert [(op.name, op.after) for op in passed.ops] == [("remove label", "-"), ("card", "all in order")]


def test_a_ticket_of_another_kind_or_in_order_is_not_touched():
    """Nothing is written where nothing is to be said."""
    policy = backlog()
    assert decision(policy, ticket(labels=frozenset({"incident"}))).ops == ()
    fine = ticket(
        labels=frozenset({"improvement", "domain:security"}),
        assignees=frozenset({"ana-gh"}),
        priority="P2",
        due=date(2026, 12, 31),
    )
    assert card_of(decision(policy, fine).ops) is None
    assert decision(policy, fine).ops == ()
