"""Opened before: a ticket that we opened and a person closed again stays closed, by whatever rule it was opened."""

from __future__ import annotations

from dataclasses import replace

from rules.actions import NAMES, Reopen, TakeBack
from rules.memory import Effect, Memory, Reversal
from rules.model import Ticket
from rules.policy import Policy
from rules.returning import returning
from rules.rule import Rule

JUDGED = "outcome"
"""The fact by which a rule asks for a judgement made after the closing: that is news, and no quarrel about it."""


def opening(deed: Effect | Reversal) -> bool:
    """Tell whether what was done, or undone, is an opening of a ticket that was done."""
    declined = deed.verb == NAMES[TakeBack] and deed.value.startswith("declined ")
    return declined or deed.verb == NAMES[Reopen]


def brings_news(rule: Rule) -> bool:
    """Tell whether a rule opens tickets for what happened after their closing, not for how they were closed."""
    return returning(rule) or JUDGED in rule.when.names


def left_closed(policy: Policy, ticket: Ticket, memory: Memory, rule: Rule) -> bool:
    """Tell whether a rule is to leave a ticket closed: what it opened itself stays closed for good."""
    deeds: tuple[Effect | Reversal, ...] = (*memory.effects, *memory.reversals)
    if any((each.verb, each.rule) == (NAMES[Reopen], rule.id) for each in deeds):
        return True
    return closed_against(policy, ticket, replace(memory, effects=()) if brings_news(rule) else memory, rule.id)


def closed_against(policy: Policy, ticket: Ticket, memory: Memory, rule: str) -> bool:
    """Tell whether a person closed the ticket, in whatever way, against what another rule of ours had opened.

    What came back and was opened for that is closed when it is mended: that is against nobody. What a person opened and
    closed anew after they had undone us is free, too.
    """
    if ticket.phase != "done":
        return False
    undone = (each for each in memory.reversals if opening(each))
    if any(ticket.closed is None or each.at >= ticket.closed for each in undone):
        return True
    others = {each.rule for each in memory.effects if opening(each) and each.rule != rule}
    return bool(others) and not others <= {each.id for each in policy.rules if returning(each)}
