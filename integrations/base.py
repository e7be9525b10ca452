"""The seam: what kaizend asks of a tracker. Open this file to write the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from rules.model import Change, Comment, Deployment, Event, Marker, Prose, Reason, Release, Signal, Ticket

Noun = Ticket | Change | Comment | Deployment | Release | Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are at a tracker, and what it told us about itself."""

    author: str  # our author id as it stands on what we write: a login, an account id
    server: str  # "GitHub Enterprise Server 3.17", "Jira Cloud"
    rights: frozenset[str] = frozenset()  # what the credential may do, in the tracker's words, where it tells
    missing: tuple[str, ...] = ()  # rights we need and do not have, one line each
    excess: tuple[str, ...] = ()  # rights we have and should not, one line each
    unknown: tuple[str, ...] = ()  # names in the config that nothing has there, one line each
    limit_left: int | None = None  # requests left in the primary limit
    limit_reset: datetime | None = None
    clock_skew: float = 0.0  # seconds the server's clock is ahead of ours
    time_zone: str = "UTC"  # the account's, where the tracker has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a stream. Save the items and the cursor together, then ask for the next.

    The cursor is the adapter's own (JSON text); reading again from a saved one misses nothing and may repeat some.
    """

    items: tuple[Noun, ...]
    cursor: str
    expected: int | None = None  # how many items the whole read will bring, where known: for a progress bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a write."""

    ref: str = ""  # what the adapter addresses the new thing by: a comment's id, a ticket's number
    uid: str = ""
    key: str = ""
    url: str = ""
    wrote: bool = True  # False: it was so already, nothing was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A ticket to be filed."""

    title: str
    prose: Prose
    labels: tuple[LabelStyle, ...] = ()
    assignee: str = ""
    due: date | None = None
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStyle:
    """A label, and how to create it where it does not exist yet (GitHub)."""

    name: str
    colour: str = "ededed"  # six hex digits, no '#'
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitStatus:
    """What the newest status of a context says on the head of an open change."""

    change: str  # the change's uid
    sha: str
    state: str  # "success", "failure", "pending", "error"; "" if there is none
    description: str = ""
    url: str = ""
    ours: bool = False  # by our own account


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDeployment:
    """A deployment that goes on when we let it, and not before."""

    run: str  # the number of the workflow run
    attempt: int  # which attempt of it, from 1
    environment: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `count` in any `seconds` seconds."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many comments and tickets an account may still write for now, under the limit that is felt first."""

    account: str  # whose it is: sources of one account share it
    left: int
    limit: Limit


class Budget(Protocol):
    """What may be sent when: kept in the database, so that it holds across restarts and processes."""

    def spend(self, bucket: str, limits: tuple[Limit, ...], now: datetime) -> datetime | None:
        """Take one from the bucket, durably. Return None if granted, else when to ask again (nothing taken)."""

    def left(self, bucket: str, limit: Limit, now: datetime) -> int:
        """Return how many the limit still lets through now; nothing is taken."""

    def restamp(self, taken: Mapping[str, datetime], now: datetime) -> None:
        """Let what was taken from these buckets, each at its moment, count from `now`: when the answer came."""

    def forget(self, bucket: str) -> None:
        """Forget what was taken from a bucket."""

    def pause(self, bucket: str, until: datetime) -> None:
        """Send nothing on this bucket before `until`; never shortens a longer pause."""

    def paused_until(self, bucket: str, now: datetime) -> datetime | None:
        """Return the end of a pause that is in force, else None."""


class Tracker(Protocol):
    """A tracker's one source (a repository, a project), to read and to write.

    All methods raise only integrations.errors. Reads are retried inside, within bounds. Writes named "once" are sent
    exactly once and raise Unavailable when their effect cannot be known; the others are idempotent by themselves.
    """

    name: str  # the source's name in the config
    uid: str  # the source's global id, for things that are no ticket's
    streams: tuple[str, ...]  # the lists to read, in order
    by_clock: tuple[str, ...]  # those of them that are read on from a time of the server's clock
    text_limit: int  # characters in a comment, marker included
    keeps_due: bool  # False: it has no place for due dates, they live on our card; known after `connect`

    def close_connections(self) -> None:
        """End the kept-alive connections."""

    def allowance(self) -> Allowance | None:
        """Return how much may be written for now; None where no limit is felt. Asks nobody."""

    def connect(self) -> Identity:
        """Make sure of the credential, the source's present name and our own identity. Called once a pass."""

    def read(self, stream: str, cursor: str) -> Iterator[Page]:
        """Read a stream from a cursor ("" is the beginning) to its present end."""

    def ticket(self, ref: str) -> Ticket:
        """Read one ticket from the primary store."""

    def comments(self, ref: str) -> Iterator[Comment]:
        """Read a ticket's comments from the primary store, oldest first."""

    def filed(self, since: datetime) -> Iterator[tuple[Ticket, Marker]]:
        """Read the tickets that carry a marker and were created by us since then, from the primary store."""

    def statuses(self, context: str) -> Iterator[CommitStatus]:
        """Read what the newest status of a context says on the head of each open change; elsewhere nothing."""

    def waiting_deployments(self) -> Iterator[WaitingDeployment]:
        """Read the deployments that wait for our word, where the config has us give it (GitHub); elsewhere nothing."""

    def render(self, prose: Prose, marker: Marker | None = None) -> str:
        """Render prose as the tracker's text, escaped, cut to its size limit, with the marker where it is text."""

    # -- writes, idempotent ---------------------------------------------------------------------------------------
    def add_label(self, ref: str, label: LabelStyle) -> Receipt:
        """Put one label on; create it first if need be."""

    def remove_label(self, ref: str, name: str) -> Receipt:
        """Take one label off; absent is fine."""

    def assign(self, ref: str, person: str) -> Receipt:
        """Make a person an owner; those who are stay (GitHub) or are replaced (Jira has one)."""

    def unassign(self, ref: str, person: str) -> Receipt:
        """Take a person off the owners; who is none is fine."""

    def set_due(self, ref: str, due: date | None) -> Receipt:
        """Set or clear the due date by the way the source has: a field, a milestone."""

    def set_priority(self, ref: str, level: str) -> Receipt:
        """Set the priority: a neutral level, translated by the source's table into a label or a field."""

    def edit_comment(self, ref: str, comment: str, prose: Prose, marker: Marker) -> Receipt:
        """Put a new text into our own comment."""

    def delete_comment(self, ref: str, comment: str) -> Receipt:
        """Delete our own comment; gone is fine. Forbidden where we may not: it can still be edited."""

    def reopen(self, ref: str) -> Receipt:
        """Open a closed ticket, its resolution cleared where the workflow lets it."""

    def close(self, ref: str, reason: Reason) -> Receipt:
        """Close an open ticket."""

    def transition(self, ref: str, phase: Literal["new", "active", "done"], resolution: str) -> Receipt:
        """Move a ticket to a phase of its workflow."""

    def plan_for(self, ref: str, place: Literal["sprint", "version"]) -> Receipt:
        """Plan a ticket for the sprint under way, or the next version, if it has none. GitHub has neither."""

    def link(self, ref: str, *, url: str, title: str, key: str, relation: str) -> Receipt:
        """Link a ticket to another, or to a page."""

    def unlink(self, ref: str, *, url: str, key: str, relation: str) -> Receipt:
        """Remove the link that `link` made, and no other; absent is fine (GitHub has none to remove)."""

    def pin(self, ref: str) -> Receipt:
        """Pin a ticket to the top of its source, where the tracker can (GitHub); elsewhere `wrote` is False."""

    def react(self, ref: str, comment: str, what: Literal["+1", "confused"]) -> Receipt:
        """Put a sign of ours on a comment (by its uid), where the tracker has signs (GitHub); once however often."""

    def set_status(self, *, sha: str, context: str, state: str, description: str, url: str) -> Receipt:
        """Set a commit status, only if it differs from the newest one of that context or that is not by us.

        It is sent once: after a lost answer the caller comes again, and it is looked at first.
        """

    def approve_deployment(self, *, run: str, environment: str, comment: str) -> Receipt:
        """Let a deployment go on, only if it still waits. It is sent once, as `set_status` is."""

    # -- writes, once ---------------------------------------------------------------------------------------------
    def comment(self, ref: str, prose: Prose, marker: Marker) -> Receipt:
        """Add a comment."""

    def file(self, draft: Draft, marker: Marker) -> Receipt:
        """File a ticket."""


# -- what is no tracker -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a signal source has to say, in a line, and how old that is."""

    at: datetime | None  # aware: of the newest thing it brought; none: it has nothing yet
    said: str
    url: str = ""  # where people can look at it


class SignalSource(Protocol):
    """Something outside the trackers that is only ever read: figures, a register, a page."""

    name: str  # of the input in the config

    def read(self) -> Reading:
        """Read what it says now. Raises only integrations.errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What a number source says: for a subject one number at a time, none of them NaN, infinite or of the future."""

    signals: tuple[Signal, ...] = ()
    refused: tuple[
        str, ...
    ] = ()  # what it said besides, and why that is no number to go by; a line each, the first few


class NumberSource(Protocol):
    """Something that says numbers of services, and is only ever read. All methods raise only integrations.errors."""

    name: str  # of the signal in the config
    asked: str  # what it is asked, in words: when this changes its numbers are other numbers

    def read(self) -> Numbers:
        """Read what it says now: the newest of each subject, or all that it has. It is an error if that is nothing."""

    def past(self, start: datetime, end: datetime, step: timedelta) -> Numbers:
        """Read what `read` would have said over a time, so far apart; nothing if `read` says all there is."""
