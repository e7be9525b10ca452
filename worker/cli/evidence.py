"""What `why` says of what a ticket is the same as: its fix, what came back, what tells so, and who objected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.memory import Memory, Recurrence
from rules.model import Ticket
from rules.people import called
from rules.policy import Policy
from rules.texts import clipped

MOST = 20
"""So many reports are told one by one, the newest."""


def same_lines(policy: Policy, ticket: Ticket, memory: Memory) -> Iterator[str]:
    """Yield, a line each, when the fix took effect, each ticket that is the same, and each that is not."""
    date_of = policy.calendar.date_of
    reports = [each for each in memory.recurrences if each.other.way == "filed"]
    back = sum(each.again for each in reports)
    if memory.fix is not None and reports:
        since = f"on {date_of(memory.fix.at).isoformat()}" if memory.fix.at else "not yet"
        yield f"fixed: {since} ({memory.fix.how}); came back since it was first fixed: {back}"
    for each in memory.recurrences:
        if each.other.way == "origin":
            root = f", the first is {each.root}" if each.root != each.other.key else ""
            yield f"report of: {_shown(policy, each)}{root}"
    for each in reports[-MOST:]:
        yield f"{'came back' if each.again else 'reported while it was open'}: {_shown(policy, each)}"
    for objection in memory.objections:
        who = f", {clipped(called(policy, ticket.source, objection.by))}" if objection.by else ""
        yield f"not the same: {objection.key} ({objection.why}{who}, {date_of(objection.at).isoformat()})"


def _shown(policy: Policy, each: Recurrence) -> str:
    day = policy.calendar.date_of(each.created).isoformat()
    state = "done" if each.other.phase == "done" else "open"
    when = f" of {day}" if each.other.way == "filed" else ""
    return f"{each.other.key}{when}, {state} (tier {each.tier}: {each.evidence})"


def same_data(memory: Memory) -> dict[str, Any]:
    """Return the same for scripts."""
    return {
        "recurrences": [
            {
                "ticket": each.other.key,
                "way": each.other.way,
                "root": each.root,
                "reported": each.created,
                "again": each.again,
                "tier": each.tier,
                "signal": each.signal,
                "evidence": each.evidence,
            }
            for each in memory.recurrences
        ],
        "not_the_same": [
            {"ticket": each.key, "why": each.why, "by": each.by, "at": each.at} for each in memory.objections
        ],
        "fixed": None if memory.fix is None else {"at": memory.fix.at, "how": memory.fix.how},
    }
