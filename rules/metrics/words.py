"""Metrics in words: values with their units, intervals, and whether it got better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from rules.metrics.model import Linked, Measure, Metric

Trend = Literal["better", "worse", "no clear change", ""]
"""What a window says beside the one before; "" if one of them says too little, or has no interval."""
PERCENT = "%"
SHORT = {"per week": "/week", "per day": "/day"}
LINKS: Mapping[Linked, str] = {"stated": "as people say", "revert": "by a revert", "window": "by nearness in time"}


def number(value: float, unit: str = "") -> str:
    """Word a number as exactly as it is worth: "0.75", "12.5", "340"; of a share in percent, without the sign."""
    scaled = 100 * value if unit == PERCENT else value
    digits = 0 if abs(scaled) >= 100 else 1 if abs(scaled) >= 10 else 2
    text = f"{scaled:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: float, unit: str) -> str:
    """Word a value with its unit: "2.5 h", "12 %", "3/week"."""
    return f"{number(value, unit)}{SHORT.get(unit, f' {unit}')}".rstrip()


def interval(measure: Measure) -> str:
    """Word an interval: "1.2 to 4.5", "3 or more"; "" if there is none."""
    low, high = measure.low, measure.high
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"{number(low, measure.unit)} or more" if low is not None else f"up to {number(high or 0, measure.unit)}"
    return f"{number(low, measure.unit)} to {number(high, measure.unit)}"


def remarks(measure: Measure, now: datetime) -> Iterator[str]:
    """Yield what keeps a measure from being the whole truth: what lacks, what is not known, what was left out."""
    if measure.lacking:
        yield measure.lacking
    if measure.window.end > now:
        yield f"{measure.window.name} is not over: this is up to now"
    elif not measure.complete:
        yield f"not all that happened in {measure.window.name} is known: this is computed of what is"
    if measure.excluded:
        yield f"left out: {', '.join(f'{count} ({why})' for why, count in measure.excluded)}"


def links(measure: Measure) -> Iterator[str]:
    """Yield which share of incidents is not linked with what caused them, and how the others are; if there are any."""
    if measure.unmapped is not None:
        ways = ", ".join(f"{count} {LINKS[how]}" for how, count in measure.linked)
        linked = f"; linked: {ways}" if ways else ""
        yield f"{amount(measure.unmapped, PERCENT)} of its incidents could not be linked with a rollout{linked}"


def trend(metric: Metric, measure: Measure, before: Measure) -> Trend:
    """Tell whether it got better: clear is only what the two intervals of 95 % do not have in common."""
    if not (measure.enough and before.enough):
        return ""
    if None in (measure.low, before.low) and None in (measure.high, before.high):
        return ""
    fell = _clear(before.low, measure.high)
    rose = _clear(measure.low, before.high)
    if not (fell or rose):
        return "no clear change"
    return "better" if rose == (metric.better == "higher") else "worse"


def _clear(above: float | None, below: float | None) -> bool:
    return above is not None and below is not None and above > below
