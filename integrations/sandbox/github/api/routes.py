"""The table of endpoints: method, path, right needed, and the function that answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from integrations.sandbox.github.api import (
    account,
    checks,
    comments,
    commits,
    delivery,
    dependencies,
    fields,
    graphql,
    history,
    issues,
    labels,
    milestones,
    people,
    pulls,
    runs,
)
from integrations.sandbox.github.api.call import Call
from integrations.sandbox.wire import Response

PARTS = {
    "repo": r"(?:repos/(?P<repo>[^/]+/[^/]+)|repositories/(?P<repo_id>[0-9]{1,15}))",
    "number": r"(?P<number>[0-9]{1,9})",
    "id": r"(?P<id>[0-9]{1,15})",
    "login": r"(?P<login>[^/]+)",
    "org": r"(?P<org>[^/]+)",
    "ref": r"(?P<ref>.+?)",
    "tag": r"(?P<tag>.+)",
    "name": r"(?P<name>.+)",
}


@dataclass(frozen=True)
class Route:
    """One endpoint. `right` is what it needs in the repository of its path; "" where the path has none."""

    method: str
    path: str
    right: str
    answer: Callable[[Call], Response]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return the path as a regular expression."""
        return re.compile(re.sub(r"\{(\w+)\}", lambda part: PARTS[part[1]], self.path), re.DOTALL)


ROUTES = (
    Route("GET", "/", "", account.root),
    Route("GET", "/user", "", account.get_user),
    Route("GET", "/users/{login}", "", account.get_user_by_login),
    Route("GET", "/rate_limit", "", account.rate_limit),
    Route("GET", "/meta", "", account.meta),
    Route("GET", "/app", "", account.get_app),
    Route("GET", "/app/installations", "", account.list_installations),
    Route("GET", "/app/installations/{id}", "", account.get_installation),
    Route("POST", "/app/installations/{id}/access_tokens", "", account.create_installation_token),
    Route("GET", "/installation/repositories", "", account.list_installation_repositories),
    Route("GET", "/orgs/{org}/issue-fields", "", fields.list_fields),
    Route("GET", "/{repo}", "metadata:read", account.get_repo),
    Route("GET", "/{repo}/installation", "", account.get_installation),
    # issues
    Route("GET", "/{repo}/issues", "issues:read", issues.list_issues),
    Route("POST", "/{repo}/issues", "issues:open", issues.create_issue),
    Route("GET", "/{repo}/issues/events", "issues:read", history.list_events),
    Route("GET", "/{repo}/issues/{number}", "issues:read", issues.get_issue),
    Route("PATCH", "/{repo}/issues/{number}", "issues:write", issues.update_issue),
    Route("PUT", "/{repo}/issues/{number}/lock", "issues:write", issues.lock_issue),
    Route("DELETE", "/{repo}/issues/{number}/lock", "issues:write", issues.unlock_issue),
    Route("GET", "/{repo}/issues/{number}/events", "issues:read", history.list_issue_events),
    Route("GET", "/{repo}/issues/{number}/timeline", "issues:read", history.timeline),
    Route("GET", "/{repo}/issues/{number}/reactions", "issues:read", history.list_reactions),
    Route("POST", "/{repo}/issues/{number}/reactions", "issues:open", history.react),
    Route("POST", "/{repo}/issues/{number}/assignees", "issues:write", people.add_assignees),
    Route("DELETE", "/{repo}/issues/{number}/assignees", "issues:write", people.remove_assignees),
    Route("GET", "/{repo}/assignees", "metadata:read", people.list_assignees),
    Route("GET", "/{repo}/assignees/{login}", "metadata:read", people.check_assignee),
    Route("GET", "/{repo}/issues/{number}/issue-field-values", "issues:read", fields.list_values),
    Route("POST", "/{repo}/issues/{number}/issue-field-values", "issues:write", fields.add_values),
    Route("PUT", "/{repo}/issues/{number}/issue-field-values", "issues:write", fields.set_values),
    Route("DELETE", "/{repo}/issues/{number}/issue-field-values/{id}", "issues:write", fields.delete_value),
    Route("GET", "/{repo}/issues/{number}/dependencies/blocked_by", "issues:read", dependencies.list_blockers),
    Route("POST", "/{repo}/issues/{number}/dependencies/blocked_by", "issues:write", dependencies.add_blocker),
    Route(
        "DELETE", "/{repo}/issues/{number}/dependencies/blocked_by/{id}", "issues:write", dependencies.remove_blocker
    ),
    Route("GET", "/{repo}/issues/{number}/dependencies/blocking", "issues:read", dependencies.list_blocked),
    # comments
    Route("GET", "/{repo}/issues/comments", "issues:read", comments.list_comments),
    Route("GET", "/{repo}/issues/comments/{id}", "issues:read", comments.get_comment),
    Route("PATCH", "/{repo}/issues/comments/{id}", "issues:open", comments.update_comment),
    Route("DELETE", "/{repo}/issues/comments/{id}", "issues:open", comments.delete_comment),
    Route("GET", "/{repo}/issues/comments/{id}/reactions", "issues:read", history.list_reactions),
    Route("POST", "/{repo}/issues/comments/{id}/reactions", "issues:open", history.react),
    Route("GET", "/{repo}/issues/{number}/comments", "issues:read", comments.list_issue_comments),
    Route("POST", "/{repo}/issues/{number}/comments", "issues:open", comments.create_comment),
    # labels
    Route("GET", "/{repo}/labels", "issues:read", labels.list_labels),
    Route("POST", "/{repo}/labels", "labels:write", labels.create_label),
    Route("GET", "/{repo}/labels/{name}", "issues:read", labels.get_label),
    Route("PATCH", "/{repo}/labels/{name}", "labels:write", labels.update_label),
    Route("DELETE", "/{repo}/labels/{name}", "labels:write", labels.delete_label),
    Route("GET", "/{repo}/issues/{number}/labels", "issues:read", labels.list_issue_labels),
    Route("POST", "/{repo}/issues/{number}/labels", "issues:write", labels.add_labels),
    Route("PUT", "/{repo}/issues/{number}/labels", "issues:write", labels.set_labels),
    Route("DELETE", "/{repo}/issues/{number}/labels", "issues:write", labels.remove_all_labels),
    Route("DELETE", "/{repo}/issues/{number}/labels/{name}", "issues:write", labels.remove_label),
    # milestones
    Route("GET", "/{repo}/milestones", "issues:read", milestones.list_milestones),
    Route("POST", "/{repo}/milestones", "labels:write", milestones.create_milestone),
    Route("GET", "/{repo}/milestones/{number}", "issues:read", milestones.get_milestone),
    Route("PATCH", "/{repo}/milestones/{number}", "labels:write", milestones.update_milestone),
    Route("DELETE", "/{repo}/milestones/{number}", "labels:write", milestones.delete_milestone),
    # delivery
    Route("GET", "/{repo}/pulls", "pull_requests:read", pulls.list_pulls),
    Route("GET", "/{repo}/pulls/{number}", "pull_requests:read", pulls.get_pull),
    Route("GET", "/{repo}/commits/{ref}/status", "statuses:read", commits.combined_status),
    Route("GET", "/{repo}/commits/{ref}/statuses", "statuses:read", commits.list_statuses),
    Route("GET", "/{repo}/statuses/{ref}", "statuses:read", commits.list_statuses),
    Route("POST", "/{repo}/statuses/{ref}", "statuses:write", commits.create_status),
    Route("GET", "/{repo}/commits/{ref}/check-runs", "checks:read", checks.list_checks),
    Route("GET", "/{repo}/commits/{ref}", "metadata:read", commits.get_commit),
    Route("POST", "/{repo}/check-runs", "checks:write", checks.create_check),
    Route("GET", "/{repo}/check-runs/{id}", "checks:read", checks.get_check),
    Route("PATCH", "/{repo}/check-runs/{id}", "checks:write", checks.update_check),
    Route("GET", "/{repo}/deployments", "deployments:read", delivery.list_deployments),
    Route("POST", "/{repo}/deployments", "deployments:write", delivery.create_deployment),
    Route("GET", "/{repo}/deployments/{id}", "deployments:read", delivery.get_deployment),
    Route("GET", "/{repo}/deployments/{id}/statuses", "deployments:read", delivery.list_deployment_statuses),
    Route("POST", "/{repo}/deployments/{id}/statuses", "deployments:write", delivery.create_deployment_status),
    Route("GET", "/{repo}/actions/runs", "actions:read", runs.list_runs),
    Route("GET", "/{repo}/actions/runs/{id}/pending_deployments", "actions:read", runs.pending_deployments),
    Route("POST", "/{repo}/actions/runs/{id}/deployment_protection_rule", "deployments:write", runs.review),
    Route("GET", "/{repo}/releases", "metadata:read", delivery.list_releases),
    Route("GET", "/{repo}/releases/latest", "metadata:read", delivery.get_release),
    Route("GET", "/{repo}/releases/tags/{tag}", "metadata:read", delivery.get_release),
    Route("GET", "/{repo}/releases/{id}", "metadata:read", delivery.get_release),
)

GRAPHQL = Route("POST", "/", "", graphql.query)


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Return the endpoint for a request, with the parts of its path."""
    for route in ROUTES:
        if route.method == method:
            found = route.pattern.fullmatch(path)
            if found is not None:
                return route, {name: value for name, value in found.groupdict().items() if value is not None}
    return None
