"""What a Jira holds: people, projects, issues and what hangs on them, as plain mutable records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Category = Literal["new", "indeterminate", "done"]
Version = Literal["2", "3", "latest"]
Flavour = Literal["cloud", "dc"]

RIGHTS = frozenset({
    "BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "SCHEDULE_ISSUES", "ASSIGN_ISSUES", "ASSIGNABLE_USER",
    "TRANSITION_ISSUES", "RESOLVE_ISSUES", "CLOSE_ISSUES", "LINK_ISSUES", "ADD_COMMENTS", "EDIT_OWN_COMMENTS",
    "DELETE_OWN_COMMENTS",
})  # fmt: skip
ADMIN_RIGHTS = frozenset({
    "ADMINISTER", "ADMINISTER_PROJECTS", "DELETE_ISSUES", "EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS", "MODIFY_REPORTER",
})  # fmt: skip


@dataclass(slots=True, kw_only=True)
class User:
    """A person or a bot. `login` is the name on Data Center, `account_id` the identity on Cloud."""

    login: str
    account_id: str
    name: str
    email: str
    zone: str = "UTC"  # what date literals in this person's JQL are read in
    token: str = ""  # API token (Cloud) and personal access token (Data Center) alike; "" for none
    rights: set[str] = field(default_factory=lambda: set(RIGHTS))  # take BROWSE_PROJECTS away to blind the account
    admin: bool = False
    active: bool = True

    def may(self, right: str) -> bool:
        """Say whether the account has a permission."""
        return right in self.rights or (self.admin and (right in ADMIN_RIGHTS or right in RIGHTS))


@dataclass(slots=True, kw_only=True)
class Named:
    """A thing with an id and a name: a priority, a resolution, an issue type, a component."""

    id: str
    name: str
    description: str = ""


@dataclass(slots=True, kw_only=True)
class Status:
    """A status of the workflow."""

    id: str
    name: str
    category: Category


@dataclass(slots=True, kw_only=True)
class Transition:
    """An arrow of the workflow."""

    id: str
    name: str
    sources: frozenset[str]  # names of statuses
    to: str
    requires_resolution: bool = False
    clears_resolution: bool = False


@dataclass(slots=True, kw_only=True)
class Sprint:
    """A sprint of a board."""

    id: int
    name: str
    state: Literal["future", "active", "closed"] = "future"
    board: int = 1
    goal: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Release:
    """A version of a project."""

    id: str
    name: str
    released: bool = False
    date: date | None = None
    archived: bool = False
    description: str = ""


@dataclass(slots=True, kw_only=True)
class Project:
    """A project. `off_screen` holds (issue type or "", field) pairs that no screen offers."""

    id: str
    key: str
    name: str
    lead: str
    types: list[str]
    components: list[Named] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    off_screen: set[tuple[str, str]] = field(default_factory=set)
    count: int = 0  # the number of the newest issue

    def shows(self, type_name: str, field_name: str) -> bool:
        """Say whether a field is on the screens of an issue type."""
        return ("", field_name) not in self.off_screen and (type_name, field_name) not in self.off_screen


@dataclass(slots=True, kw_only=True)
class Item:
    """One changed field in a history. `before` and `after` are raw values, the texts what people read."""

    field: str
    field_id: str
    before: str | None
    before_text: str | None
    after: str | None
    after_text: str | None


@dataclass(slots=True, kw_only=True)
class History:
    """One edit of an issue."""

    id: int
    author: str
    created: datetime
    items: tuple[Item, ...]


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment, with its invisible properties."""

    id: int
    author: str
    body: str
    created: datetime
    updated: datetime
    editor: str
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class RemoteLink:
    """A link to a page outside."""

    id: int
    global_id: str
    relationship: str
    url: str
    title: str
    raw: dict[str, Any]  # the `object` as it was sent


@dataclass(slots=True, kw_only=True)
class Link:
    """A link between two issues of this Jira."""

    id: int
    type: str
    inward: int  # the id of the issue that "blocks"
    outward: int  # the id of the issue that "is blocked by"


@dataclass(slots=True, kw_only=True, eq=False)
class Issue:
    """An issue. Change it through the world's methods only: they keep history, times, caches and the search index."""

    id: int
    key: str
    project: str
    type: str
    summary: str
    reporter: str
    creator: str
    created: datetime
    updated: datetime
    status: str
    priority: str
    description: str = ""
    environment: str = ""
    assignee: str = ""
    resolution: str = ""
    resolved: datetime | None = None
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    fix_versions: tuple[str, ...] = ()
    due: date | None = None
    sprints: tuple[str, ...] = ()  # names, the closed ones among them
    fingerprint: str = ""  # of the alert that it is about: a custom field
    comments: list[Comment] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    remote_links: list[RemoteLink] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)
    stale: list[tuple[datetime, Issue | None]] = field(default_factory=list)  # (until, what search shows until then)
    cache: dict[Any, bytes] = field(default_factory=dict)  # encoded forms, emptied by each change

    @property
    def number(self) -> int:
        """The number in the key."""
        return int(self.key.rpartition("-")[2])
