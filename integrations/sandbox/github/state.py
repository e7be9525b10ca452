"""What a small GitHub remembers, and how it is looked up: users, repositories, numbers and the clock."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.sandbox.github.nouns import App, Event, Issue, IssueField, Repo, User

DEFAULT_FIELDS = (
    ("Priority", "single_select", ("Urgent", "High", "Medium", "Low")),
    ("Effort", "single_select", ("High", "Medium", "Low")),
    ("Start date", "date", ()),
    ("Target date", "date", ()),
)


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class State:
    """The bare state. Everything here is plain and may be changed by a test; the knobs come first."""

    def __init__(
        self,
        repository: str = "acme/shop",
        *,
        clock: Callable[[], datetime] = utc_now,
        tokens: Mapping[str, str] | None = None,
        people: Iterable[str] = (),
    ) -> None:
        self.clock = clock
        self.tokens = dict(tokens if tokens is not None else {"sandbox": "kaizend"})  # token -> login
        self.scopes: dict[str, str] = dict.fromkeys(self.tokens, "repo")  # classic tokens only: token -> "repo, user"
        self.grants: dict[str, dict[str, str]] = {}  # fine-grained tokens only: token -> {"issues": "write"}
        self.lag_seconds = 0.0  # lists show a new or changed issue this much later
        self.write_limit: tuple[int, float] | None = None  # at most so many writes to one issue in so many seconds
        self.content_limits: tuple[tuple[int, float], ...] = ()  # issues and comments made by all, (count, seconds)
        self.rate_limit: int | None = 5000  # requests an hour for a user; None: not limited (Enterprise Server)
        self.comment_limit = 2500  # comments an issue, ever
        self.status_limit = 1000  # statuses a commit and context
        self.enterprise_version = ""  # "3.17.2": be an Enterprise Server
        self.api_versions = frozenset({"2022-11-28", "2026-03-10"})

        self.users: dict[str, User] = {}  # by lower-case login
        self.repos: dict[int, Repo] = {}
        self.names: dict[str, int] = {}  # lower-case full name, present or former -> repository id
        self.organisations: dict[str, tuple[IssueField, ...]] = {}  # lower-case login -> its issue fields
        self.apps: dict[int, App] = {}  # by app id
        self.installation_tokens: dict[str, tuple[App, datetime]] = {}  # token -> (app, end)
        self.used: dict[str, tuple[int, datetime]] = {}  # login -> (requests used, end of the hour)
        self.writes: dict[int, deque[datetime]] = {}  # issue id -> when it was written to
        self.creations: deque[datetime] = deque(maxlen=10_000)  # when issues and comments were made over the API
        self._last_id = 2_100_000_000
        for login in self.tokens.values():
            self.user(login)
        for login in people:
            self.user(login)
        self.main = self.add_repo(repository)

    def now(self) -> datetime:
        """Return the clock's whole seconds, in UTC."""
        return self.clock().astimezone(UTC).replace(microsecond=0)

    def new_id(self) -> int:
        """Return an id nobody has."""
        self._last_id += 1
        return self._last_id

    def user(self, login: str, *, type: str = "User", name: str = "") -> User:  # noqa: A002 - GitHub's word
        """Return the user of that login, made known if need be."""
        known = self.users.get(login.lower())
        if known is None:
            if login.endswith("[bot]"):
                type = "Bot"  # noqa: A001 - GitHub's word
            known = User(id=self.new_id(), login=login, type=type, name=name or login, assignable=type == "User")
            self.users[login.lower()] = known
        return known

    def add_organisation(self, login: str, *, fields: bool = True) -> User:
        """Make a login an organisation; with the default issue fields (Target date and so on) or without."""
        owner = self.user(login, type="Organization")
        owner.type, owner.assignable = "Organization", False
        made = DEFAULT_FIELDS if fields else ()
        self.organisations[login.lower()] = tuple(
            IssueField(id=number, name=name, data_type=kind, options=options)
            for number, (name, kind, options) in enumerate(made, start=1)
        )
        return owner

    def add_field(self, login: str, name: str, kind: str = "text") -> IssueField:
        """Give an organisation one more issue field."""
        fields = self.organisations[login.lower()]
        made = IssueField(id=len(fields) + 1, name=name, data_type=kind)
        self.organisations[login.lower()] = (*fields, made)
        return made

    def add_repo(self, full_name: str, *, private: bool = True, description: str = "") -> Repo:
        """Add an empty repository; its owner is a person unless made an organisation."""
        owner = self.user(full_name.partition("/")[0])
        repo = Repo(
            id=self.new_id(),
            full_name=full_name,
            owner=owner,
            created_at=self.now(),
            private=private,
            description=description,
        )
        self.repos[repo.id] = repo
        self.names[full_name.lower()] = repo.id
        return repo

    def rename_repo(self, repo: Repo, full_name: str) -> None:
        """Rename or transfer a repository; its former name redirects from now on."""
        repo.full_name = full_name
        repo.owner = self.user(full_name.partition("/")[0])
        repo.style += 1
        repo.version += 1
        for comment in repo.comments.values():
            comment.encoded.clear()
        self.names[full_name.lower()] = repo.id

    def repo(self, full_name: str = "") -> Repo:
        """Return a repository by its present or a former name; "" is the first."""
        return self.repos[self.names[full_name.lower()]] if full_name else self.main

    def issue(self, number: int, repo: Repo | None = None) -> Issue:
        """Return an issue by its number; KeyError if there is none (any more)."""
        return (repo or self.main).issues[number]

    def find(self, issue: Issue | int) -> Issue:
        """Return an issue; a bare number is one of the first repository's."""
        return issue if isinstance(issue, Issue) else self.main.issues[issue]

    def changing(self, issue: Issue, at: datetime | None = None) -> datetime:
        """Note that an issue is about to change, for lists that lag; return when."""
        moment = at or self.now()
        if self.lag_seconds:
            issue.past.append((self.clock(), copy.copy(issue)))
            issue.labels = list(issue.labels)
            issue.assignees = list(issue.assignees)
            issue.blockers = list(issue.blockers)
        elif issue.past:
            issue.past.clear()
        issue.updated_at = max(issue.updated_at, moment)
        issue.version += 1
        issue.repo.version += 1
        return moment

    def listed(self, repo: Repo) -> Iterable[Issue]:
        """Return the issues as lists show them now: those that changed just now as they were."""
        if not self.lag_seconds:
            return repo.issues.values()
        horizon = self.clock() - timedelta(seconds=self.lag_seconds)
        return [seen for issue in repo.issues.values() if (seen := _as_of(issue, horizon)) is not None]

    def happened(
        self, issue: Issue, event: str, actor: User, at: datetime, *, about: User | None = None, **extra: Any
    ) -> Event:
        """Write an event into an issue's history."""
        record = Event(id=self.new_id(), issue=issue, actor=actor, event=event, created_at=at, about=about, extra=extra)
        issue.events.append(record)
        issue.repo.events.append(record)
        return record


def _as_of(issue: Issue, horizon: datetime) -> Issue | None:
    for moment, before in issue.past:
        if moment > horizon:
            return before
    return issue
