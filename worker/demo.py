"""The demo: the main job end to end, over real HTTP, on a made-up company."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from rules.card import CARD
from worker.cli.plans import plan_remarks, plan_table, plan_title, rule_table, sample
from worker.cli.tables import policy_rows
from worker.cycle import Passed, carry_through, finish, once, take_up
from worker.demo_folder import made_anew
from worker.demo_gate import gate_scene
from worker.demo_stage import Stage
from worker.digest_text import prose
from worker.errors import WorkerError
from worker.lease import lease
from worker.ledger import Entry
from worker.look import Look, look
from worker.playground import Playground, company
from worker.publish import compose, due_slot, publish_due
from worker.settings import load_settings
from worker.settings.files import packs_that_ship
from worker.story import story
from worker.story_team import BEGIN, Deed
from worker.wiring import opened
from worker.worker import Worker

SHOWN = 10
"""Ops of the plan that are shown; the rest is counted."""


def demo(folder: Path, stage: Stage) -> None:
    """Play the demo; leaves config and database in `folder`. Raises WorkerError if a promise is broken."""
    with made_anew(folder) as place, company(stage.clock(), stage.clock) as ground:
        config = place.write(ground.config)
        stage.step(1, f"Serving {ground.about}")
        stage.out.print(
            f"GitHub, Jira and Prometheus, all small, on {ground.sandbox.url}. The config is {config}.", markup=False
        )
        settings = load_settings(config, {})
        with opened(settings, clock=stage.clock, sleep=stage.stop.sleep) as worker, lease(worker.database):
            _first_pass(worker, ground, stage)
            card = _a_card(worker)
            _show_card(worker, stage, card)
            _show_digest(worker, stage)
            _second_pass(worker, ground, stage)
            gate_scene(worker, ground, stage, number=8)
    _story(stage)
    _what_next(stage, config, card.op.target.key)


def _first_pass(worker: Worker, ground: Playground, stage: Stage) -> None:
    run = worker.ledger.begin_run("demo", worker.policy.sha, worker.clock())
    with stage.watching() as bars:
        reading = take_up(worker, bars)
    items = sum(one.items for one in reading.synced)
    stage.step(2, f"Sync: read {items} items in {len(ground.sandbox.log.entries)} requests")
    with stage.watching() as bars:
        found = look(worker, worker.clock(), whole=True, progress=bars.looked)
    rules = len(worker.policy.rules)
    stage.step(3, f"Plan: {found.looked} tickets by {rules} rules. Nothing is written before the plan is whole")
    _show_plan(found, stage)
    ground.sandbox.log.clear()
    with stage.watching() as bars:
        found, applied = carry_through(worker, run, found, stage.stop, bars)
        digests = publish_due(worker, run, reading.authors, stage.stop, applied)
    passed = finish(worker, run, reading, found, applied, digests, stage.stop)
    writes = len(ground.sandbox.log.writes())
    stage.step(4, f"Apply: {_told(passed)}, in {writes} writes over HTTP, two digests among them")
    _whole(passed, stage)


def _show_plan(found: Look, stage: Stage) -> None:
    stage.out.print(plan_title(found.plan), markup=False)
    shown = sample(found.plan, SHOWN)
    stage.out.print(plan_table(shown, width=stage.out.width))
    left = len(found.plan.ops) - len(shown)
    stage.out.print(f"... and {left} more (`kaizend plan` shows all). By rule:" if left else "By rule:", markup=False)
    stage.out.print(rule_table(found.plan))
    for remark in plan_remarks(found):
        stage.out.print(remark, markup=False)


def _a_card(worker: Worker) -> Entry:
    """Return the ledger's entry of the card that says most, of the source whose digest is shown if it has one."""
    shown = worker.digests[0].source if worker.digests else ""
    cards = [entry for entry in worker.ledger.entries(("done",)) if entry.op.rule == CARD and entry.receipt]
    if not cards:
        raise WorkerError("demo: no card was written: the made-up year has nothing to say")
    return max(cards, key=lambda entry: (entry.op.target.source == shown, len(entry.op.because), entry.op.target.key))


def _show_card(worker: Worker, stage: Stage, card: Entry) -> None:
    target = card.op.target
    stage.step(5, f"The card on {target.key}, read back from its tracker: one comment, edited in place from now on")
    ref = card.receipt.ref if card.receipt else ""
    for comment in worker.trackers[target.source].comments(target.ref):
        if comment.ref == ref:
            _quote(stage, comment.body)


def _show_digest(worker: Worker, stage: Stage) -> None:
    for table in worker.digests[:1]:
        slot = due_slot(worker.policy, table, worker.clock())
        if slot is not None:
            stage.step(6, f"The weekly digest, as posted to {table.source}")
            _quote(stage, worker.trackers[table.source].render(prose(compose(worker, table, slot))))


def _quote(stage: Stage, text: str) -> None:
    for line in text.strip().splitlines():
        stage.out.print(f"  | {line}", markup=False, soft_wrap=True)


def _second_pass(worker: Worker, ground: Playground, stage: Stage) -> None:
    ground.sandbox.log.clear()
    with stage.watching() as bars:
        passed = once(worker, stage.stop, watching=bars, whole=True)
    writes = len(ground.sandbox.log.writes())
    stage.step(7, f"second pass: {writes} writes ({len(ground.sandbox.log.entries)} requests, to see what changed)")
    _whole(passed, stage)
    if writes:
        raise WorkerError(f"the second pass wrote {writes} times: a pass over unchanged trackers must not write")


def _story(stage: Stage) -> None:
    """Play four months of a small team, and show that every row of the governance policy was at work."""
    packs = packs_that_ship()
    stage.step(9, f"Four months of a small team in fast-forward, with all packs on: {', '.join(packs)}")
    with tempfile.TemporaryDirectory(prefix="kaizend-story-") as folder:
        told = story(Path(folder), packs, stop=stage.stop, watch=lambda deed: _deed(stage, deed))
    stage.stop.check()
    stage.out.print(f"That took {told.passes} passes and {told.writes} writes. By row of the policy:", markup=False)
    for each in policy_rows(told.acting, span="in these four months", examples=told.examples):
        stage.out.print(each)
    for line in told.suggested:
        stage.out.print(f"On its card: {line}", markup=False)
    stage.out.print(f"One more pass over all of it: {told.after} writes", markup=False)
    if told.asleep or told.after or told.troubles:
        amiss = (*(f"nothing was done for {row}" for row in told.asleep), *told.troubles)
        raise WorkerError(f"the story did not go as it should: {'; '.join(amiss) or f'{told.after} writes too many'}")


def _deed(stage: Stage, deed: Deed) -> None:
    stage.out.print(f"  {BEGIN + timedelta(days=deed.day):%Y-%m-%d}  {deed.what}", markup=False)


def _told(passed: Passed) -> str:
    counts = passed.applied.counts
    return ", ".join(f"{counts[state]} ops {state}" for state in sorted(counts)) or "nothing"


def _whole(passed: Passed, stage: Stage) -> None:
    stage.stop.check()
    if not passed.whole:
        raise WorkerError(f"the pass was not whole: {'; '.join(passed.troubles)}")


def _what_next(stage: Stage, config: Path, key: str) -> None:
    lines = (
        "\nWhat next",
        f"  why it did that:        {stage.program} --config {config} why '{key}'",
        f"  what a rule may ask:    {stage.program} facts",
        f"  the same in a browser:  {stage.program} sandbox --write sandbox.toml",
    )
    for line in lines:
        stage.out.print(line, markup=False, soft_wrap=True)
