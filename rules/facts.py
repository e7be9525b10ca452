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
from rules.policy import Condition, Kind, Policy

__all__ = ["Fact", "kind_of", "level_of", "needed", "of", "table"]


def table() -> tuple[Fact, ...]:
    """Return all facts there are, in the order they are shown to people."""
    return TABLE


def needed(conditions: Iterable[Condition]) -> frozenset[str]:
    """Return the names of the facts that the conditions ask for."""
    return frozenset().union(*(condition.names for condition in conditions))


@lru_cache(maxsize=8)
def _asked_by(kinds: tuple[Kind, ...]) -> frozenset[str]:
    return needed(kind.when for kind in kinds)


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
    activation = activate(of(ticket, "", memory, policy, today, _asked_by(policy.kinds)))
    return next((kind.name for kind in policy.kinds if kind.when.holds(activation)), "")
