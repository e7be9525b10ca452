"""Signals: the newest number of each subject, whether it is too old to go by, and whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.freshness import fresh
from rules.metrics.model import Sample
from rules.policy import Policy, SignalFacts

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STEPS = (*(timedelta(minutes=count) for count in (1, 5, 15, 30)), HOUR, 6 * HOUR, DAY)
"""How far apart the numbers of a past may be that is asked for afterwards."""
MOST_STEPS = 2200
"""Numbers of one subject that are asked for afterwards: 90 days hour by hour."""
MOST_SAMPLES = 100_000
"""Numbers of all subjects of a signal that are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The newest number of a signal for a subject. One that is stale is no number to decide by."""

    value: float
    at: datetime
    stale: bool = False
    said: str = ""  # in words: "-0.2, 12 minutes old"; "0.4, 3 hours old, which is stale: older than 1 hour"


def latest_of(policy: Policy, facts: SignalFacts, sample: Sample, now: datetime) -> Latest:
    """Say how a signal's newest number of a subject stands."""
    stale = not fresh(policy.calendar, sample.at, facts.fresh, now)
    said = f"{plain(sample.value, facts.unit)}, {spoken(now - sample.at)} old"
    said += f", which is stale: older than {spoken(facts.fresh)}" if stale else ""
    return Latest(value=sample.value, at=sample.at, stale=stale, said=said)


def subject_of(policy: Policy, named: str) -> str:
    """Return the subject that a signal's label or column names: the service, however it is written there.

    What is no service stays as it is. Without any [services] it is in lower case, as components are.
    """
    if not policy.services:
        return named.lower()
    return next((each.name for each in policy.services if each.name.lower() == named.lower()), named)


def strange_subjects(policy: Policy, subjects: frozenset[str]) -> tuple[str, ...]:
    """Return the subjects that are no service of the config, where it names any."""
    known = {"", *(each.name for each in policy.services)}
    return tuple(sorted(subjects - known)) if policy.services else ()


def step_over(span: timedelta, every: timedelta, subjects: int) -> timedelta:
    """Return how far apart the numbers of a past may be: as often as it is read, but never too many of them."""
    most = max(1, min(MOST_STEPS, MOST_SAMPLES // max(1, subjects)))
    fitting = (step for step in STEPS if step >= every and span / step <= most)
    return next(fitting, max(every, DAY * max(1, -(-span // (DAY * most)))))


def plain(value: float, unit: str = "") -> str:
    """Write a number shortly, with its unit."""
    return f"{value:.6g} {unit}".strip() if unit != "%" else f"{value:.6g}%"


def spoken(span: timedelta) -> str:
    """Say how long a time is, in its largest fitting unit: "12 minutes", "36 hours"."""
    if span < timedelta(minutes=1):
        return "less than a minute"
    if span < timedelta(minutes=90):
        count, unit = round(span / timedelta(minutes=1)), "minute"
        count, unit = (1, "hour") if count == 60 else (count, unit)
    elif span < 2 * DAY:
        count, unit = round(span / HOUR), "hour"
    else:
        count, unit = round(span / DAY), "day"
    return f"1 {unit}" if count == 1 else f"{count} {unit}s"
