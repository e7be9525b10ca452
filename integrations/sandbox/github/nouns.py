"""The things a small GitHub is made of: plain mutable records, changed only by the world's methods."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """Somebody with a login: a person, an organisation or a bot."""

    id: int
    login: str
    type: str = "User"  # "User", "Organization", "Bot"
    name: str = ""
    assignable: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class App:
    """A GitHub App with its one installation."""

    id: int
    slug: str
    public_key: str  # PEM
    installation_id: int
    permissions: dict[str, str]
    bot: User
    created_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Label:
    """A repository's label."""

    id: int
    name: str
    color: str = "ededed"
    description: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Milestone:
    """A repository's milestone. `due_on` is a midnight on the Pacific coast, as GitHub keeps it."""

    id: int
    number: int
    title: str
    creator: User
    created_at: datetime
    updated_at: datetime
    description: str = ""
    state: str = "open"
    due_on: datetime | None = None
    closed_at: datetime | None = None
    open_issues: int = 0
    closed_issues: int = 0
    version: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class Reaction:
    """A thumb up, or the like."""

    id: int
    user: User
    content: str
    created_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    issue: Issue
    author: User
    body: str
    created_at: datetime
    updated_at: datetime
    reactions: list[Reaction] = field(default_factory=list)
    app: App | None = None  # that wrote it
    encoded: dict[str, bytes] = field(default_factory=dict)  # base -> JSON


@dataclass(slots=True, kw_only=True, eq=False)
class Event:
    """Something that happened to an issue: "labeled", "closed", ..."""

    id: int
    issue: Issue
    actor: User
    event: str
    created_at: datetime
    extra: dict[str, Any] = field(default_factory=dict)  # what the kind of event adds, without users
    about: User | None = None  # the assignee of "assigned"
    source: Issue | None = None  # the mentioning issue of "cross-referenced"


@dataclass(slots=True, kw_only=True, eq=False)
class Pull:
    """What a pull request has beyond an issue."""

    head_ref: str
    head_sha: str
    base_ref: str = "main"
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_commit_sha: str = ""
    reviewers: list[User] = field(default_factory=list)
    additions: int = 10
    deletions: int = 2
    changed_files: int = 1


@dataclass(slots=True, kw_only=True, eq=False)
class Issue:
    """An issue, or a pull request seen as one."""

    id: int
    repo: Repo
    number: int
    title: str
    body: str
    author: User
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: User | None = None
    labels: list[Label] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    milestone: Milestone | None = None
    locked: bool = False
    lock_reason: str | None = None
    pinned: bool = False
    type: str = ""
    pull: Pull | None = None
    app: App | None = None
    comments: list[Comment] = field(default_factory=list)
    comments_ever: int = 0  # deleted ones included: the limit of 2,500 counts them
    events: list[Event] = field(default_factory=list)
    fields: dict[int, Any] = field(default_factory=dict)  # field id -> value
    reactions: list[Reaction] = field(default_factory=list)
    blockers: list[Issue] = field(default_factory=list)  # the issues that it is blocked by
    blocks: list[Issue] = field(default_factory=list)  # the issues that it blocks
    version: int = 0
    encoded: dict[str, tuple[Any, bytes]] = field(default_factory=dict)  # base -> (what it was made from, JSON)
    past: list[tuple[datetime, Issue | None]] = field(default_factory=list)  # (changed when, as it was before)

    @property
    def key(self) -> str:
        """Its name everywhere: acme/shop#7."""
        return f"{self.repo.full_name}#{self.number}"


@dataclass(slots=True, kw_only=True, eq=False)
class Status:
    """A commit status."""

    id: int
    sha: str
    context: str
    state: str
    creator: User
    created_at: datetime
    description: str = ""
    target_url: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Check:
    """A check run."""

    id: int
    sha: str
    name: str
    app: App
    status: str
    started_at: datetime
    conclusion: str | None = None
    completed_at: datetime | None = None
    details_url: str = ""
    external_id: str = ""
    output: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class DeploymentStatus:
    """What became of a deployment, at one moment."""

    id: int
    state: str
    creator: User
    created_at: datetime
    description: str = ""
    environment: str = ""
    log_url: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Deployment:
    """A request to deploy, with its statuses, oldest first."""

    id: int
    sha: str
    ref: str
    environment: str
    creator: User
    created_at: datetime
    updated_at: datetime
    task: str = "deploy"
    description: str = ""
    payload: Any = field(default_factory=dict)
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class Run:
    """A workflow run, with what its deployments wait for: Apps by their slugs, or "reviewers"."""

    id: int
    name: str
    waits: dict[str, set[str]]  # by environment
    attempt: int = 1
    rejected: bool = False
    said: list[tuple[str, str, str]] = field(default_factory=list)  # environment, "approved" or "rejected", comment

    @property
    def status(self) -> str:
        """What it is at: "waiting", "in_progress", "completed"."""
        if self.rejected:
            return "completed"
        return "waiting" if any(self.waits.values()) else "in_progress"


@dataclass(slots=True, kw_only=True, eq=False)
class Release:
    """A published release."""

    id: int
    tag: str
    sha: str
    name: str
    body: str
    author: User
    created_at: datetime
    published_at: datetime
    draft: bool = False
    prerelease: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class IssueField:
    """An organisation's issue field."""

    id: int
    name: str
    data_type: str  # "date", "text", "number", "single_select"
    options: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True, eq=False)
class Repo:
    """A repository with everything in it."""

    id: int
    full_name: str
    owner: User
    created_at: datetime
    description: str = ""
    private: bool = False
    archived: bool = False
    has_issues: bool = True
    roles: dict[str, str] = field(default_factory=dict)  # login -> role; others have "push"
    issues: dict[int, Issue] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)  # numbers
    transferred: dict[int, Issue] = field(default_factory=dict)  # number here -> where it is now
    labels: dict[str, Label] = field(default_factory=dict)  # by lower-case name
    milestones: dict[int, Milestone] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    commits: set[str] = field(default_factory=set)
    statuses: dict[str, list[Status]] = field(default_factory=dict)  # by sha, oldest first
    checks: list[Check] = field(default_factory=list)
    deployments: dict[int, Deployment] = field(default_factory=dict)
    releases: dict[int, Release] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    last_number: int = 0
    last_milestone: int = 0
    version: int = 0  # of everything a list shows
    style: int = 0  # of the labels' looks and the repository's name
    lists: dict[Any, tuple[Any, list[Any]]] = field(default_factory=dict)  # question -> (made from what, answer)

    @property
    def name(self) -> str:
        """The part after the slash."""
        return self.full_name.partition("/")[2]
