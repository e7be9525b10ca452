"""Blocked tickets, read again once a day: when a blocker is closed, the tracker does not say that they have changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import structlog

from integrations.base import Tracker
from integrations.errors import NotFound, TrackerError
from rules.model import Ticket
from worker.sync import Synced
from worker.worker import Worker

MOST = 20
"""So many tickets of a source are read again in a pass: a request each, or two where due dates are an issue field."""

log = structlog.get_logger()


def see_blocked(worker: Worker, synced: Synced) -> Synced:
    """Read those blocked tickets of a source that were not read today, the longest not read first.

    Return what came of reading the source, these among it. A source that failed is left alone.
    """
    if synced.error:
        return synced
    tracker, read = worker.trackers[synced.source], 0
    try:
        for ticket in _not_seen_today(worker, tracker):
            _see(worker, tracker, ticket)
            read += 1
    except TrackerError as failure:
        log.warning("source failed", source=tracker.name, why=str(failure))
        worker.mirror.end_read(tracker.name, worker.clock(), str(failure))
        return replace(synced, items=synced.items + read, error=str(failure))
    return replace(synced, items=synced.items + read)


def _not_seen_today(worker: Worker, tracker: Tracker) -> Iterator[Ticket]:
    calendar = worker.policy.calendar
    today = calendar.today(worker.clock())
    return (ticket for ticket, seen in worker.mirror.blocked(tracker.name, MOST) if calendar.date_of(seen) < today)


def _see(worker: Worker, tracker: Tracker, ticket: Ticket) -> None:
    try:
        worker.mirror.put_ticket(tracker.ticket(ticket.ref), worker.clock())
    except NotFound as error:
        worker.mirror.bury(ticket.uid, worker.clock(), str(error))
    else:
        worker.mirror.mark_seen(ticket.uid, worker.clock())
