"""The policy, read and checked: what `rules.document` makes of the files and `rules.evaluate` works on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from rules.gates.model import Gate, GateTest
from rules.memory import NOTHING, Memory
from rules.metrics.model import Metric
from rules.model import Ticket
from rules.recurring import Recurring
from rules.rule import Condition, Duration, Filing, Review, Rhythm, Rule


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
    jump: int = 10  # times what a rule was let do in its busiest pass of the last 30 days; 0: however much more


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
