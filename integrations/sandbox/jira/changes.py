"""Changing one field of an issue, and the line it leaves in the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from integrations.sandbox.jira.records import Issue, Item

if TYPE_CHECKING:
    from integrations.sandbox.jira.world import JiraWorld

# field id -> (attribute of Issue, the field's name in a history)
ATTRIBUTES = {
    "summary": ("summary", "summary"),
    "description": ("description", "description"),
    "environment": ("environment", "environment"),
    "issuetype": ("type", "issuetype"),
    "priority": ("priority", "priority"),
    "status": ("status", "status"),
    "resolution": ("resolution", "resolution"),
    "assignee": ("assignee", "assignee"),
    "reporter": ("reporter", "reporter"),
    "duedate": ("due", "duedate"),
    "labels": ("labels", "labels"),
    "components": ("components", "Component"),
    "fixVersions": ("fix_versions", "Fix Version"),
    "customfield_10031": ("fingerprint", "Alert fingerprint"),
}
Ids = Callable[[str], str]


def change_field(world: JiraWorld, issue: Issue, field_id: str, after: Any) -> tuple[Item, ...]:
    """Set a field and return its history items; none if it was so already. Logins, names and dates, no ids."""
    attribute, label = ATTRIBUTES[field_id]
    before = getattr(issue, attribute)
    if before == after or (field_id == "labels" and set(before) == set(after)):
        return ()
    setattr(issue, attribute, after)
    if field_id in {"components", "fixVersions"}:
        ids = _ids(world, issue)[field_id]
        return _list_items(label, field_id, ids, before, after)
    return (_item(world, issue, label, field_id, before, after),)


def _item(world: JiraWorld, issue: Issue, label: str, field_id: str, before: Any, after: Any) -> Item:
    raw, texts = [], []
    for value in (before, after):
        raw.append(_raw(world, issue, field_id, value))
        texts.append(_text(world, field_id, value))
    return Item(field=label, field_id=field_id, before=raw[0], before_text=texts[0], after=raw[1], after_text=texts[1])


def _raw(world: JiraWorld, issue: Issue, field_id: str, value: Any) -> str | None:
    if field_id == "labels":
        return ""
    if not value or field_id in {"summary", "description", "environment", "customfield_10031"}:
        return None
    if isinstance(value, date):
        return value.isoformat()
    if field_id in {"assignee", "reporter"}:
        return str(value)  # a login; the encoder turns it into what the flavour shows
    return _ids(world, issue)[field_id](value)


def _text(world: JiraWorld, field_id: str, value: Any) -> str | None:
    if field_id == "labels":
        return " ".join(value)
    if not value:
        return None
    if isinstance(value, date):
        return f"{value.isoformat()} 00:00:00.0"
    if field_id in {"assignee", "reporter"}:
        return world.users[value].name if value in world.users else str(value)
    return str(value)


def _ids(world: JiraWorld, issue: Issue) -> dict[str, Ids]:
    project = world.projects[issue.project]
    return {
        "priority": lambda name: world.priorities[name].id,
        "status": lambda name: world.statuses[name].id,
        "resolution": lambda name: world.resolutions[name].id,
        "issuetype": lambda name: world.types[name].id,
        "components": lambda name: next((one.id for one in project.components if one.name == name), ""),
        "fixVersions": lambda name: next((one.id for one in project.releases if one.name == name), ""),
    }


def _list_items(label: str, field_id: str, ids: Ids, before: Sequence[str], after: Sequence[str]) -> tuple[Item, ...]:
    """One item for each member that left or came, as Jira writes components and versions."""
    left = [(name, None) for name in before if name not in after]
    came = [(None, name) for name in after if name not in before]
    return tuple(
        Item(
            field=label,
            field_id=field_id,
            before=ids(old) if old else None,
            before_text=old,
            after=ids(new) if new else None,
            after_text=new,
        )
        for old, new in [*left, *came]
    )
