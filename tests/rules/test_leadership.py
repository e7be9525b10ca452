"""The pack for leads: its own tests pass wherever people work, and it sits well beside the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rules.document import build_policy
from rules.memory import NOTHING
from rules.trial import run_tests
from tests.rules.factories import card_of, done, later, posts, ticket, words

PACKS = Path(__file__).parents[2] / "rules" / "packs"


def leadership(*packs, **calendar):
    """Return the policy of the pack, and of others, for a small company led by lena."""
    tables = {
        "calendar": calendar,
        "kinds": {"improvement": ['"improvement" in labels']},
        "domains": {"security": {}, "reliability": {}},
        "people": {name: {"github": f"{name}-gh"} for name in ("lena", "kim")},
        "teams": {"shop": {"lead": "lena", "sources": ["shop"]}},
        "council": {"members": ["kim"]},
        "sources": {"shop": {"kind": "github", "priorities": {"p1": "critical", "p2": "high"}}},
    }
    files = [PACKS / f"{name}.toml" for name in ("leadership", *packs)]
    return build_policy(tables, [(file.name, file.read_text(encoding="utf-8")) for file in files])


def improvement(**changes):
    """Return an improvement that lacks nothing but what a case takes away."""
    plain = {
        "assignees": frozenset({"bo-gh"}),
        "labels": frozenset({"improvement", "domain:security"}),
        "due": date(2026, 12, 31),
        "milestone": "Winter",
        "priority": "P2",
    }
    return ticket(**(plain | changes))


def lived(policy, of, days):
    """Return who was pinged on which day of daily passes, and the first card; no day needs a second pass."""
    memory, asked, card = NOTHING, [], None
    for day in range(days):
        of, memory, passed = done(policy, of, memory, later(day))
        card = card or card_of(passed.ops)
        asked += [(day, *op.verb.people) for op in posts(passed.ops)]
        of, memory, again = done(policy, of, memory, later(day + 0.01))
        assert again.ops == ()
    return asked, card and words(card.verb.prose)


@pytest.mark.parametrize(
    ("zone", "country"),
    [("UTC", ""), ("America/New_York", "US"), ("Europe/Berlin", "DE"), ("Asia/Tokyo", "JP")],
)
def test_the_pack_passes_the_tests_it_carries(zone, country):
    """In any of these calendars."""
    policy = leadership(time_zone=zone, country=country)
    results = run_tests(policy)
    assert [str(result) for result in results if not result.passed] == []
    assert len(results) == len(policy.tests) >= 4 * len(policy.rules)


def test_a_late_lead_is_taken_to_the_council_a_week_earlier_than_others():
    """Once by this pack; the ladder of the backlog goes on as for everybody."""
    late = improvement(assignees=frozenset({"lena-gh"}), due=date(2026, 11, 2))
    asked, card = lived(leadership("backlog", "forbidden"), late, 21)
    assert asked == [(0, "lena-gh"), (7, "kim-gh"), (7, "lena-gh"), (14, "kim-gh")]
    assert "A lead owns this, and it was due on 2026-11-02." in card
    others, _ = lived(leadership("backlog", "forbidden"), replace(late, assignees=frozenset({"bo-gh"})), 21)
    assert others == [(0, "bo-gh"), (7, "lena-gh"), (14, "kim-gh")]


def test_urgent_work_without_a_plan_is_brought_to_the_lead_once():
    """The pack against extra work labels the ticket at once; this one speaks a week later, and neither undoes it."""
    squeezed = improvement(milestone="")
    asked, card = lived(leadership("backlog", "forbidden"), squeezed, 21)
    assert asked == [(7, "lena-gh")]
    assert "Make room for it in a sprint or a milestone" in card


def test_planned_in_time_nobody_is_asked():
    """A sprint on the fourth day ends it."""
    policy, memory, of = leadership("backlog", "forbidden"), NOTHING, improvement(milestone="")
    of, memory, first = done(policy, of, memory, later(0))
    assert card_of(first.ops) is not None
    asked = []
    of = replace(of, sprint="Sprint 12", updated=later(4))
    for day in range(4, 21):
        of, memory, passed = done(policy, of, memory, later(day))
        asked += posts(passed.ops)
    assert asked == []
