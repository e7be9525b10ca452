"""How GitHub shows its users, repositories and issues in JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from integrations.sandbox.github.nouns import (
    App,
    Comment,
    Issue,
    Label,
    Milestone,
    Reaction,
    Repo,
    User,
)

Json = dict[str, Any]
REPO_LINKS = (
    "comments{/number}",
    "issues{/number}",
    "labels{/name}",
    "pulls{/number}",
    "releases{/id}",
    "milestones{/number}",
    "commits{/sha}",
    "statuses/{sha}",
    "assignees{/user}",
    "contents/{+path}",
    "deployments",
    "events",
    "hooks",
    "keys{/key_id}",
    "branches{/branch}",
    "tags",
    "teams",
    "languages",
)
REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def when(moment: datetime | None) -> str | None:
    """Write a time as GitHub does: "2026-11-02T09:00:00Z"."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z" if moment else None


def node_id(kind: str, number: int) -> str:
    """Return GraphQL's name for a thing."""
    return f"{kind}_kwDO{number:012d}"


class Payloads:
    """The JSON of things, with addresses that start with one base. What is costly is kept until it changes."""

    def __init__(self, base: str) -> None:
        self.base = base
        parts = urlsplit(base)
        self.web = f"{parts.scheme}://{parts.netloc}"
        self._users: dict[tuple[int, str], Json] = {}
        self._repos: dict[int, tuple[Any, orjson.Fragment]] = {}

    def user(self, user: User | None) -> Json | None:
        """Return a user in short."""
        if user is None:
            return None
        known = self._users.get((user.id, user.login))
        if known is None:
            known = self._users[(user.id, user.login)] = self._user(user)
        return known

    def _user(self, user: User) -> Json:
        login = quote(user.login)
        url = f"{self.base}/users/{login}"
        web = f"{self.web}/{'apps/' + login.removesuffix('%5Bbot%5D') if user.type == 'Bot' else login}"
        links = ("followers", "subscriptions", "organizations", "repos", "received_events")
        return {
            "login": user.login,
            "id": user.id,
            "node_id": node_id("U", user.id),
            "avatar_url": f"{self.web}/avatars/u/{user.id}?v=4",
            "gravatar_id": "",
            "url": url,
            "html_url": web,
            "following_url": f"{url}/following{{/other_user}}",
            "gists_url": f"{url}/gists{{/gist_id}}",
            "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
            "events_url": f"{url}/events{{/privacy}}",
            **{f"{link}_url": f"{url}/{link if link != 'organizations' else 'orgs'}" for link in links},
            "type": user.type,
            "user_view_type": "public",
            "site_admin": False,
        }

    def whole_user(self, user: User) -> Json:
        """Return a user in full."""
        return {**(self.user(user) or {}), "name": user.name, "email": None, "bio": None, "public_repos": 0}

    def repo_url(self, repo: Repo) -> str:
        """Return a repository's address."""
        return f"{self.base}/repos/{repo.full_name}"

    def repo(self, repo: Repo) -> orjson.Fragment:
        """Return a repository as it stands inside other things."""
        stamp = (repo.style, repo.archived, repo.has_issues, repo.private)
        known = self._repos.get(repo.id)
        if known is None or known[0] != stamp:
            known = self._repos[repo.id] = (stamp, orjson.Fragment(orjson.dumps(self.repo_json(repo))))
        return known[1]

    def repo_json(self, repo: Repo) -> Json:
        """Return a repository as a mapping."""
        url, web = self.repo_url(repo), f"{self.web}/{repo.full_name}"
        stamp = when(repo.created_at)
        return {
            "id": repo.id,
            "node_id": node_id("R", repo.id),
            "name": repo.name,
            "full_name": repo.full_name,
            "private": repo.private,
            "visibility": "private" if repo.private else "public",
            "owner": self.user(repo.owner),
            "html_url": web,
            "description": repo.description or None,
            "fork": False,
            "url": url,
            **{f"{link.partition('{')[0].strip('/')}_url": f"{url}/{link}" for link in REPO_LINKS},
            "issue_events_url": f"{url}/issues/events{{/number}}",
            "issue_comment_url": f"{url}/issues/comments{{/number}}",
            "git_url": f"git:{web.partition(':')[2]}.git",
            "clone_url": f"{web}.git",
            "homepage": None,
            "size": 1024,
            "language": "Python",
            "created_at": stamp,
            "updated_at": stamp,
            "pushed_at": stamp,
            "has_issues": repo.has_issues,
            "has_projects": True,
            "has_wiki": False,
            "archived": repo.archived,
            "disabled": False,
            "license": None,
            "topics": [],
            "forks_count": 0,
            "stargazers_count": 0,
            "watchers_count": 0,
            "open_issues_count": sum(issue.state == "open" for issue in repo.issues.values()),
            "default_branch": "main",
        }

    def label(self, repo: Repo, label: Label) -> Json:
        """Return a label."""
        return {
            "id": label.id,
            "node_id": node_id("LA", label.id),
            "url": f"{self.repo_url(repo)}/labels/{quote(label.name, safe='')}",
            "name": label.name,
            "color": label.color,
            "default": False,
            "description": label.description or None,
        }

    def milestone(self, repo: Repo, milestone: Milestone | None) -> Json | None:
        """Return a milestone."""
        if milestone is None:
            return None
        url = f"{self.repo_url(repo)}/milestones/{milestone.number}"
        return {
            "url": url,
            "html_url": f"{self.web}/{repo.full_name}/milestone/{milestone.number}",
            "labels_url": f"{url}/labels",
            "id": milestone.id,
            "node_id": node_id("MI", milestone.id),
            "number": milestone.number,
            "title": milestone.title,
            "description": milestone.description or None,
            "creator": self.user(milestone.creator),
            "open_issues": milestone.open_issues,
            "closed_issues": milestone.closed_issues,
            "state": milestone.state,
            "created_at": when(milestone.created_at),
            "updated_at": when(milestone.updated_at),
            "due_on": when(milestone.due_on),
            "closed_at": when(milestone.closed_at),
        }

    def reactions(self, url: str, reactions: list[Reaction]) -> Json:
        """Return the counts of reactions."""
        counts = dict.fromkeys(REACTIONS, 0)
        for reaction in reactions:
            counts[reaction.content] += 1
        return {"url": f"{url}/reactions", "total_count": len(reactions), **counts}

    def app(self, app: App | None) -> Json | None:
        """Return an App."""
        if app is None:
            return None
        return {
            "id": app.id,
            "slug": app.slug,
            "client_id": f"Iv23sandbox{app.id}",
            "node_id": node_id("A", app.id),
            "owner": self.user(app.bot),
            "name": app.slug,
            "description": "",
            "external_url": self.web,
            "html_url": f"{self.web}/apps/{app.slug}",
            "created_at": when(app.created_at),
            "updated_at": when(app.created_at),
            "permissions": app.permissions,
            "events": [],
        }

    def issue(self, issue: Issue) -> orjson.Fragment:
        """Return an issue as lists show it."""
        milestone = issue.milestone.version if issue.milestone else None
        stamp = (issue.version, issue.repo.style, milestone, len(issue.comments))
        known = issue.encoded.get(self.base)
        if known is None or known[0] != stamp:
            known = issue.encoded[self.base] = (stamp, orjson.dumps(self.issue_json(issue)))
        return orjson.Fragment(known[1])

    def whole_issue(self, issue: Issue) -> Json:
        """Return an issue as it is shown alone."""
        return {**self.issue_json(issue), "closed_by": self.user(issue.closed_by)}

    def issue_json(self, issue: Issue) -> Json:
        """Return an issue as a mapping."""
        repo = issue.repo
        url = f"{self.repo_url(repo)}/issues/{issue.number}"
        kind = "pull" if issue.pull else "issues"
        shown: Json = {
            "url": url,
            "repository_url": self.repo_url(repo),
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": f"{self.web}/{repo.full_name}/{kind}/{issue.number}",
            "id": issue.id,
            "node_id": node_id("PR" if issue.pull else "I", issue.id),
            "number": issue.number,
            "title": issue.title,
            "user": self.user(issue.author),
            "labels": [self.label(repo, label) for label in issue.labels],
            "state": issue.state,
            "locked": issue.locked,
            "assignee": self.user(issue.assignees[0]) if issue.assignees else None,
            "assignees": [self.user(person) for person in issue.assignees],
            "milestone": self.milestone(repo, issue.milestone),
            "comments": len(issue.comments),
            "created_at": when(issue.created_at),
            "updated_at": when(issue.updated_at),
            "closed_at": when(issue.closed_at),
            "author_association": association(repo, issue.author),
            "type": {"id": 1, "node_id": node_id("IT", 1), "name": issue.type} if issue.type else None,
            "active_lock_reason": issue.lock_reason,
            "sub_issues_summary": {"total": 0, "completed": 0, "percent_completed": 0},
            "issue_dependencies_summary": _dependencies(issue),
            "body": issue.body or None,
            "reactions": self.reactions(url, issue.reactions),
            "timeline_url": f"{url}/timeline",
            "performed_via_github_app": self.app(issue.app),
            "state_reason": issue.state_reason,
        }
        if issue.pull:
            pull = f"{self.web}/{repo.full_name}/pull/{issue.number}"
            shown["draft"] = issue.pull.draft
            shown["pull_request"] = {
                "url": f"{self.repo_url(repo)}/pulls/{issue.number}",
                "html_url": pull,
                "diff_url": f"{pull}.diff",
                "patch_url": f"{pull}.patch",
                "merged_at": when(issue.pull.merged_at),
            }
        return shown

    def comment(self, comment: Comment) -> orjson.Fragment:
        """Return a comment."""
        known = comment.encoded.get(self.base)
        if known is None:
            known = comment.encoded[self.base] = orjson.dumps(self.comment_json(comment))
        return orjson.Fragment(known)

    def comment_json(self, comment: Comment) -> Json:
        """Return a comment as a mapping."""
        issue = comment.issue
        url = f"{self.repo_url(issue.repo)}/issues/comments/{comment.id}"
        kind = "pull" if issue.pull else "issues"
        return {
            "url": url,
            "html_url": f"{self.web}/{issue.repo.full_name}/{kind}/{issue.number}#issuecomment-{comment.id}",
            "issue_url": f"{self.repo_url(issue.repo)}/issues/{issue.number}",
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "user": self.user(comment.author),
            "created_at": when(comment.created_at),
            "updated_at": when(comment.updated_at),
            "body": comment.body,
            "author_association": association(issue.repo, comment.author),
            "reactions": self.reactions(url, comment.reactions),
            "performed_via_github_app": self.app(comment.app),
        }


def _dependencies(issue: Issue) -> dict[str, int]:
    """Return how many issues block this one, and are blocked by it: the open ones, and all."""
    return {
        "blocked_by": sum(one.state == "open" for one in issue.blockers),
        "total_blocked_by": len(issue.blockers),
        "blocking": sum(one.state == "open" for one in issue.blocks),
        "total_blocking": len(issue.blocks),
    }


def association(repo: Repo, author: User) -> str:
    """Return what somebody is to a repository."""
    if author is repo.owner:
        return "OWNER"
    return "COLLABORATOR" if author.assignable else "NONE"
