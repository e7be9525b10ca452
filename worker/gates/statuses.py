"""The one status on the head of each open change that says what the gates say: planned like everything else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

import structlog

from integrations.base import CommitStatus
from integrations.errors import TrackerError
from rules.actions import NAMES, Op, SetStatus, Target
from rules.gates.change_facts import seen
from rules.gates.changes import Said, at, judge_change
from rules.gates.states import GateState, Waiver
from rules.gates.status_words import CONTEXT, Wanted, says, wanted
from rules.memory import Memory
from rules.model import Change, Ticket
from rules.policy import Policy
from worker.gates.kept import Kept
from worker.gates.states import GateStates
from worker.remembered import remembered
from worker.reviews import may_be_filed
from worker.worker import Worker

STATUS = "gate/status"
"""What stands as an op's rule where a status says what the gates say."""
SPREAD = "gates: {now} of {wanted} statuses now, those that fail first; the other {rest} follow in later passes"
NONE = "-"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """All gates as they stand on a day, with the waivers in force."""

    policy: Policy
    states: tuple[GateState, ...]
    waivers: tuple[Waiver, ...]
    today: date

    def gated(self, source: str) -> bool:
        """Tell whether changes of a source can be held: by a gate that was judged."""
        judged = {state.gate for state in self.states}
        return any(gate.id in judged and at(self.policy, gate, source) for gate in self.policy.gates)

    def wanted(self, change: Change, named: Iterable[tuple[Ticket, Memory]]) -> Wanted | None:
        """Return the status that a change is to have; None while a gate closes whose page is still to be filed."""
        saids = self.said(change, named)
        if any(said.state.closed and not said.state.in_force for said in saids):
            return None
        return wanted(self.policy, saids)

    def said(self, change: Change, named: Iterable[tuple[Ticket, Memory]]) -> tuple[Said, ...]:
        """Return what the gates that cover a change say of it."""
        it = seen(self.policy, change, tuple(named), self.today)
        return judge_change(self.policy, it, self.states, self.waivers, self.today)


class Planned(NamedTuple):
    """The statuses to be set now, and what is to be said of the others."""

    ops: tuple[Op, ...]
    notes: tuple[str, ...] = ()


def doors(worker: Worker, now: datetime) -> Doors:
    """Return all gates as they were last judged, and the waivers in force."""
    kept, today = Kept(worker.database), worker.policy.calendar.today(now)
    waivers = tuple(given.waiver for given in kept.given(today))
    states = tuple(GateStates(worker.database).all().values()) if worker.policy.gates else ()
    return Doors(policy=worker.policy, states=states, waivers=waivers, today=today)


def read_statuses(worker: Worker, sources: Iterable[str], now: datetime) -> int:
    """Look at what stands on the open heads of these sources: once a day, and always while one of ours fails.

    Somebody else may have written over it, and webhooks tell nobody for sure. Return how many were looked at.
    """
    kept, count = Kept(worker.database), 0
    red, standing = kept.red(), doors(worker, now)
    for source in sources:
        slot = f"{STATUS}/{source}/{standing.today.isoformat()}"
        daily = standing.gated(source) and worker.ledger.claim_slot(slot, now)
        if not daily and source not in red:
            continue
        try:
            count += kept.save_statuses(source, tuple(worker.trackers[source].statuses(CONTEXT)), now)
        except TrackerError as error:
            log.warning("the statuses of open changes were not read", source=source, why=str(error))
            worker.ledger.release_slot(slot)
            continue
        if daily:
            worker.ledger.slot_done(slot, now)
    return count


def status_ops(worker: Worker, now: datetime, *, unread: Collection[str]) -> Planned:
    """Return the statuses that say something else than they should, as many as a rule may do in a pass.

    Those that fail come first. Nothing is concluded about a source that was not read wholly.
    """
    standing, kept = doors(worker, now), Kept(worker.database)
    red = kept.red()
    found: list[Op] = []
    for source in worker.trackers:
        if source not in unread and (source in red or standing.gated(source)):
            found += _of_source(worker, standing, kept, source, now)
    found.sort(key=lambda op: isinstance(op.verb, SetStatus) and op.verb.state != "failure")
    most = worker.policy.ceilings.rule
    if len(found) <= most:
        return Planned(tuple(found))
    note = SPREAD.format(now=most, wanted=len(found), rest=len(found) - most)
    return Planned(tuple(found[:most]), (note,))


def still_wanted(worker: Worker, op: Op, now: datetime) -> bool:
    """Tell whether a status is still to be set, just before it is: the change may have moved on meanwhile."""
    kept = Kept(worker.database)
    change = kept.change(op.target.uid)
    if change is None or change.state != "open" or not isinstance(op.verb, SetStatus):
        return False
    standing = doors(worker, now)
    there = kept.statuses(change.source).get(change.uid)
    it = _wanted(standing, change, there, _named(worker, kept, [change]))
    return (
        it is not None and (change.head_sha, it.state) == (op.verb.sha, op.verb.state) and says(op.verb.description, it)
    )


def said_of(worker: Worker, change: Change, now: datetime) -> tuple[Said, ...]:
    """Return what the gates that cover a change say of it, as they were last judged."""
    return doors(worker, now).said(change, _named(worker, Kept(worker.database), [change]).get(change.uid, ()))


def _of_source(worker: Worker, standing: Doors, kept: Kept, source: str, now: datetime) -> Iterator[Op]:
    changes, there = kept.open_changes(source), kept.statuses(source)
    named = _named(worker, kept, changes)
    for change in changes:
        shown = there.get(change.uid)
        it = _wanted(standing, change, shown, named)
        if it is None or _is_said(it, change, shown):
            continue
        op = _op(worker, kept, change, it, shown)
        if may_be_filed(worker, op.id, now):
            yield op


def _named(worker: Worker, kept: Kept, changes: Collection[Change]) -> Mapping[str, tuple[tuple[Ticket, Memory], ...]]:
    """Return the tickets that changes name, with what is remembered of them, by the change's uid."""
    tickets = kept.named(changes)
    every = {ticket.uid: ticket for some in tickets.values() for ticket in some}
    memories = {ticket.uid: memory for ticket, memory in remembered(worker, every.values())}
    return {uid: tuple((ticket, memories[ticket.uid]) for ticket in some) for uid, some in tickets.items()}


def _wanted(
    standing: Doors,
    change: Change,
    shown: CommitStatus | None,
    named: Mapping[str, tuple[tuple[Ticket, Memory], ...]],
) -> Wanted | None:
    """Return the status a change is to have; None where no gate has a say, and no failing status of ours is left."""
    if standing.gated(change.source):
        return standing.wanted(change, named.get(change.uid, ()))
    left = shown is not None and shown.ours and shown.sha == change.head_sha and shown.state != "success"
    return replace(standing, states=()).wanted(change, ()) if left else None


def _is_said(it: Wanted, change: Change, shown: CommitStatus | None) -> bool:
    """Tell whether a change's head shows what is wanted, by our own hand."""
    if shown is None or not shown.ours or shown.sha != change.head_sha:
        return False
    return (shown.state, shown.url) == (it.state, it.url) and says(shown.description, it)


def _op(worker: Worker, kept: Kept, change: Change, it: Wanted, shown: CommitStatus | None) -> Op:
    times = kept.posted(change.uid)
    here = shown if shown is not None and shown.sha == change.head_sha and shown.state else None
    by = "" if here is None or here.ours else ", not by us"
    return Op(
        id=worker.keys.id(STATUS, change.uid, f"{change.head_sha} {times} {it.state} {it.said}", NAMES[SetStatus]),
        target=Target(source=change.source, uid=change.uid, ref=change.ref, key=change.key, url=change.url),
        verb=SetStatus(sha=change.head_sha, context=CONTEXT, state=it.state, description=it.description, url=it.url),
        rule=STATUS,
        because=it.because,
        before=f"{here.state}{by}" if here else NONE,
        after=f"{it.state}: {it.description}",
        rules=frozenset({STATUS, *it.gates}),
    )
