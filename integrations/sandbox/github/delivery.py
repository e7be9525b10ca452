"""What becomes of commits: pull requests, statuses, check runs, deployments, releases."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from integrations.sandbox.github.nouns import (
    App,
    Check,
    Deployment,
    DeploymentStatus,
    Issue,
    Pull,
    Release,
    Repo,
    Run,
    Status,
)
from integrations.sandbox.github.threads import Threads


def sha_of(text: str) -> str:
    """Return a commit hash made from a text."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class Delivery(Threads):
    """The way of a change to production."""

    def add_commit(self, sha: str = "", *, repo: Repo | None = None) -> str:
        """Make a commit known; return its hash."""
        home = repo or self.main
        sha = sha or sha_of(f"{home.full_name} {self.new_id()}")
        home.commits.add(sha)
        return sha

    def add_pull(  # noqa: PLR0913 - a factory takes what a case may vary
        self,
        title: str,
        *,
        head_ref: str = "",
        head_sha: str = "",
        base_ref: str = "main",
        draft: bool = False,
        merged_at: datetime | None = None,
        merged_by: str = "",
        reviewers: Iterable[str] = (),
        repo: Repo | None = None,
        **issue: Any,
    ) -> Issue:
        """Add a pull request; further arguments are `add_issue`'s. With `merged_at` it is closed as merged then."""
        home = repo or self.main
        number = issue.pop("number", None) or home.last_number + 1
        pull = Pull(
            head_ref=head_ref or f"change-{number}",
            head_sha=head_sha or sha_of(f"{home.full_name} head {number}"),
            base_ref=base_ref,
            draft=draft,
            reviewers=[self.user(login) for login in reviewers],
        )
        home.commits.add(pull.head_sha)
        made = self.add_issue(title, number=number, pull=pull, repo=home, **issue)
        if merged_at is not None:
            self.merge(made, actor=merged_by or made.author.login, at=merged_at)
        return made

    def merge(self, issue: Issue | int, *, actor: str = "ann", at: datetime | None = None) -> str:
        """Merge a pull request; return the merge commit."""
        it = self.find(issue)
        if it.pull is None:
            raise ValueError(f"{it.key} is not a pull request")
        pull = it.pull
        moment = at or self.now()
        pull.merged_at, pull.merged_by = moment, self.user(actor)
        pull.merge_commit_sha = self.add_commit(sha_of(f"{it.repo.full_name} merge {it.number}"), repo=it.repo)
        self.happened(it, "merged", pull.merged_by, moment, commit_id=pull.merge_commit_sha)
        self.close(it, actor=actor, at=moment)
        return pull.merge_commit_sha

    def add_status(
        self,
        sha: str,
        context: str,
        state: str,
        *,
        description: str = "",
        target_url: str = "",
        creator: str = "ann",
        at: datetime | None = None,
        repo: Repo | None = None,
    ) -> Status:
        """Report a commit status."""
        home = repo or self.main
        home.commits.add(sha)
        made = Status(
            id=self.new_id(),
            sha=sha,
            context=context,
            state=state,
            creator=self.user(creator),
            created_at=at or self.now(),
            description=description,
            target_url=target_url,
        )
        home.statuses.setdefault(sha, []).append(made)
        return made

    def add_check(
        self, sha: str, name: str, *, app: App, status: str = "queued", repo: Repo | None = None, **more: Any
    ) -> Check:
        """Report a check run."""
        home = repo or self.main
        home.commits.add(sha)
        made = Check(id=self.new_id(), sha=sha, name=name, app=app, status=status, started_at=self.now(), **more)
        home.checks.append(made)
        return made

    def add_deployment(  # noqa: PLR0913 - a factory takes what a case may vary
        self,
        sha: str,
        *,
        environment: str = "production",
        ref: str = "",
        state: str = "",
        creator: str = "ann",
        description: str = "",
        task: str = "deploy",
        payload: Any = None,
        at: datetime | None = None,
        repo: Repo | None = None,
    ) -> Deployment:
        """Add a deployment; with `state` it has a first status."""
        home = repo or self.main
        home.commits.add(sha)
        moment = at or self.now()
        made = Deployment(
            id=self.new_id(),
            sha=sha,
            ref=ref or sha,
            environment=environment,
            creator=self.user(creator),
            created_at=moment,
            updated_at=moment,
            task=task,
            description=description,
            payload=payload if payload is not None else {},
        )
        home.deployments[made.id] = made
        home.version += 1
        if state:
            self.add_deployment_status(made, state, creator=creator, at=moment, repo=home)
        return made

    def add_deployment_status(
        self,
        deployment: Deployment,
        state: str,
        *,
        creator: str = "ann",
        description: str = "",
        log_url: str = "",
        at: datetime | None = None,
        repo: Repo | None = None,
    ) -> DeploymentStatus:
        """Say what became of a deployment."""
        moment = at or self.now()
        made = DeploymentStatus(
            id=self.new_id(),
            state=state,
            creator=self.user(creator),
            created_at=moment,
            description=description,
            environment=deployment.environment,
            log_url=log_url,
        )
        deployment.statuses.append(made)
        deployment.updated_at = moment
        (repo or self.main).version += 1
        return made

    def add_release(  # noqa: PLR0913 - a factory takes what a case may vary
        self,
        tag: str,
        *,
        sha: str = "",
        name: str = "",
        body: str = "",
        author: str = "ann",
        prerelease: bool = False,
        draft: bool = False,
        at: datetime | None = None,
        repo: Repo | None = None,
    ) -> Release:
        """Publish a release."""
        home = repo or self.main
        moment = at or self.now()
        made = Release(
            id=self.new_id(),
            tag=tag,
            sha=self.add_commit(sha, repo=home),
            name=name or tag,
            body=body,
            author=self.user(author),
            created_at=moment,
            published_at=moment,
            draft=draft,
            prerelease=prerelease,
        )
        home.releases[made.id] = made
        home.version += 1
        return made

    def add_run(
        self, *environments: str, by: Iterable[str] = ("kaizend",), name: str = "deploy", repo: Repo | None = None
    ) -> Run:
        """Start a workflow run that waits for the word of all of these before it deploys to each environment."""
        home = repo or self.main
        made = Run(id=self.new_id(), name=name, waits={environment: set(by) for environment in environments})
        home.runs[made.id] = made
        return made
