"""Facts of a ticket: only those asked for, found for the conditions to judge."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from rules.conditions import activate
from rules.fact_asked import Asked, Fact
from rules.fact_table import FACTS, TABLE, level_of
from rules.memory import Memory
from rules.model import Ticket
from rules.policy import Policy
from rules.rule import Condition

__all__ = ["Fact", "Same", "kind_of", "level_of", "needed", "of", "table"]
SHARED = frozenset({"source", "tracker", "issue_type", "labels", "components"})
"""Facts that rest on nothing but a ticket's source, type, labels and components."""
MOST_KNOWN = 4096  # combinations of these whose kind is kept


def table() -> tuple[Fact, ...]:
    """Return all facts there are, in the order they are shown to people."""
    return TABLE


def needed(conditions: Iterable[Condition]) -> frozenset[str]:
    """Return the names of the facts that the conditions ask for."""
    return frozenset().union(*(condition.names for condition in conditions))


def of(
    ticket: Ticket, kind: str, memory: Memory, policy: Policy, today: date, names: Iterable[str] | None = None
) -> dict[str, object]:
    """Find the named facts of a ticket (None: all of them). A missing fact is left out.

    `today` is the date in the policy's calendar. Raises KeyError for a name that is no fact.
    """
    asked = Asked(ticket, kind, memory, policy, today)
    found = {name: FACTS[name].find(asked) for name in (FACTS if names is None else names)}
    return {name: value for name, value in found.items() if value is not None}


def kind_of(ticket: Ticket, memory: Memory, policy: Policy, today: date) -> str:
    """Return the ticket's kind: the first in the config's order whose conditions hold; "" if none does."""
    return _chosen_by(Same(policy)).kind_of(ticket, memory, today)


class Same:
    """A policy as a key: equal only to itself."""

    __slots__ = ("policy",)

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __hash__(self) -> int:
        return id(self.policy)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.policy is self.policy


class _Kinds:
    """Chooses kinds. Most tickets share what they are chosen by, so each combination of that is judged once."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._asked = needed(kind.when for kind in policy.kinds)
        self._known: dict[tuple[object, ...], str] | None = {} if self._asked <= SHARED else None

    def kind_of(self, ticket: Ticket, memory: Memory, today: date) -> str:
        """Return the ticket's kind."""
        if self._known is None:
            return self._judged(ticket, memory, today)
        alike = (ticket.source, ticket.type, ticket.labels, ticket.components)
        kind = self._known.get(alike)
        if kind is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            kind = self._known[alike] = self._judged(ticket, memory, today)
        return kind

    def _judged(self, ticket: Ticket, memory: Memory, today: date) -> str:
        activation = activate(of(ticket, "", memory, self._policy, today, self._asked))
        return next((kind.name for kind in self._policy.kinds if kind.when.holds(activation)), "")


@lru_cache(maxsize=8)
def _chosen_by(same: Same) -> _Kinds:
    return _Kinds(same.policy)
