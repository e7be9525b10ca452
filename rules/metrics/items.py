"""Items: tickets that are counted: pages and toil, support, finished work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

from rules.conditions import activate
from rules.coverage import IMPROVEMENT, closed_at
from rules.fact_work import not_done
from rules.facts import SHARED, needed, of
from rules.memory import Memory
from rules.metrics.closings import Closers
from rules.metrics.incidents import subjects_of
from rules.metrics.model import Item, Subjects, Window
from rules.model import Ticket
from rules.policy import Policy
from rules.rule import Condition
from rules.scorecards import NO_WORK

ALIKE = SHARED | {"kind"}
MOST_KNOWN = 4096  # combinations of what conditions look at, whose answers are kept
DUPLICATE = "duplicate"
Counted = Literal["load", "support", "improvement", "other"]


class ItemCounter:
    """Finds what of a stream of tickets is counted within a window."""

    def __init__(self, policy: Policy, window: Window, closers: Closers, today: date) -> None:
        self._policy, self._window, self._closers, self._today = policy, window, closers, today
        counting = policy.counting
        wanted: tuple[tuple[Counted, Condition | None], ...]
        wanted = (("load", counting.load), ("support", counting.support))
        self._conditions = [(kind, condition) for kind, condition in wanted if condition is not None]
        self._asked = needed(condition for _, condition in self._conditions)
        self._known: dict[tuple[object, ...], tuple[Counted, ...]] = {}
        self._shared: dict[tuple[object, ...], Subjects] = {}

    def of(self, ticket: Ticket, kind: str, memory: Memory) -> Iterator[Item]:
        """Yield what a ticket is counted as."""
        if self._window.holds(ticket.created):
            declined = f"closed as {DUPLICATE}" if ticket.resolution.lower() == DUPLICATE else ""
            for counted in self._counted(ticket, kind, memory):
                yield self._item(ticket, counted, ticket.created, declined)
        closed = closed_at(ticket)
        if closed is None or not self._window.holds(closed) or kind in NO_WORK or not_done(ticket.resolution):
            return
        finished: Counted = "improvement" if kind == IMPROVEMENT else "other"
        yield self._item(ticket, finished, closed, self._closers.excluded(ticket.uid, closed))

    def _item(self, ticket: Ticket, kind: Counted, at: datetime, excluded: str) -> Item:
        return Item(uid=ticket.uid, subjects=self._subjects(ticket), at=at, kind=kind, excluded=excluded)

    def _subjects(self, ticket: Ticket) -> Subjects:
        alike = (ticket.source, ticket.labels, ticket.components)
        if alike not in self._shared:
            if len(self._shared) >= MOST_KNOWN:
                self._shared.clear()
            self._shared[alike] = subjects_of(self._policy, ticket)
        return self._shared[alike]

    def _counted(self, ticket: Ticket, kind: str, memory: Memory) -> tuple[Counted, ...]:
        """Return the conditions that hold; most tickets share what these look at, so each such is judged once."""
        if not self._conditions:
            return ()
        if not self._asked <= ALIKE:
            return self._judged(ticket, kind, memory)
        alike = (ticket.source, ticket.type, ticket.labels, ticket.components, kind)
        if alike not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[alike] = self._judged(ticket, kind, memory)
        return self._known[alike]

    def _judged(self, ticket: Ticket, kind: str, memory: Memory) -> tuple[Counted, ...]:
        facts = activate(of(ticket, kind, memory, self._policy, self._today, self._asked))
        return tuple(name for name, condition in self._conditions if condition.holds(facts))
