"""Carry: one op from intent to what came of it, every step on the disk before the next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import structlog

from integrations.base import Receipt, Tracker
from integrations.errors import (
    Forbidden,
    NotAllowed,
    NotFound,
    RateLimited,
    Rejected,
    Taken,
    TrackerError,
    Unavailable,
)
from rules.actions import Clear, FileTicket, Op, React, SetDue, TakeBack, WriteCard
from rules.memory import Card
from worker.doubts import dated, find_filed
from worker.perform import appends, perform
from worker.worker import Worker

Outcome = Literal["done", "failed", "doubt", "unsent", "dropped"]

LONG_AGO = timedelta(days=400)
"""How far back is looked for a ticket of ours before it is filed: the database may be newer than the ticket."""

log = structlog.get_logger()


def carry_out(worker: Worker, tracker: Tracker, op: Op, card: Card | None) -> tuple[Outcome, TrackerError | None]:
    """Carry out one op and write down what came of it; return that, and the error if there was one.

    An error that concerns more than the op (a throttle, a right) is for the caller to act on.
    """
    worker.ledger.sending(op.id, worker.clock())
    worker.guard.check()  # whoever took over settles it
    try:
        receipt = _send(worker, tracker, op, card)
    except TrackerError as error:
        outcome = _failed(worker, op, card, error)
        log.warning("op not done", op=op.id, target=op.target.key, verb=op.name, outcome=outcome, why=str(error))
        return outcome, error
    worker.ledger.done(op.id, receipt, worker.clock())
    log.info("op done", op=op.id, target=op.target.key, verb=op.name, after=op.after, rule=op.rule)
    return "done", None


def _send(worker: Worker, tracker: Tracker, op: Op, card: Card | None) -> Receipt:
    if isinstance(op.verb, FileTicket):
        found = find_filed(worker, tracker, op, worker.clock() - LONG_AGO)
        if found is not None:
            return found
    if isinstance(op.verb, Clear) and op.verb.what == "due":
        return _clear_due(worker, tracker, op)
    due = _due(op)
    if due is not None:
        return _set_due(worker, tracker, op, due)
    receipt = perform(tracker, op, card=card, keys=worker.keys, styles=worker.policy.labels)
    if isinstance(op.verb, FileTicket):
        return dated(worker, tracker, op, receipt)
    if isinstance(op.verb, WriteCard) and card is not None:
        return Receipt(ref=card.ref, wrote=receipt.wrote)
    return receipt


def _due(op: Op) -> date | None:
    """Return the due date that an op sets."""
    if isinstance(op.verb, TakeBack):
        return date.fromisoformat(op.verb.value) if op.verb.way == "due" else None
    return op.verb.due if isinstance(op.verb, SetDue) else None


def _set_due(worker: Worker, tracker: Tracker, op: Op, due: date) -> Receipt:
    """Set a due date where the tracker keeps it; on our card where it has no place, or a person's thing is in it.

    A later date that a person's thing shows is not taken back by what only the card says.
    """
    if tracker.keeps_due:
        try:
            return tracker.set_due(op.target.ref, due)
        except Taken as taken:
            log.info("the due date goes on the card", target=op.target.key, why=str(taken))
    worker.mirror.set_card_due(op.target.uid, due)
    return Receipt(wrote=not isinstance(op.verb, TakeBack))


def _clear_due(worker: Worker, tracker: Tracker, op: Op) -> Receipt:
    """Clear a due date where it is: in the tracker, or on our card."""
    receipt = tracker.set_due(op.target.ref, None) if tracker.keeps_due else Receipt()
    worker.mirror.set_card_due(op.target.uid, None)
    return receipt


def seen_filed(worker: Worker, tracker: Tracker, op: Op) -> bool:
    """Read what was filed from a ticket into the mirror, for rules to look at it; return whether it is there."""
    receipt = worker.ledger.receipt(op.id) if isinstance(op.verb, FileTicket) and op.verb.what else None
    if receipt is None:
        return False
    try:
        worker.mirror.put_ticket(tracker.ticket(receipt.ref), worker.clock())
    except TrackerError as error:
        log.warning("filed, and not read back", filed=receipt.key, why=str(error))
        return False
    return True


def _failed(worker: Worker, op: Op, card: Card | None, error: TrackerError) -> Outcome:  # noqa: PLR0911 - one line a kind of error
    now, ledger = worker.clock(), worker.ledger
    match error:
        case RateLimited(sent=False):
            ledger.retry(op.id, error.retry_at, now)
            return "unsent"
        case Forbidden():
            ledger.failed(op.id, str(error), now)
            return "failed"
        case NotAllowed() | Unavailable(sent=False):
            ledger.retry(op.id, None, now)
            return "unsent"
        case NotFound() if isinstance(op.verb, WriteCard) and card is not None:
            ledger.failed(op.id, "somebody deleted the card: it is not written again", now)
            ledger.save_card(op.target.uid, Card(ref=card.ref, essence=card.essence, at=card.at, gone=True))
            return "dropped"
        case NotFound() if isinstance(op.verb, React):
            ledger.failed(op.id, "somebody deleted the comment", now)
            return "dropped"
        case Unavailable():
            ledger.doubt(op.id, str(error), now)
            if not appends(op.verb, card):
                ledger.retry(op.id, error.retry_at if isinstance(error, RateLimited) else None, now)
                return "unsent"
            return "doubt"
        case Rejected() | NotFound():
            ledger.failed(op.id, str(error), now)
            return "failed"
        case _:
            ledger.doubt(op.id, str(error), now)
            return "doubt"
