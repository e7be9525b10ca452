"""Look: evaluate the policy over the mirror and plan; nothing is written to a tracker here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rules.actions import Op, Plan, WriteCard
from rules.ceilings import NO_JUMP, acting
from rules.effects import ASSIGNED, CLOSED, DUE, LABELLED, PRIORITY, REOPENED
from rules.evaluate import evaluate
from rules.gates.states import GateState
from rules.memory import Episode, Lead, Pause, Reversal
from rules.model import Event, Ticket
from rules.plan import assemble, decide
from rules.putting_off import NOTHING as QUIET
from rules.putting_off import Noticed
from rules.undoing import TAKEN_BACK
from worker.breaker import DAY, broken
from worker.gates.pages import page_ops
from worker.gates.protection import approval_ops
from worker.gates.standing import standing
from worker.gates.statuses import status_ops
from worker.gates.waiving import waiver_ops
from worker.pausing import MONTH, paused_rules
from worker.quiet_domains import questions
from worker.ration import ration
from worker.remembered import remembered
from worker.reviews import review_ops
from worker.turns import Turns
from worker.worker import Worker

WEEK = timedelta(days=7)
HISTORY = {
    LABELLED: frozenset({"label"}),
    DUE: frozenset({"due", "milestone"}),
    ASSIGNED: frozenset({"assignee"}),
    PRIORITY: frozenset({"priority", "label"}),
}
"""Verb -> the events that tell who took its effect back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at the mirror found: the plan, and what is to be remembered once it is applied."""

    plan: Plan
    unread: Mapping[str, str]  # source -> why
    looked: int = 0  # tickets evaluated
    revision: int = 0  # the mirror's, before the look
    episodes: tuple[tuple[str, Episode], ...] = ()
    wanted: Mapping[str, int] = field(default_factory=dict)  # rule -> what it may do, now or in later passes
    reversals: tuple[tuple[str, Reversal], ...] = ()
    faded: tuple[tuple[str, str], ...] = ()  # uid, op
    pauses: tuple[tuple[str, Pause], ...] = ()
    leads: tuple[tuple[str, Lead], ...] = ()
    put_offs: tuple[tuple[str, Noticed], ...] = ()
    unsettled: frozenset[str] = frozenset()  # tickets of sources that could not be read: nothing is concluded of them
    kept_back: frozenset[str] = frozenset()  # tickets of ops that are not in the plan: their turn comes later
    baseline: Mapping[str, int] = field(default_factory=dict)  # rule -> tickets looked at that it leaves alone
    all_asked: bool = False  # there is nothing left to ask about quiet domains today
    paused: frozenset[str] = frozenset()  # rules that people keep undoing: they do nothing, nor do cards speak of them

    def with_plan_of(self, later: Look) -> Look:
        """Return this look with the plan of a later one of the same pass behind its own."""
        mine, its = self.plan, later.plan
        plan = replace(
            mine,
            ops=mine.ops + its.ops,
            held=tuple({held.what: held for held in mine.held + its.held}.values()),
            conflicts=tuple(dict.fromkeys(mine.conflicts + its.conflicts)),
            notes=tuple(dict.fromkeys(mine.notes + its.notes)),
        )
        return replace(self, plan=plan)


def look(
    worker: Worker,
    now: datetime,
    *,
    whole: bool,
    progress: Callable[[int], None] | None = None,
    spread: bool = True,
    pending: Set[str] = frozenset(),
) -> Look:
    """Evaluate all tickets (`whole`) or those that changed since they were last settled, and make the plan.

    `spread` leaves for later passes what the trackers would not take within their limits now. Of tickets that are
    `pending` nothing is concluded.
    """
    mirror, policy = worker.mirror, worker.policy
    gates = standing(worker, now)
    revision = mirror.revision()
    unread = {name: why for name, why in mirror.unreadable(worker.trackers).items() if name in worker.trackers}
    paused = frozenset(paused_rules(worker, now))
    found = mirror.tickets() if whole else mirror.unsettled(policy.sha, policy.calendar.today(now))
    ops: list[Op] = []
    episodes: list[tuple[str, Episode]] = []
    reversals: list[tuple[str, Reversal]] = []
    pauses: list[tuple[str, Pause]] = []
    leads: list[tuple[str, Lead]] = []
    put_offs: list[tuple[str, Noticed]] = []
    faded: list[tuple[str, str]] = []
    unsettled: set[str] = set()
    left: Counter[str] = Counter()
    looked = 0
    resting = worker.ledger.resting(now)
    for ticket, known in remembered(worker, found):
        if ticket.source in unread or ticket.source not in worker.trackers or ticket.uid in pending:
            unsettled.add(ticket.uid)
            continue
        refused = resting.get(ticket.uid)
        memory = replace(known, done=known.done | refused) if refused else known
        evaluation = evaluate(policy, ticket, memory, now)
        left.update(held.rule.id for held in evaluation.holding if held.episode.baseline)
        looked += 1
        if progress is not None:
            progress(looked)
        pauses += [(ticket.uid, pause) for pause in evaluation.pauses]
        put_offs += [] if evaluation.put_off is QUIET else [(ticket.uid, evaluation.put_off)]
        if not (
            evaluation.holding
            or evaluation.ended
            or memory.effects
            or memory.card
            or memory.answers
            or memory.statements
            or memory.related
        ):
            continue
        if evaluation.reversals:
            undone = tuple(_with_who(worker, ticket, reversal) for reversal in evaluation.reversals)
            evaluation = replace(evaluation, reversals=undone)
        decision = decide(policy, evaluation, memory, now, worker.keys, paused)
        leads += [(ticket.uid, lead) for lead in decision.leads]
        ops += (op for op in decision.ops if op.goes_to not in unread)
        if any(op.goes_to in unread for op in decision.ops):
            unsettled.add(ticket.uid)
        kept = set(memory.episodes)
        episodes += [(ticket.uid, episode) for episode in decision.episodes if episode not in kept]
        reversals += [(ticket.uid, reversal) for reversal in evaluation.reversals]
        faded += [(ticket.uid, op) for op in decision.faded]
    asked = questions(worker, now, unread=unread)
    ops += (*_of_no_ticket(worker, gates, now, unread), *asked.ops)
    ops, plan = _planned(worker, ops, now, unread, paused)
    wanted = acting(plan.ops)
    if spread:
        plan = ration(plan, worker.trackers, spare=len(worker.digests), waiting=Turns(worker.database).waiting())
    return Look(
        plan=plan,
        wanted=wanted,
        looked=looked,
        revision=revision,
        episodes=tuple(episodes),
        reversals=tuple(reversals),
        faded=tuple(faded),
        pauses=tuple(pauses),
        leads=tuple(leads),
        put_offs=tuple(put_offs),
        kept_back=(kept_back := _kept_back(ops, plan)),
        unsettled=frozenset(unsettled) | kept_back,
        unread=unread,
        baseline=dict(left.most_common()),
        all_asked=asked.all_asked,
        paused=paused,
    )


def _planned(
    worker: Worker, ops: list[Op], now: datetime, unread: Mapping[str, str], paused: frozenset[str]
) -> tuple[list[Op], Plan]:
    """Return all that is asked for, statuses and approvals with it, and the plan of it within the ceilings."""
    statuses, approvals = status_ops(worker, now, unread=unread), approval_ops(worker, now, unread=unread)
    every = [*ops, *statuses.ops, *approvals.ops]
    going, swinging = broken(every, worker.ledger.swings(now - DAY))
    busiest = worker.ledger.busiest(now - MONTH) if max(acting(going).values(), default=0) > NO_JUMP else {}
    pings = worker.ledger.pings(now - WEEK)
    plan = assemble(worker.policy, going, pings=pings, paused=paused, now=now, busiest=busiest)
    notes = (*plan.notes, *statuses.notes, *approvals.notes)
    return every, replace(plan, held=(*swinging, *plan.held), notes=notes)


def _of_no_ticket(worker: Worker, gates: Iterable[GateState], now: datetime, unread: Mapping[str, str]) -> Iterator[Op]:
    """Yield the ops of reviews and gates, which no ticket asks for."""
    yield from review_ops(worker, now, unread=unread)
    yield from page_ops(worker, gates, now, unread=unread)
    yield from waiver_ops(worker, now, unread=unread)


def _with_who(worker: Worker, ticket: Ticket, reversal: Reversal) -> Reversal:
    """Add to what was taken back who did it, where the ticket's history tells."""
    who = [event.actor for event in worker.mirror.events(ticket.uid) if _took_back(event, ticket, reversal)]
    return replace(reversal, by=who[-1]) if who else reversal


def _took_back(event: Event, ticket: Ticket, reversal: Reversal) -> bool:
    if reversal.verb in (REOPENED, CLOSED):
        return event.what == "status" and event.after == ticket.status
    if reversal.verb == TAKEN_BACK:
        return _put_off_again(event, ticket, reversal.value)
    fields = HISTORY.get(reversal.verb, frozenset())
    return event.what in fields and reversal.value in event.before and reversal.value not in event.after


def _put_off_again(event: Event, ticket: Ticket, value: str) -> bool:
    """Tell whether an event put the ticket off in the way that we had taken back."""
    way, _, what = value.partition(" ")
    if way == "label":
        return event.what == "label" and what in event.after and what not in event.before
    if way == "due":
        return event.what in HISTORY[DUE]
    return event.what == "status" and event.after == ticket.status


def same(planned: Op, asked: Op) -> bool:
    """Tell whether an op is still asked for in the same words."""
    if isinstance(planned.verb, WriteCard) and isinstance(asked.verb, WriteCard):
        return planned.verb.essence == asked.verb.essence
    return planned.after == asked.after and planned.shadow == asked.shadow


def _kept_back(ops: Iterable[Op], plan: Plan) -> frozenset[str]:
    """Return the tickets of ops that a ceiling or a conflict keeps out of the plan: they are looked at again."""
    planned = {op.id for op in plan.ops}
    return frozenset(op.target.uid for op in ops if op.id not in planned)
