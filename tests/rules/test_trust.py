"""People's verdicts decide how much a resemblance may do."""

import pytest

from rules.recurrence.judge import HIGHEST, Thresholds
from rules.recurrence.trust import Given, discredited, gate, stricter, wilson

RIGHT, WRONG = Given(tier="B", correct=True), Given(tier="B", correct=False)
DONE, UNDONE = Given(tier="B", correct=True, acted=True), Given(tier="B", correct=False, acted=True)
LIKED, REFUSED = Given(tier="C", correct=True), Given(tier="C", correct=False)


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [(46, 50, 0.812, 0.968), (45, 50, 0.786, 0.957), (0, 0, 0.0, 1.0), (1, 1, 0.207, 1.0)],
)
def test_the_interval_of_a_share(right, judged, low, high):
    """Wilson's, at 95 %."""
    assert wilson(right, judged) == pytest.approx((low, high), abs=0.001)


GATES = {
    "nothing yet": ((), False, False),
    "one too few": ((RIGHT,) * 49, False, False),
    "suggestions do not count": ((LIKED,) * 80, False, False),
    "fifty, all right": ((RIGHT,) * 50, True, True),
    "four wrong": ((*(RIGHT,) * 46, *(WRONG,) * 4), True, True),
    "five wrong": ((*(RIGHT,) * 45, *(WRONG,) * 5), True, False),
    "wrong ones long ago": ((*(WRONG,) * 30, *(RIGHT,) * 50), True, True),
    "one rejected action": ((*(RIGHT,) * 50, UNDONE), True, True),
    "two rejected actions": ((*(RIGHT,) * 50, UNDONE, DONE, UNDONE), False, False),
    "two, far apart": ((*(RIGHT,) * 50, UNDONE, *(DONE,) * 10, UNDONE), True, True),
    "tried again": ((*(RIGHT,) * 50, UNDONE, UNDONE, *(RIGHT,) * 50), True, True),
}


@pytest.mark.parametrize(("verdicts", "acts", "opens"), GATES.values(), ids=GATES.keys())
def test_what_strong_matches_may_do(verdicts, acts, opens):
    """First they are tried, then they act, and by the lower bound they may open tickets, where the owner lets them."""
    assert (gate(verdicts, reopens=True).acts, gate(verdicts, reopens=True).opens) == (acts, opens)
    assert not gate(verdicts, reopens=False).opens


def test_a_gate_says_why():
    """What is missing, in a sentence."""
    said = {name: gate(verdicts, reopens=True).why for name, (verdicts, _, _) in GATES.items()}
    assert "49 of 50 verdicts are there" in said["one too few"]
    assert "people rejected 2 of 10 actions; 0 of 50" in said["two rejected actions"]
    assert "the lower bound has to be 80%" in said["five wrong"]
    assert "open again" in said["fifty, all right"]
    assert "does not name the source" in gate((RIGHT,) * 50, reopens=False).why


def test_a_signature_that_misled_twice_has_lost_its_credit():
    """Whatever the tier of what people rejected."""
    once, twice = "x:timeouterror", "m:pool is empty"
    wrong = [
        Given(tier=tier, correct=False, signature=name) for tier, name in (("B", twice), ("C", twice), ("C", once))
    ]
    right = [Given(tier="B", correct=True, signature=once)] * 5
    assert discredited([*wrong, *right, REFUSED, REFUSED]) == {twice}


@pytest.mark.parametrize(
    ("verdicts", "times"),
    [
        ((REFUSED,) * 49, 0),
        ((REFUSED,) * 50, 1),
        ((*(LIKED,) * 5, *(REFUSED,) * 45), 0),
        ((*(LIKED,) * 4, *(REFUSED,) * 46), 1),
        ((REFUSED,) * 100, 2),
        ((*(REFUSED,) * 50, *(LIKED,) * 40), 1),
        ((WRONG,) * 100, 0),
    ],
)
def test_suggestions_that_nobody_accepts_become_fewer(verdicts, times):
    """The threshold is raised once for each stretch of answers of which fewer than a tenth were a yes."""
    assert stricter(Thresholds(likely=0.1), verdicts).likely == pytest.approx(0.1 * 1.5**times)


def test_the_threshold_has_a_ceiling():
    """Something is always suggested; a threshold that is higher by itself stays."""
    assert stricter(Thresholds(likely=0.3), (REFUSED,) * 200).likely == HIGHEST
    assert stricter(Thresholds(likely=0.5), (REFUSED,) * 200).likely == 0.5
