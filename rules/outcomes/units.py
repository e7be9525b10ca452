"""Units of stated effects: minutes, hours, percent, a week; told in the metric's own unit."""

from __future__ import annotations

import re
from collections.abc import Mapping

HOURS: Mapping[str, float] = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 1 / 3_600_000),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1 / 3600),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 1 / 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 1.0),
    **dict.fromkeys(("d", "day", "days"), 24.0),
    **dict.fromkeys(("w", "week", "weeks"), 168.0),
}
"""Words for spans of time -> hours; `m` is a minute."""
DAYS: Mapping[str, float] = {
    **dict.fromkeys(("d", "day"), 1.0),
    **dict.fromkeys(("w", "week"), 7.0),
    **dict.fromkeys(("mo", "month"), 365.25 / 12),
    **dict.fromkeys(("q", "quarter"), 365.25 / 4),
    **dict.fromkeys(("y", "year"), 365.25),
}
"""Words for what something happens so often in -> days."""
PERCENT = frozenset({"%", "percent", "pct"})
RATE = re.compile(r"(?:[^\W\d_]{1,30})?\s*(?:/|\bper\s)\s*(?P<span>[^\W\d_]{1,20})", re.IGNORECASE)


def hours_of(unit: str) -> float | None:
    """Return how many hours a unit is, None if it is no span of time."""
    return HOURS.get(unit.strip().lower())


def days_of(unit: str) -> float | None:
    """Return how many days the "week" of "per week" or "incidents/week" has, None if it is no rate."""
    found = RATE.fullmatch(unit.strip())
    return DAYS.get(found["span"].lower()) if found else None


def per(unit: str) -> str:
    """Word a rate's unit in one way: "per week" of "incidents/week"."""
    found = RATE.fullmatch(unit.strip())
    return f"per {found['span'].lower()}" if found else unit


def factor(given: str, own: str) -> float | None:
    """Return by what a number in a `given` unit is multiplied to be in a metric's `own`; None if it cannot be.

    A number without a unit is in the metric's own.
    """
    if not given or given.lower() == own.lower():
        return 1.0
    if given.lower() in PERCENT or own.lower() in PERCENT:
        return 1.0 if {given.lower(), own.lower()} <= PERCENT else None
    spans, rates = (hours_of(given), hours_of(own)), (days_of(given), days_of(own))
    if spans[0] and spans[1]:
        return spans[0] / spans[1]
    return rates[1] / rates[0] if rates[0] and rates[1] else None


def number(value: float) -> str:
    """Word a number, as exactly as it is worth: "0.75", "12.5", "340"."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: float, unit: str) -> str:
    """Word a number with its unit: "0.75 h", "12%", "3 per week"."""
    return f"{number(value)}{unit if unit == '%' else f' {unit}' if unit else ''}"
