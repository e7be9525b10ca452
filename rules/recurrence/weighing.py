"""Weighing: the words of a report by how telling they are, and how much two reports have in common."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rules.recurrence.report import Report

Idf = Callable[[str], float]
SATURATION = 1.2
"""BM25's k1: how soon it stops to matter that a word is said again."""
TITLE, PROSE, CODE = 3.0, 1.0, 0.4
"""How much a word counts by where it stands."""


@dataclass(frozen=True, slots=True)
class Vector:
    """Words and their weights, and the length of that vector."""

    weights: Mapping[str, float]
    length: float

    def cosine(self, other: Vector) -> float:
        """Return how alike two vectors are, 0 to 1."""
        if not self.length or not other.length:
            return 0.0
        small, large = sorted((self.weights, other.weights), key=len)
        dot = sum(weight * large[word] for word, weight in small.items() if word in large)
        return min(1.0, dot / (self.length * other.length))

    def covered(self, by: Vector) -> float:
        """Return which share of this vector's weight stands in words that `by` has too."""
        total = sum(self.weights.values())
        return sum(weight for word, weight in self.weights.items() if word in by.weights) / total if total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A report's words, weighed."""

    report: Report
    title: Vector
    prose: Vector
    code: Vector
    whole: Vector
    letters: Mapping[str, int]  # the title's groups of three letters


def weigh(report: Report, idf: Idf) -> Weighed:
    """Weigh a report's words."""
    counts = dict.fromkeys((*report.title, *report.prose, *report.code), 0.0)
    for words, worth in ((report.title, TITLE), (report.prose, PROSE), (report.code, CODE)):
        for word in words:
            counts[word] += worth
    return Weighed(
        report=report,
        title=_vector(Counter(report.title), idf),
        prose=_vector(Counter(report.prose), idf),
        code=_vector(Counter(report.code), idf),
        whole=_vector(counts, idf),
        letters=_letters(report.title),
    )


def _vector(counts: Mapping[str, float], idf: Idf) -> Vector:
    weights = {word: saturated(count) * idf(word) for word, count in counts.items()}
    return Vector(weights, math.sqrt(sum(weight * weight for weight in weights.values())))


def saturated(count: float) -> float:
    """Return what `count` mentions of a word are worth, 1 for one, at most 1 + SATURATION."""
    return count * (SATURATION + 1) / (count + SATURATION)


def _letters(words: Iterable[str]) -> Counter[str]:
    text = f" {' '.join(words)} "
    return Counter(text[at : at + 3] for at in range(len(text) - 2))


def dice(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Return which share of two bags is common to both, 0 to 1."""
    total = sum(one.values()) + sum(other.values())
    return 2 * sum(min(count, other[each]) for each, count in one.items() if each in other) / total if total else 0.0


def query_terms(report: Report, idf: Idf) -> tuple[tuple[str, float], ...]:
    """Return a report's words by weight x idf, the most telling first, with that figure."""
    counts: dict[str, float] = {}
    for words, worth in ((report.title, TITLE), (report.prose, PROSE), (report.code, CODE)):
        for word, count in Counter(words).items():
            counts[word] = counts.get(word, 0.0) + worth * saturated(count)
    told = ((word, count * idf(word)) for word, count in counts.items())
    return tuple(sorted(told, key=lambda each: (-each[1], each[0])))
