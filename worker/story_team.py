"""The story's team: a small GitHub and a small Jira with a few tickets, and what the people do to them day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from integrations.sandbox.github import GithubWorld
from integrations.sandbox.github.nouns import Issue as GithubIssue
from integrations.sandbox.jira import JiraWorld
from integrations.sandbox.jira.records import Issue as JiraIssue

BEGIN = datetime(2026, 9, 7, 9, tzinfo=UTC)
"""The story's first morning, a Monday; it is the same whenever it is told."""
TOKEN, BOT = "sandbox", "kaizen-bot"
PEOPLE = ("ana", "bo", "kim", "lee")  # who leads the team, an engineer, and the council
ACTIONS = (
    "The pool of connections was empty.\n\n## Action items\n- [ ] Alert on an empty pool\n- [ ] Try the fail-over\n"
)
FEEDS = "/kaizen feeds"


class FastClock:
    """A clock that goes on only when it is put forward."""

    def __init__(self, begin: datetime = BEGIN) -> None:
        self.now = begin

    def __call__(self) -> datetime:
        """Return the moment; each look at it takes a moment, so that nothing happens twice at once."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def forward(self, span: timedelta) -> None:
        """Let time pass."""
        self.now += span

    def sleep(self, seconds: float) -> None:
        """Sleep without taking long."""
        self.forward(timedelta(seconds=seconds))


class Team:
    """A company of four people, its tickets, and the files that its council decides from."""

    def __init__(self, clock: FastClock, folder: Path) -> None:
        self.clock = clock
        self.folder = folder
        self.github = GithubWorld("acme/corner", clock=clock, tokens={TOKEN: BOT})
        self.jira = JiraWorld(clock)
        self.jira.add_user(BOT, account_id="acc-bot", token=TOKEN)
        self.jira.add_project("CARE", lead="ana")
        self.jira.add_component("CARE", "basket")
        for name in PEOPLE:
            self.github.user(f"{name}-gh")
            self.jira.add_user(name, account_id=f"acc-{name}")

    # -- what people do -----------------------------------------------------------------------------------------------
    def write(self, title: str, *labels: str, owner: str = "", body: str = "", by: str = "ana") -> None:
        """Write an issue on GitHub."""
        owners = [f"{owner}-gh"] if owner else []
        self.github.add_issue(
            title, author=f"{by}-gh", labels=labels, assignees=owners, body=body, created_at=self.clock()
        )

    def pull(self, title: str, *labels: str, by: str = "bo") -> None:
        """Open a pull request."""
        self.github.add_pull(title, author=f"{by}-gh", labels=labels, created_at=self.clock())

    def statuses(self, title: str) -> list[str]:
        """Return what the statuses of a pull request's head say, oldest first."""
        asked = self.on_github(title)
        head = asked.pull.head_sha if asked and asked.pull else ""
        return [f"{one.state}: {one.description}" for one in self.github.main.statuses.get(head, [])]

    def plan(self, title: str, *labels: str, owner: str = "", by: str = "ana", **fields: Any) -> None:
        """Write an issue in Jira."""
        self.jira.add_issue("CARE", title, reporter=by, labels=list(labels), assignee=owner, **fields)

    def on_github(self, title: str) -> GithubIssue | None:
        """Return the newest issue whose title begins so."""
        every = (one for one in self.github.main.issues.values() if one.title.startswith(title))
        return max(every, key=lambda one: one.number, default=None)

    def on_jira(self, title: str) -> JiraIssue | None:
        """Return the newest issue of Jira whose title begins so."""
        every = (one for one in self.jira.issues.values() if one.summary.startswith(title))
        return max(every, key=lambda one: one.id, default=None)

    def say(self, title: str, *lines: str, who: str = "bo") -> None:
        """Comment on the ticket that is called so, wherever it is, a comment a line."""
        for line in lines:
            if issue := self.on_github(title):
                self.github.comment(issue.number, line, author=f"{who}-gh")
            elif ours := self.on_jira(title):
                self.jira.comment(ours.key, line, author=who)

    def label(self, title: str, name: str, *, who: str = "bo") -> None:
        """Put a label on a ticket."""
        if issue := self.on_github(title):
            self.github.set_label(issue.number, name, actor=f"{who}-gh")
        elif ours := self.on_jira(title):
            self.jira.label(ours.key, actor=who, add=[name])

    def take(self, title: str, who: str) -> None:
        """Make somebody the owner of a ticket."""
        if issue := self.on_github(title):
            self.github.assign(issue.number, f"{who}-gh", actor=f"{who}-gh")
        elif ours := self.on_jira(title):
            self.jira.edit(ours.key, actor=who, assignee=who)

    def close(self, title: str, *, who: str = "bo", reason: str = "completed", resolution: str = "Done") -> None:
        """Close a ticket."""
        if issue := self.on_github(title):
            self.github.close(issue.number, actor=f"{who}-gh", reason=reason)
        elif ours := self.on_jira(title):
            way = next((one.name for one in self.jira.ways(ours) if one.to == "Done"), None)
            if way:
                self.jira.transition(ours.key, way, actor=who, resolution=resolution)

    def budget(self, left: float) -> None:
        """Write down how much of the error budget of the shop is left."""
        path = self.folder / "budget.csv"
        begun = path.read_text(encoding="utf-8") if path.exists() else "date,service,left\n"
        path.write_text(f"{begun}{self.clock():%Y-%m-%dT%H:%M:%SZ},shop,{left}\n", encoding="utf-8")

    def figures(self, day: int) -> None:
        """Bring the files that the council decides from up to a day of the story."""
        at = (BEGIN + timedelta(days=day)).date()
        for name in ("scorecards", "debt", "findings", "trust", "budgets", "incidents"):
            (self.folder / f"{name}.csv").write_text(f"service,score,date\ncorner,80,{at}\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Deed:
    """What people do on a day of the story, 0 being the first."""

    day: int
    what: str
    do: Callable[[Team], None]
