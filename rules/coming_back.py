"""Coming back: what rules about recurrences tell on a ticket, and how a reopening is withdrawn by objection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.actions import Close, Op
from rules.effects import REOPENED
from rules.fact_likeness import CERTAIN
from rules.fact_recurrence import news
from rules.following import CLOSED
from rules.memory import LIKENESS, REPORTED, Effect, Objection, Recurrence, Related
from rules.moves import View
from rules.returning import ABOUT_RECURRENCE, reopening_id, returning
from rules.rule import Rule
from rules.withdrawing import withdrawn

MOST = 10
"""So many recurrences are linked and named, the newest."""


def told(view: View) -> tuple[Related, ...]:
    """Return the tickets that came back, or that came back by this one, once a rule about recurrences held here."""
    if not view.memory.recurrences:
        return ()
    asking = {rule.id for rule in view.policy.rules if rule.when.names & ABOUT_RECURRENCE and not view.shadowed(rule)}
    episodes = (each for each in view.evaluation.episodes if each.rule in asking and not each.baseline)
    if not any(episodes):
        return ()
    near = [each for each in view.memory.recurrences if each.direct]
    return tuple(_known_as(each) for each in near[-MOST:])


def _known_as(each: Recurrence) -> Related:
    """Return the other ticket as what it is: text makes nothing certain."""
    if each.tier != CERTAIN:
        return replace(each.other, what=LIKENESS)
    return each.other if each.again else replace(each.other, what=REPORTED)


def withdrawal_ops(view: View) -> Iterator[Op]:
    """Yield what closes the ticket again, once, if it was opened for a report that people say is another thing."""
    ticket, memory = view.ticket, view.memory
    if ticket.phase == "done" or not memory.objections:
        return
    if news(view.asked):
        return
    rules = {rule.id: rule for rule in view.policy.rules if returning(rule) and not view.shadowed(rule)}
    for effect in memory.effects:
        rule = rules.get(effect.rule) if effect.verb == REOPENED else None
        objection = _objection(view, rule, effect) if rule else None
        if rule and objection:
            yield from withdrawn(view, rule, effect, objection, Close(), f"{CLOSED}completed")


def _objection(view: View, rule: Rule, effect: Effect) -> Objection | None:
    """Return the objection to the report because of which a rule opened the ticket.

    After a lost database nobody knows because of which one: then it is the one that was made since.
    """
    known = {reopening_id(view.keys, rule, view.ticket.uid, each.other.uid) for each in view.memory.recurrences}
    for each in view.memory.objections:
        ours = effect.op == reopening_id(view.keys, rule, view.ticket.uid, each.uid)
        if ours or (effect.op not in known and each.at > effect.at):
            return each
    return None
