"""Reverting: what takes back what a run did, except where somebody has touched it since, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.actions import NAMES, FileTicket, Op, Plan, Post, Target, Verb
from rules.effects import ASSIGNED, CLOSED, DUE, LABELLED, PRIORITY, REOPENED
from rules.memory import Memory
from rules.model import Event, Ticket
from rules.plan import assemble
from rules.reverting import UNDO, closing, never, says, way_back
from rules.undoing import TAKEN_BACK
from worker.errors import WorkerError
from worker.ledger import Entry
from worker.ledger_ops import FAILED_REST, STANDING, value_of
from worker.look import Look
from worker.ration import ration
from worker.worker import Worker
from worker.world import memory_of, world

KNOWN = 5
"""So many of the last runs are named to who asks for one that is not there."""
FIELDS = {
    LABELLED: frozenset({"label"}),
    "remove label": frozenset({"label"}),
    ASSIGNED: frozenset({"assignee"}),
    DUE: frozenset({"due", "milestone"}),
    PRIORITY: frozenset({"priority"}),
    REOPENED: frozenset({"status"}),
    CLOSED: frozenset({"status"}),
    TAKEN_BACK: frozenset({"status"}),
}
"""Verb -> the events that tell of somebody who touched what it did."""
WHOLE = frozenset({DUE, PRIORITY, REOPENED, CLOSED, TAKEN_BACK})
"""Verbs for which every such event counts, whatever its value."""
NOTHING_DONE = frozenset({"intent", "failed", "dropped"})
UNSURE = frozenset({"sending", "doubt", "parked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something a run did that is not taken back, and why."""

    op: Op
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverting:
    """What takes a run back: the plan, and what is left as it is."""

    run: int
    look: Look
    left: tuple[Left, ...] = ()

    @property
    def plan(self) -> Plan:
        """What is to be written."""
        return self.look.plan


def reverting(worker: Worker, run: int, authors: Mapping[str, str], now: datetime) -> Reverting:
    """Plan what takes back what a run did. `authors` are our own author ids in the sources that were read wholly."""
    ops: list[Op] = []
    left: list[Left] = []
    for entry in worker.ledger.of_run(run):
        if entry.state in NOTHING_DONE:
            continue
        answer = _taken_back(worker, entry, authors, now)
        if isinstance(answer, str):
            left.append(Left(op=entry.op, why=answer))
        else:
            ops += answer
    plan = assemble(worker.policy, ops, pings={}, paused=frozenset(), now=now)
    unread = {name: why for name, why in worker.mirror.unreadable(worker.trackers).items() if name in worker.trackers}
    look = Look(plan=ration(plan, worker.trackers), unread=unread)
    return Reverting(run=run, look=look, left=tuple(left))


def known_run(worker: Worker, asked: str) -> int:
    """Return the number of a run that can be taken back. Raises WorkerError, which names the last ones."""
    run = worker.ledger.run(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    if run is not None and run.verb != UNDO:
        return run.number
    if run is not None:
        raise WorkerError(f"undo: run {run.number} took something back itself: what a person decided stays so")
    last = [str(each.number) for each in worker.ledger.runs(KNOWN) if each.verb != UNDO]
    names = f"the last that wrote something are {', '.join(last)}" if last else "none has written anything"
    raise WorkerError(f"undo: there is no run {asked!r}: {names}; `kaizend undo` lists them")


def still_reverts(worker: Worker, op: Op, ticket: Ticket) -> bool:
    """Tell whether an op still takes back what it was planned for, on the ticket as it is now."""
    entry = worker.ledger.op(op.undoes)
    ways = _ways(worker, entry, ticket) if entry is not None else ()
    return not isinstance(ways, str) and op.verb in ways


def _taken_back(worker: Worker, entry: Entry, authors: Mapping[str, str], now: datetime) -> tuple[Op, ...] | str:
    """Return the ops that take one op back, or in words why there are none."""
    if why := _out_of_reach(entry, authors):
        return why
    target = _target(entry)
    ticket = worker.mirror.ticket(target.uid)
    if ticket is None:
        return "the ticket is gone, or not in the mirror"
    before = {each.op.id: each for each in worker.ledger.of_ticket(target.uid) if each.op.undoes == entry.op.id}
    if any(each.state == "done" and not isinstance(each.op.verb, Post) for each in before.values()):
        return "it was taken back before"
    memory = memory_of(worker, target.uid, world(worker, now))
    if why := _touched(worker, entry, ticket, memory, authors[entry.op.goes_to]):
        return why
    ways = _ways(worker, entry, ticket)
    if isinstance(ways, str):
        return ways
    return _to_do([_op(worker, entry, target, verb) for verb in ways], before, now)


def _out_of_reach(entry: Entry, authors: Mapping[str, str]) -> str:
    """Say why an op cannot be taken back, whatever its ticket is like; "" if nothing speaks against it."""
    op = entry.op
    if entry.state != "done":
        return "whether it was carried out is not known: `kaizend ops` shows it"
    if why := never(op.verb):
        return why
    if entry.receipt is None or not entry.receipt.wrote:
        return "it was so already: nothing was written"
    return "" if op.goes_to in authors else f"the source {op.goes_to} was not read"


def _target(entry: Entry) -> Target:
    """Return what is written to: the ticket, or the one that was filed."""
    op, receipt = entry.op, entry.receipt
    if not isinstance(op.verb, FileTicket) or receipt is None:
        return op.target
    return Target(source=op.goes_to, uid=receipt.uid, ref=receipt.ref, key=receipt.key, url=receipt.url)


def _ways(worker: Worker, entry: Entry, ticket: Ticket) -> tuple[Verb, ...] | str:
    """Return the verbs that take an op back on the ticket as it is, or in words why there are none."""
    if isinstance(entry.op.verb, FileTicket):
        return closing(ticket)
    comment = entry.receipt.ref if entry.receipt else ""
    verb = way_back(worker.policy, ticket, entry.op, comment)
    return verb if isinstance(verb, str) else (verb,)


def _op(worker: Worker, entry: Entry, target: Target, verb: Verb) -> Op:
    done = entry.op
    before = done.target.key if isinstance(done.verb, FileTicket) else done.after
    return Op(
        id=worker.keys.id(UNDO, target.uid, done.id, NAMES[type(verb)]),
        target=target,
        verb=verb,
        rule=UNDO,
        because=(f"{done.rule} did this in run {entry.run}",),
        before=f"filed from {before}" if isinstance(done.verb, FileTicket) else before,
        after=says(verb),
        rules=frozenset({UNDO}),
        undoes=done.id,
    )


def _to_do(ops: list[Op], before: Mapping[str, Entry], now: datetime) -> tuple[Op, ...] | str:
    """Return the ops that are still to be carried out; in words if one of them waits for something else."""
    for op in ops:
        known = before.get(op.id)
        if known and known.state == "failed" and known.changed > now - FAILED_REST:
            return f"that was refused ({known.why}), and can be tried again a day later"
        if known and known.state in UNSURE:
            return "that is under way already: `kaizend ops` shows it"
    return tuple(op for op in ops if op.id not in before or before[op.id].state != "done")


# -- what was touched since -------------------------------------------------------------------------------------------


def _touched(worker: Worker, entry: Entry, ticket: Ticket, memory: Memory, author: str) -> str:
    """Say why what an op left is no longer ours alone; "" if nobody touched it."""
    op, since = entry.op, entry.sent or entry.changed
    if isinstance(op.verb, FileTicket):
        return _worked_on(worker, ticket, memory, author)
    if isinstance(op.verb, Post):
        return _edited(worker, entry, ticket)
    for event in worker.mirror.events(ticket.uid):
        if event.at > since and event.actor != author and _concerns(event, op, ticket):
            return f"{event.actor or 'somebody'} touched it since"
    stands = op.name not in STANDING or any(effect.op == op.id for effect in memory.effects)
    return "" if stands else "it no longer stands: it was taken back, or something took its place"


def _concerns(event: Event, op: Op, ticket: Ticket) -> bool:
    if event.what not in FIELDS.get(op.name, ()):
        return op.name == PRIORITY and event.what == "label" and _moved(event, ticket.priority)
    return op.name in WHOLE or _moved(event, value_of(op.verb))


def _moved(event: Event, value: str) -> bool:
    """Tell whether an event put a value on or took it off."""
    return (value in event.before) is not (value in event.after)


def _edited(worker: Worker, entry: Entry, ticket: Ticket) -> str:
    """Say that a comment of ours was edited since; by us or anybody."""
    ref = entry.receipt.ref if entry.receipt else ""
    ours = (each for each in worker.mirror.comments(ticket.uid) if each.ref == ref)
    return "it was edited since" if any(each.updated > each.created for each in ours) else ""


def _worked_on(worker: Worker, ticket: Ticket, memory: Memory, author: str) -> str:
    """Say that people took up a ticket that was filed: they commented, changed something, or began to work."""
    who = [each.author for each in worker.mirror.comments(ticket.uid)]
    who += [each.actor for each in worker.mirror.events(ticket.uid)]
    others = sorted({each for each in who if each and each != author})
    if others:
        return f"{', '.join(others)} took it up since"
    return f"{memory.work[0].key} works on it" if memory.work else ""
