"""The cycle: one pass, sync -> mirror -> evaluate -> plan -> apply -> ledger -> digest. A newcomer reads this first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import structlog

from rules.actions import Op
from rules.reverting import UNDO
from worker.apply import Applied, apply
from worker.blocked import see_blocked
from worker.budget import DatabaseBudget
from worker.doubts import settle
from worker.errors import IndexUnusable
from worker.gates.protection import read_waiting
from worker.gates.states import GateStates
from worker.gates.statuses import read_statuses
from worker.gates.waiving import see_withdrawn
from worker.inputs import read_due
from worker.listen import listen
from worker.look import Look, look
from worker.outcomes.judging import judge_outcomes
from worker.pairing import pair
from worker.publish import publish_due, unposted
from worker.quiet_domains import note_all_asked
from worker.recovery import recover
from worker.recurrence.certainty import Authors, find_recurrences
from worker.recurrence.likeness import see_likenesses
from worker.reverting import Reverting
from worker.signals import Complaint, complaints, read_signals
from worker.standing import accounts, standing
from worker.stop import Stop
from worker.sync import Progress, Synced, sync_all
from worker.troubles import Trouble, of_ledger, of_ops, of_plan, paused
from worker.turns import Turns
from worker.unknown import see_unknown
from worker.worker import Worker

ROUNDS = 4
"""What is filed is looked at in the same pass, and what belongs to it again, so often at most."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Whoever wants to see a pass go on: a progress bar, or nobody."""

    synced: Progress | None = None
    looked: Callable[[int], None] | None = None
    carried: Callable[[Op], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read, and what of it could not be understood."""

    synced: tuple[Synced, ...]
    troubles: tuple[Trouble, ...] = ()

    @property
    def authors(self) -> dict[str, str]:
        """Our own author ids in the sources that were read wholly."""
        return {one.source: one.identity.author for one in self.synced if one.identity is not None and not one.error}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What came of a pass."""

    synced: tuple[Synced, ...]
    look: Look
    applied: Applied
    digests: tuple[str, ...] = ()  # the slots whose digest was posted
    doubts: int = 0  # ops still in doubt
    parked: int = 0  # ops set aside for a person
    complaints: tuple[Complaint, ...] = ()  # what is wrong with signals; they keep no pass from being whole
    found: tuple[Trouble, ...] = ()  # why the pass is not whole
    standing: tuple[Trouble, ...] = ()  # what is wrong after it, of the pass or not
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def troubles(self) -> tuple[str, ...]:
        """Return why the pass is not whole, one line each."""
        return tuple(map(str, self.found))

    @property
    def whole(self) -> bool:
        """Tell whether everything was read, and everything planned was carried out."""
        return not self.found


def read(worker: Worker, watching: Watching) -> Reading:
    """Bring mirror, inputs and signals up to date, and hear what people said to us. Writes nothing to a tracker.

    A new database learns first of what we filed before it was.
    """
    synced = sync_all(worker.trackers, worker.mirror, clock=worker.clock, progress=watching.synced)
    reading = Reading(synced=tuple(see_blocked(worker, one) for one in synced))
    authors = reading.authors
    read_due(worker)
    read_signals(worker)
    recover(worker, authors, worker.clock())
    pair(worker, worker.clock())
    find_recurrences(worker, authors, worker.clock())
    listen(worker, authors, worker.clock())
    _recovered(worker, authors)
    see_unknown(worker, authors, worker.clock())
    troubles = tuple(_compared(worker, authors))
    see_withdrawn(worker, authors, worker.clock())
    read_statuses(worker, authors, worker.clock())
    waiting = read_waiting(worker, authors, worker.clock())
    troubles += tuple(Trouble(kind="deployments", said=said) for said in waiting)
    judge_outcomes(worker, worker.clock())
    return replace(reading, troubles=troubles)


def _recovered(worker: Worker, authors: Authors) -> None:
    """Read back what we filed where a mark in a comment told that the database is an older copy."""
    if recover(worker, authors, worker.clock()):
        pair(worker, worker.clock())
        find_recurrences(worker, authors, worker.clock())


def take_up(worker: Worker, watching: Watching) -> Reading:
    """Read, and settle what a dead pass left undone. Only for who holds the lock.

    Slots that it claimed are free again before all else: what it began to read back is read back now.
    """
    worker.ledger.free_slots()
    reading = read(worker, watching)
    settle(worker, reading.authors, worker.clock())
    return reading


def _compared(worker: Worker, authors: Authors) -> Iterator[Trouble]:
    """See what new reports resemble. Without the index all else goes on, and what could not be done is told."""
    try:
        see_likenesses(worker, authors, worker.clock())
    except IndexUnusable as error:
        yield Trouble(kind="index", said=f"new reports were not compared with earlier ones: {error}")


def once(worker: Worker, stop: Stop, *, watching: Watching, whole: bool = False) -> Passed:
    """Make one pass. `whole` evaluates every ticket, else only those that changed or were not looked at today."""
    run = worker.ledger.begin_run("once", worker.policy.sha, worker.clock())
    reading = take_up(worker, watching)
    found = look(worker, worker.clock(), whole=whole, progress=watching.looked)
    found, applied = carry_through(worker, run, found, stop, watching)
    digests = () if stop.asked else publish_due(worker, run, reading.authors, stop, applied)
    late = () if stop.asked else tuple(unposted(worker, reading.authors))
    reading = replace(reading, troubles=(*reading.troubles, *(Trouble(kind="digest", said=said) for said in late)))
    return finish(worker, run, reading, found, applied, digests, stop)


def carry_through(worker: Worker, run: int, found: Look, stop: Stop, watching: Watching) -> tuple[Look, Applied]:
    """Carry out the plan, and what rules then ask of what it filed and of what belongs to that.

    A ticket with an op that did not arrive is left for the next pass: it does not look as it soon will.
    """
    applied = Applied()
    carry(worker, run, found, stop, watching, applied)
    for _ in range(ROUNDS):
        if stop.asked or not applied.stirred:
            break
        again = look(worker, worker.clock(), whole=False, pending=applied.pending)
        carry(worker, run, again, stop, watching, applied)
        found = found.with_plan_of(again)
    return found, applied


def carry(worker: Worker, run: int, found: Look, stop: Stop, watching: Watching, applied: Applied) -> None:
    """Remember what the look found, carry out its plan, and note which tickets need no second look."""
    now = worker.clock()
    worker.ledger.save_reversals(found.reversals)
    worker.ledger.stand_down(found.faded)
    worker.ledger.save_episodes(found.episodes)
    worker.ledger.save_pauses(found.pauses)
    worker.ledger.save_leads(found.leads)
    worker.ledger.save_put_offs(found.put_offs)
    worker.ledger.record_held(run, found.plan.held, now)
    worker.ledger.let(found.wanted, now)
    Turns(worker.database).wait(found.kept_back, now)
    apply(worker, run, found.plan.ops, stop, applied=applied, paused=found.paused, progress=watching.carried)
    if found.pauses or found.put_offs or found.reversals or any(not op.shadow for op in found.plan.ops):
        GateStates(worker.database).forget_ground()
    # In this order: a kill between the two must not leave settled what is not.
    worker.mirror.unsettle(found.unsettled | applied.unsettled)
    worker.mirror.settle(found.revision, worker.policy.sha, worker.policy.calendar.today(now))
    if found.all_asked:
        note_all_asked(worker, now)


def take_back(worker: Worker, found: Reverting, reading: Reading, stop: Stop, watching: Watching) -> Passed:
    """Take back what a run did, as planned: an apply of its own, without the rules."""
    run = worker.ledger.begin_run(UNDO, worker.policy.sha, worker.clock())
    applied = Applied()
    apply(worker, run, found.plan.ops, stop, applied=applied, progress=watching.carried)
    return finish(worker, run, reading, found.look, applied, (), stop)


def finish(
    worker: Worker,
    run: int,
    reading: Reading,
    found: Look,
    applied: Applied,
    digests: tuple[str, ...],
    stop: Stop,
) -> Passed:
    """Sum the pass up, and write down how it ended."""
    states, now = worker.ledger.ops_by_state(), worker.clock()
    troubles = [*reading.troubles, *of_plan(found.plan, found.unread), *of_ops(applied.stopped, applied.counts)]
    troubles += of_ledger(states)
    if stop.asked:
        troubles.append(Trouble(kind="cut", said="the pass was stopped before its end"))
    if troubles:
        troubles += paused(DatabaseBudget(worker.database).pauses(now), accounts(worker))
    passed = Passed(
        synced=reading.synced,
        look=found,
        applied=applied,
        digests=digests,
        doubts=states.get("doubt", 0),
        parked=states.get("parked", 0),
        complaints=complaints(worker, now),
        found=tuple(troubles),
        counts=dict(applied.counts) | {"planned": len(found.plan.ops), "looked": found.looked},
    )
    outcome = "fine" if passed.whole else "partial"
    worker.ledger.end_run(run, worker.clock(), outcome, passed.counts, passed.found)
    log.info("pass ended", outcome=outcome, **passed.counts)
    return replace(passed, standing=standing(worker, worker.clock(), accounts(worker)))
