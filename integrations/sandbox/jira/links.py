"""Calls about links: between issues, and to pages outside."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.jira import scheme
from integrations.sandbox.jira.call import Call, Refusal
from integrations.sandbox.jira.issues import DONE
from integrations.sandbox.jira.records import Issue, Link, RemoteLink
from integrations.sandbox.wire import Response


def link_issues(call: Call) -> Response:
    """POST issueLink. The inward issue is where the link starts: "inward blocks outward"."""
    body = call.body()
    call.need("LINK_ISSUES", "No Link Issue Permission for issue")
    kind = _kind(body.get("type"))
    inward, outward = (_end(call, body.get(name)) for name in ("inwardIssue", "outwardIssue"))
    if inward is outward:
        raise Refusal(400, "You cannot link an issue to itself.")
    call.world.link(inward.id, outward.id, kind, actor=call.actor().login)
    return Response(status=201, body=b"")


def unlink_issues(call: Call) -> Response:
    """DELETE issueLink/ID."""
    call.need("LINK_ISSUES", "No Link Issue Permission for issue")
    call.world.unlink(_link(call), actor=call.actor().login)
    return DONE


def get_link(call: Call) -> Response:
    """GET issueLink/ID."""
    link, world = _link(call), call.world
    encoded = call.encoder.link(world.issues[link.inward], link)
    encoded["inwardIssue"] = call.encoder.link(world.issues[link.outward], link)["inwardIssue"]
    return Response(json=encoded)


def link_types(call: Call) -> Response:
    """GET issueLinkType."""
    return Response(json={"issueLinkTypes": [call.encoder.link_type(name) for name in scheme.LINK_TYPES]})


def list_remote_links(call: Call) -> Response:
    """GET issue/remotelink, or the one with a `globalId`."""
    issue, wanted = call.issue(), call.request.query.get("globalId")
    if wanted is None:
        return Response(json=[call.encoder.remote_link(issue, one) for one in issue.remote_links])
    found = next((one for one in issue.remote_links if one.global_id == wanted), None)
    if found is None:
        raise Refusal(404, f"A remote issue link with globalId '{wanted}' does not exist")
    return Response(json=call.encoder.remote_link(issue, found))


def get_remote_link(call: Call) -> Response:
    """GET issue/remotelink/ID."""
    return Response(json=call.encoder.remote_link(call.issue(), _remote(call)))


def put_remote_link(call: Call) -> Response:
    """POST issue/remotelink: adds one (201), or replaces that of the same `globalId` (200)."""
    issue, body = call.issue(), call.body()
    call.need("LINK_ISSUES", "You do not have permission to link issues.")
    about: Any = body.get("object")
    errors = {
        name: f"'{name}' is required."
        for name in ("url", "title")
        if not isinstance(about, dict) or not about.get(name)
    }
    if len(str(body.get("globalId") or "")) > 255:
        errors["globalId"] = "globalId cannot exceed 255 characters."
    if errors:
        raise Refusal(400, errors=errors)
    link, new = call.world.remote_link(issue.id, body, actor=call.actor().login)
    where = f"{call.encoder.rest}/issue/{issue.key}/remotelink/{link.id}"
    return Response(status=201 if new else 200, json={"id": link.id, "self": where})


def delete_remote_link(call: Call) -> Response:
    """DELETE issue/remotelink/ID."""
    issue, link = call.issue(), _remote(call)
    call.need("LINK_ISSUES", "You do not have permission to link issues.")
    call.world.keep_for_search(issue, call.now)
    issue.remote_links = [one for one in issue.remote_links if one is not link]
    call.world.touch(issue, call.now)
    return DONE


def _kind(given: Any) -> str:
    wanted = given if isinstance(given, dict) else {}
    for name, (number, _, _) in scheme.LINK_TYPES.items():
        if wanted.get("name") == name or wanted.get("id") == number:
            return name
    raise Refusal(404, f"No issue link type with name '{wanted.get('name')}' found.")


def _end(call: Call, given: Any) -> Issue:
    wanted = given if isinstance(given, dict) else {}
    found = call.find(str(wanted.get("key") or wanted.get("id") or "?"))
    if found is None:
        raise Refusal(404, "Issue does not exist or you do not have permission to see it.")
    return found


def _link(call: Call) -> Link:
    number = int(call.words["link"])
    for issue in call.world.issues.values() if call.sees() else ():
        for one in issue.links:
            if one.id == number:
                return one
    raise Refusal(404, f"No issue link with id '{number}' exists.")


def _remote(call: Call) -> RemoteLink:
    number = int(call.words["link"])
    found = next((one for one in call.issue().remote_links if one.id == number), None)
    if found is None:
        raise Refusal(404, f"A remote issue link with id '{number}' does not exist")
    return found
