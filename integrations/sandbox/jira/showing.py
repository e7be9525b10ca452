"""A project of the small Jira as the sandbox's page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from integrations.sandbox.jira.records import Issue, Item
from integrations.sandbox.jira.world import JiraWorld
from integrations.sandbox.shown import Happened, Said, Summary, Thread


class JiraShown:
    """One project for the page."""

    markup: Literal["markdown", "wiki"] = "wiki"

    def __init__(self, world: JiraWorld, project: str) -> None:
        self._world = world
        self.name = project

    def _ours(self) -> set[str]:
        """Return the accounts that programs write by: those with a token."""
        return {login for login, user in self._world.users.items() if user.token}

    def tickets(self) -> Iterator[Summary]:
        """Return all issues."""
        ours = self._ours()
        return (self._summary(issue, ours) for issue in self._world.issues.values() if issue.project == self.name)

    def _summary(self, issue: Issue, ours: set[str]) -> Summary:
        return Summary(
            source=self.name,
            key=issue.key,
            title=issue.summary,
            state=issue.status,
            open=self._world.statuses[issue.status].category != "done",
            author=issue.creator,
            updated_at=issue.updated,
            labels=issue.labels,
            assignees=(issue.assignee,) if issue.assignee else (),
            comments=len(issue.comments),
            touched=issue.creator in ours or any(comment.author in ours for comment in issue.comments),
        )

    def ticket(self, key: str) -> Thread | None:
        """Return one issue by its key, a former one too."""
        issue = self._world.issues.get(self._world.keys.get(key, -1))
        if issue is None or issue.project != self.name:
            return None
        ours = self._ours()
        return Thread(
            summary=self._summary(issue, ours),
            text=issue.description,
            facts=tuple(_facts(issue)),
            said=tuple(
                Said(author=each.author, at=each.created, text=each.body, ours=each.author in ours)
                for each in issue.comments
            ),
            happened=tuple(
                Happened(actor=history.author, at=history.created, what=_what(item))
                for history in issue.histories
                for item in history.items
            ),
        )

    def find(self, path: str) -> str | None:
        """Return the key of the issue at a web address."""
        key = path.removeprefix("/browse/")
        return key if key != path and key.rpartition("-")[0] == self.name else None


def _facts(issue: Issue) -> Iterator[tuple[str, str]]:
    yield "Type", issue.type
    yield "Priority", issue.priority
    if issue.due is not None:
        yield "Due", issue.due.isoformat()
    if issue.resolution:
        yield "Resolution", issue.resolution
    for link in issue.remote_links:
        yield "Link", f"{link.title} {link.url}"


def _what(item: Item) -> str:
    return f"{item.field}: {item.before_text or 'none'} to {item.after_text or 'none'}"
