"""Background: how common a word is in trackers at large, so that a young tracker knows it from its first ticket on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = 0.0005
"""The share of tickets that hold a word the table does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """The shares of tickets, by word, and how many tickets of one's own count as much as all of them."""

    shares: Mapping[str, float]
    weight: float = 300.0

    def idf(self, word: str, seen: int, of: int) -> float:
        """Return how telling a word is that `seen` of `of` tickets hold: natural logarithm, 0 or more."""
        share = (seen + self.weight * self.shares.get(word, UNKNOWN)) / (of + self.weight)
        return max(0.0, -math.log(min(1.0, share + 1e-6)))
