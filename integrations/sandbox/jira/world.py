"""The state of a small Jira, and what people do in it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from integrations.sandbox.jira import scheme
from integrations.sandbox.jira.changes import change_field
from integrations.sandbox.jira.records import (
    Comment,
    History,
    Issue,
    Item,
    Link,
    Named,
    Project,
    Release,
    RemoteLink,
    Sprint,
    Status,
    Transition,
    User,
)

Clock = Callable[[], datetime]


class JiraWorld:
    """Projects, issues and people. Methods act as a person would; `at` back-dates (seeds), else the clock says when."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.offset = timezone(timedelta(0))  # of the times in answers
        self.lag_seconds = 0.0  # how long search shows the state before a change
        self.write_limit: tuple[int, float] | None = (20, 2.0)  # writes to one issue in so many seconds
        self.long_write_limit: tuple[int, float] | None = (100, 30.0)
        self.user_limit: tuple[int, float] | None = None  # Data Center: requests of one account in so many seconds
        self.search_cap = 1000  # Data Center: what maxResults is cut to
        self.users: dict[str, User] = {}
        self.projects: dict[str, Project] = {}
        self.sprints: dict[str, Sprint] = {}  # by name
        self.issues: dict[int, Issue] = {}
        self.keys: dict[str, int] = {}  # key -> id, those of before a move too
        self.former_projects: dict[str, str] = {}  # a project's old key -> its present one
        self.indexed_properties: set[str] = set()  # keys of issue properties that JQL can see
        self.statuses: dict[str, Status] = {one.name: one for one in scheme.STATUSES}
        self.transitions: tuple[Transition, ...] = scheme.TRANSITIONS
        self.priorities: dict[str, Named] = {one.name: one for one in scheme.PRIORITIES}
        self.resolutions: dict[str, Named] = {one.name: one for one in scheme.RESOLUTIONS}
        self.types: dict[str, Named] = {one.name: one for one in scheme.TYPES}
        self.revision = 0  # goes up with each change of anything
        self.lagging: set[int] = set()  # ids of issues whose search entry is behind
        self._ids: dict[str, int] = {}

    # -- people and projects ---------------------------------------------------------------------------------------
    def add_user(
        self,
        login: str,
        name: str = "",
        *,
        account_id: str = "",
        token: str = "",
        zone: str = "UTC",
        admin: bool = False,
    ) -> User:
        """Make an account."""
        user = User(
            login=login,
            account_id=account_id or f"712020:{login}-{len(self.users) + 1:04d}",
            name=name or login,
            email=f"{login}@acme.example",
            zone=zone,
            token=token,
            admin=admin,
        )
        self.users[login] = user
        return user

    def add_project(self, key: str, name: str = "", *, lead: str = "", types: Iterable[str] = ()) -> Project:
        """Make a project."""
        project = Project(
            id=str(self.next_id("project", 10000)),
            key=key,
            name=name or key,
            lead=lead,
            types=list(types) or list(self.types),
        )
        self.projects[key] = project
        self._changed()
        return project

    def add_component(self, project: str, name: str) -> Named:
        """Make a component."""
        component = Named(id=str(self.next_id("component", 10100)), name=name)
        self.projects[project].components.append(component)
        self._changed()
        return component

    def add_release(self, project: str, name: str, *, released: bool = False, date: date | None = None) -> Release:
        """Make a version."""
        release = Release(id=str(self.next_id("version", 10200)), name=name, released=released, date=date)
        self.projects[project].releases.append(release)
        self._changed()
        return release

    def rename_project(self, key: str, new_key: str) -> None:
        """Give a project another key; the old one, and the old keys of its issues, keep leading to it."""
        project = self.projects.pop(key)
        project.key = new_key
        self.projects[new_key] = project
        self.former_projects = {old: new_key if now == key else now for old, now in self.former_projects.items()}
        self.former_projects[key] = new_key
        for issue in self.issues.values():
            if issue.project == key:
                issue.project = new_key
                issue.key = f"{new_key}-{issue.number}"
                self.keys[issue.key] = issue.id
                issue.cache.clear()
        self._changed()

    # -- issues ----------------------------------------------------------------------------------------------------
    def issue(self, key_or_id: str | int) -> Issue:
        """Find an issue by key, by a key of before a move, or by id. KeyError if there is none."""
        text = str(key_or_id)
        return self.issues[int(text) if text.isdigit() else self.keys[text]]

    def add_issue(  # the one place where an issue comes to be: its arguments are an issue's fields
        self,
        project: str,
        summary: str,
        *,
        type: str = "Task",  # noqa: A002 - the field's name in Jira
        reporter: str,
        at: datetime | None = None,
        priority: str = "Medium",
        properties: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> Issue:
        """Create an issue, in the workflow's first status. Further fields are those of Issue (`labels`, `due` ...)."""
        home = self.projects[project]
        home.count += 1
        now = at or self.clock()
        issue = Issue(
            id=self.next_id("issue", 10000),
            key=f"{project}-{home.count}",
            project=project,
            type=type,
            summary=summary,
            reporter=reporter,
            creator=fields.pop("creator", reporter),
            created=now,
            updated=now,
            status=next(iter(self.statuses)),
            priority=priority,
            properties=dict(properties or {}),
            **fields,
        )
        self.issues[issue.id] = issue
        self.keys[issue.key] = issue.id
        if self.lag_seconds:
            issue.stale.append((now + timedelta(seconds=self.lag_seconds), None))
            self.lagging.add(issue.id)
        self._changed()
        return issue

    def edit(self, key: str | int, *, actor: str, at: datetime | None = None, **fields: Any) -> History | None:
        """Set fields by their Jira ids (`summary`, `duedate`, `labels`, `assignee` ...) to names, logins and dates.

        Returns the history entry, None if nothing changed.
        """
        issue, now = self.issue(key), at or self.clock()
        self.keep_for_search(issue, now)
        items = [item for name, after in fields.items() for item in change_field(self, issue, name, after)]
        return self.record(issue, actor=actor, at=now, items=tuple(items))

    def label(
        self,
        key: str | int,
        *,
        actor: str,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        at: datetime | None = None,
    ) -> History | None:
        """Put labels on and take labels off."""
        gone = set(remove)
        kept = [one for one in self.issue(key).labels if one not in gone]
        return self.edit(key, actor=actor, at=at, labels=tuple(dict.fromkeys([*kept, *add])))

    def transition(
        self, key: str | int, name: str, *, actor: str, resolution: str = "", at: datetime | None = None
    ) -> History | None:
        """Take a transition of the workflow by its name; ValueError if the issue's status has no such way out."""
        issue, now = self.issue(key), at or self.clock()
        arrow = next((one for one in self.ways(issue) if one.name == name), None)
        if arrow is None:
            raise ValueError(f"{issue.key}: no transition {name!r} from {issue.status!r}")
        fields: dict[str, Any] = {"status": arrow.to}
        if arrow.clears_resolution:
            fields["resolution"] = ""
        elif resolution or arrow.requires_resolution:
            fields["resolution"] = resolution or next(iter(self.resolutions))
        self.keep_for_search(issue, now)
        items = [item for field, after in fields.items() for item in change_field(self, issue, field, after)]
        if "resolution" in fields:
            issue.resolved = now if issue.resolution else None
        return self.record(issue, actor=actor, at=now, items=tuple(items))

    def ways(self, issue: Issue) -> tuple[Transition, ...]:
        """Return the transitions out of an issue's status."""
        return tuple(one for one in self.transitions if issue.status in one.sources)

    def comment(
        self,
        key: str | int,
        body: str,
        *,
        author: str,
        at: datetime | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Comment:
        """Add a comment."""
        issue, now = self.issue(key), at or self.clock()
        self.keep_for_search(issue, now)
        comment = Comment(
            id=self.next_id("comment", 10000),
            author=author,
            body=body,
            created=now,
            updated=now,
            editor=author,
            properties=dict(properties or {}),
        )
        issue.comments.append(comment)
        self.touch(issue, now)
        return comment

    def edit_comment(
        self, key: str | int, comment: int, body: str, *, actor: str, at: datetime | None = None
    ) -> Comment:
        """Put a new text into a comment."""
        issue, now = self.issue(key), at or self.clock()
        found = next(one for one in issue.comments if one.id == comment)
        self.keep_for_search(issue, now)
        found.body, found.editor, found.updated = body, actor, now
        self.touch(issue, now)
        return found

    def delete_comment(self, key: str | int, comment: int) -> None:
        """Remove a comment."""
        issue, now = self.issue(key), self.clock()
        self.keep_for_search(issue, now)
        issue.comments = [one for one in issue.comments if one.id != comment]
        self.touch(issue, now)

    def link(self, inward: str | int, outward: str | int, kind: str = "Relates", *, actor: str) -> Link:
        """Link two issues: the inward one "blocks" the outward one. The same link twice is one."""
        source, target = self.issue(inward), self.issue(outward)
        for one in source.links:
            if (one.type, one.inward, one.outward) == (kind, source.id, target.id):
                return one
        link = Link(id=self.next_id("link", 10000), type=kind, inward=source.id, outward=target.id)
        _, inward_words, outward_words = scheme.LINK_TYPES[kind]
        now = self.clock()
        for end, other, words in ((source, target, outward_words), (target, source, inward_words)):
            self.keep_for_search(end, now)
            end.links.append(link)
            text = f"This issue {words} {other.key}"
            self.record(end, actor=actor, at=now, items=(_link_item("Link", other.key, text),))
        return link

    def unlink(self, link: Link, *, actor: str = "") -> None:
        """Remove a link between two issues; with somebody who does it, their histories tell."""
        now = self.clock()
        _, inward_words, outward_words = scheme.LINK_TYPES[link.type]
        ends = ((link.inward, link.outward, outward_words), (link.outward, link.inward, inward_words))
        for number, far, words in ends:
            if number in self.issues:
                issue = self.issues[number]
                self.keep_for_search(issue, now)
                issue.links = [one for one in issue.links if one.id != link.id]
                self.touch(issue, now)
                if actor and far in self.issues:
                    other = self.issues[far].key
                    self.record(issue, actor=actor, at=now, items=(_unlink_item(other, f"This issue {words} {other}"),))

    def remote_link(self, key: str | int, raw: Mapping[str, Any], *, actor: str) -> tuple[RemoteLink, bool]:
        """Add or, by `globalId`, replace a remote link given as the API's JSON. Returns it and whether it is new."""
        issue, now = self.issue(key), self.clock()
        about = dict(raw.get("object") or {})
        wanted = str(raw.get("globalId") or "")
        found = next((one for one in issue.remote_links if wanted and one.global_id == wanted), None)
        link = RemoteLink(
            id=found.id if found else self.next_id("remote", 10000),
            global_id=wanted,
            relationship=str(raw.get("relationship") or ""),
            url=str(about.get("url", "")),
            title=str(about.get("title", "")),
            raw=dict(raw),
        )
        if link == found:
            return link, False
        self.keep_for_search(issue, now)
        issue.remote_links = [*(one for one in issue.remote_links if one is not found), link]
        item = _link_item("RemoteIssueLink", str(link.id), f"This issue links to {link.title!r}")
        self.record(issue, actor=actor, at=now, items=(item,))
        return link, found is None

    def move(self, key: str | int, project: str, *, actor: str) -> Issue:
        """Move an issue to another project: it gets a new key, and the old one keeps leading to it."""
        issue, now, home = self.issue(key), self.clock(), self.projects[project]
        self.keep_for_search(issue, now)
        home.count += 1
        old, issue.key, issue.project = issue.key, f"{project}-{home.count}", project
        self.keys[issue.key] = issue.id
        item = Item(field="Key", field_id="", before=None, before_text=old, after=None, after_text=issue.key)
        self.record(issue, actor=actor, at=now, items=(item,))
        return issue

    def delete(self, key: str | int) -> None:
        """Remove an issue for good."""
        gone = self.issues.pop(self.issue(key).id)
        for link in gone.links:
            self.unlink(link)
        self.keys = {name: number for name, number in self.keys.items() if number != gone.id}
        self.lagging.discard(gone.id)
        self._changed()

    # -- bookkeeping -----------------------------------------------------------------------------------------------
    def next_id(self, kind: str, start: int) -> int:
        """Hand out the next id of a kind of thing."""
        self._ids[kind] = self._ids.get(kind, start) + 1
        return self._ids[kind]

    def keep_for_search(self, issue: Issue, now: datetime) -> None:
        """Remember what the index shows of an issue until it catches up. Called before each change."""
        if not self.lag_seconds:
            return
        before = copy.copy(issue)
        before.comments = [copy.copy(one) for one in issue.comments]
        before.histories, before.links = list(issue.histories), list(issue.links)
        before.stale, before.cache = [], {}
        issue.stale.append((now + timedelta(seconds=self.lag_seconds), before))
        self.lagging.add(issue.id)

    def record(self, issue: Issue, *, actor: str, at: datetime, items: tuple[Item, ...]) -> History | None:
        """Write a history entry and touch the issue; nothing if there are no items."""
        if not items:
            return None
        history = History(id=self.next_id("history", 10000), author=actor, created=at, items=items)
        issue.histories.append(history)
        self.touch(issue, at)
        return history

    def touch(self, issue: Issue, at: datetime) -> None:
        """Note that an issue changed."""
        issue.updated = max(issue.updated, at)
        self.forget_encoded(issue)

    def forget_encoded(self, issue: Issue) -> None:
        """Drop what was encoded of an issue (a change that leaves `updated` alone)."""
        issue.cache.clear()
        for link in issue.links:  # the other end shows our summary and status
            for number in {link.inward, link.outward} & self.issues.keys():
                self.issues[number].cache.clear()
        self._changed()

    def _changed(self) -> None:
        self.revision += 1


def _unlink_item(before: str, text: str) -> Item:
    return Item(field="Link", field_id="", before=before, before_text=text, after=None, after_text=None)


def _link_item(field: str, after: str, text: str) -> Item:
    return Item(field=field, field_id="", before=None, before_text=None, after=after, after_text=text)
