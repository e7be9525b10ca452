"""A sitting: what the agenda of a review is filled from, read once for all of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.base import Receipt
from rules.coverage import IMPROVEMENT, closed_at
from rules.facts import kind_of
from rules.memory import Memory
from rules.model import Ticket
from worker.digest_deferrals import RECENT
from worker.remembered import remembered
from worker.scoring import Scores
from worker.worker import Worker

DECISION = "decision"
LONG_AGO = timedelta(days=RECENT + 2)  # in whole days of whatever zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A ticket, its kind, and what is remembered of it."""

    ticket: Ticket
    kind: str
    memory: Memory

    @property
    def open(self) -> bool:
        """Tell whether it is not done."""
        return self.ticket.phase != "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """What an agenda is filled from."""

    worker: Worker
    now: datetime
    since: datetime  # when the day began on which the last review that was filed fell due
    last: Receipt | None  # its ticket
    tickets: tuple[Known, ...]  # improvements and decisions
    scores: Scores  # how the domains stand and what the leads did since then

    def of(self, kind: str) -> tuple[Known, ...]:
        """Return the tickets of a kind."""
        return tuple(known for known in self.tickets if known.kind == kind)


def gathered(worker: Worker, now: datetime, since: datetime) -> tuple[Known, ...]:
    """Return the improvements and decisions of all sources, as the mirror has them.

    What was closed before `since`, long ago and without a word from anybody, is left out: no part speaks of it.
    """
    long_ago = min(since, now - LONG_AGO)
    policy, today = worker.policy, worker.policy.calendar.today(now)
    found = []
    for ticket, memory in remembered(worker, worker.mirror.tickets()):
        closed = closed_at(ticket)
        if closed is not None and closed < long_ago and not memory.statements and memory.outcome is None:
            continue
        kind = kind_of(ticket, memory, policy, today)
        if kind in (IMPROVEMENT, DECISION):
            found.append(Known(ticket=ticket, kind=kind, memory=memory))
    return tuple(found)
