"""Scorecards: what the leads of teams did for improvement within a span of time, in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from rules.coverage import IMPROVEMENT, closed_at
from rules.fact_asked import Asked
from rules.fact_work import declined
from rules.facts import kind_of
from rules.memory import Judgement, Memory
from rules.model import Link, Ticket
from rules.pauses import deadline
from rules.people import login_of, team_of
from rules.policy import Policy, Team

REVIEW = "review"
NO_WORK = frozenset({"incident", REVIEW, "decision", "follow-up"})
"""Kinds that nobody plans as work: all others are, and so are tickets of no kind."""
FEWEST = 5
"""Of fewer finished tickets no share is judged."""
DIGITS = 6  # of a target
EXACT = 1e-4  # tickets: what rounding may take away
LAST = timedelta(microseconds=1)
"""Before a span's end: its last moment."""
Standing = Literal["too few", "met", "missed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A lead's figures within a span; the scope is what all of the lead's teams answer for."""

    lead: str  # a name of [people]
    teams: tuple[str, ...]
    finished: int  # work of the scope that was closed as done within the span
    improvements: int  # of these
    target: float  # share that is to be improvement, 0 to 1; of several teams as each of them finished work
    own: int  # open tickets that the lead owns now, in whatever scope
    overdue: tuple[Link, ...]  # of these
    reviews: int  # that were to be held within the span, or were
    held: int  # within the span
    deferrals: int  # that the lead said, in whatever scope
    regressions: tuple[Link, ...]  # improvements of the scope that opened again within the span, and stayed open in it
    judged: int = 0  # stated effects of the scope's improvements that were judged within the span, by enough data
    validated: int = 0  # of these

    @property
    def standing(self) -> Standing:
        """Tell whether the share reaches the target."""
        if self.finished < FEWEST:
            return "too few"
        return "met" if self.improvements + EXACT >= self.target * self.finished else "missed"


@dataclass(slots=True, eq=False)
class _Draft:
    """A Scorecard in the making."""

    teams: list[Team] = field(default_factory=list)
    finished: dict[str, int] = field(default_factory=dict)  # by team
    improvements: int = 0
    own: int = 0
    overdue: list[Link] = field(default_factory=list)
    reviews: int = 0
    held: int = 0
    deferrals: int = 0
    regressions: list[Link] = field(default_factory=list)
    judged: int = 0
    validated: int = 0

    def target(self) -> float:
        weights = [(team.improvement_target, self.finished.get(team.name, 0)) for team in self.teams]
        total = sum(count for _, count in weights)
        if not total:
            return round(sum(target for target, _ in weights) / len(weights), DIGITS)
        return round(sum(target * count for target, count in weights) / total, DIGITS)

    def made(self, lead: str) -> Scorecard:
        return Scorecard(
            lead=lead,
            teams=tuple(team.name for team in self.teams),
            finished=sum(self.finished.values()),
            improvements=self.improvements,
            target=self.target(),
            own=self.own,
            overdue=tuple(sorted(self.overdue, key=lambda link: link.text)),
            reviews=self.reviews,
            held=self.held,
            deferrals=self.deferrals,
            regressions=tuple(sorted(self.regressions, key=lambda link: link.text)),
            judged=self.judged,
            validated=self.validated,
        )


class ScorecardTally:
    """Counts the tickets of a stream, one by one, for the leads' figures from `start` up to but not with `end`."""

    def __init__(
        self, policy: Policy, start: datetime, end: datetime, *, now: datetime, reopened: frozenset[str]
    ) -> None:
        """Take the span, the time at which tickets are owned and overdue, and the uids of tickets that opened again."""
        self._policy, self._start, self._end, self._reopened = policy, start, end, reopened
        self._today = policy.calendar.today(now)
        self._days = span_days(policy, start, end)
        self._drafts: dict[str, _Draft] = {}
        for team in policy.teams:
            self._drafts.setdefault(team.lead, _Draft()).teams.append(team)
        self._leads: dict[str, dict[str, _Draft]] = {}  # by source and login

    def add(self, ticket: Ticket, memory: Memory, kind: str) -> None:
        """Count a ticket."""
        asked = Asked(ticket, kind, memory, self._policy, self._today)
        leads = self._leads_of(ticket.source)
        owning = [leads[login] for login in sorted(ticket.assignees) if login in leads]
        if ticket.phase != "done":
            self._owned(asked, owning)
        self._deferred(asked, leads)
        finished = self._finished(asked)
        again = kind == IMPROVEMENT and ticket.uid in self._reopened
        judgement = self._judgement(asked) if kind == IMPROVEMENT else None
        if not (finished or again or judgement or kind == REVIEW):
            return
        team = team_of(self._policy, ticket)
        scope = [self._drafts[team.lead]] if team else []
        if kind == REVIEW:
            self._reviewed(asked, [*scope, *(draft for draft in owning if draft not in scope)])
        for draft in scope:
            if finished and team:
                draft.finished[team.name] = draft.finished.get(team.name, 0) + 1
                draft.improvements += kind == IMPROVEMENT
            draft.judged += judgement is not None
            draft.validated += judgement == "validated"
            if again:
                draft.regressions.append(Link(ticket.key, ticket.url))

    def told(self) -> tuple[Scorecard, ...]:
        """Return what was counted, a card a lead, in the order of the config's teams."""
        return tuple(draft.made(lead) for lead, draft in self._drafts.items())

    def _leads_of(self, source: str) -> dict[str, _Draft]:
        """Return the leads' drafts by their logins in a source."""
        if source not in self._leads:
            people = self._policy.people
            logins = ((login_of(self._policy, source, people.get(lead)), draft) for lead, draft in self._drafts.items())
            self._leads[source] = {login: draft for login, draft in logins if login}
        return self._leads[source]

    def _owned(self, asked: Asked, owning: list[_Draft]) -> None:
        for draft in owning:
            draft.own += 1
            due = deadline(self._policy, asked.ticket, asked.memory, self._today)
            if due is not None and due[0] < due[1]:
                draft.overdue.append(Link(asked.ticket.key, asked.ticket.url))

    def _deferred(self, asked: Asked, leads: dict[str, _Draft]) -> None:
        for said in asked.memory.statements:
            if said.what == "defer" and said.by in leads and self._start <= said.at < self._end:
                leads[said.by].deferrals += 1

    def _finished(self, asked: Asked) -> bool:
        closed = closed_at(asked.ticket)
        if closed is None or not self._start <= closed < self._end:
            return False
        return asked.kind not in NO_WORK and not declined(asked)

    def _judgement(self, asked: Asked) -> Judgement | None:
        """Return what came of a stated effect, if it was judged within the span, by enough data."""
        found = asked.memory.outcome
        if found is None or found.after_ends is None or not self._start <= found.after_ends < self._end:
            return None
        return found.judgement if found.judgement != "too little data" else None

    def _reviewed(self, asked: Asked, drafts: list[_Draft]) -> None:
        held = held_on(asked.memory)
        now_held = held is not None and self._within(held)
        missed = (held is None or held >= self._days[1]) and self._within(asked.ticket.due or _made(asked))
        for draft in drafts:
            draft.reviews += now_held or missed
            draft.held += now_held

    def _within(self, day: date) -> bool:
        return self._days[0] <= day < self._days[1]


def scorecards(
    policy: Policy,
    tickets: Iterable[tuple[Ticket, Memory]],
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    reopened: frozenset[str] = frozenset(),
) -> tuple[Scorecard, ...]:
    """Return the leads' figures from `start` up to but not with `end`; `reopened` as `rules.reopenings` has it."""
    tally = ScorecardTally(policy, start, end, now=now, reopened=reopened)
    today = policy.calendar.today(now)
    for ticket, memory in tickets:
        tally.add(ticket, memory, kind_of(ticket, memory, policy, today))
    return tally.told()


def span_days(policy: Policy, start: datetime, end: datetime) -> tuple[date, date]:
    """Return the first day of a span, and the day after its last one; a day that is begun belongs to it."""
    calendar = policy.calendar
    return calendar.date_of(start), calendar.date_of(end - LAST) + timedelta(days=1)


def held_on(memory: Memory) -> date | None:
    """Return the day on which people said that a review was held; who says it again, corrects it."""
    days: Iterator[str] = (said.value for said in reversed(memory.statements) if said.what == "held")
    return next((date.fromisoformat(day) for day in days), None)


def _made(asked: Asked) -> date:
    return asked.day(asked.ticket.created)
