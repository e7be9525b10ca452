"""The difference between two windows, with its 95 % interval: the test is whether the interval holds no difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, expm1, inf, lgamma, log, log1p, sqrt
from statistics import fmean, variance

from rules.metrics.intervals import FLOOR, of_share, student
from rules.outcomes.dependence import crowding, hanging, in_parts
from rules.outcomes.resolving import Sort

TAIL = 0.025
MANY = 1000
"""Events; beyond, an approximation is as good as the exact interval, and fast."""
FEWEST = 3
"""Values that their spread is told from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much more the later window has than the earlier one; negative: less."""

    low: float
    high: float
    relative: bool  # a share of the earlier: -0.5 is half of it; else in the metric's unit (of shares: 0 to 1)

    @property
    def way(self) -> int:
        """1 if it is certain that there is more, -1 if less, 0 if neither."""
        return (self.low > 0) - (self.high < 0)

    def widened(self, middle: float, by: float) -> Difference:
        """Return it with its bounds so many times as far from the middle."""
        return replace(self, low=middle - by * (middle - self.low), high=middle + by * (self.high - middle))


def difference(sort: Sort, before: Sequence[float], after: Sequence[float], *, steady: int = 0) -> Difference | None:
    """Return the difference between two windows' observations; None of too few.

    Observations come in their order in time; the interval is wider where they hang together. `steady`: values that
    come one upon the other, as samples of a gauge do, are taken together into so many means.
    """
    if min(len(before), len(after)) < FEWEST:
        return None
    if sort == "shares":
        return _of_shares(before, after)
    if sort == "counts":
        return _of_counts(before, after)
    if sort == "times":
        return _of_times(before, after)
    return _of_steady(in_parts(before, steady), in_parts(after, steady))


# -- yes or no ---------------------------------------------------------------------------------------------------------


def _of_shares(before: Sequence[float], after: Sequence[float]) -> Difference:
    """Return Newcombe's interval from Wilson's of both: Statistics in Medicine 17 (1998) 873, method 10.

    Failures that come in streaks tell less: it is as much wider.
    """
    (one, low, high), (other, lowest, highest) = _share(before), _share(after)
    middle = other - one
    found = Difference(
        low=middle - sqrt((other - lowest) ** 2 + (high - one) ** 2),
        high=middle + sqrt((highest - other) ** 2 + (one - low) ** 2),
        relative=False,
    )
    wider = found.widened(middle, sqrt(crowding(before, after, lambda window: fmean(window) * (1 - fmean(window)))))
    return replace(wider, low=max(-1.0, wider.low), high=min(1.0, wider.high))


def _share(observed: Sequence[float]) -> tuple[float, float, float]:
    part, whole = round(sum(observed)), len(observed)
    low, high = of_share(part, whole)
    return part / whole, low or 0.0, high if high is not None else 1.0


# -- how many a day ----------------------------------------------------------------------------------------------------


def _of_counts(before: Sequence[float], after: Sequence[float]) -> Difference | None:
    """Return the interval of the ratio of two rates: given all events, those of one window are binomial.

    Events that come in clusters, within a day or in bad weeks, tell less than their number: it is divided by how much
    more they vary than independent ones, if that is above 1.
    """
    crowd = max(_dispersion(before, after), crowding(before, after, fmean))
    first, second = round(sum(before) / crowd), round(sum(after) / crowd)
    if not first + second:
        return None
    low, high = _binomial(second, first + second)
    days = len(before) / len(after)
    return Difference(low=_odds(low) * days - 1, high=_odds(high) * days - 1, relative=True)


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else inf


def _dispersion(*windows: Sequence[float]) -> float:
    """Return variance by mean of the counts of days, in both windows together: 1 if events come independently."""
    squares = sum((count - mean) ** 2 / mean for one in windows if (mean := fmean(one)) > 0 for count in one)
    days = sum(len(one) - 1 for one in windows if sum(one) > 0)
    return squares / days if days else 1.0


def _binomial(part: int, whole: int) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper and Pearson's); of many, Wilson's."""
    if whole > MANY:
        low, high = of_share(part, whole)
        return low or 0.0, high if high is not None else 1.0
    return (
        _solved(part - 1, whole, 1 - TAIL) if part else 0.0,
        _solved(part, whole, TAIL) if part < whole else 1.0,
    )


def _solved(part: int, whole: int, chance: float) -> float:
    """Return the share of which at most `part` of `whole` come with that chance."""
    ways = [lgamma(whole + 1) - lgamma(each + 1) - lgamma(whole - each + 1) for each in range(part + 1)]
    low, high = 0.0, 1.0
    for _ in range(50):
        share = (low + high) / 2
        yes, no = log(share), log1p(-share)
        below = sum(exp(way + each * yes + (whole - each) * no) for each, way in enumerate(ways))
        low, high = (share, high) if below > chance else (low, share)
    return (low + high) / 2


# -- times and other numbers -------------------------------------------------------------------------------------------


def _of_values(before: Sequence[float], after: Sequence[float]) -> Difference | None:
    """Return Welch's interval of the difference of two means."""
    if min(len(before), len(after)) < FEWEST:
        return None
    spreads = [(variance(one) / len(one), len(one)) for one in (before, after)]
    total, middle = sum(spread for spread, _ in spreads), fmean(after) - fmean(before)
    if not total:
        return Difference(low=middle, high=middle, relative=False)
    freedom = total**2 / sum(spread**2 / (count - 1) for spread, count in spreads)
    width = student(max(1, int(freedom))) * sqrt(total)
    return Difference(low=middle - width, high=middle + width, relative=False)


def _of_steady(before: Sequence[float], after: Sequence[float]) -> Difference | None:
    """Return the same, as much wider as one value tells of the next."""
    found = _of_values(before, after)
    return found and found.widened(fmean(after) - fmean(before), sqrt(hanging(before, after)))


def _of_times(before: Sequence[float], after: Sequence[float]) -> Difference | None:
    """Return the same of the logarithms: of how many times as long the typical time is.

    Times are short for the most part, and some are very long: their logarithms are nearly normal. Bad times that come
    one upon the other tell less.
    """
    middle = fmean((*before, *after))
    if middle <= 0:
        return None
    first, last = ([log(max(each, middle * FLOOR)) for each in one] for one in (before, after))
    found = _of_values(first, last)
    if found is None:
        return None
    wider = found.widened(fmean(last) - fmean(first), sqrt(crowding(first, last, variance)))
    return Difference(low=expm1(wider.low), high=expm1(wider.high), relative=True)
