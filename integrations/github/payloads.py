"""GitHub's JSON into our nouns. Pure, and lean: a cold read makes tens of thousands of tickets.

Global ids hang on the repository's id and on numbers and ids that lists carry ("github.com/4711/issue/12"), so that a
comment's or an event's ticket is known without another request, and a renamed repository keeps them all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from integrations.dates import day_in
from integrations.errors import Incomplete
from integrations.github.markdown import filed_marker, parse_marker
from integrations.values import count_of, text_of, time_of
from rules.model import Change, Comment, Deployment, Event, Marker, Release, Ticket, quick_ticket

T = TypeVar("T")
Raw = dict[str, Any]

_PACIFIC = ZoneInfo("America/Los_Angeles")
"""GitHub floors a milestone's due_on to midnight there: that date is the one people chose and see."""
_WHAT = {
    "labeled": "label",
    "unlabeled": "label",
    "assigned": "assignee",
    "unassigned": "assignee",
    "milestoned": "milestone",
    "demilestoned": "milestone",
    "closed": "status",
    "reopened": "status",
    "renamed": "title",
}

_STATES = {"closed": ("open", "closed"), "reopened": ("closed", "open")}
_CARRIED = {"labeled": ("label", "name"), "assigned": ("assignee", "login"), "milestoned": ("milestone", "title")}
_NONE: Mapping[str, Any] = {}
_NOBODY: frozenset[str] = frozenset()


@dataclass(slots=True)
class Repository:
    """The repository as connect() found it, and what is known of its labels."""

    source: str
    host: str
    id: int
    full_name: str
    url: str
    component_label: str = "component:"
    priorities: frozenset[str] = frozenset()  # lower-case labels that name a priority
    _worn: dict[tuple[str, ...], tuple[frozenset[str], frozenset[str], str]] = field(default_factory=dict)
    _dues: dict[str, date] = field(default_factory=dict)

    @property
    def uid(self) -> str:
        """The global id of the repository."""
        return f"{self.host}/{self.id}"

    def ticket_uid(self, number: int | str) -> str:
        """Return an issue's global id."""
        return f"{self.host}/{self.id}/issue/{number}"

    def change_uid(self, number: int | str) -> str:
        """Return a pull request's global id."""
        return f"{self.uid}/pull/{number}"

    def holds(self, path: str) -> bool:
        """Say whether what a path leads to is this repository's still."""
        return path.lower().startswith((f"/repos/{self.full_name}/".lower(), f"/repositories/{self.id}/"))

    def worn(self, names: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str], str]:
        """Return labels, components and priority that these label names stand for; remembered, for sets repeat.

        Names are composed: the rules compare them, and people see no difference.
        """
        known = self._worn.get(names)
        if known is None:
            prefix, given = self.component_label, names
            names = tuple([unicodedata.normalize("NFC", name) for name in given])
            components = frozenset(n[len(prefix) :].strip() for n in names if prefix and n.startswith(prefix))
            priority = next((n for n in names if n.lower() in self.priorities), "")
            if len(self._worn) > 10_000:
                self._worn.clear()
            known = self._worn[given] = frozenset(names), components, priority
        return known

    def due(self, due_on: str) -> date:
        """Return the date of a milestone's due time, as people see it."""
        known = self._dues.get(due_on)
        if known is None:
            known = self._dues[due_on] = day_in(_PACIFIC, due_on)
        return known


def moment(text: str | None) -> datetime | None:
    """Read a time; None stays None."""
    return time_of(text) if text else None


def each(where: str, rows: Any, read: Callable[[Raw], T | None]) -> tuple[T, ...]:
    """Read a page of rows; None means "not this one". Incomplete if the page or a row has not the expected shape."""
    if not isinstance(rows, list):
        raise Incomplete(where, f"expected a list, got {type(rows).__name__}")
    try:
        return tuple([noun for row in rows if (noun := read(row)) is not None])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Incomplete(where, f"a row has not the expected shape ({type(error).__name__}: {error})"[:200]) from None


def ticket(repository: Repository, raw: Raw) -> Ticket | None:
    """Read an issue; None for a pull request, which issue lists hold too."""
    if "pull_request" in raw:
        return None
    number = raw["number"]
    worn = repository.worn(tuple([label["name"] for label in raw["labels"]]))
    milestone = raw.get("milestone")
    user = raw.get("user")
    closed_at = raw.get("closed_at")
    done = raw["state"] == "closed"
    assignees = raw.get("assignees")
    waits = raw.get("issue_dependencies_summary")  # an old Enterprise Server has none
    return quick_ticket(
        source=repository.source,
        uid=f"{repository.host}/{repository.id}/issue/{number}",
        key=f"{repository.full_name}#{number}",
        ref=str(number),
        url=text_of(raw["html_url"]),
        title=text_of(raw["title"]),
        created=time_of(raw["created_at"]),
        updated=time_of(raw["updated_at"]),
        phase="done" if done else "new",
        status="closed" if done else "open",
        body=text_of(raw.get("body") or ""),
        type=text_of((raw.get("type") or _NONE).get("name") or ""),
        resolution=text_of(raw.get("state_reason") or "completed") if done else "",
        labels=worn[0],
        components=worn[1],
        milestone=text_of(milestone["title"]) if milestone else "",
        assignees=frozenset([text_of(person["login"]) for person in assignees]) if assignees else _NOBODY,
        reporter=text_of(user["login"]) if user else "",
        priority=worn[2],
        due=repository.due(milestone["due_on"]) if milestone and milestone.get("due_on") else None,
        closed=time_of(closed_at) if closed_at else None,
        comments=count_of(raw.get("comments") or 0),
        locked=bool(raw.get("locked")),
        blocked=bool(waits and waits.get("blocked_by")),  # counts open blockers only
    )


def change(repository: Repository, raw: Raw) -> Change:
    """Read a pull request."""
    number = raw["number"]
    merged = moment(raw.get("merged_at"))
    return Change(
        source=repository.source,
        uid=repository.change_uid(number),
        key=f"{repository.full_name}#{number}",
        ref=str(number),
        url=text_of(raw["html_url"]),
        title=text_of(raw["title"]),
        created=time_of(raw["created_at"]),
        updated=time_of(raw["updated_at"]),
        state="merged" if merged else "closed" if raw["state"] == "closed" else "open",
        body=text_of(raw.get("body") or ""),
        draft=bool(raw.get("draft")),
        labels=repository.worn(tuple([label["name"] for label in raw.get("labels") or ()]))[0],
        author=_login(raw.get("user")),
        base=(raw.get("base") or {}).get("ref") or "",
        head_sha=(raw.get("head") or {}).get("sha") or "",
        merge_sha=raw.get("merge_commit_sha") or "" if merged else "",
        merged=merged,
        closed=moment(raw.get("closed_at")),
    )


def comment(repository: Repository, raw: Raw) -> Comment | None:
    """Read a comment of a ticket or, as far as it may concern us, of a pull request; None for the small talk there.

    That is one with a command or a mark of ours; and an edited one, for it may have held a command before.
    """
    body = raw.get("body") or ""
    number, pull = raw["issue_url"].rpartition("/")[2], "/pull/" in raw["html_url"]
    if pull and "/kaizen" not in body and "<!-- kaizend" not in body:
        if raw["updated_at"] == raw["created_at"]:
            return None
        body = ""
    return Comment(
        source=repository.source,
        uid=f"{repository.uid}/comment/{raw['id']}",
        ref=str(raw["id"]),
        ticket=repository.change_uid(number) if pull else repository.ticket_uid(number),
        author=_login(raw.get("user")),
        created=time_of(raw["created_at"]),
        updated=time_of(raw["updated_at"]),
        body=body,
        marker=parse_marker(body),
    )


def event(repository: Repository, raw: Raw) -> Event | None:
    """Read a repository's issue event; None for pull requests and for what no rule asks about."""
    what = _WHAT.get(raw["event"])
    issue = raw.get("issue")
    if what is None or not issue or "pull_request" in issue:
        return None
    before, after = _before_after(raw)
    return Event(
        source=repository.source,
        uid=f"{repository.uid}/event/{raw['id']}",
        ticket=repository.ticket_uid(issue["number"]),
        at=time_of(raw["created_at"]),
        actor=_login(raw.get("actor")),
        what=what,
        before=before,
        after=after,
    )


def _before_after(raw: Raw) -> tuple[str, str]:
    name = raw["event"]
    if name == "renamed":
        return text_of(raw["rename"]["from"]), text_of(raw["rename"]["to"])
    if name in _STATES:
        return _STATES[name]
    thing, key = _CARRIED[name.removeprefix("un").removeprefix("de")]
    value = unicodedata.normalize("NFC", str((raw.get(thing) or _NONE).get(key) or ""))
    return (value, "") if name.startswith(("un", "de")) else ("", value)


def deployment(repository: Repository, raw: Raw, state: str) -> Deployment:
    """Read a deployment; its state comes from its statuses."""
    return Deployment(
        source=repository.source,
        uid=f"{repository.uid}/deployment/{raw['id']}",
        ref=str(raw["id"]),
        sha=text_of(raw["sha"]),
        environment=raw.get("environment") or "",
        state=state,
        created=time_of(raw["created_at"]),
        updated=time_of(raw["updated_at"]),
    )


def deployment_state(statuses: Iterable[Raw]) -> str:
    """Return what a deployment came to: its newest status, but "inactive" only says that a later one replaced it."""
    newest = sorted(statuses, key=lambda status: int(status["id"]), reverse=True)
    told = [str(status["state"]) for status in newest]
    return next((state for state in told if state != "inactive"), told[0] if told else "")


def release(repository: Repository, raw: Raw) -> Release | None:
    """Read a release; None for a draft."""
    if raw.get("draft"):
        return None
    return Release(
        source=repository.source,
        uid=f"{repository.uid}/release/{raw['id']}",
        ref=str(raw["id"]),
        name=raw.get("name") or raw.get("tag_name") or "",
        url=raw.get("html_url") or "",
        created=moment(raw.get("created_at")),
        released=moment(raw.get("published_at")),
        prerelease=bool(raw.get("prerelease")),
    )


def filed(repository: Repository, raw: Raw, author: str) -> tuple[Ticket, Marker] | None:
    """Read an issue that we filed: ours by its author, with a marker; None for any other."""
    if _login(raw.get("user")).lower() != author.lower():
        return None
    mark = filed_marker(raw.get("body") or "")
    found = ticket(repository, raw) if mark else None
    return (found, mark) if found and mark else None


def with_due(found: Ticket, due: date | None) -> Ticket:
    """Put in the date field's date, which goes before a milestone's."""
    return replace(found, due=due) if due else found


def stamp(at: datetime) -> str:
    """Write a time as GitHub does: UTC, whole seconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _login(user: Any) -> str:
    """Return a person's login; "" for somebody whose account is gone."""
    return str(user["login"]) if user else ""
