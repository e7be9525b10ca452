"""Pull requests, commit statuses, check runs, deployments and releases."""

from __future__ import annotations

import re
from typing import Any

from integrations.sandbox.github import delivery_payloads as shown_as
from integrations.sandbox.github.api.call import Call, Refused, invalid, moment, not_found, text_of
from integrations.sandbox.github.nouns import Check, Deployment, Issue, Pull, Release, Status
from integrations.sandbox.wire import Response

SHA = re.compile(r"[0-9a-f]{40}")
STATUS_STATES = {"error", "failure", "pending", "success"}
CHECK_STATES = {"queued", "in_progress", "completed", "waiting", "requested", "pending"}
CONCLUSIONS = {"action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"}
DEPLOYMENT_STATES = {"error", "failure", "inactive", "in_progress", "queued", "pending", "success"}
DESCRIPTION_LIMIT = 140  # of a commit status
WORST = ("error", "failure", "pending")


# -- pull requests ------------------------------------------------------------------------------------------------
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


# -- commits ------------------------------------------------------------------------------------------------------
def _sha(call: Call) -> str:
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
    sha = _sha(call)
    url = f"{call.payloads.repo_url(call.repo)}/commits/{sha}"
    return Response(json={"sha": sha, "url": url, "commit": {"message": ""}, "parents": [], "files": []})


def _show_status(call: Call, status: Status) -> Any:
    return shown_as.status(call.payloads, call.repo, status)


def list_statuses(call: Call) -> Response:
    """Answer with a page of a commit's statuses, newest first."""
    newest_first = call.repo.statuses.get(_sha(call), [])[::-1]
    return call.page(newest_first, lambda status: _show_status(call, status))


def combined_status(call: Call) -> Response:
    """Answer with the newest status of each context of a commit, and the worst of them."""
    sha = _sha(call)
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


# -- check runs ---------------------------------------------------------------------------------------------------
def _show_check(call: Call, check: Check) -> Any:
    return shown_as.check(call.payloads, call.repo, check)


def list_checks(call: Call) -> Response:
    """Answer with a page of a commit's check runs, newest first, the newest of a name only unless asked for all."""
    sha, name = _sha(call), call.ask("check_name")
    found = [check for check in reversed(call.repo.checks) if check.sha == sha and name in {"", check.name}]
    if call.ask("filter", "latest") == "latest":
        found = list({(check.app.id, check.name): check for check in reversed(found)}.values())[::-1]
    return call.page(found, lambda check: _show_check(call, check), under="check_runs", total_count=len(found))


def get_check(call: Call) -> Response:
    """Answer with one check run."""
    return Response(json=_show_check(call, _check(call)))


def _check(call: Call) -> Check:
    number = int(call.arguments["id"])
    for check in call.repo.checks:
        if check.id == number:
            return check
    raise not_found()


def create_check(call: Call) -> Response:
    """Report a check run; Apps only."""
    fields, app = call.fields(), call.caller.app
    name, sha = text_of(fields, "name", default="") or "", text_of(fields, "head_sha", default="") or ""
    if app is None:
        raise Refused(403, "You must authenticate via a GitHub App.")
    if not name or sha not in call.repo.commits:
        raise invalid("CheckRun", "head_sha" if name else "name", "missing_field")
    check = call.world.add_check(sha, name, app=app, repo=call.repo)
    _fill(call, check, fields)
    return Response(status=201, json=_show_check(call, check))


def update_check(call: Call) -> Response:
    """Change a check run; only the App that made it."""
    check = _check(call)
    if check.app is not call.caller.app:
        raise Refused(403, "Invalid app_id - check run can only be modified by the GitHub App that created it.")
    _fill(call, check, call.fields())
    return Response(json=_show_check(call, check))


def _fill(call: Call, check: Check, fields: dict[str, Any]) -> None:
    conclusion = fields.get("conclusion")
    status = "completed" if conclusion else fields.get("status", check.status)
    if status not in CHECK_STATES:
        raise invalid("CheckRun", "status")
    if conclusion is not None and conclusion not in CONCLUSIONS:
        raise invalid("CheckRun", "conclusion")
    check.status, check.conclusion = status, conclusion or check.conclusion
    ended = text_of(fields, "completed_at")
    if status == "completed":
        check.completed_at = moment(ended) if ended else call.world.now()
    check.details_url = text_of(fields, "details_url", default=check.details_url) or ""
    check.external_id = text_of(fields, "external_id", default=check.external_id) or ""
    check.output = fields.get("output") or check.output


# -- deployments --------------------------------------------------------------------------------------------------
def _show_deployment(call: Call, deployment: Deployment) -> Any:
    return shown_as.deployment(call.payloads, call.repo, deployment)


def list_deployments(call: Call) -> Response:
    """Answer with a page of the deployments, newest first."""
    asked = {name: call.ask(name) for name in ("sha", "ref", "task", "environment") if call.ask(name)}
    found = [
        deployment
        for deployment in call.repo.deployments.values()
        if all(getattr(deployment, name) == value for name, value in asked.items())
    ]
    found.sort(key=lambda deployment: (deployment.created_at, deployment.id), reverse=True)
    return call.page(found, lambda deployment: _show_deployment(call, deployment))


def _deployment(call: Call) -> Deployment:
    deployment = call.repo.deployments.get(int(call.arguments["id"]))
    if deployment is None:
        raise not_found()
    return deployment


def get_deployment(call: Call) -> Response:
    """Answer with one deployment."""
    return Response(json=_show_deployment(call, _deployment(call)))


def create_deployment(call: Call) -> Response:
    """Add a deployment of a commit, a branch or a tag."""
    fields = call.fields()
    ref = text_of(fields, "ref", default="") or ""
    call.arguments["ref"] = ref
    deployment = call.world.add_deployment(
        _sha(call),
        ref=ref,
        environment=text_of(fields, "environment", default="production") or "production",
        description=text_of(fields, "description", default="") or "",
        task=text_of(fields, "task", default="deploy") or "deploy",
        payload=fields.get("payload"),
        creator=call.actor,
        repo=call.repo,
    )
    return Response(status=201, json=_show_deployment(call, deployment))


def list_deployment_statuses(call: Call) -> Response:
    """Answer with a page of a deployment's statuses, newest first."""
    deployment = _deployment(call)
    return call.page(
        deployment.statuses[::-1],
        lambda status: shown_as.deployment_status(call.payloads, call.repo, deployment, status),
    )


def create_deployment_status(call: Call) -> Response:
    """Say what became of a deployment."""
    deployment, fields = _deployment(call), call.fields()
    if fields.get("state") not in DEPLOYMENT_STATES:
        raise invalid("DeploymentStatus", "state")
    status = call.world.add_deployment_status(
        deployment,
        fields["state"],
        creator=call.actor,
        description=text_of(fields, "description", default="") or "",
        log_url=text_of(fields, "log_url", default="") or "",
        repo=call.repo,
    )
    return Response(status=201, json=shown_as.deployment_status(call.payloads, call.repo, deployment, status))


# -- releases -----------------------------------------------------------------------------------------------------
def _show_release(call: Call, release: Release) -> Any:
    return shown_as.release(call.payloads, call.repo, release)


def _releases(call: Call) -> list[Release]:
    return sorted(call.repo.releases.values(), key=lambda each: (each.created_at, each.id), reverse=True)


def list_releases(call: Call) -> Response:
    """Answer with a page of the releases, newest first."""
    return call.page(_releases(call), lambda release: _show_release(call, release))


def get_release(call: Call) -> Response:
    """Answer with one release, by its id, its tag, or the latest."""
    asked = call.arguments
    for release in _releases(call):
        final = not (release.draft or release.prerelease)
        if str(release.id) == asked.get("id") or release.tag == asked.get("tag") or (not asked and final):
            return Response(json=_show_release(call, release))
    raise not_found()
