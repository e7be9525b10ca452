"""Issues: listed, read, filed, changed, locked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.sandbox.github.api.call import Call, Refused, invalid, text_of
from integrations.sandbox.github.api.labels import check_count, check_name, names_of, replace_labels
from integrations.sandbox.github.api.people import assignable, logins_of, replace_assignees
from integrations.sandbox.github.nouns import Issue, Milestone
from integrations.sandbox.wire import Response

TITLE_LIMIT = 256
BODY_LIMIT = 65_536  # characters
QUESTION = ("state", "since", "sort", "direction", "labels", "creator", "assignee", "milestone", "type")
REASONS = {"completed", "not_planned", "duplicate", "reopened"}


def list_issues(call: Call) -> Response:
    """Answer with a page of the issues asked for, pull requests among them."""
    if not call.repo.has_issues:
        raise Refused(410, "Issues are disabled for this repo")
    return call.page(_asked_for(call), call.payloads.issue)


def _asked_for(call: Call) -> list[Issue]:
    """Return the issues asked for, in order."""
    return call.kept(("issues", *(call.ask(name) for name in QUESTION)), lambda: _find(call))


def _find(call: Call) -> list[Issue]:
    wanted = _filter(call)
    found = [issue for issue in call.world.listed(call.repo) if wanted(issue)]
    found.sort(key=_order(call.ask("sort")), reverse=call.ask("direction") != "asc")
    return found


def _order(sort: str) -> Callable[[Issue], tuple[Any, int]]:
    if sort == "updated":
        return lambda issue: (issue.updated_at, issue.id)
    if sort == "comments":
        return lambda issue: (len(issue.comments), issue.id)
    return lambda issue: (issue.created_at, issue.id)


def _filter(call: Call) -> Callable[[Issue], bool]:
    state, since = call.ask("state", "open"), call.since()
    if state not in {"open", "closed", "all"}:
        raise invalid("Issue", "state")
    labels = {name.strip().lower() for name in call.ask("labels").split(",") if name.strip()}
    creator, assignee, milestone = (call.ask(name).lower() for name in ("creator", "assignee", "milestone"))

    def wanted(issue: Issue) -> bool:
        return (
            (state in {"all", issue.state})
            and (since is None or issue.updated_at >= since)
            and (not labels or labels <= {label.name.lower() for label in issue.labels})
            and (not creator or issue.author.login.lower() == creator)
            and _one_of(assignee, [person.login.lower() for person in issue.assignees])
            and _one_of(milestone, [str(issue.milestone.number)] if issue.milestone else [])
        )

    return wanted


def _one_of(asked: str, there: list[str]) -> bool:
    if asked == "none":
        return not there
    return not asked or (asked == "*" and bool(there)) or asked in there


def get_issue(call: Call) -> Response:
    """Answer with one issue, as it is at this moment."""
    return Response(json=call.payloads.whole_issue(call.issue()))


def create_issue(call: Call) -> Response:
    """File an issue. Who may not triage has labels, assignees and milestone silently dropped."""
    if not call.repo.has_issues:
        raise Refused(410, "Issues are disabled for this repo")
    fields = call.fields()
    title, body = _title(fields), _body(fields)
    trusted = call.caller.may("issues:write", call.repo)
    labels = names_of(fields.get("labels") or []) if trusted else []
    for name in labels:
        check_name(name)
    check_count(labels)
    milestone = _milestone(call, fields.get("milestone")) if trusted else None
    people = assignable(call, logins_of(fields)) if trusted else []
    call.creating()
    issue = call.world.add_issue(
        title or "",
        body=body or "",
        author=call.actor,
        labels=list({name.lower(): name for name in labels}.values()),
        assignees=people,
        milestone=milestone,
        app=call.caller.app,
        repo=call.repo,
    )
    call.world.mention(issue, issue.body, issue.author, issue.created_at)
    shown = call.payloads.whole_issue(issue)
    return Response(status=201, json=shown, headers={"Location": shown["url"]})


def update_issue(call: Call) -> Response:
    """Change what the request names; all of it or, refused, nothing."""
    issue, fields, world, actor = call.issue(), call.fields(), call.world, call.actor
    title, body = _title(fields) if "title" in fields else None, _body(fields)
    state, reason = fields.get("state"), fields.get("state_reason")
    if state not in {None, "open", "closed"}:
        raise invalid("Issue", "state")
    if reason is not None and reason not in REASONS:
        raise invalid("Issue", "state_reason")
    milestone = _milestone(call, fields["milestone"]) if "milestone" in fields else issue.milestone
    labels = names_of(fields["labels"] or []) if "labels" in fields else None
    for name in labels or []:
        check_name(name)
    check_count(labels or [])
    people = assignable(call, logins_of(fields))
    world.edit(issue, actor=actor, title=title, body=body, type=_type(call, fields))
    if state == "closed":
        world.close(issue, actor=actor, reason=reason or "completed")
    elif state == "open":
        world.reopen(issue, actor=actor)
    world.set_milestone(issue, milestone, actor=actor)
    if labels is not None:
        replace_labels(call, issue, labels)
    if "assignees" in fields or "assignee" in fields:
        replace_assignees(call, issue, people)
    return Response(json=call.payloads.whole_issue(issue))


def _title(fields: dict[str, Any]) -> str | None:
    title = text_of(fields, "title")
    if title is None or not title.strip():
        raise invalid("Issue", "title", "missing_field")
    if len(title) > TITLE_LIMIT:
        raise invalid("Issue", "title", "custom", f"title is too long (maximum is {TITLE_LIMIT} characters)")
    return title


def _body(fields: dict[str, Any]) -> str | None:
    body = text_of(fields, "body", default="" if "body" in fields else None)
    if body is not None and len(body) > BODY_LIMIT:
        raise invalid("Issue", "body", "custom", f"body is too long (maximum is {BODY_LIMIT} characters)")
    return body


def _type(call: Call, fields: dict[str, Any]) -> str | None:
    """Return the issue type asked for; only organisations have them."""
    if "type" not in fields or call.repo.owner.type != "Organization":
        return None
    return text_of(fields, "type", default="")


def _milestone(call: Call, number: Any) -> Milestone | None:
    if number in {None, ""}:
        return None
    milestone = call.repo.milestones.get(number) if isinstance(number, int) else None
    if milestone is None:
        raise invalid("Issue", "milestone")
    return milestone


def lock_issue(call: Call) -> Response:
    """Lock the conversation."""
    call.world.lock(call.issue(), actor=call.actor, reason=text_of(call.fields(), "lock_reason"))
    return Response(status=204)


def unlock_issue(call: Call) -> Response:
    """Unlock the conversation."""
    call.world.unlock(call.issue(), actor=call.actor)
    return Response(status=204)
