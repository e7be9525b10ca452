"""Problems: the tickets that tell of something broken. Only of these it is asked whether they came back."""

from __future__ import annotations

from rules.model import Ticket
from rules.recurring import Recurring

ANY = "any"


def is_problem(recurring: Recurring, ticket: Ticket, kind: str) -> bool:
    """Tell whether a ticket's kind, issue type or a label is one of those that [recurrence] names."""
    words = {kind.lower(), ticket.type.lower(), *(label.lower() for label in ticket.labels)}
    return ANY in recurring.kinds or not words.isdisjoint(recurring.kinds)
