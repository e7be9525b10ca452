"""Takeover: what our card on a ticket tells a database that knows less than it, because it was lost or is older."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from integrations.base import Receipt
from rules.actions import AddLabel, Op
from rules.card import TRACES, Trace, read_due, read_heard, read_leads, read_state, read_traces, read_unlike
from rules.effects import LABELLED, value_of
from rules.memory import NOTHING, Card, Effect, Reversal
from rules.model import Comment
from rules.moves import target_of
from rules.worn import occasion
from worker.quarrels import recall
from worker.recurrence.certainty import adopt_objections
from worker.worker import Worker


def take_over(worker: Worker, comment: Comment, now: datetime) -> bool:
    """Take from a card what the database does not know, if it never wrote what the card's mark keeps.

    Return True if the database knew another, older state of the card: it is older than the tracker.
    """
    state = comment.marker.state if comment.marker else ""
    known = worker.ledger.memory((comment.ticket,)).get(comment.ticket, NOTHING)
    if known.card is not None and worker.ledger.wrote_card(comment.ticket, state):
        return False
    worker.ledger.adopt(comment.ticket, read_state(state))
    worker.ledger.save_card(comment.ticket, Card(ref=comment.ref, essence="", at=comment.updated))
    due = read_due(state)
    if due is not None and _only_on_card(worker, comment):
        worker.mirror.set_card_due(comment.ticket, due)
    worker.ledger.save_leads((comment.ticket, lead) for lead in read_leads(state, comment.updated))
    traces = read_traces(worker.policy, state)
    _stand_down(worker, comment.ticket, known.effects, traces)
    _adopt(worker, comment, traces, now)
    recall(worker, comment, now)
    adopt_objections(worker, comment, read_unlike(state))
    for told in read_heard(state):
        worker.ledger.recognise(told, comment.ticket, Receipt(), now)
    worker.mirror.unsettle((comment.ticket,))
    return known.card is not None and not known.card.gone


def _only_on_card(worker: Worker, comment: Comment) -> bool:
    """Tell whether the tracker has no place for the ticket's due date, or people's milestone is in it.

    Elsewhere a date that is not there was taken away.
    """
    tracker, ticket = worker.trackers.get(comment.source), worker.mirror.ticket(comment.ticket)
    return tracker is None or not tracker.keeps_due or (ticket is not None and bool(ticket.milestone))


def _adopt(worker: Worker, comment: Comment, traces: Sequence[Trace], now: datetime) -> None:
    """Note what we did and what people undid, so that it is taken off in time, or left undone."""
    ticket = worker.mirror.ticket(comment.ticket)
    for trace in traces if ticket else ():
        if trace.stands and trace.verb is not None and ticket is not None:
            op = Op(
                id=worker.keys.id(trace.rule, ticket.uid, _occasion(trace), trace.name),
                target=target_of(ticket),
                verb=trace.verb,
                rule=trace.rule,
                because=("the card says so",),
                before="-",
                after=trace.name,
                episode=trace.number,
            )
            worker.ledger.learn(op, comment.updated, now)  # what was undone since then came after it
        elif not trace.stands:
            value = value_of(trace.verb) if trace.verb else ""
            at = trace.at or comment.updated
            undone = Reversal(rule=trace.rule, verb=trace.name, value=value, at=at, by=trace.by)
            worker.ledger.save_reversals(((comment.ticket, undone),))


def _stand_down(worker: Worker, uid: str, effects: Sequence[Effect], traces: Sequence[Trace]) -> None:
    """Forget what we did that the card no longer tells of: we took it back ourselves since, nobody else did.

    A label that is put on to be kept is on no card.
    """
    worn = {(rule.id, rule.label) for rule in worker.policy.rules}
    told = {(trace.rule, trace.name, value_of(trace.verb)) for trace in traces if trace.stands and trace.verb}
    ended = [
        (uid, effect.op)
        for effect in effects
        if effect.verb in TRACES
        and (effect.rule, effect.verb, effect.value) not in told
        and (effect.verb != LABELLED or (effect.rule, effect.value) in worn)
    ]
    worker.ledger.stand_down(ended)


def _occasion(trace: Trace) -> str:
    """Return the occasion on which the rule planned it."""
    if isinstance(trace.verb, AddLabel):
        return occasion(trace.verb.label, trace.number)
    return f"e{trace.number}"
