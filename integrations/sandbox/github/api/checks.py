"""Check runs: read by all, written by Apps."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.github import delivery_payloads as shown_as
from integrations.sandbox.github.api.call import Call, Refused, invalid, moment, not_found, text_of
from integrations.sandbox.github.api.commits import sha_of
from integrations.sandbox.github.nouns import Check
from integrations.sandbox.wire import Response

CHECK_STATES = {"queued", "in_progress", "completed", "waiting", "requested", "pending"}
CONCLUSIONS = {"action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"}


def _show_check(call: Call, check: Check) -> Any:
    return shown_as.check(call.payloads, call.repo, check)


def list_checks(call: Call) -> Response:
    """Answer with a page of a commit's check runs, newest first, the newest of a name only unless asked for all."""
    sha, name = sha_of(call), call.ask("check_name")
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
