"""The breaker: what keeps coming back within a day is a quarrel with another bot, and one of us has to stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from rules.actions import Held, Op, RemoveLabel, SetStatus
from rules.card import CARD
from rules.resting import SWINGING

DAY = timedelta(days=1)
SWINGS = 3
"""So often a rule does the same thing to a ticket in a day."""
TURNS = 2 * SWINGS
"""So often a label or field is set, or a label taken off, in a day: after half of them it rests until people come."""
EDITS = 12
"""So often a card is written in a day, or a commit is given the same status."""

Swings = Mapping[tuple[str, str, str], int]
"""(ticket's uid, rule, verb) -> how often that was done with the same value within a day."""


def broken(ops: Iterable[Op], swings: Swings) -> tuple[list[Op], tuple[Held, ...]]:
    """Return the ops that may go on, and what is held until the day is over.

    The card of a ticket waits with what it would speak of.
    """
    kept: list[Op] = []
    held: dict[str, Held] = {}
    waiting: set[str] = set()
    for op in ops:
        ceiling = _ceiling(op)
        done = swings.get((op.target.uid, op.rule, op.name), 0)
        if op.shadow or done < ceiling:
            kept.append(op)
            continue
        what = f"ticket {op.target.key}, {op.name} by {op.rule}, again and again within a day,"
        held[what] = Held(what=what, ceiling=ceiling, wanted=done + 1, rules=frozenset({op.rule}))
        waiting.add(op.target.uid)
    return [op for op in kept if op.rule != CARD or op.target.uid not in waiting], tuple(held.values())


def _ceiling(op: Op) -> int:
    if op.rule == CARD or isinstance(op.verb, SetStatus):
        return EDITS
    return TURNS if op.name in SWINGING or isinstance(op.verb, RemoveLabel) else SWINGS
