"""Commits, with their statuses."""

from __future__ import annotations

import re
from typing import Any

from integrations.sandbox.github import delivery_payloads as shown_as
from integrations.sandbox.github.api.call import Call, Refused, invalid, text_of
from integrations.sandbox.github.nouns import Status
from integrations.sandbox.wire import Response

SHA = re.compile(r"[0-9a-f]{40}")
STATUS_STATES = {"error", "failure", "pending", "success"}
DESCRIPTION_LIMIT = 140  # of a commit status
WORST = ("error", "failure", "pending")


def sha_of(call: Call) -> str:
    """Return the commit a path names: by its hash, by a pull request's branch or by a release's tag."""
    ref = call.arguments["ref"]
    if ref in call.repo.commits:
        return ref
    for issue in call.repo.issues.values():
        if issue.pull is not None and ref == issue.pull.head_ref:
            return issue.pull.head_sha
    for release in call.repo.releases.values():
        if ref == release.tag:
            return release.sha
    raise Refused(422, f"No commit found for SHA: {ref}")


def get_commit(call: Call) -> Response:
    """Answer with a commit, in short."""
    sha = sha_of(call)
    url = f"{call.payloads.repo_url(call.repo)}/commits/{sha}"
    return Response(json={"sha": sha, "url": url, "commit": {"message": ""}, "parents": [], "files": []})


def _show_status(call: Call, status: Status) -> Any:
    return shown_as.status(call.payloads, call.repo, status)


def list_statuses(call: Call) -> Response:
    """Answer with a page of a commit's statuses, newest first."""
    newest_first = call.repo.statuses.get(sha_of(call), [])[::-1]
    return call.page(newest_first, lambda status: _show_status(call, status))


def combined_status(call: Call) -> Response:
    """Answer with the newest status of each context of a commit, and the worst of them."""
    sha = sha_of(call)
    newest = {status.context: status for status in call.repo.statuses.get(sha, [])}
    states = {status.state for status in newest.values()}
    state = "success" if states == {"success"} else next((each for each in WORST if each in states), "pending")
    return call.page(
        list(newest.values()),
        lambda status: _show_status(call, status),
        under="statuses",
        state="failure" if state == "error" else state,
        sha=sha,
        total_count=len(newest),
        repository=call.payloads.repo(call.repo),
        commit_url=f"{call.payloads.repo_url(call.repo)}/commits/{sha}",
        url=f"{call.payloads.repo_url(call.repo)}/commits/{sha}/status",
    )


def create_status(call: Call) -> Response:
    """Report a commit status."""
    fields, sha = call.fields(), call.arguments["ref"]
    if not SHA.fullmatch(sha) or sha not in call.repo.commits:
        raise Refused(422, f"No commit found for SHA: {sha}")
    state = fields.get("state")
    if state not in STATUS_STATES:
        raise invalid("Status", "state")
    context = text_of(fields, "context", default="default") or "default"
    description = text_of(fields, "description", default="") or ""
    if len(description) > DESCRIPTION_LIMIT:
        message = f"description is too long (maximum is {DESCRIPTION_LIMIT} characters)"
        raise invalid("Status", "description", "custom", message)
    before = sum(status.context == context for status in call.repo.statuses.get(sha, []))
    if before >= call.world.status_limit:
        message = "This SHA and context has reached the maximum number of statuses."
        raise Refused(422, "Validation Failed", errors=[{"resource": "Status", "code": "custom", "message": message}])
    status = call.world.add_status(
        sha,
        context,
        state,
        description=description,
        target_url=text_of(fields, "target_url", default="") or "",
        creator=call.actor,
        repo=call.repo,
    )
    return Response(status=201, json=_show_status(call, status))
