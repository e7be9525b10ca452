"""Pages: the ticket that tells of a gate's closing, filed once for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from integrations.base import Receipt
from rules.actions import NAMES, Close, FileTicket, Op, Target
from rules.filing import filing_of
from rules.gates.closing import OCCASION
from rules.gates.model import Gate
from rules.gates.page import page_prose, page_title
from rules.gates.ruling import GATE, PAGE
from rules.gates.states import GateState
from rules.model import Prose
from worker.gates.states import GateStates
from worker.reviews import may_be_filed
from worker.worker import Worker

AHEAD = 200
"""So many closings in a row may have been without a ticket."""


def page_of(worker: Worker, gate: Gate, subject: str, number: int) -> Receipt | None:
    """Return what a closing's ticket was filed as, None if it was not."""
    return worker.ledger.receipt(_op_id(worker, gate, subject, number))


def last_page(worker: Worker, gate: Gate, subject: str) -> tuple[int, Receipt | None]:
    """Return the number of the last closing for which a ticket was filed, and the ticket; 0 if none ever was.

    Closings may lie between of which there is none: in shadow, or while its source was not read.
    """
    last, start = 0, 1
    while True:
        numbers = {_op_id(worker, gate, subject, number): number for number in range(start, start + AHEAD)}
        found = [numbers[op_id] for op_id in GateStates(worker.database).filed(numbers)]
        if not found:
            return last, page_of(worker, gate, subject, last) if last else None
        last = max(found)
        start = last + 1


def is_to_come(worker: Worker, gate: Gate, state: GateState) -> bool:
    """Tell whether a closing's ticket was not tried to be filed yet, though it can be."""
    source = page_source(worker, gate)
    if gate.mode == "shadow" or state.page or source not in worker.trackers:
        return False
    entry = worker.ledger.op(_op_id(worker, gate, state.subject, state.number))
    return (entry is None or not entry.attempts) and source not in worker.mirror.unreadable(worker.trackers)


def was_closed(worker: Worker, state: GateState) -> bool:
    """Tell whether we closed a closing's ticket, and nobody opened it again."""
    ticket = worker.mirror.ticket(state.page) if state.page else None
    if ticket is None or ticket.phase != "done":
        return False
    op_id = worker.keys.id(f"{state.gate}.{PAGE}", state.page, OCCASION.format(number=state.number), NAMES[Close])
    return worker.ledger.carried_out([op_id]) is not None


def page_source(worker: Worker, gate: Gate) -> str:
    """Return the source in which a gate's tickets are filed."""
    return gate.source or filing_of(worker.policy, GATE).source or next(iter(worker.policy.sources), "")


def page_ops(worker: Worker, states: Iterable[GateState], now: datetime, *, unread: Collection[str]) -> tuple[Op, ...]:
    """Return the ops that file the tickets of closed gates.

    Nothing is planned where a source was not read, or where it is not known who we are there: an offline plan.
    """
    gates = {gate.id: gate for gate in worker.policy.gates}
    ops: list[Op] = []
    for state in states:
        gate = gates[state.gate]
        if state.closed:
            ops += _file(worker, gate, state, now, unread)
    return tuple(ops)


def _op_id(worker: Worker, gate: Gate, subject: str, number: int) -> str:
    """Return the id of a closing's op: one, wherever its ticket is filed."""
    return worker.keys.id(gate.id, f"{GATE}/{subject}", f"e{number}", NAMES[FileTicket])


def _file(worker: Worker, gate: Gate, state: GateState, now: datetime, unread: Collection[str]) -> Iterator[Op]:
    place = filing_of(worker.policy, GATE)
    source = page_source(worker, gate)
    tracker = worker.trackers.get(source)
    op_id = _op_id(worker, gate, state.subject, state.number)
    if source in unread or tracker is None or not tracker.uid or state.page or not may_be_filed(worker, op_id, now):
        return
    shadow = gate.mode == "shadow"
    verb = FileTicket(
        title=page_title(gate, state),
        prose=Prose(()) if shadow else page_prose(worker.policy, gate, state),  # nobody reads what a shadow would say
        labels=place.labels,
        type=place.type,
        what=GATE,
    )
    yield Op(
        id=op_id,
        target=Target(source=source, uid=tracker.uid, ref="", key=source),
        verb=verb,
        rule=gate.id,
        because=state.because,
        before="-",
        after=f"{GATE} {state.name}",
        episode=state.number,
        shadow=shadow,
        rules=frozenset({gate.id}),
    )
