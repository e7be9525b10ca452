"""Acme: a believable year of a small company on two GitHub repositories and one Jira project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.sandbox.github import GithubWorld
from integrations.sandbox.jira import JiraWorld
from integrations.sandbox.prometheus import NumbersWorld
from integrations.sandbox.seeds.budgets import budgets
from integrations.sandbox.seeds.on_github import Repository
from integrations.sandbox.seeds.on_jira import Board
from integrations.sandbox.seeds.people import PEOPLE, TEAMS
from integrations.sandbox.seeds.stage import Stage, workday
from integrations.sandbox.seeds.stories import Author, Plot, Story

YEAR = timedelta(days=364)
TOKEN = "sandbox"  # noqa: S105 - of a tracker that only pretends
BOT = "kaizend"
SHOP = Plot(
    team="checkout",
    counts={
        "bug": 300, "feature": 140, "improvement": 112, "chore": 75, "incident": 16, "follow-up": 10, "decision": 6,
    },
    flawed=13,
    hostile=4,
)  # fmt: skip
PLATFORM = Plot(
    team="platform",
    counts={
        "bug": 190, "feature": 36, "improvement": 92, "chore": 110, "incident": 12, "follow-up": 10, "decision": 8,
    },
    flawed=9,
    hostile=2,
)  # fmt: skip
OPS = Plot(
    team="operations",
    counts={
        "bug": 130, "feature": 40, "improvement": 92, "chore": 200, "incident": 42, "follow-up": 20, "decision": 9,
        "review": 11,
    },
    flawed=10,
    hostile=2,
)  # fmt: skip
CHANGES = {"shop": 530, "platform": 400}
DEPLOYMENTS = {"shop": 210, "platform": 110}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How much of what there is."""

    tickets: int
    changes: int
    deployments: int
    releases: int
    incidents: int
    improvements: int
    flawed: int  # improvements of the last six weeks that miss something
    overdue: int
    ownerless: int
    deferred: int
    reviews: int
    recurring: int  # faults of a family that had been closed before
    closed_without_change: int
    comments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Acme:
    """The worlds, ready to be served."""

    github: GithubWorld
    jira: JiraWorld
    numbers: NumbersWorld
    summary: Summary
    stories: dict[str, tuple[Story, ...]]  # by source: "shop", "platform", "ops"


def acme(now: datetime, seed: int = 1, *, clock: Callable[[], datetime] | None = None) -> Acme:
    """Make up the year that ends at `now` (aware). The same seed and `now` make the same year.

    The worlds go on by `clock`; without one, time stands still at `now`.
    """
    now = now.replace(microsecond=0)
    stage = Stage(now - YEAR, now)
    github, jira = _github(stage), _jira(stage)
    shop = Repository(github, github.repo("acme/shop"), stage, team="checkout", seed=f"{seed} shop")
    platform = Repository(github, github.repo("acme/platform"), stage, team="platform", seed=f"{seed} platform")
    asked: list[datetime] = []

    def ask(when: datetime, merged: datetime, title: str) -> None:
        asked.append(when)
        platform.change(when, merged, title)

    board = Board(jira, "OPS", stage, seed=f"{seed} ops", ask=ask)
    authors = {
        name: Author(f"{seed} stories {name}", plot, stage.now, now)
        for name, plot in (("shop", SHOP), ("platform", PLATFORM), ("ops", OPS))
    }
    stories = {name: tuple(author.stories()) for name, author in authors.items()}
    for name, teller in (("shop", shop), ("platform", platform), ("ops", board)):
        for story in stories[name]:
            teller.tell(story)
    for name, repository in (("shop", shop), ("platform", platform)):
        linked = [*stories[name], *(stories["ops"] if name == "platform" else ())]
        _delivery(repository, authors[name], CHANGES[name] - _by_change(linked), DEPLOYMENTS[name])
    for back in range(12, 0, -1):
        board.version(workday(now - timedelta(days=30 * back)))
    stage.play()
    github.clock = jira.clock = clock or (lambda: now)
    numbers = budgets(stories, now - YEAR, now, github.clock, seed=f"{seed} budgets")
    return Acme(
        github=github, jira=jira, numbers=numbers, summary=_summary(github, jira, stories, now), stories=stories
    )


def _github(stage: Stage) -> GithubWorld:
    world = GithubWorld("acme/shop", clock=stage.clock, tokens={TOKEN: BOT})
    for person in PEOPLE:
        world.user(person.github, name=person.full)
    world.add_repo("acme/platform", description="What everything at Acme runs on")
    world.add_organisation("acme", fields=False)
    return world


def _jira(stage: Stage) -> JiraWorld:
    world = JiraWorld(stage.clock)
    world.add_user(BOT, "Kaizen Bot", account_id=f"acc-{BOT}", token=TOKEN)
    for person in PEOPLE:
        world.add_user(person.name, person.full, account_id=person.jira, zone=person.zone)
    world.add_project("OPS", "Operations", lead="ivan")
    for component in TEAMS["operations"]:
        world.add_component("OPS", component)
    return world


def _delivery(repository: Repository, author: Author, changes: int, deployments: int) -> None:
    """Plan the changes that close nothing, the deployments and a release every second week."""
    start, end = author.start, author.end
    for _ in range(changes):
        repository.small_change(author.moment(start, end))
    for _ in range(deployments):
        repository.deployment(author.moment(start, end))
    for week in range(0, 52, 2):
        when = workday(start + timedelta(weeks=week, hours=5))
        repository.release(when, f"v{when:%y}.{week // 2 + 1}.0")


def _by_change(stories: list[Story]) -> int:
    return sum(1 for one in stories if one.closed and one.by_change and one.completed)


def _summary(github: GithubWorld, jira: JiraWorld, stories: dict[str, tuple[Story, ...]], now: datetime) -> Summary:
    told = [one for made in stories.values() for one in made]
    issues = [issue for repo in github.repos.values() for issue in repo.issues.values()]
    improvements = [one for one in told if one.kind == "improvement"]
    left = [one for one in improvements if one.closed is None]
    changes = sum(1 for one in issues if one.pull)
    return Summary(
        tickets=len(issues) - changes + len(jira.issues),
        changes=changes,
        deployments=sum(len(repo.deployments) for repo in github.repos.values()),
        releases=sum(len(repo.releases) for repo in github.repos.values()) + len(jira.projects["OPS"].releases),
        incidents=sum(1 for one in told if one.kind == "incident"),
        improvements=len(improvements),
        flawed=sum(1 for one in improvements if one.flaws),
        overdue=sum(1 for one in left if (one.put_off[-1][1] if one.put_off else one.due or now.date()) < now.date()),
        ownerless=sum(1 for one in left if not one.owner),
        deferred=sum(1 for one in told if one.put_off),
        reviews=sum(1 for one in told if one.kind == "review"),
        recurring=sum(_came_back(made) for made in stories.values()),
        closed_without_change=sum(1 for one in told if one.closed and one.completed and not one.by_change),
        comments=sum(len(one.comments) for one in issues) + sum(len(one.comments) for one in jira.issues.values()),
    )


def _came_back(stories: tuple[Story, ...]) -> int:
    """Count the faults of a family of which one had been closed when they came."""
    first: dict[str, datetime] = {}
    for one in stories:
        if one.family and one.closed:
            first[one.family] = min(one.closed, first.get(one.family, one.closed))
    return sum(1 for one in stories if one.family in first and one.created > first[one.family])
