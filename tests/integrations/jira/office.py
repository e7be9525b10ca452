"""A small Jira on loopback with one project, and a tracker that talks to it: what the tests of the adapter share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integrations.http import Line
from integrations.jira.client import JiraTracker
from integrations.jira.config import JiraConfig
from integrations.sandbox.jira.face import JiraFace
from integrations.sandbox.jira.world import JiraWorld
from integrations.sandbox.server import Sandbox
from rules.model import Marker, Paragraph, Prose, Text
from tests.integrations.memory_budget import MemoryBudget

FLAVOURS = ("cloud", "dc")
MARK = Marker(op="0a1b", mac="2c3d", state="backlog/owned:1:2026-11-03")
SAID = Prose((Paragraph((Text("This improvement has no owner."),)),))
TOKEN = "ATATT-canary-3f9c"
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved or slept on."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def on(self, **time: float) -> datetime:
        """Move the clock on."""
        self.now += timedelta(**time)
        return self.now


@dataclass
class Office:
    """The pieces of one test."""

    world: JiraWorld
    clock: Clock
    sandbox: Sandbox
    tracker: JiraTracker
    flavour: str

    def ref(self, key: str) -> str:
        """Return what the adapter addresses an issue by."""
        return str(self.world.issue(key).id)

    def add(self, count: int = 1, *, every: timedelta = timedelta(minutes=1), **fields) -> None:
        """Let ana file issues, one after the other, the last one now."""
        for place in reversed(range(count)):
            self.world.add_issue(
                "OPS", f"issue {count - place}", reporter="ana", at=self.clock() - place * every, **fields
            )

    def read(self, cursor: str = "", stream: str = "tickets") -> tuple[tuple, str]:
        """Read a stream to its end; return all items and the last cursor."""
        items = []
        for page in self.tracker.read(stream, cursor):
            items += page.items
            cursor = page.cursor
        return tuple(items), cursor

    def requests(self) -> list[str]:
        """Return the requests so far, in short, and forget them."""
        short = [f"{one.method} {one.path.removeprefix('/rest/api/2/')}" for one in self.sandbox.log.entries]
        self.sandbox.log.clear()
        return short


def made_world(clock: Clock) -> JiraWorld:
    """Make a Jira with one project, our account and a colleague."""
    world = JiraWorld(clock)
    world.add_user("bot", token=TOKEN, zone="America/New_York")
    world.add_user("ana")
    world.add_project("OPS")
    return world


@contextmanager
def office(flavour: str, *, clock: Clock | None = None, line_attempts: int = 4, **config) -> Iterator[Office]:
    """Open an office: a world behind a server, and a tracker."""
    clock = clock or Clock()
    world = made_world(clock)
    with Sandbox([JiraFace(world, clock, flavour=flavour)]) as sandbox:
        tracker = made_tracker(sandbox.url + "/jira", flavour, clock, line_attempts=line_attempts, **config)
        try:
            yield Office(world=world, clock=clock, sandbox=sandbox, tracker=tracker, flavour=flavour)
        finally:
            tracker.close_connections()


def made_tracker(base_url: str, flavour: str, clock: Clock, *, line_attempts: int = 4, **config) -> JiraTracker:
    """Make a tracker for a base URL."""
    config = {
        "timeout": (1.0, 5.0),
        "token": TOKEN,
        "email": "bot@acme.example" if flavour == "cloud" else "",
        **config,
    }
    given = JiraConfig(name="ops", project="OPS", base_url=base_url, **config)
    line = Line(
        source="ops",
        budget=MemoryBudget(),
        clock=clock,
        sleep=clock.sleep,
        write_interval=given.write_interval,
        attempts=line_attempts,
    )
    return JiraTracker(given, line, clock)
