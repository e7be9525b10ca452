"""Withdrawing: what was done to a ticket for another one is taken back, once, when people say that the two differ."""

from __future__ import annotations

from collections.abc import Iterator

from rules.actions import Close, Op, Reopen
from rules.memory import Effect, Objection
from rules.moves import View, target_of
from rules.people import called
from rules.rule import Rule
from rules.texts import clipped


def withdrawn(
    view: View, rule: Rule, effect: Effect, objection: Objection, verb: Close | Reopen, after: str
) -> Iterator[Op]:
    """Yield the op that takes an effect of a rule back because of an objection, unless that was done before."""
    op_id = view.op_id(rule.id, f"withdrawn {effect.op}", type(verb))
    if op_id in view.memory.done:
        return
    who = f" ({clipped(called(view.policy, view.ticket.source, objection.by))})" if objection.by else ""
    yield Op(
        id=op_id,
        target=target_of(view.ticket),
        verb=verb,
        rule=rule.id,
        because=(f"{objection.key} is not the same: {objection.why}{who}",),
        before=clipped(view.ticket.status),
        after=after,
        episode=effect.episode,
        rules=frozenset({rule.id}),
    )
