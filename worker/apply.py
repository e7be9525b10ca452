"""Apply: carry out exactly the plan, a ticket at a time, each op once, and write down what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from integrations.base import Tracker
from integrations.errors import Forbidden, NotAllowed, NotFound, RateLimited, TrackerError, Unavailable
from rules.actions import Approve, Op, Post
from rules.card import CARD
from rules.commanded import COMMANDED
from rules.effects import opens
from rules.evaluate import evaluate
from rules.fact_asked import asked_of
from rules.fact_table import touched
from rules.filing import LINKS
from rules.memory import Memory, World
from rules.model import Ticket
from rules.order import in_order
from rules.plan import operations
from rules.reverting import UNDO
from worker.carry import carry_out, seen_filed
from worker.gates.kept import Kept
from worker.gates.protection import still_goes
from worker.gates.statuses import STATUS, still_wanted
from worker.look import same
from worker.reverting import still_reverts
from worker.stop import Stop
from worker.turns import Turns, in_turns
from worker.unheard import unheard
from worker.worker import Worker
from worker.world import memory_of, world
from worker.young import is_young

log = structlog.get_logger()
FINE = frozenset({"done", "dropped"})
PENDING = frozenset({"unsent", "doubt"})
SILENCES = 3
"""So often in a row a source may leave us without an answer, a read tried four times; then it is left alone."""
REFUSALS = 10
"""So many requests without a right a source gets in a pass. What was refused rests: the next pass comes to others."""


@dataclass(slots=True)
class Applied:
    """What came of the ops of a pass, plan by plan: what shut a source in one is still so in the next."""

    counts: Counter[str] = field(default_factory=Counter)  # done, failed, doubt, unsent, dropped
    stopped: dict[str, str] = field(default_factory=dict)  # source -> why nothing more was sent to it in this pass
    shut: set[str] = field(default_factory=set)  # sources that do not let us in at all: not to be read either
    silent: Counter[str] = field(default_factory=Counter)  # source -> how often in a row it did not answer
    refused: Counter[str] = field(default_factory=Counter)  # source -> requests it said we have no right to
    unsettled: set[str] = field(default_factory=set)  # tickets to look at again in the next pass
    tried: set[str] = field(default_factory=set)  # ops that were sent, or were to be: once a pass
    left_over: set[str] = field(default_factory=set)  # ops of earlier passes that certainly left nothing
    pending: set[str] = field(default_factory=set)  # tickets with an op that is still to be done, or in doubt
    stirred: bool = False  # filed, written to what others belong to, or a ping refused: rules look once more

    @property
    def whole(self) -> bool:
        """Tell whether every op was carried out, or settled otherwise."""
        return not self.stopped and self.counts.keys() <= FINE


def apply(
    worker: Worker,
    run: int,
    ops: Sequence[Op],
    stop: Stop,
    *,
    applied: Applied,
    paused: frozenset[str] = frozenset(),
    progress: Callable[[Op], None] | None = None,
) -> None:
    """Carry out the ops of a plan; those in shadow are left out. What comes of them is added to `applied`.

    `paused` are the rules that the plan was made without: it is judged again without them, too.
    A ticket is read again before it is written to: what no longer fits is dropped, and planned anew in a later pass.
    What is left over from an earlier one is no part of the plan: it is sent in the words that are asked for now.
    A source that throttles us, or does not let us in, gets nothing more in this pass; the others go on.
    """
    wanted = [op for op in ops if not op.shadow]
    again = {op.id: op for op in _again(worker) if op.id not in applied.tried}
    ready = set(worker.ledger.intend(run, wanted, worker.clock()))
    left = {**again, **{op.id: op for op in wanted if op.id in ready}}
    applied.stirred = False
    applied.left_over |= again.keys()
    together = in_order(worker.policy, left.values())  # what was left over beside what is new to its ticket
    _carry(worker, together, stop, progress, applied, paused)


def apply_alone(worker: Worker, run: int, op: Op, stop: Stop) -> Applied:
    """Carry out one op of no rule, and nothing else."""
    applied = Applied()
    _carry(worker, (op,) if worker.ledger.intend(run, (op,), worker.clock()) else (), stop, None, applied)
    return applied


def _carry(
    worker: Worker,
    ops: Sequence[Op],
    stop: Stop,
    progress: Callable[[Op], None] | None,
    applied: Applied,
    paused: frozenset[str] = frozenset(),
) -> None:
    around, turns = world(worker, worker.clock()), Turns(worker.database)
    waiting = turns.waiting()
    passed_over = []
    for mine in in_turns(ops, waiting):
        target = mine[0].target
        applied.unsettled.add(target.uid)
        if stop.asked or target.source in applied.stopped or target.source not in worker.trackers:
            _leave(applied, mine)
            passed_over.append(target.uid)
            continue
        if not _ticket(worker, mine, applied, stop, progress, around, paused):
            turns.had(target.uid, worker.clock())
            continue
        applied.unsettled.discard(target.uid)
        if target.uid in waiting:
            turns.settled(target.uid)
    turns.wait(passed_over, worker.clock())


def _again(worker: Worker) -> Iterator[Op]:
    """Yield the ops that were sent before and certainly left nothing."""
    for entry in worker.ledger.open_ops(worker.clock()):
        if entry.state == "intent" and entry.attempts:
            yield entry.op


def _ticket(
    worker: Worker,
    ops: list[Op],
    applied: Applied,
    stop: Stop,
    progress: Callable[[Op], None] | None,
    around: World,
    paused: frozenset[str],
) -> bool:
    """Carry out one ticket's ops; return whether all of them are settled."""
    tracker = worker.trackers[ops[0].target.source]
    try:
        ticket = _fresh(worker, tracker, ops[0])
    except TrackerError as error:
        if isinstance(error, NotFound) and not is_young(worker, ops[0].target.uid):
            worker.mirror.bury(ops[0].target.uid, worker.clock(), str(error))
            return _give_up(worker, ops, applied, "the ticket is gone")
        _stop(applied, tracker.name, error)
        _leave(applied, ops)
        return False
    applied.silent.pop(tracker.name, None)
    if ticket is not None and unheard(worker, ticket):
        log.info("left for the next pass: not all its comments were read", target=ticket.key)
        _leave(applied, ops)
        return False
    memory = memory_of(worker, ops[0].target.uid, around)
    fitting = _fitting(worker, ops, ticket, memory, paused, applied.left_over)
    stale = [op for op in ops if op.id not in fitting]
    whole = _give_up(worker, stale, applied, "the ticket has changed meanwhile")
    behind = any(op.rule != CARD for op in stale)  # a card speaks of what was done before it
    done = applied.counts["done"]
    still_closed = False
    for op in (fitting[op.id] for op in ops if op.id in fitting):
        there = worker.trackers.get(op.goes_to)
        shut = there is None or tracker.name in applied.stopped or there.name in applied.stopped
        if there is None or stop.asked or shut or still_closed or (op.rule == CARD and behind):
            _leave(applied, [op])
            whole, behind = False, True
            continue
        applied.tried.add(op.id)
        outcome, failure = carry_out(worker, there, op, memory.card)
        applied.counts[outcome] += 1
        if outcome in PENDING:
            applied.pending.add(op.target.uid)
        belonging = bool(memory.related or memory.recurrences)
        applied.stirred |= outcome == "done" and (seen_filed(worker, there, op) or belonging)
        applied.stirred |= outcome == "failed" and isinstance(op.verb, Post)  # its place in a week is another's
        whole, behind = whole and outcome in FINE, behind or outcome not in FINE
        still_closed = opens(op.verb) and outcome not in FINE
        if failure is not None:
            _stop(applied, there.name, failure)
        else:
            applied.silent.pop(there.name, None)
        if progress is not None:
            progress(op)
    if ticket is not None and applied.counts["done"] > done and tracker.name not in applied.shut:
        _read_back(worker, tracker, ticket, memory)
    return whole


def _fresh(worker: Worker, tracker: Tracker, op: Op) -> Ticket | None:
    """Read the ticket from the primary store; None if the op is about a change, or none. The mirror learns of it."""
    if (
        isinstance(op.verb, Approve)
        or op.target.uid == tracker.uid
        or Kept(worker.database).change(op.target.uid) is not None
    ):
        return None
    worker.mirror.put_ticket(tracker.ticket(op.target.ref), worker.clock())
    return worker.mirror.ticket(op.target.uid)


def _fitting(
    worker: Worker, ops: list[Op], ticket: Ticket | None, memory: Memory, paused: frozenset[str], left_over: Set[str]
) -> dict[str, Op]:
    """Return the ops that the policy still asks for on the ticket as it is now, in the same words.

    What is left over says what is asked for now, and so does the card beside it: it was planned without that.
    """
    ours = {op.id for op in ops}
    rules = {rule.id for rule in worker.policy.rules} | {CARD, LINKS} | COMMANDED.keys()
    free = {op.id for op in ops if _free(worker, op, rules, ticket)}
    now = worker.clock()
    if ticket is None or free == ours:
        return {op.id: op for op in ops if _still(worker, op, now)}
    resting = worker.ledger.resting(now).get(ticket.uid, frozenset())
    before = replace(memory, done=(memory.done | resting) - ours)
    evaluation = evaluate(worker.policy, ticket, before, now)
    asked = {op.id: op for op in operations(worker.policy, evaluation, before, now, worker.keys, paused)}
    fitting = {op.id: op for op in ops if op.id in free or (op.id in asked and same(op, asked[op.id]))}
    beside = {op.id for op in ops if op.rule == CARD} if left_over & ours else set()
    for op in (asked[op.id] for op in ops if op.id in asked.keys() & (left_over | beside) - fitting.keys()):
        if not op.shadow:
            worker.ledger.reword(op)
            fitting[op.id] = op
    return {op.id: fitting[op.id] for op in ops if op.id in fitting}


def _free(worker: Worker, op: Op, rules: Set[str], ticket: Ticket | None) -> bool:
    """Tell whether an op goes ahead whatever the rules say: a digest, or what takes back what nobody touched."""
    if op.rule == UNDO:
        return ticket is not None and still_reverts(worker, op, ticket)
    return op.rule not in rules


def _still(worker: Worker, op: Op, now: datetime) -> bool:
    """Tell whether an op about no ticket is still to be carried out, by the gates as they stand."""
    if isinstance(op.verb, Approve):
        return still_goes(worker, op, now)
    return op.rule != STATUS or still_wanted(worker, op, now)


def _give_up(worker: Worker, ops: list[Op], applied: Applied, why: str) -> bool:
    for op in ops:
        worker.ledger.put_back(op.id, why, worker.clock())
        applied.counts["dropped"] += 1
    return not ops


def _leave(applied: Applied, ops: Sequence[Op]) -> None:
    """Leave ops to the next pass, and their tickets with them: what rules ask for next is not yet to be asked for."""
    applied.counts["unsent"] += len(ops)
    applied.pending |= {op.target.uid for op in ops if op.rule != CARD}


def _stop(applied: Applied, source: str, error: TrackerError) -> None:
    """Send nothing more to a source after an error that the next request would meet too."""
    if _of_source(applied, source, error):
        applied.stopped.setdefault(source, str(error))
        if isinstance(error, NotAllowed):
            applied.shut.add(source)
        log.warning("nothing more is sent to the source in this pass", source=source, why=str(error))


def _of_source(applied: Applied, source: str, error: TrackerError) -> bool:
    """Tell whether an error concerns the whole source. A right that is missing does only when it is met often."""
    if isinstance(error, RateLimited) and error.scope == "source":
        return True
    if isinstance(error, Forbidden):
        applied.refused[source] += 1
        return applied.refused[source] >= REFUSALS
    if isinstance(error, Unavailable) and error.sent and not isinstance(error, RateLimited):
        applied.silent[source] += 1
        return applied.silent[source] >= SILENCES
    return isinstance(error, NotAllowed) or (isinstance(error, Unavailable) and not error.sent)


def _read_back(worker: Worker, tracker: Tracker, before: Ticket, memory: Memory) -> None:
    """Read the ticket as our writes left it, and remember that this change of it was ours."""
    moved = touched(asked_of(worker.policy, before, memory=memory))
    try:
        after = tracker.ticket(before.ref)
    except TrackerError as error:
        log.warning("written, and not read back", target=before.key, why=str(error))
        return
    worker.mirror.put_ticket(after, worker.clock())
    worker.ledger.save_touched(((before.uid, moved, after.updated),))
