"""Assignees: who can be, and who is."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.github.api.call import Call, invalid, not_found
from integrations.sandbox.github.nouns import Issue
from integrations.sandbox.wire import Response

ASSIGNEE_LIMIT = 10


def logins_of(fields: dict[str, Any]) -> list[str]:
    """Read the logins of a request: `assignees`, or the old `assignee`."""
    asked = fields.get("assignees")
    if asked is None:
        asked = [fields["assignee"]] if fields.get("assignee") else []
    if not isinstance(asked, list) or not all(isinstance(login, str) for login in asked):
        raise invalid("Issue", "assignees")
    return asked


def assignable(call: Call, logins: list[str]) -> list[str]:
    """Return those who can be assigned; the others are left out without a word, as GitHub does."""
    known = (call.world.users.get(login.lower()) for login in logins)
    return [user.login for user in known if user is not None and user.assignable][:ASSIGNEE_LIMIT]


def replace_assignees(call: Call, issue: Issue, logins: list[str]) -> None:
    """Make exactly these the assignees."""
    for person in list(issue.assignees):
        if person.login not in logins:
            call.world.unassign(issue, person.login, actor=call.actor)
    for login in logins:
        call.world.assign(issue, login, actor=call.actor)


def add_assignees(call: Call) -> Response:
    """Add assignees; those who cannot be are left out without a word."""
    issue = call.issue()
    room = ASSIGNEE_LIMIT - len(issue.assignees)
    for login in assignable(call, logins_of(call.fields()))[:room]:
        call.world.assign(issue, login, actor=call.actor)
    return Response(status=201, json=call.payloads.whole_issue(issue))


def remove_assignees(call: Call) -> Response:
    """Take assignees off."""
    issue = call.issue()
    for login in assignable(call, logins_of(call.fields())):
        call.world.unassign(issue, login, actor=call.actor)
    return Response(json=call.payloads.whole_issue(issue))


def list_assignees(call: Call) -> Response:
    """Answer with a page of those who can be assigned."""
    people = sorted((user for user in call.world.users.values() if user.assignable), key=_login)
    return call.page(people, call.payloads.user)


def _login(user: Any) -> str:
    return str(user.login).lower()


def check_assignee(call: Call) -> Response:
    """Say whether somebody can be assigned: 204 or 404."""
    if not assignable(call, [call.arguments["login"]]):
        raise not_found()
    return Response(status=204)
