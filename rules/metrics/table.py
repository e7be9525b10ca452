"""A `[[metric]]` of a rule file: its form, the metric that it makes, and what is wrong with it beside the others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from rules.governance import Section
from rules.metrics.counted import UNITS
from rules.metrics.definitions import STATISTICS, TIMES
from rules.metrics.model import Grain, Measured, Metric, Statistic
from rules.metrics.windows import PER
from rules.schema_values import PolicyLine, Sentence, Table
from rules.wording import listed, shown

PATTERN = r"^[a-z][a-z0-9-]{0,40}$"
BETTER_HIGH: frozenset[Measured] = frozenset({"deployments", "improvement-share", "signal"})
ENOUGH: Mapping[Statistic, int] = {"rate": 7, "count": 7, "median": 6, "p90": 10, "last": 1}
"""Observations that are enough if a [[metric]] does not say; of rates and counts days."""
USUALLY_ENOUGH = 5


def _word(name: str) -> str:
    if not re.fullmatch(PATTERN, name):
        raise ValueError(f"{shown(name)} is not a metric's name: write small letters, digits and '-', at most 40")
    return name


class MetricTable(Table):
    """A number that tells whether it got better: what is measured, by what it is split, how much of it is enough."""

    id: Annotated[str, AfterValidator(_word), Field(json_schema_extra={"pattern": PATTERN})] = Field(
        description="What it is called, here, in conditions (with _ for -) and by `/kaizen outcome`. No other is."
    )
    about: Sentence = Field(default="", description="What it tells, in a sentence.")
    policy: PolicyLine = ""
    section: Section | None = Field(default=None, description="The section that it serves; the pack's if left out.")
    measured: Measured = Field(description="What is measured; 'signal' is a number from outside.")
    by: list[Grain] = Field(
        default=["all", "service", "team", "domain"], min_length=1, description="By what it is split."
    )
    signal: str = Field(default="", max_length=60, description="Its name in [signals] of the config.")
    statistic: Statistic | None = Field(default=None, description="What is made of it; the usual if left out.")
    unit: str = Field(
        default="", max_length=20, description="Of times 'min', 'h' or 'days', of rates 'per day' or 'per week'."
    )
    better: Literal["lower", "higher"] | None = Field(default=None, description="Which way is better.")
    enough: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="Fewer observations than that say too little; of rates and counts: days."
    )

    @model_validator(mode="after")
    def _fits(self) -> MetricTable:
        for problem in _misfits(self):
            raise ValueError(problem)
        return self


def metric_of(pack: str, table: MetricTable) -> Metric:
    """Return the metric of a pack's table; what it leaves out is as usual for what is measured."""
    statistic = table.statistic or STATISTICS[table.measured][0]
    better = table.better or ("higher" if table.measured in BETTER_HIGH else "lower")
    return Metric(
        id=table.id,
        pack=pack,
        about=table.about,
        measured=table.measured,
        by=tuple(dict.fromkeys(table.by)),
        section=table.section,
        signal=table.signal,
        better=better,
        unit=table.unit or next(iter(units_of(table.measured, statistic)), ""),
        enough=table.enough or ENOUGH.get(statistic, USUALLY_ENOUGH),
        statistic=statistic,
    )


def units_of(measured: Measured, statistic: Statistic) -> tuple[str, ...]:
    """Return the units it may have, the usual first; a signal may have any."""
    if statistic == "rate":
        return tuple(PER)
    if statistic == "share":
        return ("%",)
    return tuple(UNITS) if measured != "signal" and statistic in TIMES else ()


def same_name(one: Metric, other: Metric) -> Iterator[str]:
    """Say so if two metrics have one name."""
    if one.id == other.id:
        yield f"id: the pack '{one.pack}' has a metric {shown(one.id)}, too: choose another name"


def _misfits(table: MetricTable) -> Iterator[str]:
    """Yield what does not go with what is measured."""
    measured, allowed = table.measured, STATISTICS[table.measured]
    statistic = table.statistic or allowed[0]
    if statistic not in allowed:
        yield f"statistic: {shown(statistic)} cannot be made of '{measured}': write {listed(allowed)}"
    if measured == "signal" and not table.signal:
        yield "signal: name one of [signals] in the config"
    if measured != "signal" and table.signal:
        yield f"signal: what is measured is '{measured}': write measured = 'signal', or leave the signal out"
    if table.unit and measured != "signal" and table.unit not in units_of(measured, statistic):
        yield f"unit: {_no_unit(table, statistic)}"


def _no_unit(table: MetricTable, statistic: Statistic) -> str:
    units = units_of(table.measured, statistic)
    remedy = f"write {listed(units)}" if units else "it has none"
    return f"{shown(table.unit)} is no unit of '{table.measured}': {remedy}"
