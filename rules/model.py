"""The nouns: what a tracker holds, in the words the rules use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

Phase = Literal["new", "active", "done"]
"""Where a ticket stands in its workflow; Jira's status categories, GitHub's open (new) and closed (done)."""


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


# -- what we remember of a ticket ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One unbroken stretch in which a rule holds for a ticket. Numbered from 1 for each rule and ticket."""

    rule: str
    number: int
    began: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something we did to a ticket and that stands until we or somebody else takes it back."""

    op: str
    rule: str
    verb: str  # the verb's name, as in rules.actions.NAMES
    value: str  # the label, the ISO date, the login, ...
    at: datetime
    episode: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """Something of ours that a person undid. It stays undone for this rule and ticket."""

    rule: str
    verb: str
    value: str
    at: datetime
    by: str = ""  # who, where the history tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """A person asked a rule to leave a ticket alone: `/kaizen ignore RULE [until DATE] [because ...]`."""

    rule: str
    by: str
    at: datetime
    until: date | None = None
    because: str = ""


Stated = Literal["defer", "evidence", "outcome", "held", "owner", "due"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody told us about a ticket by a slash command, and what counts from then on."""

    comment: str  # the command's comment uid
    what: Stated
    value: str  # the ISO date, the URL, the login, "mttr(checkout) 90m -> 45m by 2027-03-31", ...
    by: str
    at: datetime
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stretch in which the clock of a ticket's deadline stood still: it was blocked, or waited for others."""

    began: datetime
    ended: datetime | None = None
    due: date | None = None  # the due date that stood when it began, for which it counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A change whose title or text names a ticket."""

    uid: str
    key: str
    url: str
    state: Literal["open", "merged", "closed"]
    merged: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A slash command that we read, and what we say to it on the card."""

    comment: str  # the command's comment uid
    command: str
    by: str
    at: datetime
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Our one comment on a ticket, as last written."""

    ref: str  # the comment, as the adapter addresses it
    essence: str  # hash of what it says, less the values that change by the day
    at: datetime
    gone: bool = False  # somebody deleted it: it is not written again


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that we remember of one ticket."""

    episodes: tuple[Episode, ...] = ()  # for each rule the newest one, open or ended
    effects: tuple[Effect, ...] = ()  # the standing ones, oldest first
    reversals: tuple[Reversal, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    answers: tuple[Answer, ...] = ()
    statements: tuple[Statement, ...] = ()  # oldest first
    pauses: tuple[Pause, ...] = ()  # oldest first; only the last one may be open
    work: tuple[Work, ...] = ()  # the changes that name the ticket, oldest first
    card: Card | None = None
    touched: datetime | None = None  # when somebody but us last changed the ticket; None: not known
    done: frozenset[str] = frozenset()  # op ids that are carried out, on their way or in doubt: never planned again


NOTHING = Memory()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a pass looks at: tickets with what we remember of them, and what was spent so far."""

    tickets: tuple[tuple[Ticket, Memory], ...] = ()
    pings: Mapping[str, int] = field(default_factory=dict)  # person -> pings of the last 7 days
    paused: frozenset[str] = frozenset()  # rules that people keep undoing
    unreadable: frozenset[str] = frozenset()  # sources whose last read was not whole
