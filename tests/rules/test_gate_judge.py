"""How gates are judged: by their levels, with hysteresis, and as they say while nothing is known."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.conditions import compile_all
from rules.gates.judge import judge
from rules.gates.levels import SUBJECT, Levels, level_types
from rules.gates.model import Gate
from rules.gates.states import GateState
from tests.rules.factories import NOW, later

TYPES = level_types({"budget"}, ())
CLAUSE = 'budget[subject] < 0.0 (budget["checkout"] = -0.2)'
UNKNOWN = "budget has no value for checkout"


def condition(*texts):
    """Compile clauses over levels."""
    return compile_all(texts, where="test", types=TYPES)


def gate(**changes):
    """Return a gate that closes below 0 and opens above 0.1."""
    values = {
        "id": "teeth/budget",
        "pack": "teeth",
        "about": "",
        "power": "pause-features",
        "each": "service",
        "close_when": condition("budget[subject] < 0.0"),
        "open_when": condition("budget[subject] > 0.1"),
    }
    return Gate(**(values | changes))


def levels(*left, **changes):
    """Return the levels with so much budget of the checkout; with none if it is left out."""
    values = {"budget": {"checkout": left[0]} if left else {}, "skipped_reviews": 0, "overdue": {"critical": 0}}
    given_ = {"values": values, "outside": frozenset({SUBJECT, "budget"})}
    return Levels(**(given_ | changes))


def state(**changes):
    """Return the gate as it stood a day ago: closed for the second time if nothing else is said."""
    values = {"gate": "teeth/budget", "subject": "checkout", "closed": True, "since": later(-1), "number": 2}
    return GateState(**(values | {"because": ("it was so",), "looked": later(-1)} | changes))


OPEN = state(closed=False, because=())


@pytest.mark.parametrize(
    ("before", "left", "expected"),
    [
        (None, 0.5, state(closed=False, since=NOW, number=0, because=())),
        (None, -0.2, state(since=NOW, number=1, because=(CLAUSE,))),
        (OPEN, 0.5, OPEN),
        (OPEN, 0.05, OPEN),
        (OPEN, -0.2, state(since=NOW, number=3, because=(CLAUSE,))),
        (state(), -0.7, state()),
        (state(), 0.05, state()),
        (state(), 0.2, state(closed=False, since=NOW, because=())),
    ],
)
def test_a_gate_closes_by_one_level_and_opens_by_another(before, left, expected):
    """In between it stays as it is, with its number, its beginning and its reasons."""
    assert judge(gate(), "checkout", levels(left), before, NOW) == replace(expected, looked=NOW)


def test_without_a_level_to_open_by_it_opens_when_it_would_not_close():
    """One level is enough for what does not move by itself."""
    plain = gate(open_when=None)
    assert judge(plain, "checkout", levels(0.0), state(), NOW).closed is False
    assert judge(plain, "checkout", levels(-0.1), state(), NOW) == replace(state(), looked=NOW)


@given(some.lists(some.floats(min_value=0.0, max_value=0.1), min_size=1, max_size=20), some.booleans())
def test_noise_between_the_levels_never_moves_a_gate(noise, closed):
    """Whatever it does there."""
    before = after = state(closed=closed)
    for left in noise:
        after = judge(gate(), "checkout", levels(left), after, NOW)
    assert (after.closed, after.number, after.since) == (before.closed, before.number, before.since)


@given(some.lists(some.floats(min_value=-1.0, max_value=1.0), min_size=2, max_size=60))
def test_a_gate_moves_only_where_a_level_is_crossed(course):
    """It closes below the one, opens above the other, and counts its closings."""
    stands, closings = None, 0
    for left in course:
        was = stands is not None and stands.closed
        stands = judge(gate(), "checkout", levels(left), stands, NOW)
        closings += stands.closed and not was
        assert stands.closed == (left <= 0.1 if was else left < 0.0)
        assert stands.number == closings


@pytest.mark.parametrize(
    ("missing", "closed", "expected", "said"),
    [
        ("keep", False, False, "it stays as it is"),
        ("keep", True, True, "it stays as it is"),
        ("open", False, False, "open until that is known"),
        ("open", True, False, "open until that is known"),
        ("closed", False, True, "closed until that is known"),
        ("closed", True, True, "closed until that is known"),
    ],
)
def test_what_cannot_be_said_is_said(missing, closed, expected, said):
    """With the choice that the gate makes then; a closing keeps its reasons."""
    before = state(closed=closed, because=("it was so",) if closed else ())
    found = judge(gate(missing=missing), "checkout", levels(), before, NOW)
    why = f"{UNKNOWN}: {said}"
    assert (found.closed, found.unsure) == (expected, why)
    assert found.because == ((before.because if closed else (why,)) if expected else ())
    assert judge(gate(missing=missing), "checkout", levels(), found, later(1)) == replace(found, looked=later(1))


def test_a_stale_number_says_how_old_it_is():
    """As the signal words it."""
    lacking = {("budget", "checkout"): "budget of checkout: -0.2, 3 days old, which is stale"}
    found = judge(gate(), "checkout", levels(lacking=lacking), OPEN, NOW)
    assert found.unsure == "budget of checkout: -0.2, 3 days old, which is stale: it stays as it is"


def test_a_gate_that_closed_blindly_goes_by_its_number_once_there_is_one():
    """It opens at what would not have closed it, and has its reason if it is rightly closed."""
    blind = judge(gate(missing="closed"), "checkout", levels(), OPEN, NOW)
    assert judge(gate(missing="closed"), "checkout", levels(0.05), blind, later(1)).closed is False
    right = judge(gate(missing="closed"), "checkout", levels(-0.2), blind, later(1))
    assert (right.closed, right.number, right.because, right.unsure) == (True, blind.number, (CLAUSE,), "")


def test_a_clause_that_is_true_without_the_missing_number_counts():
    """Only what decides must be known."""
    either = gate(close_when=condition("budget[subject] < 0.0 || skipped_reviews > 0"))
    found = judge(either, "checkout", levels(values={"budget": {}, "skipped_reviews": 2}), OPEN, NOW)
    assert (found.closed, found.unsure) == (True, "")
    both = gate(close_when=condition("budget[subject] < 0.0", "skipped_reviews > 0"))
    found = judge(both, "checkout", levels(values={"budget": {}, "skipped_reviews": 0}), OPEN, NOW)
    assert (found.closed, found.unsure) == (False, "")


@pytest.mark.parametrize("closed", [True, False])
def test_half_a_reading_moves_no_gate(closed):
    """What the trackers tell is not believed then; what comes from elsewhere is."""
    reviews = gate(each="", close_when=condition("skipped_reviews > 0"), open_when=None, missing="closed")
    partial = levels(-0.2, partial="source ops was not read wholly (404)")
    found = judge(reviews, "", partial, state(closed=closed, subject=""), NOW)
    assert found.closed is closed
    assert found.unsure == "source ops was not read wholly (404): it stays as it is"
    assert judge(gate(), "checkout", partial, OPEN, NOW).closed is True
