"""The verb that takes back what a run did: undo."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from rules.deeds import counted
from worker.cli.context import Cli, data, now, out, talk
from worker.cli.exits import Exit
from worker.cli.plans import change, op_data, plan_table
from worker.cli.progress import watching
from worker.cli.tables import pass_lines
from worker.cycle import read, take_back
from worker.doubts import settle
from worker.errors import WorkerError
from worker.ledger_runs import Run
from worker.reverting import Left, Reverting, known_run, reverting

LAST = 20
"""Runs that are listed."""


def undo(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="The number of a run. Without it the last are listed.")
    ] = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables, and write nothing.")] = False,
) -> None:
    """Take back what a run did, but not what somebody touched since: shows it first, and asks.

    No rule does again what was taken back. Without a run it lists the last ones and what they wrote.
    """
    cli: Cli = context.obj
    if yes and (json or not run):
        raise WorkerError("undo: --yes wants the number of a run, and not --json")
    if not run:
        _list(cli, json=json)
        return
    with cli.working(cli.settings()) as worker:
        number = known_run(worker, run)
        with watching(cli.stop) as bars:
            reading = read(worker, bars)
            settle(worker, reading.authors, now())
            found = reverting(worker, number, reading.authors, now())
        if json:
            data(_data(found))
            return
        _show(found)
        if not _agreed(cli, found, yes=yes):
            return
        with watching(cli.stop) as bars:
            passed = take_back(worker, found, reading, cli.stop, bars)
    for line in pass_lines(passed):
        talk(line)
    if not passed.whole:
        raise typer.Exit(Exit.PARTIAL)


def _list(cli: Cli, *, json: bool) -> None:
    with cli.alone(cli.settings()) as worker:
        runs = worker.ledger.runs(LAST)
    if json:
        data([_run_data(run) for run in runs])
    elif runs:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for name in ("run", "began (UTC)", "what", "wrote"):
            table.add_column(name, overflow="fold", justify="right" if name == "run" else "left")
        for run in runs:
            table.add_row(str(run.number), f"{run.began:%Y-%m-%d %H:%M}", run.verb, counted(run.wrote))
        out().print(table)
        talk("`kaizend undo RUN` shows what takes a run back, and asks")
    else:
        talk("no run has written anything")


def _show(found: Reverting) -> None:
    screen = out()
    plan = found.plan
    targets = len({op.target.uid for op in plan.ops})
    what = f"{len(plan.ops)} to write to {targets} tickets" if plan.ops else "nothing to write"
    screen.print(f"Run {found.run} taken back: {what}", style="bold")
    if plan.ops:
        screen.print(plan_table(plan.ops, width=screen.width))
    if found.left:
        screen.print(_left_table(found.left))
    for held in plan.held:
        talk(f"held back: {held.what} wanted {held.wanted}, its ceiling is {held.ceiling}: nothing of it is written")
    for line in (*(f"conflict: {each}" for each in plan.conflicts), *plan.notes):
        talk(line)


def _left_table(left: tuple[Left, ...]) -> Table:
    """Show what is left as it is: a reason once, with how many of each verb, or its ticket if it is one."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="left as it is", title_justify="left")
    table.add_column("what", overflow="fold")
    table.add_column("why", overflow="fold")
    told = sorted(left, key=lambda each: (each.why, each.op.name))
    for why, group in groupby(told, key=lambda each: each.why):
        some = tuple(group)
        which = f"{some[0].op.target.key}: {change(some[0].op)}"
        what = which if len(some) == 1 else counted(Counter(each.op.name for each in some))
        table.add_row(escape(what), escape(why))
    return table


def _agreed(cli: Cli, found: Reverting, *, yes: bool) -> bool:
    if not found.plan.ops:
        return False
    if yes:
        return True
    if not sys.stdin.isatty():
        talk(f"nothing was written: `kaizend undo {found.run} --yes` does this")
        return False
    with cli.stop.answering():
        agreed = typer.confirm("Write this to the trackers?", err=True)
    if not agreed:
        raise WorkerError("nothing was written")
    return True


def _data(found: Reverting) -> dict[str, Any]:
    """Return it for scripts: `ops` as `kaizend plan --json` has them, `left` with the reasons."""
    left = [{"target": e.op.target.key, "verb": e.op.name, "rule": e.op.rule, "why": e.why} for e in found.left]
    return {"run": found.run, "ops": [op_data(op) for op in found.plan.ops], "left": left}


def _run_data(run: Run) -> dict[str, Any]:
    times: dict[str, datetime | None] = {"began": run.began, "ended": run.ended}
    return {"run": run.number, "verb": run.verb, **times, "outcome": run.outcome, "wrote": run.wrote}
