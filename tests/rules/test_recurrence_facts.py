"""What a rule may ask of what came back."""

from datetime import timedelta

import pytest

from rules import facts
from rules.memory import Fix, Memory, Statement
from tests.rules.factories import NOW, later, policy, recurrence, related, ticket

DONE = {"phase": "done", "closed": later(-5), "created": later(-9), "resolution": "completed"}
FIXED = Fix(at=later(-5), how="closed")


def asked(name, memory, **changes):
    """Return a fact."""
    given = ticket(**(DONE | changes))
    return facts.of(given, "improvement", memory, policy(), policy().calendar.today(NOW), (name,)).get(name)


RECURRED = {
    "after the fix": (recurrence(), FIXED, True),
    "before the fix": (recurrence(created=later(-6)), FIXED, False),
    "past the window": (recurrence(), Fix(at=later(-32), how="closed"), False),
    "not deployed yet": (recurrence(), Fix(at=None, how="not deployed yet"), False),
    "of a later one": (recurrence(direct=False), FIXED, False),
    "while it was open": (recurrence(again=False), FIXED, False),
    "long ago": (recurrence(created=later(-40)), Fix(at=later(-50), how="closed"), False),
}


@pytest.mark.parametrize(("report", "fix", "expected"), RECURRED.values(), ids=RECURRED.keys())
def test_it_came_back(report, fix, expected):
    """By a report that came within the window after its fix took effect."""
    assert asked("recurred", Memory(recurrences=(report,), fix=fix)) is expected


def test_recurrences_are_counted_within_the_period():
    """Those of what it is the first of among them; reports while it was open are none."""
    old, new = recurrence(created=later(-181)), recurrence(created=later(-179), took=timedelta(hours=3))
    memory = Memory(recurrences=(old, new, recurrence(direct=False), recurrence(again=False)), fix=FIXED)
    assert asked("recurrences", memory) == 2
    assert asked("recurrence_list", memory) == ["acme/shop#98", "acme/shop#98"]
    assert asked("recurrence_hours", memory) == 3 + 4 * 24
    assert asked("recurrence_history", memory)[1] == (
        "acme/shop#98 of 2026-05-08, took 3 hours (the same fingerprint pool)"
    )


def test_what_a_systemic_improvement_answers_is_not_counted_again():
    """None while it is open; later ones once it is done."""
    reports = tuple(recurrence(created=later(-day)) for day in (9, 8, 7, 1))
    assert asked("recurrences_unanswered", Memory(recurrences=reports)) == 4

    def answered(phase):
        filed = related(what="improvement", phase=phase, since=later(-5), labels=frozenset({"Systemic"}))
        return asked("recurrences_unanswered", Memory(recurrences=reports, related=(filed,)))

    assert (answered("new"), answered("done")) == (0, 1)


def test_what_a_report_is_of():
    """Its root, how certain that is, and what tells."""
    memory = Memory(recurrences=(recurrence(of={"way": "origin"}, root="acme/shop#3", at=later(-2)),))
    names = ("recurs", "recurs_tier", "recurs_because", "recurs_again", "recurs_days")
    assert [asked(name, memory) for name in names] == ["acme/shop#3", "A", "the same fingerprint pool", True, 2]
    assert [asked(name, Memory()) for name in names] == ["", "", "", False, None]


def test_putting_off_what_is_systemic_counts_twice():
    """Each time."""
    off = Statement(comment="c", what="defer", value="2027-01-01", by="bo", at=NOW)
    assert asked("deferrals", Memory(statements=(off,))) == 1
    assert asked("deferrals", Memory(statements=(off,)), labels=frozenset({"systemic"})) == 2
