"""Facts of reopening: by which rules a ticket was opened again."""

from __future__ import annotations

from rules.actions import NAMES, Reopen
from rules.fact_asked import Asked, Fact

__all__ = ["REOPENED_FACTS"]

REOPENED = NAMES[Reopen]


def reopened_by(asked: Asked) -> list[str]:
    """Return the rules that opened it again, while it is open."""
    if asked.ticket.phase == "done":
        return []
    return sorted({effect.rule for effect in asked.memory.effects if effect.verb == REOPENED})


REOPENED_FACTS: tuple[Fact, ...] = (
    Fact(
        "reopened_by",
        "list(string)",
        'the rules that opened it again, as "PACK/RULE"; none while it is closed',
        reopened_by,
    ),
)
