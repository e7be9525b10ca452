"""The verb that shows whether it got better: metrics."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from rules.metrics.model import Grain
from rules.metrics.rows import COLUMNS, cells, rows
from rules.metrics.series import Asked, Series
from rules.rule import Every
from worker.cli.context import Cli, data, now, out, talk
from worker.cli.number_tables import explained, numbers_table, remark_lines, valued
from worker.errors import WorkerError
from worker.measuring.charts import draw, format_of
from worker.measuring.measures import measures

MOST_WINDOWS = 120
CHARTED = 12
"""Windows of a chart, if not said otherwise: one makes no line."""

By = Annotated[Grain, typer.Option("--by", help="Split by this.")]
Each = Annotated[Every, typer.Option("--every", help="How long a window is.")]
Last = Annotated[
    int | None, typer.Option("--last", min=1, max=MOST_WINDOWS, help="How many windows that are over: 1, or 12 drawn.")
]
Running = Annotated[bool, typer.Option("--running", help="Show the window that is not over, too.")]
One = Annotated[str, typer.Option("--metric", metavar="ID", help="This metric alone.")]
Of = Annotated[str, typer.Option("--subject", metavar="NAME", help="This service, team or domain alone.")]
Explain = Annotated[bool, typer.Option("--explain", help="Print what each number means and is made of.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")]
Chart = Annotated[Path | None, typer.Option("--chart", metavar="FILE", help="Draw a chart: FILE.svg or FILE.png.")]


def metrics(  # noqa: PLR0913 - what may be asked is what the command line may say
    context: typer.Context,
    *,
    by: By = "all",
    every: Each = "month",
    last: Last = None,
    running: Running = False,
    metric: One = "",
    subject: Of = "",
    explain: Explain = False,
    json: Json = False,
    table: Csv = False,
    chart: Chart = None,
) -> None:
    """Show metrics, each with its interval, what it is made of and what keeps it from being the whole truth.

    Asks only the database, as the trackers were last read.
    """
    if json + table + explain > 1:
        raise WorkerError("--json, --csv and --explain: choose one of them")
    if chart:
        format_of(chart)
    count = last or (CHARTED if chart else 1)
    asked = Asked(every=every, last=count, running=running, by=by, metric=metric, subject=subject)
    cli: Cli = context.obj
    moment = now()
    with cli.alone(cli.settings()) as worker:
        found = measures(worker, asked, moment)
        calendar, unread = worker.policy.calendar, worker.mirror.unreadable(worker.policy.sources)
    for source, why in unread.items():
        talk(f"source {source} was not read wholly ({why}): some of what happened may be missing")
    if chart:
        draw(found, chart)
        talk(f"the chart is in {chart}")
        return
    if json:
        data({"measures": [dict(row) for one in found for row in rows(one)]})
    elif table:
        _csv(found)
    elif explain:
        for part in explained(found, calendar, moment):
            out().print(part)
    else:
        _table(found, moment)


def _csv(found: Sequence[Series]) -> None:
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(cells(row) for one in found for row in rows(one))


def _table(found: Sequence[Series], moment: datetime) -> None:
    screen = out()
    shown, empty = valued(found)
    if shown:
        screen.print(numbers_table(shown))
    lines = [*remark_lines(shown, moment), *([f"No value is known of {', '.join(empty)}."] if empty else [])]
    for line in lines:
        screen.print(line, markup=False, soft_wrap=False)
