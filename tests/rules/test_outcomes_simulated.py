"""Judgements simulated: what is real is shown, what is not is not; `pytest -s` prints the figures."""

from __future__ import annotations

import sys
from math import exp, log
from random import Random
from statistics import fmean

import pytest

from rules.metrics.intervals import of_share
from rules.outcomes.aims import read_aim
from rules.outcomes.judging import Seen, judge
from rules.outcomes.resolving import resolve
from tests.rules.factories import measure
from tests.rules.test_outcomes import KNOWN

RUNS = 200
BEFORE, AFTER = 90, 150  # days
WEEKLY = 3 / 7  # incidents a day
FALSE, REAL = 0.10, 0.60
"""At most so many null effects may be taken for one, and at least so many real ones have to be seen."""


def happened(dice, daily, days):
    """Return how many events there are on each day, independently of each other."""
    return tuple(_poisson(dice, daily) for _ in range(days))


def _poisson(dice, expected):
    limit, count, product = exp(-expected), 0, dice.random()
    while product > limit:
        count, product = count + 1, product * dice.random()
    return count


def clustered(dice, daily, days):
    """Return the same where an event brings another one along, as an outage does."""
    return tuple(sum(1 + _poisson(dice, 1) for _ in range(each)) for each in happened(dice, daily / 2, days))


def counts(draw):
    """Return what is seen of events, of a drawing of them."""

    def seen(dice, daily, days):
        values = draw(dice, daily, days)
        return Seen(measure=measure(fmean(values) * 7, days=days, numerator=sum(values)), observations=values)

    return seen


def times(dice, typical, days):
    """Return what is seen of incidents whose times are log-normal, three a week."""
    values = tuple(dice.lognormvariate(log(typical), 1) for _ in range(sum(happened(dice, WEEKLY, days))))
    return Seen(measure=measure(fmean(values), days=days), observations=values)


def shares(dice, share, days):
    """Return what is seen of rollouts, one a day, a share of which fails."""
    values = tuple(float(dice.random() < share) for _ in range(days))
    return Seen(measure=measure(fmean(values), days=days), observations=values)


CASES = {
    "mttr, halved": ("mttr 3h -> 1.5h by 2027-03-31", times, 1.8, 0.9),
    "mttr, nothing changed": ("mttr 3h -> 1.5h by 2027-03-31", times, 1.8, 1.8),
    "incidents, halved": ("incidents 3/week -> 1.5/week by 2027-03-31", counts(happened), WEEKLY, WEEKLY / 2),
    "incidents, nothing changed": ("incidents 3/week -> 1.5/week by 2027-03-31", counts(happened), WEEKLY, WEEKLY),
    "clusters, nothing changed": ("incidents 3/week -> 1.5/week by 2027-03-31", counts(clustered), WEEKLY, WEEKLY),
    "failure rate, 25% to 10%": ("cfr 25% -> 10% by 2027-03-31", shares, 0.25, 0.10),
    "failure rate, nothing changed": ("cfr 25% -> 10% by 2027-03-31", shares, 0.25, 0.25),
    "mttr, twice as long": ("mttr 3h -> 1.5h by 2027-03-31", times, 1.8, 3.6),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_real_is_shown_and_what_is_not_is_not(name):
    """Of 200 runs each: a null effect is validated seldom, a real one mostly, and what got worse is never validated."""
    words, draw, before, after = CASES[name]
    target = resolve(KNOWN, read_aim(words))
    found = []
    for run in range(RUNS):
        dice = Random(f"{name} {run}")  # noqa: S311 - a simulation
        found.append(judge(target, draw(dice, before, BEFORE), draw(dice, after, AFTER)).judgement)
    shares_of = {each: found.count(each) / RUNS for each in ("validated", "not shown", "worse", "too little data")}
    low, high = of_share(found.count("validated"), RUNS)
    told = ", ".join(f"{each} {share:.1%}" for each, share in shares_of.items())
    sys.stdout.write(f"\n{name}: {told} (validated: 95% interval {low:.1%} to {high:.1%})")
    if before == after:
        assert shares_of["validated"] <= FALSE / 2
        assert shares_of["not shown"] + shares_of["too little data"] >= 1 - FALSE
    elif after < before:
        assert shares_of["validated"] >= REAL
        assert shares_of["worse"] == 0
    else:
        assert shares_of["worse"] >= REAL
        assert shares_of["validated"] == 0
