"""Standing: how all gates stand now, judged anew by what is known, and remembered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from rules.fact_work import not_done
from rules.gates.judge import judge
from rules.gates.model import Gate
from rules.gates.states import GateState
from worker.gates.blocking import concerned, with_blocking
from worker.gates.gathering import Gathered, gathered
from worker.gates.ground import ground
from worker.gates.pages import is_to_come, last_page, page_of, page_source, was_closed
from worker.gates.states import GateStates
from worker.worker import Worker

Before = Mapping[tuple[str, str], GateState]

AGAIN = ("it was closed when the database was lost",)
A_WHILE = timedelta(hours=1)
"""So long all else waits for the ticket of a closing that was not filed in the pass in which the gate closed."""


def standing(worker: Worker, now: datetime) -> tuple[GateState, ...]:
    """Judge all gates, remember how they stand, and return that: in the policy's order, then by subject.

    Where one closed, opened or waits for something else, the tickets that concerns are looked at again. On the same
    ground as the last time nothing is judged: they stand as they stood.
    """
    if not worker.policy.gates:
        return ()
    gates, kept, basis = (
        {gate.id: gate for gate in worker.policy.gates},
        GateStates(worker.database),
        ground(worker, now),
    )
    order = list(gates)
    still = kept.still(basis, now)
    if still is not None:
        return tuple(sorted(still, key=lambda state: (order.index(state.gate), state.subject)))
    before = kept.all()
    left = {key: _as_left(worker, gates[key[0]], state, now) for key, state in before.items() if key[0] in gates}
    found = gathered(worker, now, _shut(gates, left))
    states = with_blocking(worker, list(_judged(worker, found, left, now)), now)
    blind = {gate.id for gate in worker.policy.gates if _blind(worker, gate, found)}
    told = tuple(state for state in states if state.gate not in blind or (state.gate, state.subject) in before)
    unasked = left.keys() - {(state.gate, state.subject) for state in states}  # of nobody any more, and open
    kept.save((*told, *(replace(left[key], looked=now) for key in sorted(unasked))))
    if not blind and all(state.in_force or not state.closed for state in states):  # else the next look tells more
        kept.judged_on(basis, now)
    news = [state for state in told if _acts(gates[state.gate], state, before.get((state.gate, state.subject)))]
    worker.mirror.unsettle(concerned(worker, [(gates[state.gate], state) for state in news], now))
    worker.mirror.unsettle(_pages(told, before.values()))
    return told


def _judged(worker: Worker, found: Gathered, left: Before, now: datetime) -> Iterator[tuple[Gate, GateState]]:
    """Yield how all gates stand, for each subject that there is, and for those of which one is closed."""
    for gate in worker.policy.gates:
        levels = found.levels(gate)
        closed = {subject for (name, subject), state in left.items() if name == gate.id and state.closed}
        for subject in sorted(found.of(gate) | closed):
            known = left.get((gate.id, subject))
            state = judge(gate, subject, levels, known or remembered_by_page(worker, gate, subject), now)
            yield gate, _with_patience(worker, gate, with_page(worker, gate, state), known, now)


def _as_left(worker: Worker, gate: Gate, state: GateState, now: datetime) -> GateState:
    """Return a state as it is to be judged on: what the config was changed under is over, and begins anew."""
    over = not _has(worker, gate, state.subject) or (gate.mode == "on" and was_closed(worker, state))
    if not (state.closed and over):
        return state
    return replace(state, closed=False, since=now, because=(), unsure="", blocking=(), waiting=0)


def _has(worker: Worker, gate: Gate, subject: str) -> bool:
    """Tell whether a gate may have a subject, as the config is now."""
    services, teams = worker.policy.services, worker.policy.teams
    match gate.each:
        case "":
            return not subject
        case "service":
            return bool(subject) and (not services or any(each.name == subject for each in services))
        case "team":
            return any(team.name == subject for team in teams)
        case "component":
            return bool(subject)
        case _:
            assert_never(gate.each)


def _shut(gates: Mapping[str, Gate], left: Before) -> Mapping[str, frozenset[str]]:
    """Return the subjects by grain for which a gate is closed."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for (name, subject), state in left.items():
        if state.closed:
            found[gates[name].each].add(subject)
    return {grain: frozenset(names) for grain, names in found.items() if grain}


def _with_patience(worker: Worker, gate: Gate, state: GateState, known: GateState | None, now: datetime) -> GateState:
    """Return a state that goes on to wait for its ticket, where the pass ended before that was filed."""
    waits = known is not None and known.closed and not known.in_force and now - state.since < A_WHILE
    return replace(state, looked=state.since) if waits and state.closed and is_to_come(worker, gate, state) else state


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
    number, last = last_page(worker, gate, subject)
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
