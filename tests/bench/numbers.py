"""Metrics, gates and outcomes of a company over its three years: `python -m tests.bench.numbers WHAT FOLDER COUNT`.

WHAT is one of the functions below, COUNT how many tickets there are; `reading` is the floor of all of them.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from integrations.base import Page
from rules.metrics.series import Asked
from rules.model import Change, Deployment, Event, Signal, Ticket
from tests.bench.issues import PEOPLE, SEED
from tests.bench.judge import made_tickets
from tests.bench.measure import Watch
from worker.gates.standing import standing
from worker.gates.states import GateStates
from worker.look import look
from worker.measuring.measures import measures
from worker.outcomes.judging import judge_outcomes
from worker.samples import Samples
from worker.settings import load_settings
from worker.wiring import opened
from worker.worker import Worker

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOURCE, REPO = "shop", "acme/shop"
SERVICES = 50
DAYS = 3 * 365
QUARTER = timedelta(days=90)
EVERY = timedelta(hours=1)
AIM = "\nOutcome: mttr(s1) 5h -> 4h by 2027-03-31"
STATING = 500
"""One closed ticket in so many states an effect."""
CONFIG = """\
[instance]
name = "bench"
rules = ["pack:metrics", "pack:gates", "pack:outcomes", "slow.toml"]
database = "sqlite:///numbers.db"
key_file = "bench.key"

[kinds]
incident = ['"incident" in labels']
gate = ['"gate" in labels']
follow-up = ['"follow-up" in labels']
review = ['"review" in labels']
decision = ['"decision" in labels']
improvement = ['"improvement" in labels']

[people.ana]
github = "ana-acme"

[sources.shop]
kind = "github"
repository = "acme/shop"
base_url = "http://127.0.0.1:9"
component_label = "component:"
token = "sandbox"

[signals.error_budget]
kind = "csv"
path = "budget.csv"
date = "day"
value = "left"
subject = "service"
"""
SLOW = """\
[pack]
name = "slow"
about = "A gate to measure with."

[[gate]]
id = "slow"
about = "Features of a service wait while its incidents take long."
policy = "Reliability first."
power = "pause-features"
each = "service"
waivers = ["lead"]
close_when = ['mttr_90d[subject] > 1000.0']
sources = ["shop"]
holds = ['"feature" in labels']
missing = "open"
say = "Incidents take long."
"""


@contextmanager
def ready(folder: Path) -> Iterator[Worker]:
    """Open a worker over the folder's database."""
    settings = load_settings(folder / "config.toml", {})
    with opened(settings, clock=lambda: NOW, sleep=lambda _: None) as worker:
        yield worker


def fill(folder: Path, count: int) -> None:
    """Write the config, and all that happened in three years."""
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "slow.toml").write_text(SLOW, encoding="utf-8")
    (folder / "budget.csv").write_text("day,service,left\n", encoding="utf-8")
    (folder / "bench.key").write_text("5a" * 32 + "\n", encoding="ascii")
    (folder / "bench.key").chmod(0o600)
    with ready(folder) as worker:
        watch = Watch()
        worker.mirror.begin_read(SOURCE, NOW)
        for stream, items in (
            ("tickets", tuple(_tickets(count))),
            ("changes", tuple(_changes(count // 5))),
            ("deployments", tuple(_deployments(count // 10))),
            ("releases", ()),
        ):
            for at in range(0, len(items) or 1, 1000):
                worker.mirror.save(SOURCE, stream, Page(items=items[at : at + 1000], cursor=str(at)), NOW)
        worker.mirror.save(SOURCE, "events", Page(items=tuple(_events(count)), cursor="1"), NOW)
        worker.mirror.end_read(SOURCE, NOW)
        Samples(worker.database).keep(_samples(count), EVERY)
        watch.report(count)


def _tickets(count: int) -> Iterator[Ticket]:
    """Make tickets of fifty components: one in twenty is an incident, one in a hundred a decision."""
    for number, ticket in enumerate(made_tickets(count)):
        kind = "incident" if number % 20 == 0 else "decision" if number % 100 == 1 else "improvement"
        labels = (ticket.labels - {"improvement"}) | {kind, f"component:s{number % (SERVICES + 1) % SERVICES}"}
        told = AIM if ticket.closed and number % STATING == 2 else ""
        yield replace(ticket, labels=frozenset(labels), body=ticket.body + told)


def _events(count: int) -> Iterator[Event]:
    for ticket in _tickets(count):
        if ticket.closed is not None:
            yield Event(
                source=SOURCE,
                uid=f"{ticket.uid}/closed",
                ticket=ticket.uid,
                at=ticket.closed,
                actor=PEOPLE[int(ticket.ref) % len(PEOPLE)],
                what="status",
                before="open",
                after="closed",
            )


def _changes(count: int) -> Iterator[Change]:
    dice = random.Random(SEED)  # noqa: S311 - changes for a measurement
    for number in range(count):
        merged = NOW - timedelta(days=DAYS * dice.random())
        ref = str(1_000_000 + number)
        yield Change(
            source=SOURCE,
            uid=f"github.com/1/pull/{ref}",
            key=f"{REPO}#{ref}",
            ref=ref,
            url=f"https://github.example/{REPO}/pull/{ref}",
            title=f"Mend a part of {number}",
            created=merged - timedelta(days=2),
            updated=merged,
            state="merged",
            labels=frozenset({f"component:s{number % SERVICES}"}),
            author=dice.choice(PEOPLE),
            base="main",
            merge_sha=f"{number:040x}",
            merged=merged,
            closed=merged,
        )


def _deployments(count: int) -> Iterator[Deployment]:
    for change in _changes(2 * count):
        if int(change.ref) % 2:
            assert change.merged is not None
            at = min(change.merged + timedelta(hours=1), NOW)
            sha, ref = change.merge_sha, change.ref
            yield Deployment(
                source=SOURCE,
                uid=f"github.com/1/deployment/{ref}",
                ref=ref,
                sha=sha,
                environment="production",
                state="success",
                created=at,
                updated=at,
            )


def _samples(count: int) -> Iterator[Signal]:
    for number in range(SERVICES):
        for step in range(min(QUARTER // EVERY, count)):
            value = 0.9 - step % 100 / 200
            yield Signal(name="error_budget", subject=f"s{number}", at=NOW - EVERY * step, value=value)


def reading(folder: Path, count: int) -> None:
    """Read all tickets from the mirror, and nothing else."""
    with ready(folder) as worker:
        watch = Watch()
        watch.report(sum(1 for _ in worker.mirror.tickets()))


def year(folder: Path, count: int) -> None:
    """Measure all metrics in the twelve months, of each service."""
    with ready(folder) as worker:
        watch = Watch()
        found = measures(worker, Asked(last=12, by="service"), NOW)
        watch.report(len(found), f"{sum(len(each.measures) for each in found):,} measures")


def gates(folder: Path, count: int) -> None:
    """Judge all gates, as a look does after something changed."""
    with ready(folder) as worker:
        standing(worker, NOW)
        GateStates(worker.database).forget_ground()
        watch = Watch()
        states = standing(worker, NOW + timedelta(minutes=5))
        watch.report(len(states), f"{len(states)} gates, {sum(state.closed for state in states)} closed")


def outcomes(folder: Path, count: int) -> None:
    """Freeze what was before each closed ticket that states an effect, as the first pass after does."""
    with ready(folder) as worker:
        with worker.database.begin() as connection:
            connection.exec_driver_sql("delete from outcomes")
            connection.exec_driver_sql("delete from counters where name like 'outcomes %'")
        watch = Watch()
        made = judge_outcomes(worker, NOW)
        watch.report(made, f"{made} effects seen")


def idle(folder: Path, count: int) -> None:
    """Look again where nothing is new: outcomes and gates, and no ticket.

    Nobody files the pages of the gates that closed: until they are in force, after an hour, gates are judged anew.
    """
    with ready(folder) as worker:
        for hour in range(5):
            found = look(worker, NOW + timedelta(hours=hour), whole=hour == 0)
            worker.mirror.settle(found.revision, worker.policy.sha, worker.policy.calendar.today(NOW))
            judge_outcomes(worker, NOW)
        watch = Watch()
        judge_outcomes(worker, NOW)
        found = look(worker, NOW + timedelta(hours=4, minutes=1), whole=False)
        watch.report(found.looked, f"{found.looked} tickets looked at")


MODES = {mode.__name__: mode for mode in (fill, reading, year, gates, outcomes, idle)}


if __name__ == "__main__":
    MODES[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
