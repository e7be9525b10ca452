"""The three things kaizend asks GraphQL for: who one is, to pin an issue, and what stands on the open heads."""

from __future__ import annotations

import re
from typing import Any

from integrations.sandbox.github.api.call import Call
from integrations.sandbox.github.api.open_heads import open_heads
from integrations.sandbox.github.nouns import Issue
from integrations.sandbox.github.payloads import node_id
from integrations.sandbox.wire import Response

PIN_LIMIT = 3  # pinned issues a repository
ISSUE_ID = re.compile(r'issueId\s*:\s*(?:"([^"]*)"|\$(\w+))')
INPUT = re.compile(r"pinIssue\s*\(\s*input\s*:\s*\$(\w+)")


def query(call: Call) -> Response:
    """Answer a GraphQL query or mutation; errors come with status 200, as GraphQL's do."""
    fields = call.fields()
    text, variables = fields.get("query"), fields.get("variables") or {}
    if not isinstance(text, str) or not isinstance(variables, dict):
        return _wrong("A query attribute must be specified and must be a string.")
    if "pinIssue" in text:
        return _pin(call, _issue_id(text, variables))
    heads = open_heads(call, text, variables)
    if heads is not None:
        return heads
    if "viewer" in text and call.caller.app is None:
        user = call.caller.user
        return Response(json={"data": {"viewer": {"login": user.login, "id": node_id("U", user.id)}}})
    return _wrong("Resource not accessible by integration" if call.caller.app else "Not in this sandbox")


def _wrong(message: str, kind: str = "FORBIDDEN") -> Response:
    return Response(json={"data": None, "errors": [{"type": kind, "message": message}]})


def _issue_id(text: str, variables: dict[str, Any]) -> str:
    whole = INPUT.search(text)
    if whole is not None:
        given = variables.get(whole[1])
        return str(given.get("issueId", "")) if isinstance(given, dict) else ""
    found = ISSUE_ID.search(text)
    if found is None:
        return ""
    return found[1] if found[1] is not None else str(variables.get(found[2], ""))


def _pin(call: Call, wanted: str) -> Response:
    issue = _find(call, wanted)
    if issue is None or not call.caller.may("issues:read", issue.repo):
        return _wrong(f"Could not resolve to a node with the global id of '{wanted}'", "NOT_FOUND")
    if not call.caller.may("issues:write", issue.repo):
        return _wrong("Resource not accessible by integration" if call.caller.app else "Must have push access")
    pinned = sum(each.pinned for each in issue.repo.issues.values())
    if not issue.pinned and pinned >= PIN_LIMIT:
        return _wrong(f"Maximum {PIN_LIMIT} pinned issues per repository", "UNPROCESSABLE")
    call.world.pin(issue, actor=call.actor)
    shown = {"id": node_id("I", issue.id), "number": issue.number, "isPinned": True}
    return Response(json={"data": {"pinIssue": {"issue": shown}}})


def _find(call: Call, wanted: str) -> Issue | None:
    for repo in call.world.repos.values():
        for issue in repo.issues.values():
            if node_id("I", issue.id) == wanted:
                return issue
    return None
