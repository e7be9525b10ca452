"""Recovery: what we filed, and from what, read back from its marks when the database is new or older."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import structlog

from integrations.base import Receipt, Tracker
from integrations.errors import TrackerError
from rules.model import Marker
from worker.worker import Worker

LONG_AGO = timedelta(days=400)
"""How far back is looked for tickets of ours."""
SLOT = "recovered/"

log = structlog.get_logger()


def recover(worker: Worker, sources: Iterable[str], now: datetime) -> int:
    """Read back, once for each source and database, the tickets that we filed from others; return how many are news.

    A source that does not answer is asked again in the next pass.
    """
    found = 0
    for source in sources:
        name = f"{SLOT}{source}"
        if not worker.ledger.claim_slot(name, now):
            continue
        try:
            found += _recovered(worker, worker.trackers[source], now)
        except TrackerError as error:
            log.warning("what we filed was not read back", source=source, why=str(error))
            worker.ledger.release_slot(name)
            continue
        worker.ledger.slot_done(name, now)
    return found


def doubt_recovery(worker: Worker, source: str, at: datetime) -> None:
    """Have what we filed read back once more, if that was last done before `at`: a mark of then was news to us.

    The database was put back from an older copy, then.
    """
    if worker.ledger.reopen_slot(f"{SLOT}{source}", at):
        log.warning("the database is older than what we wrote: our marks are read back", source=source)


def _recovered(worker: Worker, tracker: Tracker, now: datetime) -> int:
    found = 0
    for ticket, marker in tracker.filed(now - LONG_AGO):
        what, _, rest = marker.state.partition("@")
        uid, _, due = rest.partition("|")
        if what and uid and _genuine(worker, marker, uid):
            receipt = Receipt(ref=ticket.ref, uid=ticket.uid, key=ticket.key, url=ticket.url)
            worker.ledger.recognise(marker.op, uid, receipt, now)
            found += worker.ledger.save_relation(uid, ticket.uid, what, now)
            _keep_due(worker, tracker, ticket.uid, due)
            worker.mirror.unsettle((uid, ticket.uid))
    return found


def _keep_due(worker: Worker, tracker: Tracker, uid: str, due: str) -> None:
    """Keep the due date with which a ticket was filed, if it has no other: its card, if any, is read later."""
    ticket = worker.mirror.ticket(uid)
    if due and not tracker.keeps_due and ticket is not None and ticket.due is None:
        worker.mirror.set_card_due(uid, date.fromisoformat(due))


def _genuine(worker: Worker, marker: Marker, uid: str) -> bool:
    return worker.keys.mac(marker.op, uid, marker.state) == marker.mac
