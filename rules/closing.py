"""Closing: a report of what is known and open is closed as its duplicate, and opened again if people object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.actions import Close, Op, Reopen
from rules.duplicates import CLOSED, DUPLICATE, closing_id
from rules.effects import OPEN
from rules.fact_recurrence import before
from rules.memory import Effect, Objection
from rules.moves import View, closing, due_steps, op_of
from rules.putting_off import plain
from rules.rule import Rule
from rules.texts import clipped
from rules.withdrawing import withdrawn


def close_ops(view: View) -> Iterator[Op]:
    """Yield what closes the ticket as a duplicate, as a step asks that has come due."""
    for held in view.holding:
        steps = held.rule.steps
        closes = any(step.close for step in steps)
        due = [number for number in due_steps(view, held) if steps[number - 1].close] if closes else []
        op_id, found = closing(view, held.rule), before(view.asked)
        if due and op_id and found:
            op = op_of(view, held, Close(reason=DUPLICATE), op_id, after=f"closed as a {DUPLICATE}")
            because = (f"it is the same problem as {found.other.key}, which is open: {found.evidence}", *op.because)
            yield replace(op, before=clipped(view.ticket.status), because=because)


def undo_ops(view: View) -> Iterator[Op]:
    """Yield what opens the ticket again, once, that was closed as a duplicate of what people say is another thing."""
    ticket, memory = view.ticket, view.memory
    if ticket.phase != "done" or plain(ticket.resolution) not in DUPLICATES or not memory.objections:
        return
    rules = {rule.id: rule for rule in view.policy.rules if not view.shadowed(rule)}
    for effect in memory.effects:
        rule = rules.get(effect.rule) if (effect.verb, effect.value) == (CLOSED, DUPLICATE) else None
        objection = _objection(view, rule, effect) if rule else None
        if rule and objection:
            yield from withdrawn(view, rule, effect, objection, Reopen(), OPEN)


DUPLICATES = frozenset({DUPLICATE, "duplicated", "notplanned", ""})
"""The resolutions, as letters alone, that our closing may have left; another one is a person's."""


def _objection(view: View, rule: Rule, effect: Effect) -> Objection | None:
    """Return the objection to what a rule closed the ticket for.

    After a lost database nobody knows what that was: then it is the objection that was made since.
    """
    known = {each.other.uid for each in view.memory.recurrences} | {each.uid for each in view.memory.objections}
    ids = {closing_id(view.keys, rule, view.ticket.uid, uid): uid for uid in known}
    for each in view.memory.objections:
        ours = ids.get(effect.op)
        if ours == each.uid or (ours is None and each.at > effect.at):
            return each
    return None
