"""Resembled: the earlier tickets that may be the same problem, as far as rules that hold here speak of them."""

from __future__ import annotations

from rules.fact_asked import Asked
from rules.fact_likeness import LIKENESS_FACTS, strong, suggested
from rules.memory import Likeness, Related
from rules.moves import View

ABOUT_LIKENESS = frozenset(fact.name for fact in LIKENESS_FACTS)
"""The facts by which a rule is one about what resembles what."""
SUGGESTED, STRONG = "alike", "likely_same"
"""The facts by which a rule speaks of what is suggested, and of what is acted upon."""


def acted_upon(view: View) -> tuple[Related, ...]:
    """Return the ticket that this one matches strongly, to be linked, if a rule that holds asks for it."""
    found = strong(_asked(view)) if view.memory.likenesses and _speaks(view, STRONG, shadow=False) else None
    if found is None or any(each.other.uid == found.other.uid for each in view.memory.recurrences):
        return ()  # a pair that opened it again is told as such
    return (found.other,)


def shown(view: View, *, shadow: bool) -> tuple[Likeness, ...]:
    """Return what a rule that holds suggests to people."""
    if not view.memory.likenesses or not _speaks(view, SUGGESTED, shadow=shadow):
        return ()
    return tuple(suggested(_asked(view)))


def _speaks(view: View, fact: str, *, shadow: bool) -> bool:
    return any(fact in held.rule.when.names and view.shadowed(held.rule) is shadow for held in view.holding)


def _asked(view: View) -> Asked:
    return Asked(view.ticket, view.evaluation.kind, view.memory, view.policy, view.today)
