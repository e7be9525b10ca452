"""Dependence: how much less observations tell than as many that know nothing of each other.

Bad weeks come one upon the other, and what holds for one day mostly holds for the next. Who takes such observations for
so many independent ones sees effects where there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import fmean

PARTS = 12
"""Stretches that each window is cut into: long enough to hold what hangs together, enough to tell their spread."""
MOST = 0.8
"""The most that one stretch is believed to tell of the next: 1 would leave nothing to say."""


def crowding(before: Sequence[float], after: Sequence[float], spread: Callable[[Sequence[float]], float]) -> float:
    """Return by what the variance of two windows' means is larger than that of independent observations; 1 at least.

    `spread` tells the variance of one observation of a window. The means of stretches vary by as much more, and
    stretches that hang together yet again: the method of batch means, with a correction of the first order for those.
    """
    windows = [(one, in_parts(one, PARTS), spread(one)) for one in (before, after)]
    told = [(one, parts, alone) for one, parts, alone in windows if alone > 0]
    squares = sum(len(one) / len(parts) * _squares(parts) / alone for one, parts, alone in told)
    freedom = sum(len(parts) - 1 for _, parts, _ in told)
    return max(1.0, squares / freedom * hanging(*(parts for _, parts, _ in windows))) if freedom else 1.0


def hanging(*windows: Sequence[float]) -> float:
    """Return by what the variance of means is larger because each value tells of the next; 1 if it does not.

    The autocorrelation of all windows together, each about its own mean; it is estimated too low, by (1 + 4 r) / n of
    each window: Marriott and Pope, Biometrika 41 (1954) 390.
    """
    squares = sum(map(_squares, windows))
    if not squares:
        return 1.0
    found = sum(_neighbours(one) for one in windows) / squares
    found += (1 + 4 * found) * len(windows) / sum(map(len, windows))
    known = min(max(found, 0.0), MOST)
    return (1 + known) / (1 - known)


def in_parts(values: Sequence[float], count: int) -> Sequence[float]:
    """Return the means of so many stretches of values, one after the other; 0 leaves them as they are."""
    if not count or len(values) <= count:
        return values
    edges = [round(len(values) * step / count) for step in range(count + 1)]
    return [fmean(values[start:end]) for start, end in pairwise(edges)]


def _squares(values: Sequence[float]) -> float:
    mean = fmean(values)
    return sum((each - mean) ** 2 for each in values)


def _neighbours(values: Sequence[float]) -> float:
    mean = fmean(values)
    return sum((one - mean) * (other - mean) for one, other in pairwise(values))
