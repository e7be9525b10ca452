"""Judgements simulated: what is real is shown, what is not is not; `pytest -s` prints the figures."""

from __future__ import annotations

import sys
from math import exp, log, sqrt
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


def in_bad_weeks(dice, daily, days):
    """Return the same where a bad day tells of the next ones, for a week about."""
    return tuple(_poisson(dice, daily * exp(0.7 * state - 0.245)) for state in states(dice, days, exp(-1 / 7)))


def states(dice, count, memory):
    """Yield normal values, each of which tells so much of the next one."""
    state = dice.gauss(0, 1)
    for _ in range(count):
        state = memory * state + sqrt(1 - memory**2) * dice.gauss(0, 1)
        yield state


def times(spread, memory=0.0, weekly=WEEKLY):
    """Return what is seen of incidents whose times are log-normal, with such a spread of their logarithms."""

    def seen(dice, typical, days):
        count = max(5, sum(happened(dice, weekly, days)))
        values = tuple(exp(log(typical) + spread * state) for state in states(dice, count, memory))
        return Seen(measure=measure(fmean(values), days=days), observations=values)

    return seen


def streaks(dice, share, days):
    """Return the same where a rollout that fails tells of the next ones."""
    centre = log(share / (1 - share))
    chances = (1 / (1 + exp(-centre - 1.2 * state)) for state in states(dice, days, exp(-1 / 5)))
    values = tuple(float(dice.random() < chance) for chance in chances)
    return Seen(measure=measure(fmean(values), days=days), observations=values)


def rolling(dice, typical, days):
    """Return what is seen of a gauge that tells the mean of the 28 days before, as error budgets do; four a day."""
    drawn = [dice.gauss(0, 1) for _ in range(4 * (days + 28))]
    sums = [0.0]
    for each in drawn:
        sums.append(sums[-1] + each)
    values = tuple(typical + (sums[at + 112] - sums[at]) / 112 for at in range(4 * days))
    return Seen(measure=measure(fmean(values), days=days), observations=values)


def shares(dice, share, days):
    """Return what is seen of rollouts, one a day, a share of which fails."""
    values = tuple(float(dice.random() < share) for _ in range(days))
    return Seen(measure=measure(fmean(values), days=days), observations=values)


CASES = {
    "mttr, halved": ("mttr 3h -> 1.5h by 2027-03-31", times(1), 1.8, 0.9),
    "mttr, nothing changed": ("mttr 3h -> 1.5h by 2027-03-31", times(1), 1.8, 1.8),
    "mttr, heavy tails, nothing changed": ("mttr 3h -> 1.5h by 2027-03-31", times(1.5), 1.8, 1.8),
    "mttr, five to ten incidents, nothing changed": ("mttr 3h -> 1.5h by 2027-03-31", times(1.5, 0, 0.06), 1.8, 1.8),
    "mttr, bad times, nothing changed": ("mttr 3h -> 1.5h by 2027-03-31", times(1, 0.5), 1.8, 1.8),
    "incidents, halved": ("incidents 3/week -> 1.5/week by 2027-03-31", counts(happened), WEEKLY, WEEKLY / 2),
    "incidents, nothing changed": ("incidents 3/week -> 1.5/week by 2027-03-31", counts(happened), WEEKLY, WEEKLY),
    "clusters, nothing changed": ("incidents 3/week -> 1.5/week by 2027-03-31", counts(clustered), WEEKLY, WEEKLY),
    "bad weeks, nothing changed": ("incidents 3/week -> 1.5/week by 2027-03-31", counts(in_bad_weeks), WEEKLY, WEEKLY),
    "failure rate, 25% to 10%": ("cfr 25% -> 10% by 2027-03-31", shares, 0.25, 0.10),
    "failure rate, nothing changed": ("cfr 25% -> 10% by 2027-03-31", shares, 0.25, 0.25),
    "streaks of failures, nothing changed": ("cfr 25% -> 10% by 2027-03-31", streaks, 0.25, 0.25),
    "error budget of 28 days, nothing changed": ("satisfaction 3 -> 3.1 by 2027-03-31", rolling, 3, 3),
    "mttr, twice as long": ("mttr 3h -> 1.5h by 2027-03-31", times(1), 1.8, 3.6),
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
