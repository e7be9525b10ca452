"""Returning: the rules that open again what came back, once for each report, and for which report they do."""

from __future__ import annotations

from typing import Protocol

from rules.actions import NAMES, Reopen
from rules.fact_asked import Asked
from rules.fact_recurrence import RECURRENCE_FACTS, news
from rules.memory import Memory
from rules.policy import Policy
from rules.rule import Rule

RECURRED = "recurred"
ABOUT_RECURRENCE = frozenset(fact.name for fact in RECURRENCE_FACTS)
"""The facts by which a rule is one about recurrences."""


class OpKeys(Protocol):
    """Where op ids come from; see rules.moves."""

    def id(self, rule: str, target_uid: str, occasion: str, verb: str) -> str:
        """Return the op id, hex."""


def returning(rule: Rule) -> bool:
    """Tell whether a rule asks whether a ticket came back."""
    return RECURRED in rule.when.names


def returning_rules(policy: Policy) -> tuple[Rule, ...]:
    """Return the rules that ask whether a ticket came back."""
    return tuple(rule for rule in policy.rules if returning(rule))


def reopening_id(keys: OpKeys, rule: Rule, uid: str, report: str) -> str:
    """Return the id of the op by which a rule opens a ticket again because of a report (by uid)."""
    return keys.id(rule.id, uid, f"again {report}", NAMES[Reopen])


def reopening_due(keys: OpKeys, rule: Rule, asked: Asked, memory: Memory) -> str:
    """Return the id of the op that opens a ticket again because of its newest report; "" if there is none to do."""
    if asked.ticket.phase != "done":
        return ""
    newest = news(asked)[-1:]
    ids = [reopening_id(keys, rule, asked.ticket.uid, each.other.uid) for each in newest]
    return next((each for each in ids if each not in memory.done), "")
