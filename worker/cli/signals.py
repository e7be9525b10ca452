"""The verb that shows numbers from outside: signals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from rules.signals import Latest, plain, spoken
from worker.cli.context import Cli, data, now, out, talk
from worker.signals import SignalState, complaints_of, signal_states


def signals(
    context: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show the newest number of each signal, how old it is, and what is wrong with it. Asks nobody: as last read."""
    cli: Cli = context.obj
    with cli.alone(cli.settings()) as worker:
        at = now()
        states = signal_states(worker, at)
    if json:
        data([_as_data(state) for state in states])
        return
    if not states:
        talk("[signals] of the config names none")
        return
    out().print(signals_table(states, at))
    for complaint in (one for state in states for one in complaints_of(state, at)):
        talk(str(complaint))


def signals_table(states: Iterable[SignalState], at: datetime) -> Table:
    """Show each signal's newest numbers, a row a subject."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("signal", "subject", "value", "age", "state"):
        table.add_column(name, justify="right" if name == "value" else "left", overflow="fold")
    for state in states:
        for cells in _rows(state, at):
            table.add_row(*(escape(cell) for cell in cells))
    return table


def _rows(state: SignalState, at: datetime) -> Iterator[tuple[str, ...]]:
    name = state.facts.name
    if not state.numbers:
        failed = state.read is not None and state.read.error
        yield name, "-", "-", "-", "not read" if failed else "not read yet" if state.read is None else "nothing"
    for subject, one in state.numbers.items():
        value = plain(one.value, state.facts.unit)
        yield name, subject or "(whole)", value, spoken(at - one.at), "stale" if one.stale else "fresh"
        name = ""


def _as_data(state: SignalState) -> dict[str, Any]:
    read, facts = state.read, state.facts
    return {
        "signal": facts.name,
        "unit": facts.unit,
        "better": facts.better,
        "fresh_seconds": facts.fresh.total_seconds(),
        "read": read.at if read else None,
        "error": read.error if read else "",
        "refused": list(read.refused) if read else [],
        "numbers": [_number(subject, one) for subject, one in state.numbers.items()],
    }


def _number(subject: str, one: Latest) -> dict[str, Any]:
    return {"subject": subject, "value": one.value, "at": one.at, "stale": one.stale}
