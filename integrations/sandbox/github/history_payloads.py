"""How GitHub shows events, reactions and issue fields in JSON."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.github.nouns import Comment, Event, IssueField, Reaction
from integrations.sandbox.github.payloads import Json, Payloads, node_id, when


def reaction(payloads: Payloads, reaction: Reaction) -> Json:
    """Return one reaction."""
    return {
        "id": reaction.id,
        "node_id": node_id("REA", reaction.id),
        "user": payloads.user(reaction.user),
        "content": reaction.content,
        "created_at": when(reaction.created_at),
    }


def event(payloads: Payloads, event: Event) -> Json:
    """Return an event as an issue's own list shows it."""
    shown: Json = {
        "id": event.id,
        "node_id": node_id("EV", event.id),
        "url": f"{payloads.repo_url(event.issue.repo)}/issues/events/{event.id}",
        "actor": payloads.user(event.actor),
        "event": event.event,
        "commit_id": None,
        "commit_url": None,
        "created_at": when(event.created_at),
        "performed_via_github_app": None,
        **event.extra,
    }
    if event.about is not None:
        shown |= {"assignee": payloads.user(event.about), "assigner": payloads.user(event.actor)}
    if event.source is not None:
        shown["source"] = {"type": "issue", "issue": payloads.issue(event.source)}
    return shown


def repo_event(payloads: Payloads, it: Event) -> Json:
    """Return an event as the repository's list shows it."""
    return {**event(payloads, it), "issue": payloads.issue(it.issue)}


def commented(payloads: Payloads, comment: Comment) -> Json:
    """Return a comment as the timeline shows it."""
    return {**payloads.comment_json(comment), "event": "commented", "actor": payloads.user(comment.author)}


def field(field: IssueField) -> Json:
    """Return an organisation's issue field."""
    options = [{"id": number, "name": name, "color": "gray"} for number, name in enumerate(field.options, start=1)]
    return {
        "id": field.id,
        "node_id": node_id("IF", field.id),
        "name": field.name,
        "description": None,
        "data_type": field.data_type,
        "visibility": "organization_members_only",
        **({"options": options} if options else {}),
    }


def field_value(field: IssueField, value: Any) -> Json:
    """Return an issue's value of a field."""
    shown: Json = {
        "issue_field_id": field.id,
        "issue_field_name": field.name,
        "node_id": node_id("IFV", field.id),
        "data_type": field.data_type,
        "value": value,
    }
    if field.options:
        number = field.options.index(value) + 1
        shown["single_select_option"] = {"id": number, "name": value, "color": "gray"}
    return shown
