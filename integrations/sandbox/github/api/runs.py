"""Workflow runs that wait, what they wait for, and an App's word on it."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.github.api.call import Call, Refused, not_found, text_of
from integrations.sandbox.github.nouns import Run
from integrations.sandbox.wire import Response


def list_runs(call: Call) -> Response:
    """Answer with a page of the workflow runs, newest first."""
    wanted = call.ask("status")
    found = [run for run in reversed(call.repo.runs.values()) if wanted in {"", run.status}]
    return call.page(found, lambda run: _show(call, run), under="workflow_runs", total_count=len(found))


def pending_deployments(call: Call) -> Response:
    """Answer with the environments that a run waits for, whatever it is that they wait for."""
    return Response(json=[_pending(name) for name, rules in _run(call).waits.items() if rules])


def review(call: Call) -> Response:
    """Take an App's word on its own rule of an environment."""
    run, fields = _run(call), call.fields()
    environment, state = text_of(fields, "environment_name", default=""), text_of(fields, "state", default="")
    if call.caller.app is None:
        raise Refused(403, "You must authenticate via a GitHub App.")
    slug = call.caller.app.slug
    if state not in {"approved", "rejected"} or slug not in run.waits.get(environment or "", set()):
        raise Refused(422, "Validation Failed")
    run.said.append((environment or "", state, text_of(fields, "comment", default="") or ""))
    run.waits[environment or ""].discard(slug)
    run.rejected = run.rejected or state == "rejected"
    return Response(status=204)


def _run(call: Call) -> Run:
    run = call.repo.runs.get(int(call.arguments["id"]))
    if run is None:
        raise not_found()
    return run


def _show(call: Call, run: Run) -> dict[str, Any]:
    url = f"{call.payloads.web}/{call.repo.full_name}/actions/runs/{run.id}"
    return {"id": run.id, "name": run.name, "run_attempt": run.attempt, "status": run.status, "html_url": url}


def _pending(name: str) -> dict[str, Any]:
    return {
        "environment": {"name": name},
        "wait_timer": 0,
        "wait_timer_started_at": None,
        "current_user_can_approve": False,
        "reviewers": [],
    }
