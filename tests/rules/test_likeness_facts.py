"""What a rule may ask of what resembles what, and what the card shows of it."""

import pytest

from rules import facts
from rules.memory import Memory
from rules.model import Ticket
from rules.recurrence.problems import is_problem
from rules.recurrence.tokens import spoken, words
from rules.recurring import Recurring
from tests.rules.factories import NOW, later, likeness, policy, recurrence, ticket

NAMES = ("alike", "alike_evidence", "alike_days", "likely_same", "likely_same_because")
EVIDENCE = "score 0.43; both show timeouterror, pool * is empty; both say pool, empty"
STRONG = likeness(tier="B", probability=0.8)


def asked(*likenesses, **remembered) -> list[object]:
    """Return the facts of a ticket that may be the same as others."""
    memory = Memory(likenesses=likenesses, **remembered)
    found = facts.of(ticket(), "incident", memory, policy(), policy().calendar.today(NOW), NAMES)
    return [found.get(name) for name in NAMES]


def test_what_may_be_the_same():
    """Each with its evidence; nothing is said of what nobody found."""
    second = likeness(of={"uid": "u2", "key": "OPS-2"}, signatures=(), words=())
    said = [f"acme/shop#97 ({EVIDENCE})", "OPS-2 (score 0.43)"]
    assert asked(likeness(), second) == [["acme/shop#97", "OPS-2"], said, 1, "", ""]
    assert asked() == [[], [], None, "", ""]


def test_a_strong_match_stands_alone_once_it_is_acted_upon():
    """In the shadow it is suggested like any other."""
    because = EVIDENCE.replace("0.43", "0.80")
    assert asked(STRONG, likeness()) == [[], [], None, "acme/shop#97", because]
    assert asked(likeness(tier="B", shadow=True))[0] == ["acme/shop#97"]


@pytest.mark.parametrize("tier", ["A", "B"])
def test_what_is_certain_leaves_nothing_to_suggest(tier):
    """A pair that text made is not certain."""
    pair = recurrence(tier=tier, of={"way": "origin"})
    assert asked(STRONG, recurrences=(pair,))[3] == ("" if tier == "A" else "acme/shop#97")
    assert asked(likeness(), recurrences=(pair,))[0] == ([] if tier == "A" else ["acme/shop#97"])
    later_report = recurrence(tier=tier)
    assert asked(likeness(), recurrences=(later_report,))[0] == ["acme/shop#97"]


@pytest.mark.parametrize(
    ("kind", "changes", "kinds", "expected"),
    [
        ("incident", {}, ("incident", "bug"), True),
        ("", {"type": "Bug"}, ("incident", "bug"), True),
        ("", {"labels": frozenset({"BUG"})}, ("incident", "bug"), True),
        ("improvement", {"type": "Task", "labels": frozenset({"debugging"})}, ("incident", "bug"), False),
        ("improvement", {}, ("any",), True),
        ("incident", {}, (), False),
    ],
)
def test_what_tells_of_a_problem(kind, changes, kinds, expected):
    """By its kind, its issue type or a label."""
    given: Ticket = ticket(**({"labels": frozenset(), "type": ""} | changes))
    assert is_problem(Recurring(kinds=frozenset(kinds)), given, kind) is expected


def test_words_are_told_as_they_are_written():
    """Not as they are compared; what the text does not have is left out."""
    text = "The databases' connections were exhausted; QueuePool was crashing"
    assert spoken(text, [*words("database connection exhausted crashes queue pool"), "missing"]) == (
        "databases",
        "connections",
        "exhausted",
        "crashing",
        "queue",
        "pool",
    )


def test_times_are_days():
    """Whole days in the calendar's zone."""
    assert asked(likeness(at=later(-3)))[2] == 3
