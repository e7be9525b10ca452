"""The pack for feedback: its own tests pass wherever people work, and whom a decision without answers is asked of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rules.document import build_policy
from rules.memory import Memory, Statement
from rules.trial import run_tests
from tests.rules.factories import card_of, done, later, posts, ticket, words

FILE = Path(__file__).parents[2] / "rules" / "packs" / "feedback.toml"
ASKED = "It does not say yet what follows for: "


def feedback(text="", **calendar):
    """Return the policy of the pack for a small company."""
    tables = {
        "calendar": calendar,
        "kinds": {"decision": ['"decision" in labels']},
        "people": {name: {"github": f"{name}-gh"} for name in ("lena", "kim")},
        "teams": {"shop": {"lead": "lena", "sources": ["shop"]}},
        "council": {"members": ["kim"]},
        "sources": {"shop": {"kind": "github"}},
    }
    return build_policy(tables, [(FILE.name, text or FILE.read_text(encoding="utf-8"))])


def decided(**changes):
    """Return a decision that bo owns, a week old."""
    plain = {"created": later(-7), "labels": frozenset({"decision"}), "assignees": frozenset({"bo-gh"})}
    return ticket(**(plain | changes))


def said(*values):
    """Return what is remembered of answers, given so long ago that they are acknowledged."""
    each = (
        Statement(comment=value, what="feeds", value=value, by="bo-gh", at=later(-8), because="of that")
        for value in values
    )
    return Memory(statements=tuple(each))


@pytest.mark.parametrize(
    ("zone", "country"),
    [("UTC", ""), ("America/New_York", "US"), ("Europe/Berlin", "DE"), ("Asia/Tokyo", "JP")],
)
def test_the_pack_passes_the_tests_it_carries(zone, country):
    """In any of these calendars."""
    policy = feedback(time_zone=zone, country=country)
    results = run_tests(policy)
    assert [str(result) for result in results if not result.passed] == []
    assert len(results) == len(policy.tests) >= 4 * len(policy.rules)


def test_what_is_missing_is_asked_for_then_escalated():
    """The owner, the lead, the council; each is told what is missing on that day, and the card says so as well."""
    policy, of = feedback(), decided()
    of, memory, first = done(policy, of)
    assert f"{ASKED}roadmap, budget, staffing, training." in words(card_of(first.ops).verb.prose)
    asked = [(0, op.verb.people, words(op.verb.prose).split("\n")[0]) for op in posts(first.ops)]
    for day in range(1, 30):
        if day == 6:
            of = replace(of, body="Roadmap: OPS-12\nBudget: none", updated=later(6))
        if day == 8:
            memory = replace(memory, statements=said("training OPS-13").statements)
        of, memory, passed = done(policy, of, memory, later(day))
        asked += [(day, op.verb.people, words(op.verb.prose).split("\n")[0]) for op in posts(passed.ops)]
        if day in (6, 8):
            left = "budget, staffing, training" if day == 6 else "budget, staffing"
            assert f"{ASKED}{left}." in words(card_of(passed.ops).verb.prose)
    title = "“Search times out”"
    assert [(day, *people) for day, people, _ in asked] == [(0, "bo-gh"), (7, "lena-gh"), (14, "kim-gh")]
    assert asked[0][2].startswith(f"@bo-gh: {ASKED}roadmap, budget, staffing, training.")
    assert f"{title} does not say what follows for: budget, staffing, training." in asked[1][2]
    assert f"For two weeks {title} has not said what follows for: budget, staffing." in asked[2][2]


def test_a_decision_with_answers_is_left_alone():
    """Links for some, explained nones for others."""
    memory = said("roadmap OPS-12", "budget none", "staffing none", "training OPS-13")
    assert done(feedback(), decided(), memory)[2].ops == ()


def test_what_feeds_nothing_is_said_on_the_card_alone():
    """No label and no ping; a ticket that follows after all ends it."""
    policy = feedback()
    nones = said("roadmap none", "budget none", "staffing none", "training none")
    of, memory, first = done(policy, decided(), nones)
    assert [(op.name, op.after) for op in first.ops] == [("card", "feedback/fed-nothing")]
    assert "nothing follows from this decision" in words(card_of(first.ops).verb.prose)
    memory = replace(memory, statements=(*memory.statements, *said("roadmap OPS-12").statements))
    _, _, second = done(policy, of, memory, later(1))
    assert [(op.name, op.after) for op in second.ops] == [("card", "all in order")]


def test_a_given_answer_that_is_none_is_told():
    """With the nearest right name, and what would be right."""
    text = FILE.read_text(encoding="utf-8")
    wrong = text.replace('feeds = ["roadmap OPS-12"] }', 'feeds = ["raodmap OPS-12"] }')
    assert wrong != text
    with pytest.raises(Exception, match="did you mean 'roadmap'") as caught:
        feedback(wrong)
    assert "feedback.toml: rule 'unanswered', test[2].given.feeds[1], line " in str(caught.value)
