"""Intervals: what tables have, and how often they hold the truth."""

from __future__ import annotations

import random
from math import exp

import pytest

from rules.metrics.intervals import of_count, of_mean_time, of_quantile, of_share, student


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (10, 4.795, 18.390), (100, 81.364, 121.627), (1000, 938.97, 1063.97)],
)
def test_a_count_has_the_exact_poisson_interval(events, low, high):
    """As Garwood's tables have it, also where it is approximated."""
    assert of_count(events) == pytest.approx((low, high), abs=0.02)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (3, 20, 0.0524, 0.3604), (20, 20, 0.8389, 1.0)],
)
def test_a_share_has_wilsons_interval(part, whole, low, high):
    """Which lies within 0 and 1."""
    assert of_share(part, whole) == pytest.approx((low, high), abs=0.0001)
    assert of_share(0, 0) == (None, None)


@pytest.mark.parametrize(("freedom", "quantile"), [(2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042)])
def test_students_quantiles_are_those_of_tables(freedom, quantile):
    """Within 1 %."""
    assert student(freedom) == pytest.approx(quantile, rel=0.01)


@pytest.mark.parametrize(
    ("count", "quantile", "low", "high"), [(5, 0.5, None, None), (6, 0.5, 1, 6), (10, 0.5, 2, 9), (40, 0.9, 32, 40)]
)
def test_a_quantile_lies_between_two_of_the_values(count, quantile, low, high):
    """Those that the binomial table names; of few there are none."""
    assert of_quantile(range(1, count + 1), quantile) == (low, high)


def test_a_quantile_of_very_many_values_is_found():
    """No number runs over."""
    low, high = of_quantile(range(1, 20_001), 0.5)
    assert (low, high) == pytest.approx((9862, 10140), abs=2)


@pytest.mark.parametrize("count", [5, 20, 60])
@pytest.mark.parametrize(
    ("draw", "truth"),
    [
        (lambda chance: chance.lognormvariate(0, 1), exp(0.5)),
        (lambda chance: chance.lognormvariate(0, 0.5), exp(0.125)),
        (lambda chance: chance.expovariate(1), 1.0),
    ],
    ids=["log-normal, wide", "log-normal", "exponential"],
)
def test_the_interval_of_a_mean_time_mostly_holds_it(count, draw, truth):
    """In about 95 of 100 draws: never less than 88, where Student's alone has 80 for a few wide ones."""
    chance = random.Random(7)  # noqa: S311 - the same draws each time
    held = 0
    for _ in range(400):
        low, high = of_mean_time([draw(chance) for _ in range(count)])
        held += low <= truth <= high
    assert held / 400 >= 0.88


def test_times_of_nothing_have_a_mean_of_nothing():
    """Zero has no logarithm."""
    assert of_mean_time([0.0, 0.0, 0.0]) == (0.0, 0.0)
    low, high = of_mean_time([0.0, 1.0, 2.0])
    assert 0 < low < 1 < high
    assert of_mean_time([1.0, 2.0]) == (None, None)
