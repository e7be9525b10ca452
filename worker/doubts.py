"""Doubts: find out what came of ops whose sending was cut off, by reading the primary store."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from integrations.base import Receipt, Tracker
from integrations.errors import NotFound, TrackerError
from rules.actions import Approve, FileTicket, Op, PlanFor, RemoveLabel
from rules.effects import effect_of, shows, wears
from worker.gates.kept import Kept
from worker.ledger import Entry
from worker.perform import appends
from worker.worker import Worker
from worker.young import is_young

PATIENCE = timedelta(seconds=3)
"""A grace this short is slept out; a longer one leaves the second look to the next pass."""
LOOKS = 2
SENDS = 3
"""Sends of one op, at most: after that a person has to look."""
BEFORE = timedelta(hours=1)
"""How much earlier than our own clock says a server may have dated what we filed."""
CUT_OFF = "the process ended while it was being sent"
GONE = "its source {source} is no longer in the config"

log = structlog.get_logger()


def settle(worker: Worker, authors: dict[str, str], now: datetime) -> int:
    """Resolve what an earlier pass left unfinished, as far as it can be known now; return how many ops.

    What was never sent is planned anew. What may have been sent is looked for: found, it is done; twice not found with
    a grace between, it is sent again; what cannot be known is parked.
    """
    settled = 0
    for entry in worker.ledger.open_ops(now):
        if entry.op.goes_to not in worker.trackers:
            settled += _abandon(worker, entry, now)
            continue
        if entry.state == "intent" and entry.attempts == 0:
            # In this order: a kill between the two must not leave the ticket settled.
            worker.mirror.unsettle((entry.op.target.uid,))
            worker.ledger.put_back(entry.op.id, "left over from an earlier pass: planned anew", now)
            continue
        if entry.op.goes_to not in authors:
            continue
        settled += _settle(worker, entry, authors[entry.op.goes_to])
    return settled


def _abandon(worker: Worker, entry: Entry, now: datetime) -> int:
    """Settle an op whose source is no longer in the config: nobody looks for it there any more."""
    op, ledger = entry.op, worker.ledger
    if entry.state == "intent":
        worker.mirror.unsettle((op.target.uid,))  # should the source come back
        ledger.put_back(op.id, GONE.format(source=op.goes_to), now)
        return 0
    if entry.state == "sending":
        ledger.doubt(op.id, CUT_OFF, now)
    ledger.park(op.id, GONE.format(source=op.goes_to), now)
    return 1


def _settle(worker: Worker, entry: Entry, author: str) -> int:
    op, ledger = entry.op, worker.ledger
    if entry.state == "sending":
        ledger.doubt(op.id, CUT_OFF, worker.clock())
    try:
        found = find(worker, entry, author)
    except TrackerError as error:
        if isinstance(error, NotFound) and not is_young(worker, op.target.uid):
            ledger.park(op.id, "what it was for is gone", worker.clock())
            return 1
        log.warning("doubt remains", op=op.id, target=op.target.key, why=str(error))
        return 0
    if found is not None:
        worker.mirror.unsettle((op.target.uid,))
        ledger.done(op.id, found, worker.clock())
        return 1
    if entry.state == "intent":
        return 0
    return _not_found(worker, entry, author)


def _not_found(worker: Worker, entry: Entry, author: str) -> int:
    op, ledger = entry.op, worker.ledger
    if not _appends(worker, op):
        ledger.retry(op.id, None, worker.clock())
        return 1
    grace = _grace(worker)
    looks = ledger.looked(op.id, worker.clock() + grace, worker.clock())
    if looks < LOOKS:
        if grace > PATIENCE:
            return 0
        worker.sleep(grace.total_seconds())
        return _settle(worker, _now(worker, entry), author)
    if entry.attempts >= SENDS:
        ledger.park(op.id, f"sent {entry.attempts} times and never seen", worker.clock())
    else:
        ledger.retry(op.id, None, worker.clock())
    return 1


def _grace(worker: Worker) -> timedelta:
    """Return how long to wait for the second look: what an overtaken worker is still sending must have ended."""
    return max(worker.grace, worker.longest_send) if worker.guard.overtook else worker.grace


def _now(worker: Worker, entry: Entry) -> Entry:
    return worker.ledger.op(entry.op.id) or entry


def _appends(worker: Worker, op: Op) -> bool:
    memory = worker.ledger.memory((op.target.uid,)).get(op.target.uid)
    return appends(op.verb, memory.card if memory else None)


def find(worker: Worker, entry: Entry, author: str) -> Receipt | None:  # noqa: PLR0911 - one line a kind of op
    """Look for what an op left, in the primary store. Raises integrations.errors."""
    op = entry.op
    tracker = worker.trackers[op.goes_to]
    if isinstance(op.verb, FileTicket):
        return find_filed(worker, tracker, op, (entry.sent or entry.intended) - BEFORE)
    if _appends(worker, op):
        return _find_comment(worker, tracker, op, author)
    if isinstance(op.verb, Approve) or Kept(worker.database).change(op.target.uid) is not None:
        return None  # whoever sends it again looks first whether it is there
    ticket, effect = tracker.ticket(op.target.ref), effect_of(op, worker.clock())
    if isinstance(op.verb, PlanFor):  # whatever it is planned for by now
        return Receipt(wrote=True) if (ticket.sprint if op.verb.place == "sprint" else ticket.milestone) else None
    if isinstance(op.verb, RemoveLabel):
        return None if wears(ticket, op.verb.label) else Receipt(wrote=True)
    if effect is not None and shows(worker.policy, ticket, effect):
        return Receipt(wrote=True)  # exactly this: what was there before it, or what people put there, is not ours
    return None


def find_filed(worker: Worker, tracker: Tracker, op: Op, since: datetime) -> Receipt | None:
    """Look for a ticket that was filed as this op."""
    for ticket, marker in tracker.filed(since):
        if marker.op == op.id and worker.keys.mac(marker.op, op.target.uid, marker.state) == marker.mac:
            return dated(worker, tracker, op, Receipt(ref=ticket.ref, uid=ticket.uid, key=ticket.key, url=ticket.url))
    return None


def dated(worker: Worker, tracker: Tracker, op: Op, filed: Receipt) -> Receipt:
    """Keep the due date of a ticket that was filed where its tracker has no place for one; return its receipt."""
    due = op.verb.due if isinstance(op.verb, FileTicket) else None
    if due is not None and not tracker.keeps_due:
        worker.mirror.put_ticket(tracker.ticket(filed.ref), worker.clock())
        ticket = worker.mirror.ticket(filed.uid)
        if ticket is not None and ticket.due is None:  # a card that was found again may know of another one
            worker.mirror.set_card_due(filed.uid, due)
    return filed


def _find_comment(worker: Worker, tracker: Tracker, op: Op, author: str) -> Receipt | None:
    for comment in tracker.comments(op.target.ref):
        marker = comment.marker
        if marker and marker.op == op.id and worker.keys.genuine(marker, op.target.uid, comment.author, author):
            return Receipt(ref=comment.ref, uid=comment.uid)
    return None
