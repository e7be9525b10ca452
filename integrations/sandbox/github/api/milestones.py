"""Milestones: a title, a state, and a due date that is a Pacific midnight."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.github.api.call import Call, invalid, moment, not_found, text_of
from integrations.sandbox.github.nouns import Milestone
from integrations.sandbox.wire import Response

NEVER = datetime.max.replace(tzinfo=UTC)


def _show(call: Call, milestone: Milestone) -> Any:
    return call.payloads.milestone(call.repo, milestone)


def list_milestones(call: Call) -> Response:
    """Answer with a page of the milestones, by due date unless asked otherwise."""
    state = call.ask("state", "open")
    found = [each for each in call.repo.milestones.values() if state in {"all", each.state}]
    if call.ask("sort") == "completeness":
        found.sort(key=_completeness)
    else:
        found.sort(key=lambda each: (each.due_on or NEVER, each.number))
    if call.ask("direction") == "desc":
        found.reverse()
    return call.page(found, lambda each: _show(call, each))


def _completeness(milestone: Milestone) -> float:
    return milestone.closed_issues / max(milestone.open_issues + milestone.closed_issues, 1)


def get_milestone(call: Call) -> Response:
    """Answer with one milestone."""
    return Response(json=_show(call, _numbered(call)))


def _numbered(call: Call) -> Milestone:
    milestone = call.repo.milestones.get(int(call.arguments["number"]))
    if milestone is None:
        raise not_found()
    return milestone


def _title(call: Call, fields: dict[str, Any], present: Milestone | None) -> str:
    title = text_of(fields, "title", default="") or ""
    if not title.strip():
        raise invalid("Milestone", "title", "missing_field")
    if any(each.title == title and each is not present for each in call.repo.milestones.values()):
        raise invalid("Milestone", "title", "already_exists")
    return title


def _state(fields: dict[str, Any]) -> str:
    state = text_of(fields, "state", default="") or ""
    if state not in {"", "open", "closed"}:
        raise invalid("Milestone", "state")
    return state


def _due(fields: dict[str, Any]) -> datetime | None:
    text = text_of(fields, "due_on")
    return moment(text) if text else None


def create_milestone(call: Call) -> Response:
    """Add a milestone."""
    fields = call.fields()
    milestone = call.world.add_milestone(
        _title(call, fields, None),
        due_on=_due(fields),
        description=text_of(fields, "description", default="") or "",
        state=_state(fields),
        creator=call.actor,
        repo=call.repo,
    )
    shown = _show(call, milestone)
    return Response(status=201, json=shown, headers={"Location": shown["url"]})


def update_milestone(call: Call) -> Response:
    """Change what the request names."""
    milestone, fields = _numbered(call), call.fields()
    title = _title(call, fields, milestone) if "title" in fields else ""
    state, due = _state(fields), _due(fields)
    description = text_of(fields, "description")
    call.world.edit_milestone(milestone, title=title, state=state, description=description, repo=call.repo)
    if "due_on" in fields:
        call.world.set_milestone_due(milestone, due, repo=call.repo)
    return Response(json=_show(call, milestone))


def delete_milestone(call: Call) -> Response:
    """Delete a milestone; its issues have none then."""
    milestone = _numbered(call)
    for issue in list(call.repo.issues.values()):
        if issue.milestone is milestone:
            call.world.set_milestone(issue, None, actor=call.actor)
    del call.repo.milestones[milestone.number]
    return Response(status=204)
