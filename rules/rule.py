"""What a rule is made of, and a review: conditions, spans of time, steps and what they file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Protocol

from rules.governance import Section
from rules.memory import Followed

Mode = Literal["shadow", "canary", "on"]
Unit = Literal["days", "workdays", "weeks"]
Every = Literal["week", "month", "quarter"]
Room = Literal[
    "overdue",
    "deferrals",
    "decisions",
    "outcomes",
    "open-actions",
    "domains",
    "inputs",
    "metrics",
    "leads",
    "gates",
]
"""A part of a review's agenda."""
LEVELS = ("critical", "high", "medium", "low")
"""The neutral priorities, most urgent first; a ticket without one has "none"."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of calendar time: "3 days", "5 workdays", "2 weeks"."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        """Word it: "1 workday"."""
        return f"{self.count} {self.unit.removesuffix('s') if self.count == 1 else self.unit}"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When something periodic falls due: a day of its week, month or quarter, at a wall-clock time.

    `day` counts from 1: the ISO weekday (1 is Monday), the day of the month, or of the quarter's first month; a day
    that a month does not have is its last one.
    """

    every: Every
    day: int = 1
    at: time = time(9)


PLAIN = re.compile(r"(!?)(\w+) \(\2 = (?:yes|no)\)")
"""A clause that is a yes-or-no fact, with its value: the value says nothing that the clause does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition of a list, and what became of it."""

    text: str
    holds: bool | None  # None: it cannot be said, because a fact it asks for is missing
    values: tuple[tuple[str, str], ...] = ()  # the facts it asked for, as shown to people: ("workdays_open", "7")

    def __str__(self) -> str:
        """Word it as a reason: `workdays_open >= 2 (workdays_open = 7)`."""
        shown = ", ".join(f"{name} = {value}" for name, value in self.values)
        return f"{self.text} ({shown})" if shown else self.text

    @property
    def telling(self) -> tuple[tuple[str, str], ...]:
        """The values that say more than the text does: none where `open` is "yes"."""
        return () if PLAIN.fullmatch(str(self)) else self.values


class Condition(Protocol):
    """A compiled list of clauses, all of which must hold. Made by `rules.conditions.compile_all`."""

    texts: tuple[str, ...]
    names: frozenset[str]  # the facts that the clauses ask for

    def holds(self, facts: object) -> bool:
        """Judge fast: the answer alone. `facts` is what `rules.conditions.activate` returned for the ticket."""

    def explain(self, facts: object) -> tuple[Clause, ...]:
        """Judge every clause on its own, with the values it saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket that a step files, linked to the one its rule holds for. Texts may hold placeholders."""

    kind: str  # as [kinds] has it; [file.KIND] of the config says where it goes
    title: str
    say: str = ""  # what it says; the rule's `say` if empty
    assign: str = ""  # a role or a person
    due: Duration | str | None = None  # a span from the day it is filed, or a fact or "item" that holds a date
    each: str = ""  # a fact that is a list of texts: a ticket for each of them, once, called {item}
    labels: tuple[str, ...] = ()  # besides those of [file.KIND]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Where tickets of a kind are filed, and what makes them of the kind there."""

    kind: str
    source: str = ""  # "" is the source of the ticket they come from
    labels: frozenset[str] = frozenset()
    type: str = ""  # the native issue type; "" is the source's default


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens once an episode, when it has lasted `after`."""

    after: Duration
    ping: tuple[str, ...] = ()  # roles or people: "owner", "lead", "council", "reporter", a name of [people]
    say: str = ""  # the ping's text; the rule's `say` if empty
    reopen: bool = False  # a ticket that is done is opened again
    close: Literal["", "duplicate"] = ""  # as what the ticket is closed
    file: NewTicket | None = None
    undo: bool = False  # how it was put off is taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRule:
    """How long work of a priority may take."""

    start: Literal["created", "episode"]
    by_level: Mapping[str, Duration]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `id` is unique in the policy: the pack's name, a slash, the rule's own id."""

    id: str
    pack: str
    about: str
    section: Section | None = None  # of the governance policy
    on: tuple[str, ...]  # kinds; ("any",) for all
    when: Condition
    label: str = ""  # worn while the rule holds
    add_label: str = ""  # put on once and kept; may hold placeholders
    say: str = ""  # a line on the card
    comment: str = ""  # posted once an episode
    due: DueRule | None = None
    assign: str = ""  # a role or a person
    priority: str = ""  # a neutral level
    steps: tuple[Step, ...] = ()
    follow: tuple[Followed, ...] = ()  # a [[twin]]: what the ticket takes over from the one that leads it
    leads_as: tuple[str, ...] = ()  # a [[twin]]: what it is to that one, a kind or "twin"; () for anything
    sources: tuple[str, ...] = ()  # a [[twin]]: where it is; () for anywhere
    gate: str = ""  # the id of the [[gate]] that it was made of
    plan: Literal["", "sprint", "version"] = ""  # of a gate: where its tickets are planned for, in Jira
    mode: Mode = "on"
    canary_share: float = 0.1  # of the tickets, chosen by a stable hash, when mode is "canary"
    since: date | None = None  # `from` in the file: older tickets are left alone
    ceiling: int | None = None  # ops of this rule a pass; the config's `ceilings.rule` if None

    @property
    def called(self) -> Literal["rule", "twin"]:
        """What its file calls it."""
        return "twin" if self.follow else "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """The ticket that is filed when a domain was quiet at several reviews in a row. Texts may hold {domain}."""

    after: int  # reviews
    kind: str
    title: str
    say: str
    assign: tuple[str, ...]
    due: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Something periodic that people meet for: a ticket a slot. `id` is unique as a rule's is, and among rules."""

    id: str
    pack: str
    about: str
    section: Section | None = None  # of the governance policy
    rhythm: Rhythm
    title: str  # may hold placeholders, as `say` may
    say: str = ""  # what the ticket begins with
    assign: tuple[str, ...] = ()  # "council" or names of [people]; the first with a login owns the ticket
    due: Duration  # from the slot's day on
    agenda: tuple[Room, ...] = ()
    quiet: Quiet | None = None
    source: str = ""  # where the ticket is filed; as [file.review] says if empty, else the config's first source
    labels: frozenset[str] = frozenset()  # besides those of [file.review]
    mode: Literal["shadow", "on"] = "on"
    since: date | None = None  # `from` in the file: slots that fell due before are left alone
    ceiling: int | None = None  # as a rule's

    @property
    def called(self) -> Literal["review"]:
        """What its file calls it."""
        return "review"
