"""What `kaizend metrics` shows to people: a table, what keeps its numbers from being the whole truth, explanations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rules.metrics.model import Measure, Measured, Metric
from rules.metrics.series import Series
from rules.metrics.words import Trend, amount, interval, links, number, remarks
from rules.policy import Calendar

SEEN: Mapping[Trend, str] = {"better": "better", "worse": "worse", "no clear change": "unclear", "": ""}
STYLES: Mapping[Trend, str] = {"better": "green", "worse": "red", "no clear change": "", "": ""}
TOO_LITTLE = "too little"
MOST_REMARKS = 12
MOST_NAMES = 4
"""Of the measures that one remark is about."""
LINKED: Measured = "change-failure-rate"
"""Of this, how incidents are linked with rollouts is the half of the truth."""


def numbers_table(found: Sequence[Series]) -> Table:
    """Show a row for each metric, subject and window; what is the same in all rows has no column.

    Several subjects of several metrics stand below the name of each metric.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.title, table.title_justify, table.title_style = _title(found), "left", ""
    names = [(one.metric.id, one.subject, now.window.name) for one in found for now in one.measures]
    several = [place for place in range(3) if len({each[place] for each in names}) > 1]
    below = several[:2] == [0, 1]
    shown = several[1:] if below else several
    for place in shown:
        head = "metric" if below and place == 1 else ("metric", "for", "window")[place]
        table.add_column(head, overflow="fold", no_wrap=place != 1)
    for head in ("value", "95 % interval", "n", "before"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("trend", no_wrap=True)
    for group in (tuple(each) for _, each in groupby(found, key=lambda each: each.metric.id)):
        if below:
            table.add_row(Text(group[0].metric.id, style="bold"))
        for one in group:
            _add(table, one, shown, indent="  " if below else "")
    return table


def _add(table: Table, one: Series, shown: Sequence[int], indent: str) -> None:
    before = (one.before, *one.measures)
    for then, now, moved in zip(before, one.measures, one.trends(), strict=False):
        called = (one.metric.id, f"{indent}{one.subject}", now.window.name)
        table.add_row(*(Text(called[place]) for place in shown), *_cells(one.metric, now, then), _moved(now, moved))


def valued(found: Sequence[Series]) -> tuple[tuple[Series, ...], tuple[str, ...]]:
    """Return the series that have a value, where they are split by subject, and the metrics of which none has any."""
    if not any(each.subject for each in found):
        return tuple(found), ()
    kept = tuple(one for one in found if any(each.value is not None for each in (one.before, *one.measures)))
    left = {one.metric.id for one in kept}
    return kept, tuple(dict.fromkeys(one.metric.id for one in found if one.metric.id not in left))


def _title(found: Sequence[Series]) -> Text:
    """Say what is the same in all rows: "mttr of checkout, 2026-10"."""
    metrics, subjects = ({each.metric.id for each in found}, {each.subject for each in found})
    windows = [each.window.name for one in found for each in one.measures]
    words = metrics.pop() if len(metrics) == 1 else "metrics"
    if len(subjects) == 1:
        words += f" of {subjects.pop() or 'the whole company'}"
    first, last = min(windows, default=""), max(windows, default="")
    return Text(f"{words}, {first}" if first == last else f"{words}, {first} to {last}", style="bold")


def _cells(metric: Metric, now: Measure, then: Measure) -> Iterator[Text]:
    style = "" if now.enough else "dim"
    yield Text("-" if now.value is None else amount(now.value, now.unit), style=style)
    yield Text(interval(now) or "-", style=style)
    yield Text(_count(metric, now))
    yield Text("-" if then.value is None else number(then.value, then.unit), style="" if then.enough else "dim")


def _moved(now: Measure, moved: Trend) -> Text:
    if not now.enough:
        return Text(TOO_LITTLE, style="dim")
    return Text((SEEN[moved] or "-") if now.complete else "not whole", style=STYLES[moved])


def _count(metric: Metric, measure: Measure) -> str:
    """Return how many were counted: events of a rate, else observations."""
    return number(measure.numerator if metric.statistic in ("rate", "count") else measure.observations)


def remark_lines(found: Sequence[Series], now: datetime) -> Iterator[str]:
    """Yield what is to be known besides the numbers of the table; of much, how to ask for the rest."""
    several = any(len(each.measures) > 1 for each in found)
    lines: dict[str, list[str]] = {}
    for one in found:
        for measure in one.measures:
            name = f"{_called(one)} in {measure.window.name}" if several else _called(one)
            linked = links(measure) if one.metric.measured == LINKED else ()
            for remark in (*remarks(measure, now), *linked):
                lines.setdefault(remark, []).append(name)
    for remark, names in list(lines.items())[:MOST_REMARKS]:
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        yield f"{', '.join(names[:MOST_NAMES])}{more}: {remark}"
    if len(lines) > MOST_REMARKS:
        yield f"... and {len(lines) - MOST_REMARKS} more such lines: --explain shows them all"


def _called(one: Series) -> str:
    return f"{one.metric.id} of {one.subject}" if one.subject else one.metric.id


def explained(found: Sequence[Series], calendar: Calendar, now: datetime) -> Iterator[RenderableType]:
    """Yield, for each measure, its definition, what it is made of, its window, and what was left out."""
    for one in found:
        for measure, moved in zip(one.measures, one.trends(), strict=True):
            yield Text(f"{_called(one)}, {measure.window.name}", style="bold")
            lines = [*_explained(one, measure, calendar), *remarks(measure, now), *links(measure)]
            lines += [f"beside the window before: {moved}"] if moved else []
            yield Padding(Text("\n".join(lines)), (0, 0, 0, 2))


def _explained(one: Series, now: Measure, calendar: Calendar) -> Iterator[str]:
    if one.metric.about:
        yield one.metric.about
    yield now.definition
    last = calendar.date_of(now.window.end).isoformat()
    yield f"from {calendar.date_of(now.window.start).isoformat()} up to, and without, {last}"
    yield _made_of(now)


def _made_of(now: Measure) -> str:
    if now.value is None:
        return f"no value, of {now.observations} observations"
    told = amount(now.value, now.unit)
    if now.denominator > 1:
        told += f": numerator {number(now.numerator)}, denominator {number(now.denominator)}"
    bounds = interval(now)
    return f"{told}; {f'95 % interval {bounds}' if bounds else 'no interval'}"
