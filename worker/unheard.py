"""Unheard: comments that a database which just began, or was put back, has not read yet, as lists lag."""

from __future__ import annotations

from datetime import timedelta

from rules.actions import LinkTo, Post, WriteCard
from rules.model import Ticket
from worker.ledger import Entry
from worker.recovery import SLOT
from worker.worker import Worker

LAG = timedelta(minutes=15)
"""A list lags by seconds, an index by a few minutes; the rest is for clocks that differ."""


def unheard(worker: Worker, ticket: Ticket) -> bool:
    """Tell whether a ticket, just read, has comments that the mirror lacks: one may be our own, and is not repeated.

    It matters only to a database that read our marks back since then: else the ledger knows what we wrote.
    """
    done = worker.ledger.slot_done_at(f"{SLOT}{ticket.source}")
    read = worker.mirror.reads().get(ticket.source)
    if done is not None and read is not None and done + LAG < read.began:
        return False
    heard = {comment.ref for comment in worker.mirror.comments(ticket.uid)}
    written = {ref for entry in worker.ledger.of_ticket(ticket.uid) if (ref := _left(entry))}
    return ticket.comments > len(heard | written)


def _left(entry: Entry) -> str:
    """Return the comment that an op left, "" if it left none. On GitHub a link is one, too."""
    commented = isinstance(entry.op.verb, Post | WriteCard | LinkTo)
    return entry.receipt.ref if commented and entry.receipt and entry.receipt.wrote else ""
