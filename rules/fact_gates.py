"""Facts of gates: which closed ones hold a ticket, which wait for it, and of which it is the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.fact_asked import Asked, Fact, readable
from rules.gates.in_force import waiver_for
from rules.gates.model import Each, Gate
from rules.gates.states import GateState
from rules.people import components_of, team_of
from rules.services import services_of_ticket

__all__ = ["GATE_FACTS", "covering", "holding", "subjects_of", "waiting"]


def subjects_of(asked: Asked, each: Each) -> frozenset[str]:
    """Return the subjects of a grain that a ticket counts for; where a gate has none, the one subject ""."""
    match each:
        case "service":
            return frozenset(services_of_ticket(asked.policy, asked.ticket))
        case "component":
            return components_of(asked.policy, asked.ticket)
        case "team":
            team = team_of(asked.policy, asked.ticket)
            return frozenset({team.name} if team else ())
        case _:
            return frozenset({""})


def covering(asked: Asked, pairs: Iterable[tuple[Gate, GateState]]) -> Iterator[tuple[Gate, GateState]]:
    """Yield those gates that have a say about a ticket: it is open, and of their sources and subject.

    What it counts for is found once for each grain: there may be a gate for each of many components.
    """
    ticket = asked.ticket
    if ticket.phase == "done":
        return
    subjects: dict[Each, frozenset[str]] = {}
    for gate, state in pairs:
        if gate.each not in subjects:
            subjects[gate.each] = subjects_of(asked, gate.each)
        if state.subject in subjects[gate.each] and (not gate.sources or ticket.source in gate.sources):
            yield gate, state


def holding(asked: Asked) -> Iterator[GateState]:
    """Yield the closed gates that hold a ticket and are not waived for it, as they stand."""
    for gate, state in covering(asked, _closed(asked)):
        if gate.holds_tickets and gate.holds_tickets.fits(asked, state.subject) and not _waived(asked, state):
            yield state


def _waived(asked: Asked, state: GateState) -> bool:
    """Tell whether somebody let the ticket through."""
    return (
        waiver_for(asked.memory.world.waivers, state.gate, state.subject, (asked.ticket.uid,), asked.today) is not None
    )


def waiting(asked: Asked) -> Iterator[GateState]:
    """Yield the closed gates that wait for a ticket, as they stand."""
    for gate, state in covering(asked, _closed(asked)):
        if gate.blocking and gate.blocking.fits(asked, state.subject):
            yield state


def _closed(asked: Asked) -> Iterator[tuple[Gate, GateState]]:
    states = asked.memory.world.gates
    if not states:
        return
    gates = {gate.id: gate for gate in asked.policy.gates}
    yield from ((gates[state.gate], state) for state in states if state.gate in gates)


def _names(states: Iterator[GateState]) -> list[str]:
    return list(dict.fromkeys(state.gate for state in states))


def _page(asked: Asked) -> GateState | None:
    """Return the closed gate of which the ticket is the page."""
    return next((state for _, state in _closed(asked) if state.page == asked.ticket.uid), None)


def _waits_for(asked: Asked) -> list[str]:
    state = _page(asked)
    if state is None:
        return []
    more = state.waiting - len(state.blocking)
    named = [readable(f"{key} {title}") for key, _, title in state.blocking]
    return [*named, f"and {more} more"] if more > 0 else named


GATE_FACTS: tuple[Fact, ...] = (
    Fact(
        "held_by",
        "list(string)",
        "the ids of the closed gates that hold it, while it is open",
        lambda a: _names(holding(a)),
    ),
    Fact(
        "holds_up",
        "list(string)",
        "the ids of the closed gates that wait for it, while it is open",
        lambda a: _names(waiting(a)),
    ),
    Fact(
        "gate",
        "string",
        'the id of the gate whose closing it tells of, while that is closed; else ""',
        lambda a: state.gate if (state := _page(a)) else "",
    ),
    Fact("gate_waits_for", "list(string)", "the tickets that this gate waits for, by key and title", _waits_for),
)
