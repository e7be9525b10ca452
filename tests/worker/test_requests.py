"""How many requests a sync takes, counted on the wire.

KAIZEND_DATA may name a folder of issues (`*.jsonl.gz`): they are then served and counted, too.
"""

import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

import pytest

from integrations.base import Tracker
from integrations.github.client import GithubTracker
from integrations.github.config import GithubConfig
from integrations.http import Line
from integrations.jira.client import JiraTracker
from integrations.jira.config import JiraConfig
from integrations.sandbox.github import GithubFace, GithubWorld
from integrations.sandbox.jira import JiraFace, JiraWorld
from integrations.sandbox.seeds import load
from integrations.sandbox.server import Sandbox
from tests.bench.issues import made_issues
from worker.budget import DatabaseBudget
from worker.database import open_database
from worker.mirror import Mirror
from worker.sync import sync_source

COUNT = 1_050
FILES = tuple(sorted(Path(os.environ["KAIZEND_DATA"]).glob("*.jsonl.gz"))) if "KAIZEND_DATA" in os.environ else ()
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

GITHUB_CONNECT = 2  # the user, the repository
GITHUB_LISTS = 7  # milestones, issues, pulls, comments, events, deployments, releases
GITHUB_COLD = GITHUB_CONNECT + 6 + 2
"""Besides the pages of issues: a request for each of the six other lists (of events the newest page is enough,
the others are empty here); and after their first read, by creation, issues and pulls are asked for once more, by
update, for an ETag to come back with.
"""
JIRA_CONNECT = 4  # the server, the user, the project, our rights
JIRA_LISTS = 2  # issues, versions
JIRA_COLD = {"cloud": JIRA_CONNECT + 5, "dc": JIRA_CONNECT + 3}
"""Besides the pages of issues. The fields are read once in a process, to know which one holds the sprint. Cloud's
search has an index that lags: its first read looks twice more at the newest.
"""


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += timedelta(seconds=seconds)


@dataclass(kw_only=True)
class Wire:
    """Syncs of one source, and what each sent."""

    sandbox: Sandbox
    tracker: Tracker
    mirror: Mirror
    clock: Clock
    tickets: int
    touch: Callable[[int], None]

    def sync(self):
        """Sync ten minutes after the last time; return the items that came and the statuses of the answers."""
        self.clock.sleep(600)
        self.sandbox.log.clear()
        synced = sync_source(self.tracker, self.mirror, clock=self.clock)
        assert synced.error == ""
        return synced.items, [entry.status for entry in self.sandbox.log.entries]


@contextmanager
def wired(sandbox, folder, clock, made: Callable[[Line], Tracker], **what):
    """Sync between a served world and a database of its own."""
    database = open_database(f"sqlite:///{folder}/kaizend.db")
    line = Line(source="source", budget=DatabaseBudget(database), clock=clock, sleep=clock.sleep)
    tracker = made(line)
    try:
        yield Wire(sandbox=sandbox, tracker=tracker, mirror=Mirror(database), clock=clock, **what)
    finally:
        tracker.close_connections()
        database.close()


@contextmanager
def github(folder, file=None):
    """Serve made-up issues, or a file's, by a small GitHub."""
    clock = Clock()
    world = load(file, NOW, clock=clock).github if file else made_github(clock)

    def touch(count):
        for number in range(1, count + 1):
            world.edit(number, body=f"changed at {clock()}")

    with Sandbox([GithubFace(world, clock)]) as sandbox:
        config = GithubConfig(
            name="source",
            repository=world.main.full_name,
            base_url=f"{sandbox.url}/api/v3",
            token="sandbox",
        )
        with wired(
            sandbox,
            folder,
            clock,
            lambda line: GithubTracker(config, line, clock),
            tickets=len(world.main.issues),
            touch=touch,
        ) as wire:
            yield wire


def made_github(clock):
    """Fill a small GitHub."""
    world = GithubWorld("acme/shop", clock=clock)
    for issue in made_issues(COUNT, NOW):
        world.add_issue(issue.title, body=issue.body, created_at=issue.created, updated_at=issue.updated)
    return world


@contextmanager
def jira(folder, flavour, file=None):
    """Serve made-up issues, or a file's, by a small Jira."""
    clock = Clock()
    world = load(file, NOW, as_jira=True, clock=clock).jira if file else made_jira(clock)
    project = next(iter(world.projects))
    keys = [issue.key for issue in world.issues.values() if issue.key.startswith(f"{project}-")]

    def touch(count):
        for key in keys[:count]:
            world.edit(key, actor="kaizend", description=f"changed at {clock()}")

    with Sandbox([JiraFace(world, clock, flavour=flavour)]) as sandbox:
        config = JiraConfig(
            name="source",
            project=project,
            base_url=f"{sandbox.url}/jira",
            token="sandbox",
            email="kaizend@acme.example" if flavour == "cloud" else "",
        )
        with wired(
            sandbox,
            folder,
            clock,
            lambda line: JiraTracker(config, line, clock),
            tickets=len(keys),
            touch=touch,
        ) as wire:
            yield wire


def made_jira(clock):
    """Fill a small Jira."""
    world = JiraWorld(clock)
    world.add_user("kaizend", token="sandbox")
    world.add_project("OPS")
    for issue in made_issues(COUNT, NOW):
        world.add_issue("OPS", issue.title.replace("\n", " "), reporter="kaizend", at=issue.created)
    return world


served = pytest.mark.parametrize("file", [None, *FILES], ids=["made-up", *(file.name for file in FILES)])


@served
def test_github_takes_a_request_a_hundred_rows_then_one_a_list(tmp_path, file):
    """Cold: the pages of issues and a constant. Unchanged: one conditional request a list, each a 304."""
    with github(tmp_path, file) as wire:
        _, cold = wire.sync()
        assert len(cold) == ceil(wire.tickets / 100) + GITHUB_COLD
        assert wire.mirror.count() == wire.tickets
        for _ in range(2):
            assert wire.sync() == (0, [200] * GITHUB_CONNECT + [304] * GITHUB_LISTS)


@served
@pytest.mark.parametrize("share", [0.01, 0.2])
def test_github_takes_requests_for_what_changed_alone(tmp_path, file, share):
    """A page for each hundred that changed in place of the "not modified", and no row but those; then quiet again."""
    with github(tmp_path, file) as wire:
        wire.sync()
        wire.sync()
        changed = round(share * wire.tickets)
        wire.touch(changed)
        items, sent = wire.sync()
        assert items == changed
        assert len(sent) == GITHUB_CONNECT + GITHUB_LISTS - 1 + ceil(changed / 100)
        assert sent.count(304) == GITHUB_LISTS - 1
        assert wire.sync() == (0, [200] * GITHUB_CONNECT + [304] * GITHUB_LISTS)


@served
@pytest.mark.parametrize("flavour", JIRA_COLD)
def test_jira_takes_a_request_a_hundred_issues_then_one_a_list(tmp_path, flavour, file):
    """Cold: the pages of issues and a constant. Unchanged: one request a list, for Jira knows no conditional ones."""
    with jira(tmp_path, flavour, file) as wire:
        _, cold = wire.sync()
        assert len(cold) == ceil(wire.tickets / 100) + JIRA_COLD[flavour]
        assert wire.mirror.count() == wire.tickets
        for _ in range(2):
            assert wire.sync() == (0, [200] * (JIRA_CONNECT + JIRA_LISTS))


@pytest.mark.parametrize("flavour", JIRA_COLD)
def test_jira_takes_no_further_request_for_a_hundredth_that_changed(tmp_path, flavour):
    """What changed fits into the page that is asked for anyway; each issue comes with the event that changed it."""
    with jira(tmp_path, flavour) as wire:
        wire.sync()
        changed = wire.tickets // 100
        wire.touch(changed)
        assert wire.sync() == (2 * changed, [200] * (JIRA_CONNECT + JIRA_LISTS))
        assert wire.sync() == (0, [200] * (JIRA_CONNECT + JIRA_LISTS))


@pytest.mark.parametrize("flavour", JIRA_COLD)
def test_jira_takes_a_request_a_hundred_that_changed(tmp_path, flavour):
    """A fifth changed: that many pages, and one or two to see that there is no more."""
    with jira(tmp_path, flavour) as wire:
        wire.sync()
        changed = wire.tickets // 5
        wire.touch(changed)
        items, sent = wire.sync()
        assert items == 2 * changed
        assert len(sent) <= JIRA_CONNECT + JIRA_LISTS + ceil(changed / 100) + 1
