"""The policy, read and checked: what `rules.document` makes of the files and `rules.evaluate` works on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from rules.governance import Section
from rules.memory import NOTHING, Followed, Memory
from rules.model import Ticket
from rules.recurring import Recurring

if TYPE_CHECKING:
    from rules.gates.model import Gate, GateTest
    from rules.metrics.model import Metric

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of ticket; the first in the config's order whose conditions hold is the ticket's kind."""

    name: str
    when: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One of the improvement domains, how a ticket wears it, and what makes it certain."""

    name: str
    label: str
    components: frozenset[str] = frozenset()  # lower case
    keywords: frozenset[str] = frozenset()  # lower case, whole words of title


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person of [people], with a login for each source or kind of source."""

    name: str
    logins: Mapping[str, str]  # source name, or "github" / "jira" -> login or account id


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team: its lead, and the sources and components it answers for."""

    name: str
    lead: str  # a name of [people]
    sources: frozenset[str] = frozenset()
    components: frozenset[str] = frozenset()  # lower case
    improvement_target: float = 0.2  # share of its finished work that is to be improvement, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that runs, and for which incidents, rollouts and budgets are counted. Without a table, none."""

    name: str
    sources: frozenset[str] = frozenset()
    components: frozenset[str] = frozenset()  # lower case
    labels: frozenset[str] = frozenset()  # lower case
    environments: frozenset[str] = frozenset()  # lower case: of its deployments, where several services share a source


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFacts:
    """A number from outside, by the name that conditions and metrics have for it."""

    name: str
    fresh: timedelta  # how old the newest may be
    every: timedelta  # how often it is read; of no stretch so long more than one number is kept
    history: timedelta  # how far back it is filled when it is new; 0: not at all
    keep: timedelta  # how long its numbers are kept
    better: Literal["lower", "higher"] = "higher"
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What metrics count, and what not: [metrics] of the config."""

    incidents: frozenset[str] = frozenset({"incident"})  # kinds
    bots: tuple[str, ...] = ("*[bot]",)  # logins, lower case; * stands for anything
    bulk: int = 20  # so many tickets closed by one person within ten minutes are closed in bulk
    cause_window: timedelta = timedelta(days=1)  # how long before an incident a rollout is taken for its cause
    load: Condition | None = None  # over a ticket: pages, toil, interrupts; none: nothing
    support: Condition | None = None  # over a ticket: support tickets; none: nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What the rules need to know of a source."""

    name: str
    kind: Literal["github", "jira"]
    component_label: str = ""  # on GitHub: labels with this prefix name components
    priorities: Mapping[str, str] = field(default_factory=dict)  # lower-case native priority or label -> neutral level
    due_on_card: bool = False  # it has no other place for due dates
    due_in_field: bool = False  # due dates have a field of their own: no milestone of people's has a say


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """How much a pass may do at most. Over one, what it bounds stops before its first write."""

    pass_: int = 500
    rule: int = 100
    ticket: int = 12
    person: int = 5  # pings a person in 7 days


class Calendar(Protocol):
    """Business time in a zone. Made by `rules.calendar.WorkCalendar`; dates are the zone's."""

    def today(self, now: datetime) -> date:
        """Return the date in the calendar's zone."""

    def date_of(self, moment: datetime) -> date:
        """Return the zone's date of a moment."""

    def instant(self, wall: datetime) -> datetime:
        """Return the moment, in UTC, of a naive date and time of day in the zone."""

    def workdays_between(self, start: date, end: date) -> int:
        """Count the workdays after `start` up to and with `end`; negative if `end` is earlier."""

    def add(self, start: date, duration: Duration) -> date:
        """Return the date `duration` after `start`; workdays land on a workday."""

    def moment(self, slot: str, rhythm: Rhythm) -> datetime:
        """Return when a slot falls due, in UTC."""

    def due_slots(self, rhythm: Rhythm, *, after: datetime, now: datetime) -> Iterator[tuple[str, datetime]]:
        """Yield the slots that fell due after `after`, up to and with `now`, oldest first, each with its moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A `[[rule.test]]`: what is given, when, and the ops expected."""

    rule: str
    given: Ticket
    kind: str
    at: datetime
    expect: tuple[str, ...]
    where: str  # "backlog.toml: rule 'time-boxed', test 1"
    memory: Memory = NOTHING  # what is known of the ticket besides


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything the rules know. `sha` changes when any text it was made of changes."""

    sha: str
    rules: tuple[Rule, ...]
    reviews: tuple[Review, ...] = ()
    kinds: tuple[Kind, ...]
    domains: tuple[Domain, ...]
    people: Mapping[str, Person]
    teams: tuple[Team, ...]
    council: tuple[str, ...]  # names of [people]
    commanders: frozenset[str]  # names of [people] who may use slash commands; owners and leads may always
    sources: Mapping[str, SourceFacts]
    calendar: Calendar  # the company's
    filing: Mapping[str, Filing] = field(default_factory=dict)  # by kind
    calendars: Mapping[str, Calendar] = field(default_factory=dict)  # by team: of those with workdays of their own
    waiting: frozenset[str] = frozenset()  # lower case: labels that mean waiting for somebody outside
    deferral_labels: frozenset[str] = frozenset()  # lower case: labels that put a ticket off
    deferral_statuses: frozenset[str] = frozenset()  # lower case: native statuses that do
    recurring: Recurring = field(default_factory=Recurring)
    services: tuple[Service, ...] = ()
    signals: Mapping[str, SignalFacts] = field(default_factory=dict)  # by name, in the config's order
    counting: Counting = Counting()
    metrics: tuple[Metric, ...] = ()
    gates: tuple[Gate, ...] = ()
    ceilings: Ceilings = Ceilings()
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # label -> (colour, description)
    tests: tuple[Test, ...] = ()
    gate_tests: tuple[GateTest, ...] = ()
    shipped: Mapping[str, Rule] = field(default_factory=dict)  # by id: rules the config overrides, as their files are

    @property
    def rules_and_reviews(self) -> tuple[Rule | Review | Gate, ...]:
        """Return whatever has an id: the rules, then the reviews, then the gates."""
        return (*self.rules, *self.reviews, *self.gates)
