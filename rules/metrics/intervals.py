"""95 % intervals: how far the truth may be from what was counted, by the same arithmetic every time."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log, sqrt
from statistics import fmean, variance

Z = 1.959963984540054
"""The normal distribution's quantile of 97.5 %."""
FLOOR = 1 / 1000
"""The share of the mean that a time counts for at least, so that it has a logarithm."""
TAIL = 0.025
MANY = 500
"""Events; beyond, the approximation is as good."""
FEWEST, SEVERAL = 3, 40
"""Values that an interval of their mean takes, and from how many on their mean is distributed normally."""

Interval = tuple[float | None, float | None]
"""Low and high; none: no bound can be told on that side."""
NO_INTERVAL: Interval = (None, None)


def of_count(events: int) -> Interval:
    """Return the interval of an expected number of events that come independently of each other.

    It is exact (Garwood's); for many events Byar's approximation: Breslow and Day, Statistical Methods in Cancer
    Research II, 2.3.
    """
    if events > MANY:
        spread = Z / (3 * sqrt(events))
        return events * (1 - 1 / (9 * events) - spread) ** 3, (events + 1) * (1 - 1 / (9 * (events + 1)) + spread) ** 3
    low = _expected(events - 1, 1 - TAIL) if events else 0.0
    return low, _expected(events, TAIL)


def _expected(events: int, chance: float) -> float:
    """Return of how many expected events at most so many come with that chance."""
    low, high = 0.0, 2.0 * events + 10
    for _ in range(60):
        middle = (low + high) / 2
        term = below = exp(-middle)
        for count in range(1, events + 1):
            term *= middle / count
            below += term
        low, high = (middle, high) if below > chance else (low, middle)
    return (low + high) / 2


def of_share(part: int, whole: int) -> Interval:
    """Return Wilson's interval of a share, 0 to 1."""
    if not whole:
        return NO_INTERVAL
    share, spread = part / whole, Z * Z / whole
    middle = share + spread / 2
    width = Z * sqrt(share * (1 - share) / whole + spread / whole / 4)
    return max(0.0, (middle - width) / (1 + spread)), min(1.0, (middle + width) / (1 + spread))


def of_mean(values: Sequence[float]) -> Interval:
    """Return Student's interval of a mean."""
    if len(values) < FEWEST:
        return NO_INTERVAL
    mean, width = fmean(values), student(len(values) - 1) * sqrt(variance(values) / len(values))
    return mean - width, mean + width


def of_mean_time(values: Sequence[float]) -> Interval:
    """Return the interval of a mean of times, of which many are short and few very long.

    Few of them: Cox's for the mean of log-normal values, with Student's quantiles (Olsson, Journal of Statistics
    Education 13, 2005), widened to hold the mean itself. From SEVERAL on, Student's holds better.
    """
    mean = fmean(values) if values else 0.0
    if len(values) >= SEVERAL or mean <= 0:
        return of_mean(values)
    if len(values) < FEWEST:
        return NO_INTERVAL
    logs = [log(max(value, mean * FLOOR)) for value in values]
    count, spread = len(logs), variance(logs)
    middle = fmean(logs) + spread / 2
    width = student(count - 1) * sqrt(spread / count + spread**2 / (2 * (count - 1)))
    return min(mean, exp(middle - width)), max(mean, exp(middle + width))


def of_quantile(values: Sequence[float], quantile: float) -> Interval:
    """Return the interval of a quantile (0 to 1), between two of the values, whatever their distribution."""
    ordered, count, below = sorted(values), len(values), 0.0
    low = high = None
    for index, value in enumerate(ordered):
        ways = lgamma(count + 1) - lgamma(index + 1) - lgamma(count - index + 1)
        below += exp(ways + index * log(quantile) + (count - index) * log(1 - quantile))
        if below <= TAIL:  # the chance that the quantile is less than this value
            low = value
        if below >= 1 - TAIL:
            high = value
            break
    return low, high


def student(freedom: int) -> float:
    """Return the quantile of 97.5 % of Student's t, within 1 % from 2 degrees on: Abramowitz and Stegun 26.7.5."""
    z, n = Z, freedom
    terms = (
        (z**3 + z) / 4 / n,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96 / n**2,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384 / n**3,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160 / n**4,
    )
    return z + sum(terms)
