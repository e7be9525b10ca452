"""Coverage: which domains of improvement have work, and which are quiet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from rules.fact_asked import Asked
from rules.fact_domain import domains
from rules.fact_work import declined
from rules.facts import kind_of
from rules.memory import Memory
from rules.model import Ticket
from rules.pauses import deadline
from rules.policy import Policy

IMPROVEMENT = "improvement"
RECENTLY = 30  # days for which finished work speaks for a domain
Stand = Literal["open", "finished", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """The improvements that wear the label of a domain, also beside that of another one."""

    domain: str
    open: int = 0
    finished: int = 0  # recently
    overdue: int = 0

    @property
    def quiet(self) -> bool:
        """Tell whether nothing is open and nothing was finished."""
        return not (self.open or self.finished)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How the domains stood at a moment."""

    day: date  # the calendar's, of the moment
    days: int  # how long ago is recently
    domains: tuple[Covered, ...]  # in the config's order
    several: int  # open improvements that wear more than one domain, each counted in all of them
    none: int  # open improvements that wear none

    @property
    def quiet(self) -> tuple[str, ...]:
        """Return the domains without open or recently finished work."""
        return tuple(each.domain for each in self.domains if each.quiet)


class CoverageTally:
    """Counts the improvements of a stream, ticket by ticket, as they stood at a moment.

    Of the past, openings and closings are known, so that its quiet domains are found again; labels and due dates are
    those of today, and of a ticket that was opened again the closing before is forgotten.
    """

    def __init__(self, policy: Policy, moment: datetime, *, days: int = RECENTLY) -> None:
        self._policy, self._moment, self._days = policy, moment, days
        self._today = policy.calendar.today(moment)
        self._counts = {domain.name: [0, 0, 0] for domain in policy.domains}  # open, finished, overdue
        self._several = self._none = 0

    def add(self, ticket: Ticket, memory: Memory, kind: str) -> None:
        """Count a ticket if it is an improvement."""
        if kind != IMPROVEMENT:
            return
        asked = Asked(ticket, kind, memory, self._policy, self._today)
        stand = self._stand(asked)
        if not stand:
            return
        worn = domains(asked)
        late = stand == "open" and self._late(asked)
        for name in worn:
            count = self._counts[name]
            count[0] += stand == "open"
            count[1] += stand == "finished"
            count[2] += late
        self._several += stand == "open" and len(worn) > 1
        self._none += stand == "open" and not worn

    def told(self) -> Coverage:
        """Return what was counted."""
        return Coverage(
            day=self._today,
            days=self._days,
            domains=tuple(
                Covered(domain=name, open=left, finished=finished, overdue=overdue)
                for name, (left, finished, overdue) in self._counts.items()
            ),
            several=self._several,
            none=self._none,
        )

    def _stand(self, asked: Asked) -> Stand:
        ticket, moment = asked.ticket, self._moment
        closed = closed_at(ticket)
        if ticket.created > moment:
            return ""
        if closed is None or closed > moment:
            return "open"
        recent = closed > moment - timedelta(days=self._days)
        return "finished" if recent and not declined(asked) else ""

    def _late(self, asked: Asked) -> bool:
        found = deadline(self._policy, asked.ticket, asked.memory, self._today)
        return found is not None and found[0] < found[1]


def coverage(
    policy: Policy, tickets: Iterable[tuple[Ticket, Memory]], moment: datetime, *, days: int = RECENTLY
) -> Coverage:
    """Tell how the domains stood at a moment, now or before."""
    tally = CoverageTally(policy, moment, days=days)
    today = policy.calendar.today(moment)
    for ticket, memory in tickets:
        tally.add(ticket, memory, kind_of(ticket, memory, policy, today))
    return tally.told()


def closed_at(ticket: Ticket) -> datetime | None:
    """Return when a ticket was closed, None while it is open.

    Some Jira workflows note no time: then it was closed at its last change at the latest.
    """
    return None if ticket.phase != "done" else ticket.closed or ticket.updated
