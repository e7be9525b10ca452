"""How GitHub shows pull requests, statuses, checks, deployments and releases in JSON."""

from __future__ import annotations

from integrations.sandbox.github.nouns import Check, Deployment, DeploymentStatus, Issue, Pull, Release, Repo, Status
from integrations.sandbox.github.payloads import Json, Payloads, association, node_id, when


def pull(payloads: Payloads, issue: Issue, pull: Pull) -> Json:
    """Return a pull request as lists show it."""
    repo = issue.repo
    shared = payloads.issue_json(issue)
    for name in ("repository_url", "labels_url", "events_url", "comments", "reactions", "timeline_url", "pull_request"):
        del shared[name]
    for name in ("state_reason", "sub_issues_summary", "type", "performed_via_github_app"):
        del shared[name]
    url = f"{payloads.repo_url(repo)}/pulls/{issue.number}"
    web = f"{payloads.web}/{repo.full_name}/pull/{issue.number}"
    return {
        **shared,
        "url": url,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "issue_url": f"{payloads.repo_url(repo)}/issues/{issue.number}",
        "merged_at": when(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha or None,
        "requested_reviewers": [payloads.user(person) for person in pull.reviewers],
        "requested_teams": [],
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments",
        "statuses_url": f"{payloads.repo_url(repo)}/statuses/{pull.head_sha}",
        "head": _end(payloads, repo, pull.head_ref, pull.head_sha),
        "base": _end(payloads, repo, pull.base_ref, "0" * 40),
        "author_association": association(repo, issue.author),
        "auto_merge": None,
        "_links": {"self": {"href": url}, "html": {"href": web}},
    }


def _end(payloads: Payloads, repo: Repo, ref: str, sha: str) -> Json:
    return {
        "label": f"{repo.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": payloads.user(repo.owner),
        "repo": payloads.repo(repo),
    }


def whole_pull(payloads: Payloads, issue: Issue, half: Pull) -> Json:
    """Return a pull request as it is shown alone."""
    return {
        **pull(payloads, issue, half),
        "merged": half.merged_at is not None,
        "mergeable": None if half.merged_at else True,
        "mergeable_state": "unknown" if half.merged_at else "clean",
        "merged_by": payloads.user(half.merged_by),
        "comments": len(issue.comments),
        "review_comments": 0,
        "commits": 1,
        "additions": half.additions,
        "deletions": half.deletions,
        "changed_files": half.changed_files,
    }


def status(payloads: Payloads, repo: Repo, status: Status) -> Json:
    """Return a commit status."""
    return {
        "url": f"{payloads.repo_url(repo)}/statuses/{status.sha}",
        "avatar_url": f"{payloads.web}/avatars/u/{status.creator.id}?v=4",
        "id": status.id,
        "node_id": node_id("SC", status.id),
        "state": status.state,
        "description": status.description or None,
        "target_url": status.target_url or None,
        "context": status.context,
        "created_at": when(status.created_at),
        "updated_at": when(status.created_at),
        "creator": payloads.user(status.creator),
    }


def check(payloads: Payloads, repo: Repo, check: Check) -> Json:
    """Return a check run."""
    url = f"{payloads.repo_url(repo)}/check-runs/{check.id}"
    output = {"title": None, "summary": None, "text": None, **check.output}
    return {
        "id": check.id,
        "name": check.name,
        "node_id": node_id("CR", check.id),
        "head_sha": check.sha,
        "external_id": check.external_id,
        "url": url,
        "html_url": f"{payloads.web}/{repo.full_name}/runs/{check.id}",
        "details_url": check.details_url or None,
        "status": check.status,
        "conclusion": check.conclusion,
        "started_at": when(check.started_at),
        "completed_at": when(check.completed_at),
        "output": {**output, "annotations_count": 0, "annotations_url": f"{url}/annotations"},
        "check_suite": {"id": check.id},
        "app": payloads.app(check.app),
        "pull_requests": [],
    }


def deployment(payloads: Payloads, repo: Repo, deployment: Deployment) -> Json:
    """Return a deployment."""
    url = f"{payloads.repo_url(repo)}/deployments/{deployment.id}"
    return {
        "url": url,
        "id": deployment.id,
        "node_id": node_id("DE", deployment.id),
        "sha": deployment.sha,
        "ref": deployment.ref,
        "task": deployment.task,
        "payload": deployment.payload,
        "original_environment": deployment.environment,
        "environment": deployment.environment,
        "description": deployment.description or None,
        "creator": payloads.user(deployment.creator),
        "created_at": when(deployment.created_at),
        "updated_at": when(deployment.updated_at),
        "statuses_url": f"{url}/statuses",
        "repository_url": payloads.repo_url(repo),
        "transient_environment": False,
        "production_environment": deployment.environment == "production",
        "performed_via_github_app": None,
    }


def deployment_status(payloads: Payloads, repo: Repo, of: Deployment, status: DeploymentStatus) -> Json:
    """Return what became of a deployment, at one moment."""
    url = f"{payloads.repo_url(repo)}/deployments/{of.id}"
    return {
        "url": f"{url}/statuses/{status.id}",
        "id": status.id,
        "node_id": node_id("DES", status.id),
        "state": status.state,
        "creator": payloads.user(status.creator),
        "description": status.description,
        "environment": status.environment,
        "target_url": status.log_url,
        "log_url": status.log_url,
        "environment_url": "",
        "created_at": when(status.created_at),
        "updated_at": when(status.created_at),
        "deployment_url": url,
        "repository_url": payloads.repo_url(repo),
    }


def release(payloads: Payloads, repo: Repo, release: Release) -> Json:
    """Return a release."""
    url = f"{payloads.repo_url(repo)}/releases/{release.id}"
    return {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "html_url": f"{payloads.web}/{repo.full_name}/releases/tag/{release.tag}",
        "id": release.id,
        "node_id": node_id("RE", release.id),
        "author": payloads.user(release.author),
        "tag_name": release.tag,
        "target_commitish": release.sha,
        "name": release.name,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "immutable": False,
        "created_at": when(release.created_at),
        "published_at": None if release.draft else when(release.published_at),
        "assets": [],
        "tarball_url": f"{payloads.repo_url(repo)}/tarball/{release.tag}",
        "zipball_url": f"{payloads.repo_url(repo)}/zipball/{release.tag}",
        "body": release.body,
    }
