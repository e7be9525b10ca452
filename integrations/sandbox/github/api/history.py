"""What happened to issues: events, the timeline, and reactions."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.github import history_payloads as shown_as
from integrations.sandbox.github.api.call import Call, invalid, text_of
from integrations.sandbox.github.nouns import Comment, Event
from integrations.sandbox.github.payloads import REACTIONS
from integrations.sandbox.wire import Response


def list_reactions(call: Call) -> Response:
    """Answer with a page of the reactions to an issue or a comment."""
    target = call.comment() if "id" in call.arguments else call.issue()
    return call.page(target.reactions, lambda reaction: shown_as.reaction(call.payloads, reaction))


def react(call: Call) -> Response:
    """React to an issue or a comment; once each kind."""
    target = call.comment() if "id" in call.arguments else call.issue()
    content = text_of(call.fields(), "content")
    if content not in REACTIONS:
        raise invalid("Reaction", "content")
    reaction, new = call.world.react(target, content, author=call.actor)
    return Response(status=201 if new else 200, json=shown_as.reaction(call.payloads, reaction))


def list_events(call: Call) -> Response:
    """Answer with a page of the repository's events, newest first."""
    events = call.kept(
        ("events",), lambda: sorted(call.repo.events, key=lambda event: (event.created_at, event.id), reverse=True)
    )
    return call.page(events, lambda event: shown_as.repo_event(call.payloads, event))


def list_issue_events(call: Call) -> Response:
    """Answer with a page of an issue's events, oldest first."""
    events = [event for event in call.issue().events if event.event != "cross-referenced"]
    events.sort(key=lambda event: (event.created_at, event.id))
    return call.page(events, lambda event: shown_as.event(call.payloads, event))


def timeline(call: Call) -> Response:
    """Answer with a page of an issue's events and comments, oldest first."""
    issue = call.issue()
    happened: list[Event | Comment] = [*issue.events, *issue.comments]
    happened.sort(key=lambda each: (each.created_at, each.id))
    return call.page(happened, lambda each: _in_timeline(call, each))


def _in_timeline(call: Call, each: Event | Comment) -> Any:
    if isinstance(each, Comment):
        return shown_as.commented(call.payloads, each)
    return shown_as.event(call.payloads, each)
