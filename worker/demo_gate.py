"""The demo's gate: an error budget is spent, feature work goes red with the reason, and green again when it is back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from rich import box
from rich.table import Table

from integrations.sandbox.github.nouns import Issue
from integrations.sandbox.github.nouns import Status as GithubStatus
from integrations.sandbox.seeds import Acme
from integrations.sandbox.seeds.budgets import METRIC
from worker.cycle import once
from worker.demo_stage import Stage
from worker.errors import WorkerError
from worker.playground import Playground
from worker.signals import read_signal
from worker.worker import Worker

SERVICE = "checkout"
REPOSITORY = "acme/shop"
AUTHOR, LEAD = "bo-acme", "ana-acme"
SPENT, BACK = -0.2, 0.6
PART = "component:checkout"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """The company, its worker, and the pull requests that are looked at."""

    worker: Worker
    ground: Playground
    stage: Stage
    acme: Acme
    pulls: tuple[Issue, ...]

    def statuses(self, pull: Issue) -> Sequence[GithubStatus]:
        """Return all statuses of a pull request's head, oldest first."""
        head = pull.pull.head_sha if pull.pull else ""
        return self.acme.github.repo(REPOSITORY).statuses.get(head, [])

    def budget(self, left: float) -> None:
        """Have some of the budget left, and the worker read that now: it would within a quarter of an hour."""
        self.acme.numbers.say(METRIC, SERVICE, left)
        read_signal(self.worker, METRIC)

    def after(self, what: str) -> None:
        """Make a pass, and show what the pull requests say then."""
        with self.stage.watching() as bars:
            passed = once(self.worker, self.stage.stop, watching=bars)
        self.stage.stop.check()
        if not passed.whole:
            raise WorkerError(f"the pass was not whole: {'; '.join(passed.troubles)}")
        self.stage.out.print(what, markup=False)
        table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True, max_width=44)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for pull in self.pulls:
            newest = self.statuses(pull)[-1] if self.statuses(pull) else None
            said = (newest.state, newest.description) if newest else ("-", "no status")
            table.add_row(f"{pull.key.rpartition('/')[2]} {pull.title}", *said)
        self.stage.out.print(table)


def gate_scene(worker: Worker, ground: Playground, stage: Stage, *, number: int) -> None:
    """Play it. Raises WorkerError if a pull request is not green at the end, or a status was set without a change."""
    if ground.acme is None:
        return
    stage.step(number, f"A gate: the error budget of the service {SERVICE}, from Prometheus")
    scene = _Scene(worker=worker, ground=ground, stage=stage, acme=ground.acme, pulls=_pulls(ground.acme, stage))
    scene.after("Three pull requests are opened while there is budget left. All of them may go on:")
    scene.budget(SPENT)
    scene.after(f"The budget goes to {SPENT}. Features wait, and say why; the fix goes through:")
    until = worker.policy.calendar.today(stage.clock()) + timedelta(days=3)
    waive = f"/kaizen waive error-budget {SERVICE} until {until} because customers were promised it"
    scene.acme.github.comment(scene.pulls[-1], waive, author=LEAD)
    scene.after(f"The lead comments on the last one: {waive}")
    scene.budget(BACK)
    scene.after(f"The budget is back at {BACK}. All are green again, without a hand:")
    _sum_up(scene)


def _pulls(acme: Acme, stage: Stage) -> tuple[Issue, ...]:
    """Open a feature, the fix of an incident, and a feature that somebody will let through."""
    github, repo, now = acme.github, acme.github.repo(REPOSITORY), stage.clock()
    incident = github.add_issue(
        "Checkout loses carts at night", author=AUTHOR, labels=["incident", PART], created_at=now, repo=repo
    )
    titles = ("Gift cards at the checkout", f"Keep carts at night, fixes #{incident.number}", "Pay by invoice")
    return tuple(github.add_pull(title, author=AUTHOR, labels=[PART], created_at=now, repo=repo) for title in titles)


def _sum_up(scene: _Scene) -> None:
    scene.ground.sandbox.log.clear()
    with scene.stage.watching() as bars:
        once(scene.worker, scene.stage.stop, watching=bars)
    writes = len(scene.ground.sandbox.log.writes())
    told = {pull.key: [(one.state, one.description) for one in scene.statuses(pull)] for pull in scene.pulls}
    count = f"{len(told)} pull requests, {sum(map(len, told.values()))} statuses, each set once a change"
    scene.stage.out.print(f"{count}; one more pass: {writes} writes", markup=False)
    wrong = [f"{key} is not green" for key, said in told.items() if not said or said[-1][0] != "success"]
    wrong += [f"{key} was told the same twice" for key, said in told.items() if any(a == b for a, b in pairwise(said))]
    wrong += [f"{writes} writes too many"] if writes else []
    if wrong:
        raise WorkerError(f"the gate did not go as it should: {'; '.join(wrong)}")
