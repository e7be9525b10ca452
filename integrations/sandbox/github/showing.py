"""A repository of the small GitHub as the sandbox's page shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from integrations.sandbox.github.nouns import Event, Issue, Repo
from integrations.sandbox.github.world import GithubWorld
from integrations.sandbox.shown import Checked, Happened, Said, Summary, Thread

PLACE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/(?:issues|pull)/(?P<number>[0-9]{1,9})")


class GithubShown:
    """One repository for the page."""

    markup: Literal["markdown", "wiki"] = "markdown"

    def __init__(self, world: GithubWorld, repo: Repo | None = None) -> None:
        self._world = world
        self._repo = repo or world.main
        self.name = self._repo.full_name

    def _ours(self) -> set[str]:
        """Return the logins that programs write by."""
        bots = {app.bot.login for app in self._world.apps.values()}
        return bots | set(self._world.tokens.values())

    def tickets(self) -> Iterator[Summary]:
        """Return all issues and pull requests."""
        ours = self._ours()
        return (self._summary(issue, ours) for issue in self._repo.issues.values())

    def _summary(self, issue: Issue, ours: set[str]) -> Summary:
        written = issue.author.login in ours or any(comment.author.login in ours for comment in issue.comments)
        merged = issue.pull is not None and issue.pull.merged_at is not None
        return Summary(
            source=self.name,
            key=issue.key,
            title=issue.title,
            state="merged" if merged else issue.state,
            open=issue.state == "open",
            author=issue.author.login,
            updated_at=issue.updated_at,
            labels=tuple(label.name for label in issue.labels),
            assignees=tuple(person.login for person in issue.assignees),
            comments=len(issue.comments),
            touched=written,
            checked=_worst(self._checks(issue)),
        )

    def ticket(self, key: str) -> Thread | None:
        """Return one issue by its key or its number."""
        number = key.rpartition("#")[2]
        issue = self._repo.issues.get(int(number)) if number.isascii() and number.isdigit() else None
        if issue is None:
            return None
        ours = self._ours()
        return Thread(
            summary=self._summary(issue, ours),
            text=issue.body,
            facts=tuple(self._facts(issue)),
            said=tuple(
                Said(
                    author=comment.author.login,
                    at=comment.created_at,
                    text=comment.body,
                    ours=comment.author.login in ours,
                    signs=tuple(f"{sign.content} {sign.user.login}" for sign in comment.reactions),
                )
                for comment in issue.comments
            ),
            happened=tuple(
                Happened(actor=event.actor.login, at=event.created_at, what=_what(event)) for event in issue.events
            ),
            checks=self._checks(issue),
        )

    def _checks(self, issue: Issue) -> tuple[Checked, ...]:
        """Return the newest status of each context on the head of a pull request."""
        there = self._repo.statuses.get(issue.pull.head_sha, []) if issue.pull else []
        newest = {status.context: status for status in there}
        return tuple(
            Checked(
                context=status.context,
                state=status.state,
                description=status.description,
                url=status.target_url,
                author=status.creator.login,
                at=status.created_at,
            )
            for status in newest.values()
        )

    def _facts(self, issue: Issue) -> Iterator[tuple[str, str]]:
        if issue.milestone is not None:
            due = f", due {issue.milestone.due_on:%Y-%m-%d}" if issue.milestone.due_on else ""
            yield "Milestone", f"{issue.milestone.title}{due}"
        for field in self._world.organisations.get(self._repo.owner.login.lower(), ()):
            if field.id in issue.fields:
                yield field.name, str(issue.fields[field.id])
        if issue.state_reason:
            yield "State reason", issue.state_reason
        if issue.pinned:
            yield "Pinned", "yes"

    def find(self, path: str) -> str | None:
        """Return the key of the issue at a web address."""
        found = PLACE.fullmatch(path)
        if found is None or found["repo"].lower() != self._repo.full_name.lower():
            return None
        return f"{self._repo.full_name}#{found['number']}"


def _worst(checks: Iterable[Checked]) -> str:
    states = {check.state for check in checks}
    return next((state for state in ("error", "failure", "pending", "success") if state in states), "")


def _what(event: Event) -> str:
    if "label" in event.extra:
        return f"{event.event} {event.extra['label']['name']}"
    if "rename" in event.extra:
        return f"renamed {event.extra['rename']['from']!r} to {event.extra['rename']['to']!r}"
    if "milestone" in event.extra:
        return f"{event.event} {event.extra['milestone']['title']}"
    if event.about is not None:
        return f"{event.event} {event.about.login}"
    return f"{event.event} by {event.source.key}" if event.source else event.event
