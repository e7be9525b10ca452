"""Pull requests: listed and read."""

from __future__ import annotations

from integrations.sandbox.github import delivery_payloads as shown_as
from integrations.sandbox.github.api.call import Call, not_found
from integrations.sandbox.github.nouns import Issue, Pull
from integrations.sandbox.wire import Response


def _half(issue: Issue) -> Pull:
    if issue.pull is None:
        raise not_found()
    return issue.pull


def list_pulls(call: Call) -> Response:
    """Answer with a page of the pull requests, newest first unless asked otherwise."""
    state, head, base, sort = call.ask("state", "open"), call.ask("head"), call.ask("base"), call.ask("sort", "created")
    found = [
        issue
        for issue in call.world.listed(call.repo)
        if issue.pull is not None
        and state in {"all", issue.state}
        and (not head or head.rpartition(":")[2] == issue.pull.head_ref)
        and (not base or base == issue.pull.base_ref)
    ]
    upward = call.ask("direction", "desc" if sort == "created" else "asc") == "asc"
    found.sort(key=lambda issue: (issue.updated_at if sort == "updated" else issue.created_at, issue.id))
    if not upward:
        found.reverse()
    return call.page(found, lambda issue: shown_as.pull(call.payloads, issue, _half(issue)))


def get_pull(call: Call) -> Response:
    """Answer with one pull request."""
    issue = call.issue()
    return Response(json=shown_as.whole_pull(call.payloads, issue, _half(issue)))
