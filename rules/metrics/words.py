"""Metrics in words: values with their units, intervals, and whether it got better."""

from __future__ import annotations

from typing import Literal

from rules.metrics.model import Measure, Metric

Trend = Literal["better", "worse", "no clear change", ""]
"""What a window says beside the one before; "" if one of them says too little."""
PERCENT = "%"


def number(value: float, unit: str = "") -> str:
    """Word a number as exactly as it is worth: "0.75", "12.5", "340"; of a share in percent, without the sign."""
    scaled = 100 * value if unit == PERCENT else value
    digits = 0 if abs(scaled) >= 100 else 1 if abs(scaled) >= 10 else 2
    text = f"{scaled:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: float, unit: str) -> str:
    """Word a value with its unit: "2.5 h", "12 %", "3 per week"."""
    return f"{number(value, unit)} {unit}".rstrip()


def interval(measure: Measure) -> str:
    """Word an interval: "1.2 to 4.5", "3 or more"; "" if there is none."""
    low, high = measure.low, measure.high
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"{number(low, measure.unit)} or more" if low is not None else f"up to {number(high or 0, measure.unit)}"
    return f"{number(low, measure.unit)} to {number(high, measure.unit)}"


def trend(metric: Metric, measure: Measure, before: Measure) -> Trend:
    """Tell whether it got better: clear is only what the two intervals of 95 % do not have in common."""
    if not (measure.enough and before.enough):
        return ""
    fell = _clear(before.low, measure.high)
    rose = _clear(measure.low, before.high)
    if not (fell or rose):
        return "no clear change"
    return "better" if rose == (metric.better == "higher") else "worse"


def _clear(above: float | None, below: float | None) -> bool:
    return above is not None and below is not None and above > below
