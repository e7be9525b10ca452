"""The demo: the main job end to end, over real HTTP, on a made-up company."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from rich.console import Console

from worker.cli.tables import plan_remarks, plan_table
from worker.cycle import Passed, Watching, authors_of, carry, finish, once, read
from worker.digest_text import prose
from worker.doubts import settle
from worker.errors import WorkerError
from worker.lease import lease
from worker.look import look
from worker.playground import Playground, company
from worker.publish import compose, due_slot, publish_due
from worker.settings import load_settings
from worker.stop import Stop
from worker.wiring import opened
from worker.worker import Worker

CONFIG = "config.toml"


def demo(folder: Path, *, clock: Callable[[], datetime], stop: Stop, out: Console, watching: Watching) -> None:
    """Play the demo; leaves config and database in `folder`, made anew. Raises WorkerError if a promise is broken."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with company(clock(), clock) as ground:
        config = folder / CONFIG
        config.write_text(ground.config, encoding="utf-8")
        out.print(f"1. Serving {ground.about} on {ground.sandbox.url}", style="bold")
        settings = load_settings(config, {})
        with opened(settings, clock=clock, sleep=stop.sleep) as worker, lease(worker.database):
            _first_pass(worker, ground, stop, out, watching)
            _second_pass(worker, ground, stop, out, watching)
            key = _example(worker)
    out.print(f"\nWhat next? Why did it do that:  kaizend --config {config} why '{key}'")
    out.print("The same in a browser:          kaizend sandbox")


def _first_pass(worker: Worker, ground: Playground, stop: Stop, out: Console, watching: Watching) -> None:
    run = worker.ledger.begin_run("demo", worker.policy.sha, worker.clock())
    synced = read(worker, watching)
    settle(worker, authors_of(synced), worker.clock())
    items = sum(one.items for one in synced)
    out.print(f"2. Synced {items} items in {len(ground.sandbox.log.entries)} requests", style="bold")
    found = look(worker, worker.clock(), whole=True, progress=watching.looked)
    out.print(f"3. Evaluated {found.looked} tickets by {len(worker.policy.rules)} rules", style="bold")
    out.print(plan_table(found.plan))
    for remark in plan_remarks(found.plan):
        out.print(remark)
    ground.sandbox.log.clear()
    applied = carry(worker, run, found, found.plan.ops, stop, watching)
    digests = publish_due(worker, run, authors_of(synced), stop, applied)
    passed = finish(worker, run, synced, found, applied, digests, stop)
    out.print(f"4. Applied: {_told(passed)}, {len(ground.sandbox.log.writes())} writes on the wire", style="bold")
    _whole(passed)
    for table in worker.digests[:1]:
        slot = due_slot(worker.policy, table, worker.clock())
        if slot is not None:
            out.print(f"5. The digest, as posted to {table.source}", style="bold")
            out.print(worker.trackers[table.source].render(prose(compose(worker, table, slot))), markup=False)


def _second_pass(worker: Worker, ground: Playground, stop: Stop, out: Console, watching: Watching) -> None:
    ground.sandbox.log.clear()
    passed = once(worker, stop, watching=watching, whole=True)
    writes = len(ground.sandbox.log.writes())
    out.print(f"6. second pass: {writes} writes ({len(ground.sandbox.log.entries)} requests)", style="bold")
    _whole(passed)
    if writes:
        raise WorkerError(f"the second pass wrote {writes} times: a pass over unchanged trackers must not write")


def _told(passed: Passed) -> str:
    counts = passed.applied.counts
    return ", ".join(f"{counts[state]} {state}" for state in sorted(counts)) or "nothing"


def _whole(passed: Passed) -> None:
    if not passed.whole:
        raise WorkerError(f"the pass was not whole: {'; '.join(passed.troubles)}")


def _example(worker: Worker) -> str:
    """Return a ticket that kaizend wrote to."""
    return next((e.op.target.key for e in worker.ledger.entries(("done",)) if "#" in e.op.target.key), "OPS-1")
