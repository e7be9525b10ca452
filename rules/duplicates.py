"""Duplicates: whether a report of what is known, and open, is to be closed as its duplicate; once for each two."""

from __future__ import annotations

from typing import Final

from rules.actions import NAMES, Close
from rules.fact_asked import Asked
from rules.fact_recurrence import before
from rules.memory import Memory
from rules.returning import OpKeys
from rules.rule import Rule

CLOSED = NAMES[Close]
DUPLICATE: Final = "duplicate"
"""As what it is closed, and what its closing leaves standing."""


def closing_id(keys: OpKeys, rule: Rule, uid: str, other: str) -> str:
    """Return the id of the op by which a rule closes a report as a duplicate of another ticket (both by uid)."""
    return keys.id(rule.id, uid, f"duplicate of {other}", CLOSED)


def closing_due(keys: OpKeys, rule: Rule, asked: Asked, memory: Memory) -> str:
    """Return the id of the op that closes a report as a duplicate; "" if there is none to do.

    What we closed once and is open again was opened by people, and stays open.
    """
    found = before(asked)
    ours = any((each.rule, each.verb) == (rule.id, CLOSED) for each in memory.effects)
    undone = any((each.rule, each.verb) == (rule.id, CLOSED) for each in memory.reversals)
    if found is None or ours or undone or asked.ticket.phase == "done":
        return ""
    op_id = closing_id(keys, rule, asked.ticket.uid, found.other.uid)
    return "" if op_id in memory.done else op_id
