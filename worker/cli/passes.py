"""The verbs that read trackers and write to them: sync, plan, apply, once, run."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from worker import saved
from worker.cli.context import Cli, data, now, out, talk
from worker.cli.exits import Exit
from worker.cli.progress import watching
from worker.cli.tables import pass_lines, plan_remarks, plan_table
from worker.codec import plan_to_json
from worker.cycle import Passed, carry, finish, once, read
from worker.daemon import Beat, run
from worker.look import Look, look
from worker.metrics import Metrics

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Whole = Annotated[
    bool, typer.Option("--whole", help="Evaluate every ticket, not only what changed since the last pass.")
]


def sync(context: typer.Context, *, json: Json = False) -> None:
    """Read the trackers into the mirror. Writes nothing to them."""
    cli: Cli = context.obj
    with cli.working(cli.settings()) as worker, watching() as bars:
        synced = read(worker, bars)
    if json:
        data([{"source": one.source, "items": one.items, "pages": one.pages, "error": one.error} for one in synced])
    for one in synced:
        talk(f"{one.source}: " + (f"not read: {one.error}" if one.error else f"{one.items} items in {one.pages} pages"))
    if any(one.error for one in synced):
        raise typer.Exit(Exit.PARTIAL)


def plan(
    context: typer.Context,
    *,
    out_file: Annotated[Path | None, typer.Option("--out", help="Save the plan, for `kaizend apply FILE`.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not read the trackers first.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 10 if there is anything to write.")] = False,
    json: Json = False,
) -> None:
    """Show what would be written, and why. Never writes to a tracker."""
    cli: Cli = context.obj
    with cli.working(cli.settings()) as worker, watching() as bars:
        if not offline:
            read(worker, bars)
        found = look(worker, now(), whole=True, progress=bars.looked)
        if out_file is not None:
            saved.save(worker, found, out_file)
    _show(found, json=json)
    if out_file is not None:
        talk(f"saved: `kaizend apply {out_file}` does exactly this, or refuses if something has changed")
    if found.unread or found.plan.held or found.plan.conflicts:
        raise typer.Exit(Exit.PARTIAL)
    if exit_code and any(not op.shadow for op in found.plan.ops):
        raise typer.Exit(Exit.CHANGES)


def _show(found: Look, *, json: bool) -> None:
    if json:
        typer.echo(plan_to_json(found.plan), nl=False)
    else:
        out().print(plan_table(found.plan))
    for source, why in found.unread.items():
        talk(f"source {source} was not read, nothing is planned for it: {why}")
    for remark in plan_remarks(found.plan):
        talk(remark)


def apply(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A plan saved by `kaizend plan --out`.")] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Carry a plan out: the saved one, exactly, or one made now, after asking."""
    cli: Cli = context.obj
    with cli.working(cli.settings()) as worker, watching() as bars:
        run_id = worker.ledger.begin_run("apply", worker.policy.sha, now())
        synced = read(worker, bars)
        found = look(worker, now(), whole=True, progress=bars.looked)
        if file is not None:
            found = saved.agreed(worker, found, file)
        else:
            _show(found, json=False)
            if not yes and found.plan.ops and not typer.confirm("Write this to the trackers?", err=True):
                worker.ledger.end_run(run_id, now(), "declined", {})
                raise typer.Exit(Exit.EXPECTED)
        applied = carry(worker, run_id, found, found.plan.ops, cli.stop, bars)
        passed = finish(worker, run_id, synced, found, applied, (), cli.stop)
    _close(passed)


def _close(passed: Passed) -> None:
    for line in pass_lines(passed):
        talk(line)
    if not passed.whole:
        raise typer.Exit(Exit.PARTIAL)


def once_(context: typer.Context, *, whole: Whole = False, json: Json = False) -> None:
    """Make one whole pass: read, plan, write, digest. For cron."""
    cli: Cli = context.obj
    with cli.working(cli.settings()) as worker, watching() as bars:
        passed = once(worker, cli.stop, watching=bars, whole=whole)
    if json:
        data({"whole": passed.whole, "troubles": passed.troubles, "digests": passed.digests, **passed.counts})
    _close(passed)


def run_(context: typer.Context) -> None:
    """Work until told to stop: a pass now and then, digests when they are due."""
    cli: Cli = context.obj
    settings = cli.settings(level=logging.INFO)
    metrics = Metrics(port=settings.run.metrics_port)
    with cli.working(settings) as worker, metrics.served():

        def one_pass() -> None:
            with watching() as bars:
                metrics.passed(once(worker, cli.stop, watching=bars), now())

        beats = {"pass": Beat(seconds=settings.run.every, job=one_pass)}
        run(beats, cli.stop, failed=metrics.failed)
    talk("stopped")
