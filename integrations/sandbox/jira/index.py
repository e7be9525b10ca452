"""What search sees: the index, which may lag behind the issues, and the order of results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.jira.jql import JqlError
from integrations.sandbox.jira.judge import DATES, Predicate, date_getter, field_name
from integrations.sandbox.jira.records import Issue
from integrations.sandbox.jira.world import JiraWorld

FAR = datetime.max.replace(tzinfo=UTC)
Order = tuple[tuple[str, bool], ...]  # field, descending


class Index:
    """Finds issues for search. Keeps the last few orders sorted until something changes."""

    def __init__(self, world: JiraWorld) -> None:
        self.world = world
        self._sorted: dict[Order, list[Issue]] = {}
        self._revision = -1
        self._last: tuple[int, tuple[str, str], list[Issue]] | None = None

    def find(self, test: Predicate | None, order: Order, now: datetime, fresh: Iterable[int] = ()) -> list[Issue]:
        """Return the issues a query finds, in order; those with an id in `fresh` as they are, the rest as indexed."""
        issues = self._ordered(order, now, frozenset(fresh))
        return issues if test is None else [issue for issue in issues if test(issue)]

    def remember(self, whose: tuple[str, str], found: list[Issue]) -> list[Issue]:
        """Keep the result of a query (its text and its asker) for the pages that follow."""
        self._last = None if self.world.lagging else (self.world.revision, whose, found)
        return found

    def recall(self, whose: tuple[str, str]) -> list[Issue] | None:
        """Return what was remembered, if nothing has changed since."""
        if self._last is None or self._last[:2] != (self.world.revision, whose):
            return None
        return self._last[2]

    def _ordered(self, order: Order, now: datetime, fresh: frozenset[int]) -> list[Issue]:
        if self.world.lagging:
            return sort(self.world, seen(self.world, now, fresh), order)
        if self._revision != self.world.revision or len(self._sorted) > 8:
            self._sorted, self._revision = {}, self.world.revision
        if order not in self._sorted:
            self._sorted[order] = sort(self.world, list(self.world.issues.values()), order)
        return self._sorted[order]


def seen(world: JiraWorld, now: datetime, fresh: frozenset[int] = frozenset()) -> list[Issue]:
    """All issues as the index has them at `now`: a changed one as it was before, a new one not at all."""
    shown: list[Issue] = []
    for issue in world.issues.values():
        if issue.id in world.lagging:
            issue.stale = [entry for entry in issue.stale if entry[0] > now]
            if not issue.stale:
                world.lagging.discard(issue.id)
        if not issue.stale or issue.id in fresh:
            shown.append(issue)
        elif issue.stale[0][1] is not None:
            shown.append(issue.stale[0][1])
    return shown


def sort(world: JiraWorld, issues: list[Issue], order: Order) -> list[Issue]:
    """Sort by several fields, newest id first where they say nothing. Raises JqlError for an unsortable field."""
    ordered = sorted(issues, key=lambda issue: -issue.id)
    for field, descending in reversed(order):
        ordered.sort(key=_sort_key(world, field), reverse=descending)
    return ordered


def _sort_key(world: JiraWorld, field: str) -> Callable[[Issue], Any]:
    name = field_name(field)
    if name in {"created", "updated"}:
        return date_getter(name, "UTC")
    if name in DATES:
        get = date_getter(name, "UTC")
        return lambda issue: get(issue) or FAR
    ranks = {one: -place for place, one in enumerate(world.priorities)}
    keys: dict[str, Callable[[Issue], Any]] = {
        "key": lambda issue: (issue.project, issue.number),
        "project": lambda issue: issue.project,
        "priority": lambda issue: ranks.get(issue.priority, -len(ranks)),
        "status": lambda issue: list(world.statuses).index(issue.status),
        "resolution": lambda issue: issue.resolution or "\uffff",
        "issuetype": lambda issue: issue.type,
        "summary": lambda issue: issue.summary.lower(),
        "assignee": lambda issue: issue.assignee or "\uffff",
        "reporter": lambda issue: issue.reporter,
    }
    if name not in keys:
        raise JqlError(f"Not able to sort using field '{field}'.")
    return keys[name]
