"""The verbs that read trackers and write to them: sync, plan, apply, once, run."""

from __future__ import annotations

import logging
import os
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import structlog
import typer

from worker import saved
from worker.apply import Applied
from worker.cli.context import Cli, data, now, out, talk
from worker.cli.exits import Exit
from worker.cli.plans import plan_data, plan_remarks, plan_table, plan_title, rule_table
from worker.cli.progress import watching
from worker.cli.tables import beside, pass_lines, synced_line
from worker.cycle import Passed, carry, finish, once, read, take_up
from worker.daemon import Beat, run
from worker.errors import WorkerError
from worker.following import Following
from worker.look import Look, look
from worker.metrics import Metrics
from worker.troubles import Trouble

log = structlog.get_logger()

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Whole = Annotated[
    bool, typer.Option("--whole", help="Evaluate every ticket, not only what changed since the last pass.")
]


def sync(context: typer.Context, *, json: Json = False) -> None:
    """Read the trackers into the mirror. Writes nothing to them."""
    cli: Cli = context.obj
    with cli.working(cli.settings()) as worker, watching(cli.stop) as bars:
        reading = read(worker, bars)
    synced = reading.synced
    if json:
        data([{"source": one.source, "items": one.items, "pages": one.pages, "error": one.error} for one in synced])
    for one in synced:
        if one.error or not json:
            talk(synced_line(one))
    for trouble in reading.troubles:
        talk(str(trouble))
    if reading.troubles or any(one.error for one in synced):
        raise typer.Exit(Exit.PARTIAL)


def plan(
    context: typer.Context,
    *,
    out_file: Annotated[Path | None, typer.Option("--out", help="Save the plan, for `kaizend apply FILE`.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not read the trackers first.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 10 if there is anything to write.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON: `ops` is a flat list of what is planned.")] = False,
) -> None:
    """Show what would be written, and why. Never writes to a tracker."""
    cli: Cli = context.obj
    with cli.working(cli.settings()) as worker:
        troubles: tuple[Trouble, ...] = ()
        with watching(cli.stop) as bars:
            if not offline:
                troubles = read(worker, bars).troubles
            found = look(worker, now(), whole=True, progress=bars.looked)
        if out_file is not None:
            saved.save(worker, found, out_file)
    if json:
        data(plan_data(found))
    else:
        _show(found)
    _remark(found)
    for trouble in troubles:
        talk(str(trouble))
    if out_file is not None:
        talk(f"saved: `kaizend apply {out_file}` does exactly this, or refuses if something has changed")
    if troubles or found.unread or found.plan.held or found.plan.conflicts:
        raise typer.Exit(Exit.PARTIAL)
    if exit_code and any(not op.shadow for op in found.plan.ops):
        raise typer.Exit(Exit.CHANGES)


def _show(found: Look) -> None:
    screen = out()
    screen.print(plan_title(found.plan), style="bold")
    if found.plan.ops:
        screen.print(plan_table(found.plan.ops, width=screen.width))
        screen.print(rule_table(found.plan))


def _remark(found: Look) -> None:
    for source, why in found.unread.items():
        talk(f"source {source} was not read, nothing is planned for it: {why}")
    for remark in plan_remarks(found):
        talk(remark)


def apply(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A plan saved by `kaizend plan --out`.")] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Carry a plan out: the saved one, exactly, or one made now, after asking."""
    cli: Cli = context.obj
    settings = cli.settings()
    if file is None and not yes and not sys.stdin.isatty():
        raise WorkerError("apply: there is nobody to ask: say --yes, or name a plan saved by `kaizend plan --out`")
    agreed = saved.load(file) if file is not None else None
    with cli.working(settings) as worker:
        with watching(cli.stop) as bars:
            reading = take_up(worker, bars)
            found = look(worker, now(), whole=True, progress=bars.looked, spread=agreed is None)
        if agreed is not None:
            found = saved.agreed(worker, found, agreed, str(file))
        else:
            _show(found)
            _remark(found)
            _ask(cli, found, yes=yes)
        run_id = worker.ledger.begin_run("apply", worker.policy.sha, now())
        with watching(cli.stop) as bars:
            applied = Applied()
            carry(worker, run_id, found, cli.stop, bars, applied)
        passed = finish(worker, run_id, reading, found, applied, (), cli.stop)
    for line in pass_lines(passed):
        talk(line)
    _leave(passed)


def _ask(cli: Cli, found: Look, *, yes: bool) -> None:
    if yes or not any(not op.shadow for op in found.plan.ops):
        return
    with cli.stop.answering():
        agreed = typer.confirm("Write this to the trackers?", err=True)
    if not agreed:
        raise WorkerError("nothing was written")


def _leave(passed: Passed) -> None:
    if not passed.whole:
        raise typer.Exit(Exit.PARTIAL)


def once_(context: typer.Context, *, whole: Whole = False, json: Json = False) -> None:
    """Make one whole pass: read, plan, write, digest. For cron."""
    cli: Cli = context.obj
    settings = cli.settings()
    with cli.working(settings) as worker, watching(cli.stop) as bars:
        passed = once(worker, cli.stop, watching=bars, whole=whole)
        last = worker.ledger.last_whole()
    if json:
        data({"whole": passed.whole, "troubles": passed.troubles, "digests": passed.digests, **passed.counts})
    for line in pass_lines(passed):
        talk(line)
    if settings.metrics_file is not None:
        metrics = Metrics()
        metrics.was_whole(last)
        metrics.passed(passed, now())
        metrics.write(settings.metrics_file)
    _leave(passed)


def run_(context: typer.Context) -> None:
    """Work until told to stop: a pass now and then, digests when they are due.

    A config or rule file that changes is taken up between two passes; one that is wrong is not, and said loudly.
    """
    cli: Cli = context.obj
    settings = cli.settings(level=logging.INFO)
    _keep_utc()
    metrics = Metrics(port=settings.run.metrics_port)
    with cli.working(settings) as worker, metrics.served():
        metrics.was_whole(worker.ledger.last_whole())
        load = lambda: cli.settings(level=logging.INFO)  # noqa: E731 - the same words as above, for later
        with closing(Following(worker, settings, load=load, wrong=metrics.config_wrong)) as following:

            def one_pass() -> None:
                with watching(cli.stop) as bars:
                    passed = once(following.follow(), cli.stop, watching=bars)
                for trouble in passed.found:
                    log.warning("not whole", kind=trouble.kind, why=trouble.said, todo=trouble.advice)
                for trouble in beside(passed):
                    log.warning("not known", kind=trouble.kind, why=trouble.said, todo=trouble.advice)
                metrics.passed(passed, now())
                if settings.metrics_file is not None:
                    metrics.write(settings.metrics_file)

            run({"pass": Beat(seconds=settings.run.every, job=one_pass)}, cli.stop, failed=metrics.failed)
    talk("stopped")


def _keep_utc() -> None:
    """Have the process's local time be UTC: `schedule` knows no other, and in a night of 25 hours it would wait one."""
    os.environ["TZ"] = "UTC"
    time.tzset()
