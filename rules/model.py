"""The nouns: what a tracker holds, in the words the rules use."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, make_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

Phase = Literal["new", "active", "done"]
"""Where a ticket stands in its workflow; Jira's status categories, GitHub's open (new) and closed (done)."""
Reason = Literal["completed", "not_planned", "duplicate"]
"""As what we close a ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An issue in a source. Times are aware and in UTC; people are tracker-native logins (Jira Cloud: account ids)."""

    source: str  # the name of the source in the config
    uid: str  # global id, "github.com/issue/4711": survives renames and moves
    key: str  # what people call it: "acme/shop#12", "OPS-12"
    ref: str  # what the adapter addresses it by: the number, Jira's issue id
    url: str
    title: str
    created: datetime
    updated: datetime
    phase: Phase
    status: str  # the native status: "open", "In Progress"
    body: str = ""
    type: str = ""  # the native issue type: "Bug"; "" where there is none
    resolution: str = ""  # "completed", "not_planned", "Fixed"; "" while open
    labels: frozenset[str] = frozenset()
    components: frozenset[str] = frozenset()
    milestone: str = ""
    assignees: frozenset[str] = frozenset()
    reporter: str = ""
    priority: str = ""  # the native name: "P1", "Highest"; "" where there is none
    due: date | None = None
    closed: datetime | None = None
    comments: int = 0
    locked: bool = False
    sprint: str = ""  # the sprint it is planned for, active or coming; "" where there is none
    blocked: bool = False  # the tracker says that it waits for another ticket, which is open
    fields: frozenset[str] = frozenset()  # "NAME: value" of the custom fields that [recurrence] asks for
    duplicates: frozenset[str] = frozenset()  # the keys of the tickets that the tracker links it to as their duplicate


def _freeze(draft: Any) -> None:
    draft.__class__ = Ticket


if TYPE_CHECKING:
    quick_ticket = Ticket
else:
    # A frozen dataclass sets each field by a call; where tickets are made by the 10,000, that is a fifth of the time.
    quick_ticket = make_dataclass(
        "TicketDraft",
        [(one.name, one.type, field(default=one.default)) for one in fields(Ticket)],
        namespace={"__post_init__": _freeze},
        slots=True,
        kw_only=True,
    )
    """Make a Ticket, frozen like any other, at a third of the cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A pull request in a source."""

    source: str
    uid: str
    key: str
    ref: str
    url: str
    title: str
    created: datetime
    updated: datetime
    state: Literal["open", "merged", "closed"]
    body: str = ""
    draft: bool = False
    labels: frozenset[str] = frozenset()
    author: str = ""
    base: str = ""  # the branch it goes into
    head_sha: str = ""
    merge_sha: str = ""
    merged: datetime | None = None
    closed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One roll-out of a commit to an environment."""

    source: str
    uid: str
    ref: str
    sha: str
    environment: str
    state: str  # the newest status: "success", "failure", "in_progress", ...; "" while unknown
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A published version: a GitHub release, a Jira version."""

    source: str
    uid: str
    ref: str
    name: str
    url: str = ""
    created: datetime | None = None
    released: datetime | None = None
    prerelease: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of one field of a ticket, by somebody: GitHub's issue events, Jira's changelog items."""

    source: str
    uid: str
    ticket: str  # the ticket's uid
    at: datetime
    actor: str
    what: str  # "label", "assignee", "due", "priority", "status", "resolution", "milestone", "title", ...
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What we put, invisibly, on what we write: whose op it is, and for a card what it stands for.

    Parsed, not believed: it counts only with our author id and a MAC that fits the target.
    """

    op: str  # hex
    mac: str  # hex
    state: str = ""  # compact, printable, no spaces: "backlog/owned:2:2026-11-03,..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on a ticket."""

    source: str
    uid: str
    ref: str  # what the adapter addresses it by
    ticket: str  # the ticket's uid
    author: str
    created: datetime
    updated: datetime
    body: str
    marker: Marker | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A number from outside a tracker, at a time: an error budget left, a satisfaction score."""

    name: str
    subject: str
    value: float
    at: datetime


# -- prose: what we write for people, before it is Markdown or wiki text ------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text. Renderers escape it: it never mentions, links, commands or formats."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Text that stands out."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text shown as it is, in a fixed-width face."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link whose address comes from a tracker or the config, never from a ticket's text."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A person, addressed so that the tracker notifies them. `person` is a tracker-native login."""

    person: str


Span = Text | Strong | Code | Link | Mention
Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading."""

    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    line: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    """A flat list."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row is as wide as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


Block = Heading | Paragraph | Bullets | Table


@dataclass(frozen=True, slots=True)
class Prose:
    """A text for people, in tracker-neutral form. Adapters render it and cut it at a block if it is too long."""

    blocks: tuple[Block, ...]
