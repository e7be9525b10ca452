"""Dependencies: which issues an issue is blocked by, and which it blocks."""

from __future__ import annotations

from integrations.sandbox.github.api.call import Call, invalid, not_found
from integrations.sandbox.github.nouns import Issue
from integrations.sandbox.wire import Response


def list_blockers(call: Call) -> Response:
    """Answer with the issues that block an issue, closed ones among them."""
    return call.page(call.issue().blockers, call.payloads.issue)


def list_blocked(call: Call) -> Response:
    """Answer with the issues that an issue blocks."""
    return call.page(call.issue().blocks, call.payloads.issue)


def add_blocker(call: Call) -> Response:
    """Say that an issue is blocked by another one, which is named by its id, not its number."""
    issue, wanted = call.issue(), call.fields().get("issue_id")
    if not isinstance(wanted, int):
        raise invalid("IssueDependency", "issue_id", "missing_field")
    blocker = _found(call, wanted)
    if blocker is issue or blocker in issue.blockers or issue in blocker.blockers:
        raise invalid("IssueDependency", "issue_id")
    call.world.block(issue, blocker, actor=call.actor)
    return Response(status=201, json=call.payloads.whole_issue(blocker))


def remove_blocker(call: Call) -> Response:
    """Say that an issue is no longer blocked by another one."""
    issue, blocker = call.issue(), _found(call, int(call.arguments["id"]))
    if blocker not in issue.blockers:
        raise not_found()
    call.world.unblock(issue, blocker, actor=call.actor)
    return Response(json=call.payloads.whole_issue(blocker))


def _found(call: Call, wanted: int) -> Issue:
    """Return the issue of an id, of whatever repository."""
    for repo in call.world.repos.values():
        for issue in repo.issues.values():
            if issue.id == wanted and issue.pull is None:
                return issue
    raise not_found()
