"""Deployments and releases."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.github import delivery_payloads as shown_as
from integrations.sandbox.github.api.call import Call, invalid, not_found, text_of
from integrations.sandbox.github.api.commits import sha_of
from integrations.sandbox.github.nouns import Deployment, Release
from integrations.sandbox.wire import Response

DEPLOYMENT_STATES = {"error", "failure", "inactive", "in_progress", "queued", "pending", "success"}


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
        sha_of(call),
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
