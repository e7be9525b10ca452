"""A small GitHub over real HTTP, a tracker that looks at it, and a clock that only sleeping moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from integrations.github.client import GithubTracker
from integrations.github.config import GithubConfig
from integrations.http import Line
from integrations.sandbox.github import GithubFace, GithubWorld
from integrations.sandbox.server import Sandbox
from tests.integrations.memory_budget import MemoryBudget

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Time that passes when slept."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Hub:
    """A world, the server it is seen through, and trackers of it."""

    def __init__(self, world: GithubWorld, sandbox: Sandbox, clock: Clock) -> None:
        self.world = world
        self.sandbox = sandbox
        self.clock = clock
        self.budget = MemoryBudget()
        self._trackers: list[GithubTracker] = []

    def tracker(self, **config) -> GithubTracker:
        """Make a tracker; what is not given is as usual."""
        usual = {"name": "shop", "repository": "acme/shop", "base_url": f"{self.sandbox.url}/api/v3"}
        if "app" not in config:
            usual["token"] = "sandbox"
        whole = GithubConfig(**{**usual, **config})
        line = Line(
            source="shop",
            budget=self.budget,
            clock=self.clock,
            sleep=self.clock.sleep,
            write_interval=whole.write_interval,
            content_limits=whole.content_limits,
        )
        made = GithubTracker(whole, line, self.clock)
        self._trackers.append(made)
        return made

    def connected(self, **config) -> GithubTracker:
        """Make a tracker that is connected, and forget the requests that took."""
        made = self.tracker(**config)
        made.connect()
        self.sandbox.log.clear()
        return made

    def asked(self) -> list[str]:
        """Return the requests since the last time, as "GET /path 200"."""
        entries = [f"{entry.method} {entry.path} {entry.status}" for entry in self.sandbox.log.entries]
        self.sandbox.log.clear()
        return entries

    def disconnect(self) -> None:
        for tracker in self._trackers:
            tracker.close_connections()


@pytest.fixture
def hub():
    """Serve acme/shop."""
    clock = Clock()
    world = GithubWorld(clock=clock, people=("ann", "bob"))
    with Sandbox([GithubFace(world, clock)]) as sandbox:
        made = Hub(world, sandbox, clock)
        yield made
        made.disconnect()


def add_issues(world: GithubWorld, count: int, *, since: datetime = NOW - timedelta(days=30)) -> None:
    """Add issues, a minute apart."""
    for number in range(count):
        world.add_issue(f"issue {number}", created_at=since + timedelta(minutes=number))
