"""A metric, on the page of its pack: what it means, by what it is split, when it says something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.metrics.definitions import definition
from rules.metrics.model import Grain, Metric
from rules.metrics.table import MetricTable
from rules.pack_words import code, plain, series

GRAINS: Mapping[Grain, str] = {"all": "the whole", "service": "service", "team": "team", "domain": "domain"}
HOW_TO_READ = """\
A metric is computed for each week, month and quarter of the calendar. `kaizend metrics` prints it with its interval,
what it is made of, what was left out and why, and says so where too little is known. The interval holds the truth in
95 of 100 cases, if the things that are counted come about independently of each other."""


def metric_sections(table: MetricTable, metric: Metric, served: str) -> Iterator[str]:
    """Yield the sections of one metric; `served` says which line of the policy it serves."""
    yield f"## {metric.id}"
    yield plain(table.about)
    yield served
    yield f"**What it means:** {definition(metric)}"
    yield "\n".join(f"- {line}" for line in _facts(metric))


def _facts(metric: Metric) -> Iterator[str]:
    yield f"It is told {_split(metric)}."
    yield f"Its values are {'in ' if metric.unit not in ('', '%') else ''}{_unit(metric)}; {metric.better} is better."
    days = metric.statistic in ("rate", "count")
    what = "days of a window" if days else "observation" if metric.enough == 1 else "observations"
    yield f"Fewer than {metric.enough} {what} say too little."
    if metric.measured == "signal":
        yield f"It needs the signal {code(metric.signal)} in `[signals]` of the config; without it, it is not shown."


def _split(metric: Metric) -> str:
    by = [GRAINS[grain] for grain in metric.by if grain != "all"]
    whole = "of the whole company" if "all" in metric.by else ""
    return " and ".join(part for part in (whole, f"by {series(by)}" if by else "") if part)


def _unit(metric: Metric) -> str:
    if metric.unit == "%":
        return "shares, 0 to 1 in conditions and shown in percent"
    return {"": "numbers", "h": "hours", "min": "minutes"}.get(metric.unit, f"“{plain(metric.unit)}”")
