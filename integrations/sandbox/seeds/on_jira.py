"""Telling Acme's stories in a Jira project."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from integrations.sandbox.jira import JiraWorld
from integrations.sandbox.jira.records import Issue
from integrations.sandbox.seeds.stage import Stage
from integrations.sandbox.seeds.stories import Kind, Story

TYPES: dict[Kind, str] = {
    "bug": "Bug",
    "feature": "Story",
    "chore": "Task",
    "improvement": "Improvement",
    "incident": "Incident",
    "review": "Review",
    "decision": "Task",
    "follow-up": "Task",
}
PRIORITIES = {"critical": "Highest", "high": "High", "medium": "Medium", "low": "Low", "": ""}
Ask = Callable[[datetime, datetime, str], None]  # asked, merged, title: plans a pull request somewhere


class Board:
    """One project, filled act by act."""

    def __init__(self, world: JiraWorld, project: str, stage: Stage, *, seed: str, ask: Ask) -> None:
        self.world = world
        self.project = project
        self.stage = stage
        self.rng = random.Random(seed)  # noqa: S311 - made up on purpose
        self.ask = ask
        self.months: list[str] = []  # versions released so far

    def tell(self, story: Story) -> None:
        """Plan everything that happens in a story."""
        self.stage.at(story.created, self._open, story)

    def version(self, when: datetime) -> None:
        """Plan the release of a month's version."""
        self.stage.at(when, self._release, f"{when:%Y.%m}", when.date())

    def _release(self, name: str, day: date) -> None:
        self.world.add_release(self.project, name, released=True, date=day)
        self.months.append(name)

    def _open(self, story: Story) -> None:
        labels = list(story.labels)
        labels += [story.kind] if story.kind in {"decision", "follow-up"} else []
        labels += [f"domain:{story.domain}"] if story.domain else []
        issue = self.world.add_issue(
            self.project,
            story.title[:255],
            type=TYPES[story.kind],
            reporter=story.reporter,
            description=story.body,
            priority=PRIORITIES[story.priority],
            assignee=story.owner,
            labels=tuple(labels),
            components=(story.component,) if story.component else (),
            due=story.due,
        )
        for when, who, words in story.talk:
            self.stage.at(when, self.world.comment, issue.key, words, author=who)
        for when, day in story.put_off:
            self.stage.at(when, self._put_off, issue, story, day)
        self._work(issue, story)

    def _put_off(self, issue: Issue, story: Story, day: date) -> None:
        labels = tuple(dict.fromkeys([*issue.labels, "deferred"]))
        self.world.edit(issue.key, actor=story.owner or story.reporter, duedate=day, labels=labels)

    def _work(self, issue: Issue, story: Story) -> None:
        """Plan the start and the end of the work."""
        who = story.owner or story.reporter
        until = story.closed or self.stage.end
        begun = story.created + (until - story.created) * self.rng.uniform(0.1, 0.8)
        if story.closed or self.rng.random() < 0.4:
            self.stage.at(begun, self.world.transition, issue.key, "Start Progress", actor=who)
        if story.closed is None:
            return
        if story.by_change and story.completed:
            asked = max(begun, story.closed - timedelta(hours=self.rng.randint(2, 40)))
            self.ask(asked, story.closed, f"{issue.key}: {story.title}"[:200])
        self.stage.at(story.closed, self._close, issue, story, who)

    def _close(self, issue: Issue, story: Story, who: str) -> None:
        resolution = ("Fixed" if story.kind in {"bug", "incident"} else "Done") if story.completed else "Won't Do"
        if self.months and self.rng.random() < 0.4:
            self.world.edit(issue.key, actor=who, fixVersions=(self.months[-1],))
        self.world.transition(issue.key, "Close Issue", actor=who, resolution=resolution)
