"""Judging: whether what was stated came true, from what was seen before and after; said in a sentence with both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isinf

from rules.memory import Judgement
from rules.metrics.model import Measure, Measured
from rules.outcomes.difference import Difference, difference
from rules.outcomes.resolving import Target, sort_of
from rules.outcomes.windows import LEAST, days_in

HALF = 0.5
"""The share of the stated change that has to be seen for it to be validated, if its target is not reached."""
FEWEST = 5
"""Events in both windows together that a rate is judged by at least."""
WEEK = 7
COUNTED: Mapping[Measured, str] = {
    "incidents": "incidents",
    "time-to-detect": "incidents",
    "time-to-respond": "incidents",
    "time-to-resolve": "incidents",
    "change-failure-rate": "rollouts",
    "deployments": "rollouts",
    "lead-time": "rollouts",
    "load": "tickets",
    "support": "tickets",
    "improvement-share": "tickets",
    "signal": "samples",
}
"""What the observations of a metric are."""
TOO_LITTLE = "Too little is known of {name} to judge it: {why}."
BETWEEN = "{name} went from {before} to {after}: {change} (95% interval).\n{verdict}"
REACHED = "The target of {target} is reached."
LESS = "That is shown, but less than stated: {target}."
SMALL = "It got better, but by less than half of what was stated: {target}."
CHANCE = "That can be chance: no effect is shown."
NOT_BETTER = "By {metric} it is no better: no effect is shown."
WORSE = "It got worse; it was to be {target}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen in a window: the metric, and the single values that it is made of, in its unit."""

    measure: Measure
    observations: tuple[float, ...]  # of shares 0 or 1; of counts how many on each day


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A judgement, and why: a line with the numbers, and one that says what they mean."""

    judgement: Judgement
    said: str


def judge(target: Target, before: Seen, after: Seen) -> Judged:
    """Judge an effect by two windows that are complete."""
    first, last = target.value(before.measure), target.value(after.measure)
    weeks = min(days_in(before.measure.window), days_in(after.measure.window)) // WEEK
    steady = weeks if target.metric.measured == "signal" else 0
    found = difference(sort_of(target.metric), before.observations, after.observations, steady=steady)
    lacking = _lacking(target, before, after)
    if lacking or found is None or first is None or last is None:
        why = lacking or "no number can be told"
        return Judged(judgement="too little data", said=TOO_LITTLE.format(name=target.name, why=why))
    what = COUNTED[target.metric.measured]
    judgement, verdict = _judgement(target, found, first, last)
    said = BETWEEN.format(
        name=target.name,
        before=f"{target.amount(first)} ({_count(target, before)} {what} in {_days(before)})",
        after=f"{target.amount(last)} ({_count(target, after)} in {_days(after)})",
        change=worded(target, found),
        verdict=verdict.format(target=target.amount(target.end), metric=target.metric.id),
    )
    return Judged(judgement=judgement, said=said)


def _judgement(target: Target, found: Difference, before: float, after: float) -> tuple[Judgement, str]:
    good = -1 if target.metric.better == "lower" else 1
    moved = (after > before) - (after < before)
    if found.way == -good and moved == -good:
        return "worse", WORSE
    if found.way == 0:
        return "not shown", CHANCE
    if found.way != good or moved != good:
        return "not shown", NOT_BETTER
    if (after - target.end) * good >= 0:
        return "validated", REACHED
    enough = (after - before) / (target.end - target.start) >= HALF
    return ("validated", LESS) if enough else ("not shown", SMALL)


def _lacking(target: Target, before: Seen, after: Seen) -> str:
    """Return what there is too little of, "" if there is enough."""
    short = [days for each in (before, after) if (days := days_in(each.measure.window)) < LEAST]
    if short:
        return f"{short[0]} days are known, and {LEAST} are the least"
    counts, enough = (_count(target, before), _count(target, after)), target.metric.enough
    what = COUNTED[target.metric.measured]
    if sort_of(target.metric) == "counts":
        unknown = before.measure.lacking or after.measure.lacking
        if unknown:
            return unknown
        return f"{sum(counts)} {what} in all, {FEWEST} are needed" if sum(counts) < FEWEST else ""
    few = min(counts) < enough
    return f"{counts[0]} {what} before and {counts[1]} after, {enough} each are needed" if few else ""


def _count(target: Target, seen: Seen) -> int:
    return round(sum(seen.observations)) if sort_of(target.metric) == "counts" else len(seen.observations)


def _days(seen: Seen) -> str:
    return f"{days_in(seen.measure.window)} days"


def worded(target: Target, found: Difference) -> str:
    """Word a difference: "34% to 62% less", "between 20% less and 35% more"."""
    typical = "the typical time is " if sort_of(target.metric) == "times" else ""
    low, high = (_size(target, bound, relative=found.relative) for bound in (abs(found.low), abs(found.high)))
    if isinf(found.high):
        return f"at least {low} more" if found.low > 0 else f"{low} less or any number more"
    if found.way > 0:
        return f"{typical}{low} to {high} more"
    if found.way < 0:
        return f"{typical}{high} to {low} less"
    return f"{typical}between {low} less and {high} more"


def _size(target: Target, value: float, *, relative: bool) -> str:
    if relative:
        return f"{value:.0%}" if value < inf else ""
    return f"{100 * value:.1f} points" if sort_of(target.metric) == "shares" else target.amount(value)
