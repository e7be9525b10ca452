"""Training: the weights, from labelled history that the user supplies. `python -m worker.recurrence.train DATA ...`.

A logistic regression over pairs of a report and what it was compared with, as the replay met them: of each duplicate
all pairs, of other reports a sample, weighed up to all of them. Files weigh the same, whatever their size, so that no
project sets the tone. Newton's method; the same data give the same weights.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from pathlib import Path
from tempfile import TemporaryDirectory

from rules.recurrence.features import NAMES, features_of
from rules.recurrence.judge import Considered
from rules.recurrence.model import Model
from rules.recurrence.weights import Weights
from worker.recurrence.labelled import Row, read_rows
from worker.recurrence.replaying import judged
from worker.recurrence.shipped import shipped_background

SAMPLED = 400
"""Reports of a file that are no duplicates, evenly spread over time."""
RIDGE = 30.0
"""How strongly weights are drawn to 0, in units of a feature's spread."""
ROUNDS = 30
CLOSE = 1e-7
STEEP = 1e9
NARROW = 0.05
"""A feature that is almost always 0 counts as spread at least so far: it must not carry a weight of hundreds."""


@dataclass(frozen=True, slots=True)
class Example:
    """A pair: its features, whether it was one problem, and how much it counts."""

    features: tuple[float, ...]
    same: bool
    weight: float


Pair = tuple[list[float], Example]
"""An example and its features, centred and in units of their spread, with a 1 at the end."""


def examples(rows: Sequence[Row]) -> list[Example]:
    """Return the pairs of a file, met as they came. The file counts as much as any other."""
    by_uid = {row.uid: row for row in rows}
    asked = [row for row in rows if row.query and row.truth != "unknown"]
    duplicates = [row for row in asked if row.truth == "dup"]
    others = [row for row in asked if row.truth == "unique"]
    sampled = others[:: max(1, len(others) // SAMPLED)]
    stands_for = len(others) / max(1, len(sampled))
    chosen = {row.uid: 1.0 for row in duplicates} | {row.uid: stands_for for row in sampled}
    model = Model(weights=Weights(intercept=0.0, by_name=dict.fromkeys(NAMES, 0.0)), background=shipped_background())
    found: list[Example] = []
    with TemporaryDirectory() as folder:
        for one in judged(rows, Path(folder) / "index.db", model, frozenset(chosen)):
            found.extend(_pairs(by_uid, one.uid, one.considered, chosen[one.uid]))
    scale = 1000 / max(1, len(duplicates))
    return [Example(each.features, each.same, each.weight * scale) for each in found]


def _pairs(by_uid: dict[str, Row], uid: str, considered: Sequence[Considered], weight: float) -> Iterator[Example]:
    row = by_uid[uid]
    for one, features in zip(considered, features_of([each.pair for each in considered]), strict=True):
        other = by_uid[one.pair.old.report.uid]
        same = row.truth == "dup" and other.root == row.root
        if same or other.uid not in row.related:
            yield Example(tuple(features[name] for name in NAMES), same, weight)


def fit(given: Sequence[Example]) -> Weights:
    """Return the weights under which the examples are most likely."""
    means, spreads = _moments(given)
    rows = [
        (
            [(value - mean) / spread for value, mean, spread in zip(each.features, means, spreads, strict=True)]
            + [1.0],
            each,
        )
        for each in given
    ]
    found = _descended(rows, [0.0] * len(means) + [-4.0])
    plain = [weight / spread for weight, spread in zip(found, spreads, strict=False)]
    intercept = found[-1] - sum(weight * mean for weight, mean in zip(plain, means, strict=True))
    return Weights(intercept=intercept, by_name=dict(zip(NAMES, plain, strict=True)))


def _moments(given: Sequence[Example]) -> tuple[list[float], list[float]]:
    total = sum(each.weight for each in given)
    columns = range(len(given[0].features))
    means = [sum(each.weight * each.features[at] for each in given) / total for at in columns]
    spreads = [
        max(NARROW, math.sqrt(sum(each.weight * (each.features[at] - means[at]) ** 2 for each in given) / total))
        for at in columns
    ]
    return means, spreads


def _descended(rows: Sequence[Pair], weights: list[float]) -> list[float]:
    """Return the weights where the loss is least: Newton's steps, shorter (Levenberg) while they lead uphill."""
    loss, damping = _loss(rows, weights), 1.0
    for _ in range(ROUNDS):
        gradient, curve = _slopes(rows, weights)
        before = loss
        while damping < STEEP:
            damped = [[each + damping * (at == to) for to, each in enumerate(line)] for at, line in enumerate(curve)]
            tried = [one + by for one, by in zip(weights, solved(damped, gradient), strict=True)]
            found = _loss(rows, tried)
            if found < loss:
                weights, loss, damping = tried, found, damping / 10
                break
            damping *= 10
        if before - loss < CLOSE * before:
            break
    return weights


def _loss(rows: Sequence[Pair], weights: Sequence[float]) -> float:
    """Return how unlikely the examples are, and how large the weights."""
    drawn = RIDGE / 2 * sum(weight * weight for weight in weights[:-1])
    for values, each in rows:
        score = sum(map(mul, weights, values))
        drawn += each.weight * math.log1p(math.exp(max(-700.0, min(700.0, -score if each.same else score))))
    return drawn


def _slopes(rows: Sequence[Pair], weights: Sequence[float]) -> tuple[list[float], list[list[float]]]:
    """Return where the loss falls, and how it bends."""
    size = len(weights)
    ridge = [RIDGE] * (size - 1) + [0.0]
    gradient = [-pull * weight for pull, weight in zip(ridge, weights, strict=True)]
    curve = [[ridge[at] * (at == column) for column in range(size)] for at in range(size)]
    for values, each in rows:
        score = sum(map(mul, weights, values))
        chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
        off = each.weight * (each.same - chance)
        bend = each.weight * chance * (1 - chance)
        for at, value in enumerate(values):
            gradient[at] += off * value
            line, worth = curve[at], bend * value
            for column in range(at, size):
                line[column] += worth * values[column]
    for at in range(size):
        for column in range(at):
            curve[at][column] = curve[column][at]
    return gradient, curve


def solved(matrix: list[list[float]], right: Sequence[float]) -> list[float]:
    """Solve linear equations, by Gauss with pivots."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for at in range(len(rows)):
        pivot = max(range(at, len(rows)), key=lambda line: abs(rows[line][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for below in rows[at + 1 :]:
            share = below[at] / rows[at][at]
            below[at:] = [value - share * above for value, above in zip(below[at:], rows[at][at:], strict=True)]
    found = [0.0] * len(rows)
    for at in reversed(range(len(rows))):
        known = sum(value * found[at + 1 + column] for column, value in enumerate(rows[at][at + 1 : -1]))
        found[at] = (rows[at][-1] - known) / rows[at][at]
    return found


def as_toml(weights: Weights, about: Iterable[str]) -> str:
    """Write weights as a file that `read_weights` reads."""
    head = "".join(f"# {line}\n" for line in about)
    lines = "".join(f"{name} = {weights.by_name[name]:.4f}\n" for name in NAMES)
    return f"{head}\nintercept = {weights.intercept:.4f}\n\n[weights]\n{lines}"


def main(files: Sequence[str]) -> None:
    """Train on files and print the weights."""
    if not files:
        sys.exit("usage: python -m worker.recurrence.train DATA.jsonl[.gz] ... > rules/recurrence/weights.toml")
    given = [each for file in files for each in examples(read_rows(Path(file)))]
    sys.stdout.write(as_toml(fit(given), _about(given)))


def _about(given: Sequence[Example]) -> tuple[str, ...]:
    same = sum(each.same for each in given)
    return (
        "What each feature of rules/recurrence/features.py is worth: a logistic model. Written by `make weights`.",
        f"Trained on {len(given)} pairs of tickets of public trackers, {same} of them one problem.",
    )


if __name__ == "__main__":
    main(sys.argv[1:])
