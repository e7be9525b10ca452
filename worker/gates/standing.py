"""Standing: how all gates stand now, judged anew by what is known, and remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from rules.fact_work import not_done
from rules.gates.judge import judge
from rules.gates.model import Gate, GateState
from worker.gates.blocking import concerned, with_blocking
from worker.gates.gathering import Gathered, asked, gathered
from worker.gates.ground import ground
from worker.gates.pages import page_of, page_source
from worker.gates.states import GateStates
from worker.worker import Worker

AGAIN = ("it was closed when the database was lost",)


def standing(worker: Worker, now: datetime) -> tuple[GateState, ...]:
    """Judge all gates, remember how they stand, and return that: in the policy's order, then by subject.

    Where one closed, opened or waits for something else, the tickets that concerns are looked at again. On the same
    ground as the last time nothing is judged: they stand as they stood.
    """
    if not worker.policy.gates:
        return ()
    kept, basis = GateStates(worker.database), ground(worker, now)
    order = [gate.id for gate in worker.policy.gates]
    still = kept.still(basis, now)
    if still is not None:
        return tuple(sorted(still, key=lambda state: (order.index(state.gate), state.subject)))
    found, before = gathered(worker, now), kept.all()
    judged = []
    for gate in worker.policy.gates:
        levels = found.levels(gate)
        closed = {subject for (name, subject), state in before.items() if name == gate.id and state.closed}
        for subject in sorted(found.of(gate) | (closed if gate.each else set())):
            known = before.get((gate.id, subject)) or remembered_by_page(worker, gate, subject)
            judged.append((gate, with_page(worker, gate, judge(gate, subject, levels, known, now))))
    states = with_blocking(worker, judged, now)
    gates = {gate.id: gate for gate in worker.policy.gates}
    blind = {gate.id for gate in worker.policy.gates if _blind(worker, gate, found)}
    told = [state for state in states if state.gate not in blind or (state.gate, state.subject) in before]
    kept.save(told)
    if not blind and all(state.in_force or not state.closed for state in states):  # else the next look tells more
        kept.judged_on(basis, now)
    news = [state for state in told if _acts(gates[state.gate], state, before.get((state.gate, state.subject)))]
    worker.mirror.unsettle(concerned(worker, [(gates[state.gate], state) for state in news], now))
    worker.mirror.unsettle(_pages(told, before.values()))
    return states


def _blind(worker: Worker, gate: Gate, found: Gathered) -> bool:
    """Tell whether a gate that was never judged cannot be now: half a reading counts for it, or hides its pages."""
    asks = bool(gate.level_names - found.base.outside)
    return bool(found.base.partial and asks) or page_source(worker, gate) in worker.mirror.unreadable(worker.trackers)


def with_page(worker: Worker, gate: Gate, state: GateState) -> GateState:
    """Return a state with the ticket of its last closing, if that is filed."""
    receipt = page_of(worker, gate, state.subject, state.number) if state.number else None
    return replace(state, page=receipt.uid, url=receipt.url) if receipt else replace(state, page="", url="")


def remembered_by_page(worker: Worker, gate: Gate, subject: str) -> GateState | None:
    """Return how a gate stood before the database was lost, as its tickets tell; None if it never closed.

    One that people called off still stands for its closing: it is not filed twice.
    """
    number = 0
    while page_of(worker, gate, subject, number + 1) is not None:
        number += 1
    last = page_of(worker, gate, subject, number) if number else None
    ticket = worker.mirror.ticket(last.uid) if last else None
    if last is None:
        return None
    blank = GateState(gate=gate.id, subject=subject, closed=False, since=worker.clock(), number=number)
    if ticket is None or ticket.phase != "done":
        return replace(blank, closed=True, since=ticket.created if ticket else blank.since, because=AGAIN)
    return replace(blank, since=ticket.closed or ticket.updated, number=number - not_done(ticket.resolution))


def _acts(gate: Gate, state: GateState, before: GateState | None) -> bool:
    """Tell whether a gate does another thing now to tickets than before."""
    was = before is not None and before.in_force
    if gate.mode != "on" or not (was or state.in_force):
        return False
    told = (state.in_force, state.number, state.url)
    return before is None or told != (was, before.number, before.url)


def _pages(states: Iterable[GateState], before: Iterable[GateState]) -> frozenset[str]:
    """Return the tickets (uids) of closings that wait for something else than before."""
    known = {(state.gate, state.subject): (state.blocking, state.waiting) for state in before}
    return frozenset(
        state.page
        for state in states
        if state.page and known.get((state.gate, state.subject)) != (state.blocking, state.waiting)
    )
