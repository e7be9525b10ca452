"""Remembered: tickets of the mirror, each with what the ledger remembers of it."""

from __future__ import annotations

from collections.abc import Iterable

from rules.memory import Memory
from rules.model import Ticket
from worker.worker import Worker
from worker.world import world

MANY = 2000
"""Up to so many tickets are remembered one by one; for more, all memories are read at once."""


def remembered(worker: Worker, tickets: Iterable[Ticket]) -> Iterable[tuple[Ticket, Memory]]:
    """Yield tickets, each with what is remembered of it in the world as it is, a batch at a time."""
    batch: list[Ticket] = []
    everything: dict[str, Memory] | None = None
    around = world(worker, worker.clock())
    nothing = Memory(world=around)
    for ticket in tickets:
        if everything is not None:
            yield ticket, everything.get(ticket.uid, nothing)
            continue
        batch.append(ticket)
        if len(batch) > MANY:
            everything = worker.ledger.memory(world=around)
            yield from ((each, everything.get(each.uid, nothing)) for each in batch)
            batch = []
    known = worker.ledger.memory([ticket.uid for ticket in batch], world=around) if batch else {}
    yield from ((each, known.get(each.uid, nothing)) for each in batch)
