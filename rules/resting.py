"""Resting: what a rule set often enough on a ticket, in a quarrel that it cannot end, until a person looks after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from rules.effects import ASSIGNED, DUE, LABELLED, PRIORITY, stands
from rules.memory import Effect, Memory, Swing
from rules.model import Ticket

TIMES = 3
"""So often a label or field is set to the same within SPAN."""
SPAN = timedelta(days=14)
SWINGING = frozenset({LABELLED, ASSIGNED, DUE, PRIORITY})
"""Verbs that may swing: what rules set once for each thing that happens, like a reopening, does not."""


def swung(did: Iterable[Effect]) -> tuple[Swing, ...]:
    """Return what was set so often, of all that we did to a ticket, oldest first, whether it stands or not.

    Whatever is set after that has been let go on by a person, and is counted from one again.
    """
    turns: dict[tuple[str, str], list[Effect]] = {}
    for each in did:
        if each.verb not in SWINGING:
            continue
        before = turns.get((each.verb, each.value), [])
        recent = [one for one in before if one.at > each.at - SPAN] if len(before) < TIMES else []
        turns[each.verb, each.value] = [*recent, each]
    return tuple(
        Swing(verb=verb, value=value, rules=frozenset(one.rule for one in did), times=TIMES, last=did[-1].at)
        for (verb, value), did in turns.items()
        if len(did) == TIMES
    )


def resting(ticket: Ticket, memory: Memory) -> tuple[Swing, ...]:
    """Return what is not set again. What stands is left, and taken off in its time: only then it rests."""
    return tuple(swing for swing in memory.swings if not _there(ticket, memory, swing))


def _there(ticket: Ticket, memory: Memory, swing: Swing) -> bool:
    """Tell whether what we set last is still there: a label until it is taken off, a field as the tracker shows it.

    A read older than the write cannot show it yet.
    """
    ours = [effect for effect in memory.effects if (effect.verb, effect.value) == (swing.verb, swing.value)]
    if swing.verb == LABELLED:
        return bool(ours)
    return any(ticket.updated < effect.at.replace(microsecond=0) or stands(ticket, effect) for effect in ours)
