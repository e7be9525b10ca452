"""What we remember: of a ticket, of what belongs to it, and of the company at large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from rules.gates.states import GateState, Waiver
from rules.metrics.model import Measure
from rules.model import Phase, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One unbroken stretch in which a rule holds for a ticket. Numbered from 1 for each rule and ticket."""

    rule: str
    number: int
    began: datetime
    ended: datetime | None = None
    baseline: datetime | None = None  # when a baseline was taken: nothing is done about it for as long as it lasts


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


Stated = Literal[
    "defer", "evidence", "outcome", "held", "owner", "due", "feeds", "twin", "same-as", "not-same", "caused-by"
]


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
class Related:
    """Another ticket that belongs to this one, as the mirror has it; it may be in another source."""

    what: str  # what the one was filed as from the other: "follow-up", "improvement", "review", ...; "twin"
    way: Literal["filed", "origin"]  # "filed": it was filed from this one; "origin": this one was filed from it
    source: str
    uid: str
    ref: str
    key: str
    url: str
    title: str
    phase: Phase
    resolution: str = ""
    due: date | None = None
    assignees: frozenset[str] = frozenset()
    closed: datetime | None = None
    since: datetime | None = None  # when we came to know that they belong together
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """A ticket that was filed from the same origin, or from what was filed from it; or from it, and is gone."""

    what: str  # what it was filed as
    title: str


Followed = Literal["state", "owner", "due"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What the ticket that leads this one said last in a field, as far as this one follows it."""

    field: Followed
    value: str  # "open", "done 2026-11-03T09:00:00+00:00", the logins, the ISO date; "" for none
    number: int  # counts its values from 1, so that each is followed once
    at: datetime  # when we saw it first
    settled: bool = False  # it was followed, or people decided otherwise here


RECURRENCE = "recurrence"
"""What two tickets are to each other that are the same problem."""
REPORTED = "report"
"""The same, where the one came while the other one was open, or was never wanted."""
LIKENESS = "likeness"
"""What they are that may be, by their text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A ticket that is the same problem as this one: a later report of it, or what this one is a report of."""

    other: Related  # way "filed": a report of this one; "origin": this one is a report of it
    created: datetime  # of the report, whichever of the two it is
    root: str  # the key of the first ticket of the problem
    tier: str  # how certain it is: "A"; "B", by their text
    signal: str  # by what: "command", "link", "said", "fingerprint", "text"
    evidence: str
    at: datetime  # when we came to know
    again: bool  # it had been fixed by then
    direct: bool = True  # way "filed": it is a report of this ticket itself, not of a later one of the same root
    took: timedelta = timedelta()  # how long the other one was open, if it is done
    priority: str = ""  # the other one's, by its native name
    ahead: int = 0  # so many more comments people wrote on the report than on what it is a report of


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """A ticket that is not the same as this one, whatever tells so: people objected."""

    uid: str
    key: str
    source: str = ""
    url: str = ""
    why: str  # "/kaizen not-same", "the link was removed", "it was closed again"
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """An earlier ticket that, by its text, may be the same problem as this one. Nobody said so."""

    other: Related  # way "origin": this one may be a report of it
    tier: Literal["B", "C"]  # "B": strong; "C": likely
    probability: float  # 0 to 1, as the weights have it: people confirm about half of what it claims
    signatures: tuple[str, ...] = ()  # error signatures common to both, the rarest first
    words: tuple[str, ...] = ()  # the most telling words common to both
    at: datetime  # when it was found
    shadow: bool = False  # tier "B": nothing is done about it yet, it only waits for people's verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """When what fixed a ticket took effect."""

    at: datetime | None  # none: not yet
    how: str  # "closed", "acme/shop#7 was deployed", "released in 1.2", "not deployed yet"


Judgement = Literal["validated", "not shown", "worse", "too little data"]
"""What came of an improvement: its effect was shown, or not, or the opposite was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an improvement was to change, and what came of it."""

    stated: str  # "mttr(checkout) 90m -> 45m by 2027-03-31", as `/kaizen outcome` keeps it
    by: str
    before: Measure | None = None  # as it was frozen when the ticket closed
    frozen: datetime | None = None
    after_ends: datetime | None = None  # when the window in which its effect is looked for is over
    after: Measure | None = None
    judgement: Judgement | None = None  # none: not yet
    judged: datetime | None = None
    said: str = ""  # the numbers in a line, and in the next what they mean
    problem: str = ""  # why it cannot be judged: "no metric 'mtr': did you mean 'mttr'?"


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """A stretch in which a ticket was put off without a command: by a label, a status, a closing, a later due date."""

    way: Literal["label", "status", "declined", "due"]
    value: str  # the label, the status, the resolution, the new due date as ISO ("" if it was taken away)
    began: datetime  # when we saw it first
    ended: datetime | None = None
    before: str = ""  # way "due": the date that was promised, as ISO


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """The newest thing that an input had for some time."""

    at: datetime  # of the thing itself
    until: datetime  # when it was last read and still the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One of the inputs that the council decides from, and when it had something new."""

    name: str
    limit: timedelta | None = None  # how old its newest may be
    newest: datetime | None = None  # of what it brings now; none: nothing
    times: tuple[Brought, ...] = ()  # what it brought so far, by the moments of the things, oldest first
    configured: bool = True  # False: the policy wants it, the config does not have it
    since: datetime | None = None  # what was closed before is not held against it; none: always asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is known besides tickets, the same for all of them in a pass."""

    inputs: tuple[Input, ...] = ()  # none: the config names none, so none is asked for
    gates: tuple[GateState, ...] = ()  # those that are closed, and act
    waivers: tuple[Waiver, ...] = ()  # those in force
    opened: tuple[GateState, ...] = ()  # those that are open again, each with the page of its last closing


EMPTY = World()


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
class Swing:
    """A label or a field that we set so often, while somebody else had it taken back, that the next time rests."""

    verb: str  # the verb's name
    value: str  # the label, the login, the ISO date, the level
    rules: frozenset[str]  # those that did it
    times: int
    last: datetime  # when we did it last


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
    related: tuple[Related, ...] = ()  # what was filed from it and what it was filed from, oldest first
    kin: tuple[Kin, ...] = ()  # what was filed in its family besides, also what people deleted since
    line: int = 0  # tickets above it, each filed from the next; a very long line is counted up to a bound
    leads: tuple[Lead, ...] = ()  # one a field
    recurrences: tuple[Recurrence, ...] = ()  # by the moments of the reports, oldest first
    objections: tuple[Objection, ...] = ()  # tickets that are not the same
    likenesses: tuple[Likeness, ...] = ()  # the most probable first
    outcome: Outcome | None = None  # none: nobody stated an effect
    fix: Fix | None = None  # of its last closing; none: never closed, or not as done
    put_offs: tuple[PutOff, ...] = ()  # oldest first
    promised: date | None = None  # the due date that counts: a later one without a reason is a put-off
    swings: tuple[Swing, ...] = ()  # what we set often enough, until a person looks after the ticket
    world: World = EMPTY
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
