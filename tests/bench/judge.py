"""A plan over many tickets in the mirror, and what it is held against.

`python -m tests.bench.judge WHAT FOLDER COUNT`, where WHAT is one of the functions below.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from integrations.base import Page
from rules.model import Ticket
from tests.bench.issues import SEED, made_issues
from tests.bench.measure import Watch
from tests.bench.rulebook import CONFIG, URGENCY, Seen, as_pack, variations
from worker.look import Look, look
from worker.playground import example, with_values
from worker.settings import load_settings
from worker.wiring import opened
from worker.worker import Worker

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOURCE = "shop"


def made_tickets(count: int) -> Iterator[Ticket]:
    """Make improvements: three in ten open, most of those with what they need."""
    dice = random.Random(SEED)  # noqa: S311 - tickets for a measurement
    urgencies = tuple(URGENCY)
    for number, issue in enumerate(made_issues(count, NOW), 1):
        labels = {"improvement", *issue.labels}
        if dice.random() < 0.9:
            labels.add(dice.choice(urgencies))
        yield Ticket(
            source=SOURCE,
            uid=f"github.com/1/issue/{number}",
            key=f"acme/shop#{number}",
            ref=str(number),
            url=f"https://github.example/acme/shop/issues/{number}",
            title=issue.title,
            body=issue.body,
            created=issue.created,
            updated=issue.updated,
            closed=issue.closed,
            phase="done" if issue.closed else "new",
            status="closed" if issue.closed else "open",
            resolution="completed" if issue.closed else "",
            labels=frozenset(labels),
            assignees=frozenset({dice.choice(issue.assignees or ("ana-acme",))})
            if dice.random() < 0.95
            else frozenset(),
            reporter=issue.author,
            due=_due(issue.created, dice),
        )


def _due(created: datetime, dice: random.Random) -> date | None:
    return (created + timedelta(days=dice.randrange(600, 1600))).date() if dice.random() < 0.6 else None


@contextmanager
def ready(folder: Path) -> Iterator[Worker]:
    """Open a worker over the folder's database and rules."""
    settings = load_settings(folder / "config.toml", {})
    with opened(settings, clock=lambda: NOW, sleep=_asleep) as worker:
        yield worker


def _asleep(seconds: float) -> None:
    raise AssertionError(f"a plan does not wait, not even {seconds} s")


def fill(folder: Path, count: int) -> None:
    """Write the config, the rules and the tickets."""
    (folder / "config.toml").write_text(with_values(example(), CONFIG), encoding="utf-8")
    (folder / "bench.toml").write_text(as_pack(variations()), encoding="utf-8")
    (folder / "bench.key").write_text("5a" * 32 + "\n", encoding="ascii")
    (folder / "bench.key").chmod(0o600)
    with ready(folder) as worker:
        watch = Watch()
        tickets = tuple(made_tickets(count))
        for name in worker.trackers:
            worker.mirror.begin_read(name, NOW)
        for at in range(0, count, 1000):
            worker.mirror.save(SOURCE, "tickets", Page(items=tickets[at : at + 1000], cursor=str(at)), NOW)
        for name in worker.trackers:
            worker.mirror.end_read(name, NOW)
        watch.report(count)


def full(folder: Path, count: int) -> None:
    """Look at all tickets and plan."""
    with ready(folder) as worker:
        watch = Watch()
        found = look(worker, NOW, whole=True)
        assert found.looked == count, found.looked
        watch.report(found.looked, _summed(found))


def settle(folder: Path, count: int) -> None:
    """Look at all tickets as a pass does that applies nothing: they need no second look until they change."""
    with ready(folder) as worker:
        watch = Watch()
        found = look(worker, NOW, whole=True)
        worker.ledger.save_episodes(found.episodes)
        worker.mirror.settle(found.revision, worker.policy.sha, worker.policy.calendar.today(NOW))
        watch.report(found.looked)


def incremental(folder: Path, count: int) -> None:
    """Change one ticket in a hundred, and look at what changed."""
    with ready(folder) as worker:
        every = [f"github.com/1/issue/{number}" for number in range(1, count + 1, 100)]
        assert worker.mirror.unsettle(every) == len(every)
        watch = Watch()
        found = look(worker, NOW, whole=False)
        assert found.looked == len(every), found.looked
        watch.report(found.looked)


def reading(folder: Path, count: int) -> None:
    """Read all tickets from the mirror, and nothing else."""
    with ready(folder) as worker:
        watch = Watch()
        read = sum(1 for _ in worker.mirror.tickets())
        assert read == count, read
        watch.report(read)


def plain(folder: Path, count: int) -> None:
    """Read all tickets and judge the same conditions in plain Python, without a plan."""
    with ready(folder) as worker:
        conditions = [rule.plain for rule in variations()]
        calendar = worker.policy.calendar
        watch = Watch()
        holding = read = 0
        for ticket in worker.mirror.tickets():
            seen = Seen(ticket, calendar.today(NOW), calendar)
            holding += sum(1 for condition in conditions if condition(seen))
            read += 1
        watch.report(read, f"{holding} verdicts hold")


def _summed(found: Look) -> str:
    held = sum(held.wanted for held in found.plan.held)
    return f"{len(found.episodes)} verdicts hold, {len(found.plan.ops)} ops planned, {held} held back by ceilings"


MODES = {mode.__name__: mode for mode in (fill, full, settle, incremental, reading, plain)}


if __name__ == "__main__":
    MODES[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
