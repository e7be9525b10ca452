"""Measures as plain rows: the same keys in JSON and CSV, in an order that stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.metrics.model import Measure
from rules.metrics.series import Series
from rules.metrics.words import Trend

Value = str | float | int | bool | None
COLUMNS = (
    "metric",
    "by",
    "subject",
    "window",
    "start",
    "end",
    "complete",
    "value",
    "low",
    "high",
    "unit",
    "better",
    "trend",
    "lacking",
    "observations",
    "numerator",
    "denominator",
    "unmapped",
    "linked_stated",
    "linked_revert",
    "linked_window",
    "excluded",
    "definition",
)
"""The columns of the CSV, and the keys of a measure in JSON. New ones come last."""


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that spreadsheets compute."""


def rows(found: Series) -> Iterator[Mapping[str, Value]]:
    """Yield a row a window. Moments are ISO 8601 in UTC, shares are 0 to 1, what is not known is None."""
    for measure, moved in zip(found.measures, found.trends(), strict=True):
        values = _row(found, measure, moved)
        yield {column: values[column] for column in COLUMNS}


def cells(row: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return a row for a table: names are foreign text, and an apostrophe keeps a spreadsheet from computing them."""
    return {
        column: f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
        for column, value in row.items()
    }


def _row(found: Series, measure: Measure, moved: Trend) -> Mapping[str, Value]:
    linked = dict(measure.linked)
    return {
        "metric": measure.metric,
        "by": measure.grain,
        "subject": measure.subject,
        "window": measure.window.name,
        "start": measure.window.start.isoformat(),
        "end": measure.window.end.isoformat(),
        "complete": measure.complete,
        "value": measure.value,
        "low": measure.low,
        "high": measure.high,
        "unit": measure.unit,
        "better": found.metric.better,
        "trend": moved,
        "lacking": measure.lacking,
        "observations": measure.observations,
        "numerator": measure.numerator,
        "denominator": measure.denominator,
        "unmapped": measure.unmapped,
        "linked_stated": linked.get("stated", 0),
        "linked_revert": linked.get("revert", 0),
        "linked_window": linked.get("window", 0),
        "excluded": "; ".join(f"{count} {why}" for why, count in measure.excluded),
        "definition": measure.definition,
    }
