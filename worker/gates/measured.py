"""Measured: the metrics that gates ask for, over the last days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.gates.levels import DAYS, LONG, LONG_DAYS, metric_level
from rules.metrics.compute import measure_part
from rules.metrics.model import Grain, Metric, Window
from rules.metrics.series import Part
from worker.measuring.history import history
from worker.worker import Worker

PRECEDENCE: tuple[Grain, ...] = ("all", "domain", "team", "service")
"""Where two grains have a subject of one name, the later one counts, and the gate's own above all."""
TOO_LITTLE = "{name} of {subject}: {why}"
WHOLE = "the whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A metric's value for a subject; why it has none, if it has none."""

    name: str  # as conditions call it
    grain: Grain
    subject: str
    value: float | None
    lacking: str = ""


def measured(
    worker: Worker, names: frozenset[str], subjects: Mapping[str, frozenset[str]], now: datetime
) -> tuple[Measured, ...]:
    """Measure what is asked for, for all subjects that there are: what happened is read once, and only if need be."""
    asked = list(_asked(worker, names))
    if not asked:
        return ()
    longest = max(days for _, _, days in asked)
    metrics = [metric for _, metric, _ in asked]
    known = history(worker, Window(start=now - timedelta(days=longest), end=now), now, metrics)
    parts: dict[tuple[int, Grain], Part] = {}
    found = []
    for name, metric, days in asked:
        for grain in metric.by:
            if (days, grain) not in parts:
                parts[days, grain] = Part(known, Window(start=now - timedelta(days=days), end=now), grain)
            part = parts[days, grain]
            recorded = part.recorded(metric, now)
            for subject in sorted(subjects[grain]) if grain != "all" else ("",):
                one = measure_part(part.scope(metric, subject), now, recorded=recorded)
                why = "" if one.enough else one.lacking or "nothing was measured"
                told = TOO_LITTLE.format(name=name, subject=subject or WHOLE, why=why) if why else ""
                value = one.value if one.enough else None
                found.append(Measured(name=name, grain=grain, subject=subject, value=value, lacking=told))
    return tuple(found)


def _asked(worker: Worker, names: frozenset[str]) -> Iterator[tuple[str, Metric, int]]:
    for metric in worker.policy.metrics:
        level = metric_level(metric)
        both = ((level, DAYS), (level + LONG, LONG_DAYS))
        yield from ((name, metric, days) for name, days in both if name in names - worker.policy.signals.keys())


def by_grain(found: tuple[Measured, ...], own: str) -> tuple[Measured, ...]:
    """Return the measures so that a later one of the same name and subject is the one that counts for a gate."""
    order = {grain: place for place, grain in enumerate(PRECEDENCE)}
    return tuple(sorted(found, key=lambda each: (each.grain == own, order[each.grain])))
