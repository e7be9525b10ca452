"""What closed gates wait for, and which tickets they concern, as the mirror has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from rules.fact_asked import Asked
from rules.fact_gates import covering
from rules.facts import kind_of
from rules.gates.model import Gate
from rules.gates.ruling import FIRST, HELD, PAGE
from rules.gates.states import GateState
from rules.model import Ticket
from worker.gates.counting import open_tickets
from worker.remembered import remembered
from worker.worker import Worker

SHOWN = 10
"""So many tickets that it waits for a gate names; the rest is counted."""
Standing = Sequence[tuple[Gate, GateState]]


def with_blocking(worker: Worker, standing: Standing, now: datetime) -> tuple[GateState, ...]:
    """Return the states, each closed one with the tickets that it waits for, oldest first."""
    asking = [(gate, state) for gate, state in standing if state.closed and gate.blocking]
    found = _waited_for(worker, asking, now) if asking else {}
    return tuple(_named(state, found.get((state.gate, state.subject), ())) for _, state in standing)


def _waited_for(worker: Worker, asking: Standing, now: datetime) -> Mapping[tuple[str, str], list[Ticket]]:
    policy, today = worker.policy, worker.policy.calendar.today(now)
    found: defaultdict[tuple[str, str], list[Ticket]] = defaultdict(list)
    for ticket, memory in remembered(worker, worker.mirror.open()):
        asked = Asked(ticket, kind_of(ticket, memory, policy, today), memory, policy, today)
        for gate, state in covering(asked, asking):
            if gate.blocking and gate.blocking.fits(asked, state.subject):
                found[(state.gate, state.subject)].append(ticket)
    return found


def _named(state: GateState, tickets: Sequence[Ticket]) -> GateState:
    first = sorted(tickets, key=lambda ticket: (ticket.created, ticket.key))[:SHOWN]
    return replace(state, blocking=tuple((one.key, one.url, one.title) for one in first), waiting=len(tickets))


def concerned(worker: Worker, changed: Collection[tuple[Gate, GateState]], now: datetime) -> frozenset[str]:
    """Return the tickets (uids) on which gates that closed or opened have a say, or had one."""
    if not changed:
        return frozenset()
    policy, today = worker.policy, worker.policy.calendar.today(now)
    rules = [f"{gate.id}.{name}" for gate, _ in changed for name in (HELD, FIRST, PAGE)]
    found = set(worker.ledger.within(rules))
    for ticket, memory in open_tickets(worker):
        asked = Asked(ticket, "", memory, policy, today)
        if any(covering(asked, changed)):
            found.add(ticket.uid)
    return frozenset(found)
