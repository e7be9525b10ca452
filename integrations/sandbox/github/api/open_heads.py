"""What GraphQL tells of the heads of the open pull requests: the newest status of a context, and who set it."""

from __future__ import annotations

import re
from typing import Any

from integrations.sandbox.github.api.call import Call
from integrations.sandbox.github.nouns import Issue, Repo, Status
from integrations.sandbox.wire import Response

ASKS = re.compile(
    r"pullRequests\s*\(\s*states\s*:\s*OPEN\s*,\s*first\s*:\s*(?P<first>[0-9]{1,3})\s*,\s*after\s*:\s*\$after"
)
MOST = 100  # rows of a connection


def open_heads(call: Call, text: str, variables: dict[str, Any]) -> Response | None:
    """Answer the one query for open pull requests that is known here; None for any other."""
    asked = ASKS.search(text)
    if asked is None:
        return None
    wanted = f"{variables.get('owner')}/{variables.get('name')}".lower()
    repo = next((each for each in call.world.repos.values() if each.full_name.lower() == wanted), None)
    if repo is None or not all(call.caller.may(right, repo) for right in ("pull_requests:read", "statuses:read")):
        message = f"Could not resolve to a Repository with the name '{wanted}'."
        return Response(json={"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": message}]})
    pulls = [issue for issue in repo.issues.values() if issue.pull is not None and issue.state == "open"]
    after, count = int(variables.get("after") or 0), min(int(asked["first"]), MOST)
    shown = pulls[after : after + count]
    page = {"hasNextPage": after + count < len(pulls), "endCursor": str(after + len(shown))}
    nodes = [_node(repo, issue, str(variables.get("context"))) for issue in shown]
    return Response(json={"data": {"repository": {"pullRequests": {"pageInfo": page, "nodes": nodes}}}})


def _node(repo: Repo, issue: Issue, context: str) -> dict[str, Any]:
    sha = issue.pull.head_sha if issue.pull else ""
    there = repo.statuses.get(sha, [])
    newest = next((status for status in reversed(there) if status.context == context), None)
    status = {"context": _status(newest) if newest else None} if there else None
    commit = {"commit": {"oid": sha, "status": status}}
    return {"number": issue.number, "headRefOid": sha, "commits": {"nodes": [commit]}}


def _status(status: Status) -> dict[str, Any]:
    return {
        "state": status.state.upper(),
        "description": status.description or None,
        "targetUrl": status.target_url or None,
        "creator": {"login": status.creator.login.removesuffix("[bot]")},
    }
