"""The verbs about what comes back: recurrence score."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from rules.recurrence.model import Model
from rules.recurrence.scoring import Figures, figures
from rules.recurrence.weights import read_weights
from worker.cli.context import data, out
from worker.errors import WorkerError
from worker.recurrence.labelled import read_rows
from worker.recurrence.measuring import labels, predictions, write_predictions
from worker.recurrence.shipped import shipped_background, shipped_model

SAID = (
    ("recall_at_1", "duplicates whose problem is named first"),
    ("recall_at_5", "duplicates whose problem is among the first five"),
    ("reopen_precision", "of what was opened again by itself, right by the labels: a lower bound"),
    ("reopen_recall", "duplicates whose ticket was opened again by itself"),
    ("suggest_rate", "reports with a suggestion"),
    ("suggest_recall_at_5", "duplicates with a suggestion that has it among the first five"),
    ("ms_per_query_p50", "milliseconds a report, the half of them"),
    ("ms_per_query_p95", "milliseconds a report, 95 of 100"),
)


def score(
    *,
    given: Annotated[Path, typer.Option("--data", metavar="FILE", help="Labelled tickets (.jsonl, .jsonl.gz).")],
    kept: Annotated[
        Path | None, typer.Option("--predictions", metavar="FILE", help="Write what was predicted, as .jsonl.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option("--weights", metavar="FILE", help="Other weights than those that ship.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure how well recurrences are recognised: replay labelled history, each report seeing only what was known."""
    rows = read_rows(given)
    found = tuple(predictions(rows, _model(weights)))
    if kept is not None:
        write_predictions(kept, found)
    figured = figures(found, labels(rows))
    if json:
        data(figured.as_data())
        return
    out().print(f"{given.name}: {figured.queries} reports, {figured.duplicates} of them duplicates")
    out().print(_table(figured))
    out().print(_strong(figured), soft_wrap=True)


def _model(file: Path | None) -> Model:
    if file is None:
        return shipped_model()
    try:
        said = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorkerError(f"{file}: cannot be read ({error})") from error
    return Model(weights=read_weights(said, str(file)), background=shipped_background())


def _table(figured: Figures) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    values = figured.as_data()
    for name, meaning in SAID:
        table.add_row(name, _shown(name, values[name]), meaning)
    return table


def _strong(figured: Figures) -> str:
    """Word what strong matches were, and what was done about them."""
    said = f"strong matches: {figured.strong_right} right, {figured.strong_wrong} wrong"
    opened = figured.reopen_right + figured.reopen_wrong
    if not figured.strong_linked:
        return f"{said}, all in shadow"
    return f"{said}; {figured.strong_in_shadow} in shadow, {figured.strong_linked} linked, {opened} opened again"


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f} ms" if name.startswith("ms_") else f"{100 * value:.1f} %"
