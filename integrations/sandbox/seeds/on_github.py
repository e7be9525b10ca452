"""Telling Acme's stories in GitHub repositories: issues, pull requests, deployments, releases."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from integrations.sandbox.github import GithubWorld
from integrations.sandbox.github.nouns import Issue, Milestone, Repo
from integrations.sandbox.seeds import wording
from integrations.sandbox.seeds.people import PEOPLE, workers
from integrations.sandbox.seeds.stage import Stage
from integrations.sandbox.seeds.stories import Story

LOGIN = {one.name: one.github for one in PEOPLE}
FRIDAY = 4


class Repository:
    """One repository, filled act by act."""

    def __init__(self, world: GithubWorld, repo: Repo, stage: Stage, *, team: str, seed: str) -> None:
        self.world = world
        self.repo = repo
        self.stage = stage
        self.rng = random.Random(seed)  # noqa: S311 - made up on purpose
        self.people = workers(team)
        self.head = ""  # the newest commit of main
        self._iterations: dict[date, Milestone] = {}

    # -- issues ----------------------------------------------------------------------------------------------------
    def tell(self, story: Story) -> None:
        """Plan everything that happens in a story."""
        self.stage.at(story.created, self._open, story)

    def _open(self, story: Story) -> None:
        labels = [story.kind, *story.labels]
        labels += [f"component:{story.component}"] if story.component else []
        labels += [f"domain:{story.domain}"] if story.domain else []
        labels += [f"priority:{story.priority}"] if story.priority else []
        issue = self.world.add_issue(
            story.title[:256],
            body=story.body,
            author=LOGIN[story.reporter],
            labels=labels,
            assignees=[LOGIN[story.owner]] if story.owner else [],
            milestone=self._iteration(story.due, story.created.date()) if story.due else None,
            repo=self.repo,
        )
        for when, who, words in story.talk:
            self.stage.at(when, self.world.comment, issue, words, author=LOGIN[who])
        for when, day in story.put_off:
            self.stage.at(when, self._put_off, issue, story, day)
        if story.closed is None:
            return
        if story.by_change and story.completed:
            asked = max(story.created, story.closed - timedelta(hours=self.rng.randint(2, 40)))
            self.change(asked, story.closed, f"Fix: {story.title}"[:200], closes=issue)
        else:
            self.stage.at(story.closed, self._close, issue, story)

    def _close(self, issue: Issue, story: Story) -> None:
        reason = "completed" if story.completed else "not_planned"
        self.world.close(issue, actor=LOGIN[story.owner or story.reporter], reason=reason)

    def _put_off(self, issue: Issue, story: Story, day: date) -> None:
        who = LOGIN[story.owner or story.reporter]
        self.world.set_label(issue, "deferred", actor=who)
        self.world.set_milestone(issue, self._iteration(day, self.stage.now.date()), actor=who)

    def _iteration(self, due: date, created: date) -> Milestone:
        """Return the iteration that ends on the Friday of every second week nearest to a due date."""
        friday = due - timedelta(days=(due.weekday() - FRIDAY) % 7)
        if friday.isocalendar().week % 2:
            friday -= timedelta(days=7)
        if friday <= created:
            friday += timedelta(days=14)
        if due >= self.stage.end.date() >= friday:  # not due yet: so shall its iteration be
            friday += timedelta(days=14)
        if friday not in self._iterations:
            noon = datetime(friday.year, friday.month, friday.day, 12, tzinfo=self.stage.end.tzinfo)
            self._iterations[friday] = self.world.add_milestone(
                f"Iteration {friday:%Y-%m-%d}", due_on=noon, creator=LOGIN[self.people[0].name], repo=self.repo
            )
        return self._iterations[friday]

    # -- changes ---------------------------------------------------------------------------------------------------
    def change(self, asked: datetime, merged: datetime, title: str, *, closes: Issue | None = None) -> None:
        """Plan a pull request, and its merge with what it closes."""
        self.stage.at(asked, self._ask, merged, title, closes)

    def _ask(self, merged: datetime, title: str, closes: Issue | None) -> Issue:
        author, reviewer = self.rng.sample(self.people, 2) if len(self.people) > 1 else (*self.people, *self.people)
        body = f"Closes #{closes.number}" if closes else "See the commits."
        pull = self.world.add_pull(
            title,
            body=body,
            author=author.github,
            draft=title.startswith("Draft:"),
            reviewers=[reviewer.github],
            repo=self.repo,
        )
        self.world.mention(pull, body, pull.author, self.stage.now)
        self.stage.at(merged, self._merge, pull, closes)
        return pull

    def _merge(self, pull: Issue, closes: Issue | None) -> None:
        if closes is None and self.rng.random() < 0.05:
            self.world.close(pull, actor=pull.author.login)
            return
        self.head = self.world.merge(pull, actor=pull.author.login)
        if closes is not None:
            self.world.close(closes, actor=pull.author.login)

    def small_change(self, asked: datetime) -> None:
        """Plan a pull request that belongs to no issue."""
        title = self.rng.choice(wording.CHANGES)
        host, page = self.rng.choice(wording.HOSTS), self.rng.choice(wording.PAGES)
        title = title.replace("{n}", str(self.rng.randint(2, 9))).replace("{host}", host).replace("{page}", page)
        self.change(asked, asked + timedelta(hours=self.rng.randint(1, 60)), title)

    # -- what goes out ---------------------------------------------------------------------------------------------
    def deployment(self, when: datetime) -> None:
        """Plan the roll-out of whatever main is then; some fail."""
        production = self.rng.random() < 0.7
        failed = self.rng.random() < (0.1 if production else 0.04)
        self.stage.at(when, self._deploy, production=production, failed=failed)

    def _deploy(self, *, production: bool, failed: bool) -> None:
        sha = self.head or self.world.add_commit(repo=self.repo)
        creator = self.rng.choice(self.people).github
        environment = "production" if production else "staging"
        made = self.world.add_deployment(
            sha, ref="main", environment=environment, state="in_progress", creator=creator, repo=self.repo
        )
        outcome = "failure" if failed else "success"
        later = self.stage.now + timedelta(minutes=self.rng.randint(3, 15))
        told = min(later, self.stage.end)
        self.stage.at(told, self.world.add_deployment_status, made, outcome, creator=creator, repo=self.repo)

    def release(self, when: datetime, tag: str) -> None:
        """Plan a release of main."""
        self.stage.at(when, self._release, tag)

    def _release(self, tag: str) -> None:
        body = "What changed: see the pull requests since the last one."
        self.world.add_release(tag, sha=self.head, body=body, author=self.people[0].github, repo=self.repo)
