"""Aims that can be: numbers that what is measured can have."""

from __future__ import annotations

import pytest

from rules.outcomes.aims import read_aim
from rules.outcomes.resolving import resolve
from tests.rules.test_outcomes import KNOWN


@pytest.mark.parametrize(
    ("words", "never"),
    [("mttr -5h -> -6h", "-5 h"), ("cfr 120% -> 10%", "120%"), ("incidents 3/week -> -1/week", "-1 per week")],
)
def test_what_can_never_be_is_no_aim(words, never):
    """A small step beyond all that is possible would be half way there at once; a signal may be below zero."""
    assert resolve(KNOWN, read_aim(f"{words} by 2027-03-31")).endswith(f"is never {never}")
    assert not isinstance(resolve(KNOWN, read_aim("satisfaction -3 -> -2 by 2027-03-31")), str)
