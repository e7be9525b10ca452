"""The page of a gate that is open again, or gone, is closed, once: who opens it anew wants it open."""

from __future__ import annotations

from collections.abc import Iterator

from rules.actions import Close, Op
from rules.gates.ruling import PAGE
from rules.gates.states import GateState
from rules.moves import View, target_of
from rules.texts import clipped

WHY = "the gate {name} is open again"
GONE = "the gate {name} holds nothing any more: it is not in the rules, or in shadow"
OCCASION = "e{number}"


def closing_ops(view: View) -> Iterator[Op]:
    """Yield what closes the ticket, if it tells of a closing that is over."""
    ticket = view.ticket
    if ticket.phase == "done":
        return
    for state in view.memory.world.opened:
        if state.page != ticket.uid:
            continue
        rule = f"{state.gate}.{PAGE}"
        op = Op(
            id=view.op_id(rule, OCCASION.format(number=state.number), Close),
            target=target_of(ticket),
            verb=Close(reason="completed"),
            rule=rule,
            because=(_why(state),),
            before=clipped(ticket.status),
            after="completed",
            shadow=rule in view.paused,
            rules=frozenset({rule}),
        )
        if op.id not in view.memory.done:
            yield op


def _why(state: GateState) -> str:
    return (GONE if state.closed else WHY).format(name=state.name)
