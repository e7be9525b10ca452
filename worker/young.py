"""Young tickets: right after one was made, a server may list it and yet not know it when it is asked for it."""

from __future__ import annotations

from datetime import timedelta

from worker.worker import Worker

YOUNG = timedelta(minutes=15)
"""A server takes seconds; the rest is for clocks that differ."""


def is_young(worker: Worker, uid: str) -> bool:
    """Tell whether a ticket was made a moment ago, so that not finding it does not mean that it is gone."""
    ticket = worker.mirror.ticket(uid)
    return ticket is not None and abs(worker.clock() - ticket.created) < YOUNG
