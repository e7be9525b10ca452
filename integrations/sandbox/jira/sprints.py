"""Sprints: made, started and ended, and which issues are planned for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from integrations.sandbox.jira.records import History, Item, Sprint
from integrations.sandbox.jira.world import JiraWorld

State = Literal["future", "active", "closed"]
FIELD = "customfield_10020"


def add_sprint(world: JiraWorld, name: str, state: State = "future", **about: Any) -> Sprint:
    """Make a sprint. What else there is to say of it are fields of Sprint."""
    sprint = world.sprints[name] = Sprint(id=world.next_id("sprint", 0), name=name, state=state, **about)
    return sprint


def turn_sprint(world: JiraWorld, name: str, state: State) -> None:
    """Start or end a sprint; its issues show it, and do not count as changed."""
    world.sprints[name].state = state
    for issue in world.issues.values():
        if name in issue.sprints:
            world.forget_encoded(issue)


def plan(world: JiraWorld, key: str | int, *names: str, actor: str, at: datetime | None = None) -> History | None:
    """Put an issue into sprints, and out of all others; None if it was so already."""
    issue, now = world.issue(key), at or world.clock()
    if issue.sprints == names:
        return None
    world.keep_for_search(issue, now)
    ids = [", ".join(str(world.sprints[name].id) for name in some) for some in (issue.sprints, names)]
    item = Item(
        field="Sprint",
        field_id=FIELD,
        before=ids[0],
        before_text=", ".join(issue.sprints),
        after=ids[1],
        after_text=", ".join(names),
    )
    issue.sprints = names
    return world.record(issue, actor=actor, at=now, items=(item,))
