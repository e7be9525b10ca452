"""The digest's list of decisions that fed nothing, or do not say what they feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.evaluate import evaluate
from rules.facts import of
from rules.governance import Section
from rules.memory import Memory
from rules.model import Bullets, Heading, Line, Link, Text, Ticket
from rules.people import called
from rules.policy import Policy
from rules.rule import Rule
from rules.texts import clipped

FEEDBACK: Section = "feedback"
MOST = 10
"""Decisions that are shown; the rest is counted."""
TITLE = "Decisions that feed nothing, or do not say what"
NOTHING = "feeds nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfed:
    """A decision on which a rule of feedback speaks, what it does not say, and whom it belongs to by their names."""

    ticket: Ticket
    missing: tuple[str, ...]  # none: all is answered, with none
    owners: tuple[str, ...]


def unfed(policy: Policy, ticket: Ticket, kind: str, memory: Memory, now: datetime) -> Unfed | None:
    """Return a ticket that a rule of feedback speaks of, None for any other; shadows speak to nobody.

    So what the rules leave alone, because it is older than they are, long closed or ignored, is not listed either.
    """
    holding = evaluate(policy, ticket, memory, now, kind=kind).holding
    if not any(_speaks(held.rule) for held in holding):
        return None
    found = of(ticket, kind, memory, policy, policy.calendar.today(now), ("feeds_missing", "fed_nothing"))
    missing = tuple(found["feeds_missing"]) if isinstance(found["feeds_missing"], list) else ()
    if not missing and not found["fed_nothing"]:
        return None
    owners = sorted(called(policy, ticket.source, login) for login in ticket.assignees)
    return Unfed(ticket=ticket, missing=missing, owners=tuple(owners))


def feedback_kinds(policy: Policy) -> frozenset[str]:
    """Return the kinds of tickets that rules of feedback look at."""
    return frozenset(kind for rule in policy.rules if _speaks(rule) for kind in rule.on)


def _speaks(rule: Rule) -> bool:
    return rule.section == FEEDBACK and rule.mode != "shadow"


def decisions(found: Sequence[Unfed]) -> tuple[Heading | Bullets, ...]:
    """Word the list, the oldest decision first."""
    if not found:
        return ()
    oldest = sorted(found, key=lambda one: (one.ticket.created, one.ticket.key))
    lines = [_line(one) for one in oldest[:MOST]]
    if len(found) > MOST:
        lines.append((Text(f"and {len(found) - MOST} more such decisions"),))
    return (Heading((Text(TITLE),)), Bullets(tuple(lines)))


def _line(one: Unfed) -> Line:
    what = f"says nothing of {', '.join(one.missing)}" if one.missing else NOTHING
    owners = " and ".join(one.owners) or "no owner"
    return (Link(one.ticket.key, one.ticket.url), Text(f" {clipped(one.ticket.title)} ({owners}): {what}"))
