"""Hits: what came of finished improvements within a span of time, and how often what was stated came true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from rules.coverage import IMPROVEMENT, closed_at
from rules.fact_asked import Asked
from rules.fact_domain import domains
from rules.fact_outcomes import is_stated, judged, problem
from rules.fact_work import declined
from rules.memory import Judgement, Memory
from rules.metrics.intervals import of_share
from rules.model import Link, Ticket
from rules.people import team_of
from rules.policy import Policy

NO_DOMAIN, NO_LEAD = "(no domain)", "(no lead)"
PATIENCE = 5
"""Workdays after its closing in which an improvement without a stated effect is no effort without impact yet."""
ORDER: tuple[Judgement, ...] = ("worse", "not shown", "validated", "too little data")
"""What is told first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of an improvement."""

    ticket: Link
    title: str
    stated: str
    domains: tuple[str, ...]
    lead: str
    judgement: Judgement
    said: str
    day: date  # on which it could be judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """How often what was stated came true. What too little is known of is left out."""

    name: str  # a domain's or a lead's
    judged: int
    validated: int

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """The 95 % interval of the share (Wilson's), 0 to 1; none of nothing."""
        return of_share(self.validated, self.judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What came of finished improvements within a span."""

    came: tuple[Came, ...]  # judged in the span; what asks for something first
    finished: int  # improvements closed as done in the span
    silent: tuple[Link, ...]  # of these the effort without impact: nobody said what they were to achieve
    unclear: tuple[Link, ...]  # of these those whose effect cannot be measured
    waiting: int  # closed whenever, and not judged yet

    @property
    def anything(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.came or self.silent or self.unclear or self.waiting)

    @property
    def counts(self) -> Counter[Judgement]:
        """How many there are of each judgement."""
        return Counter(each.judgement for each in self.came)

    @property
    def all(self) -> Hits:
        """All of them together."""
        return _hits("all", self.came)

    @property
    def by_domain(self) -> tuple[Hits, ...]:
        """The hits of each domain; what wears several is counted in each."""
        names = sorted({name for each in self.came for name in each.domains})
        return tuple(_hits(name, (each for each in self.came if name in each.domains)) for name in names)

    @property
    def by_lead(self) -> tuple[Hits, ...]:
        """The hits of each lead's teams."""
        names = sorted({each.lead for each in self.came})
        return tuple(_hits(name, (each for each in self.came if each.lead == name)) for name in names)


def _hits(name: str, came: Iterable[Came]) -> Hits:
    told = [each.judgement for each in came if each.judgement != "too little data"]
    return Hits(name=name, judged=len(told), validated=told.count("validated"))


class HarvestTally:
    """Counts the improvements of a stream, one by one, from `start` up to but not with `end`."""

    def __init__(self, policy: Policy, start: datetime, end: datetime, *, now: datetime) -> None:
        self._policy, self._start, self._end = policy, start, end
        self._today = policy.calendar.today(now)
        self._came: list[Came] = []
        self._silent: list[Link] = []
        self._unclear: list[Link] = []
        self._finished = self._waiting = 0

    def add(self, ticket: Ticket, memory: Memory, kind: str) -> None:
        """Count a ticket if it is an improvement."""
        if kind != IMPROVEMENT:
            return
        asked = Asked(ticket, kind, memory, self._policy, self._today)
        self._judged(asked)
        closed = closed_at(ticket)
        if closed is None or declined(asked):
            return
        kept = memory.outcome
        self._waiting += kept is not None and kept.frozen is not None and not kept.judgement and not kept.problem
        if self._start <= closed < self._end:
            self._closed(asked, closed)

    def told(self) -> Harvest:
        """Return what was counted."""
        came = sorted(self._came, key=lambda each: (ORDER.index(each.judgement), each.day, each.ticket.text))
        return Harvest(
            came=tuple(came),
            finished=self._finished,
            silent=_sorted(self._silent),
            unclear=_sorted(self._unclear),
            waiting=self._waiting,
        )

    def _judged(self, asked: Asked) -> None:
        found = judged(asked)
        if found is None or found.judgement is None or found.after_ends is None:
            return
        at = found.after_ends
        if not self._start <= at < self._end:
            return
        team = team_of(self._policy, asked.ticket)
        came = Came(
            ticket=Link(asked.ticket.key, asked.ticket.url),
            title=asked.ticket.title,
            stated=found.stated,
            domains=tuple(domains(asked)) or (NO_DOMAIN,),
            lead=team.lead if team else NO_LEAD,
            judgement=found.judgement,
            said=found.said,
            day=asked.day(at),
        )
        self._came.append(came)

    def _closed(self, asked: Asked, closed: datetime) -> None:
        ticket = asked.ticket
        self._finished += 1
        if not is_stated(asked):
            late = asked.workdays(asked.day(closed), asked.today) >= PATIENCE
            self._silent += [Link(ticket.key, ticket.url)] if late else []
        elif problem(asked):
            self._unclear.append(Link(ticket.key, ticket.url))


def _sorted(links: Iterable[Link]) -> tuple[Link, ...]:
    return tuple(sorted(links, key=lambda each: each.text))
