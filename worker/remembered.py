"""Remembered: tickets of the mirror, each with what the ledger remembers of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.memory import Memory
from rules.model import Ticket
from worker.quarrels import with_quarrels
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
            yield from _each(worker, (ticket,), everything, nothing)
            continue
        batch.append(ticket)
        if len(batch) > MANY:
            everything = worker.ledger.memory(world=around)
            yield from _each(worker, batch, everything, nothing)
            batch = []
    known = worker.ledger.memory([ticket.uid for ticket in batch], world=around) if batch else {}
    yield from _each(worker, batch, known, nothing)


def _each(
    worker: Worker, tickets: Iterable[Ticket], known: Mapping[str, Memory], nothing: Memory
) -> Iterator[tuple[Ticket, Memory]]:
    for ticket in tickets:
        yield ticket, with_quarrels(worker, ticket.uid, known.get(ticket.uid, nothing))
