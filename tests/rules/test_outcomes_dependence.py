"""What observations that hang together tell: less than as many that do not."""

from __future__ import annotations

from rules.outcomes.aims import read_aim
from rules.outcomes.difference import difference
from rules.outcomes.judging import judge
from rules.outcomes.resolving import resolve
from tests.rules.test_outcomes import HOURS, KNOWN, LONG, seen


def test_bad_weeks_tell_less_than_their_days():
    """One bad stretch before is no effect after, whatever is made of it: numbers a day, times, failures."""
    even = [1.0, 0.0, 0.0, 0.0] * 22
    assert judged_of("incidents 12/month -> 6/month", [1.0] * 21 + [0.0] * 69, [1.0, *[0.0] * 17] * 5) == "not shown"
    assert judged_of("incidents 12/month -> 6/month", even, [1.0, *[0.0] * 17] * 5) == "validated"
    assert judged_of("mttr 4h -> 2h", LONG[:8] * 3 + HOURS * 3, HOURS * 6) == "not shown"
    assert judged_of("cfr 25% -> 10%", [1.0] * 22 + [0.0] * 68, [1.0, *[0.0] * 17] * 5) == "not shown"
    assert difference("values", [3.0, 3.1, 3.2, 3.3, 3.4, 3.5], [3.6, 3.5, 3.4, 3.3, 3.4, 3.5]).way == 0


def judged_of(words, before, after):
    """Return how an effect is judged of observations in their order in time."""
    seens = (seen(each, days=90) for each in (before, after))
    return judge(resolve(KNOWN, read_aim(f"{words} by 2027-03-31")), *seens).judgement
