"""Verdicts -> a plan: no no-ops, no duplicates, no conflicts, within the ceilings, complete before the first write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rules.actions import AddLabel, Op, Plan, Post, RemoveLabel
from rules.card import card_op
from rules.ceilings import NOTHING_YET, within
from rules.closing import close_ops, undo_ops
from rules.coming_back import withdrawal_ops
from rules.commanded import command_ops
from rules.conflicts import marked, quarrel, unique
from rules.effects import applied, remembered, stood, with_reversals
from rules.evaluate import Evaluation, evaluate
from rules.fact_asked import asked_of
from rules.fact_table import touched
from rules.filing import file_ops, link_ops, unlink_ops
from rules.following import follow_ops
from rules.gates.closing import closing_ops
from rules.gates.planning import plan_ops
from rules.memory import Episode, Lead, Memory
from rules.moves import OpKeys, View, comment_ops, field_ops, ping_ops
from rules.order import in_order
from rules.policy import Policy
from rules.putting_off import with_put_offs
from rules.twins import later_leads, with_leads
from rules.worn import label_ops, take_off_ops

__all__ = ["Decision", "OpKeys", "assemble", "decide", "operations"]

TURNS = (
    (command_ops,),
    (follow_ops, withdrawal_ops, closing_ops, undo_ops),
    (field_ops, plan_ops, close_ops, comment_ops),
    (label_ops,),
    (take_off_ops,),
)
"""Where the ops of one look come from, the first that has any to do; what comes later waits for the next look."""
LASTING = tuple(source for turn in TURNS for source in turn if source not in (command_ops, comment_ops))
"""Those that leave something behind which can be undone."""
LOOKS = 8  # at one ticket in a pass: each takes in what the one before it will have changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be done with one ticket, and the episodes, leaders' words and faded labels to remember.

    An episode that only the plan itself begins is among them, and one that the plan will end is still open: its end is
    remembered when it has been seen. So a look just before the writes finds the same ops. What a leader says to a
    ticket that only the plan opens is among them, too, and is not followed before it has been.
    """

    ops: tuple[Op, ...]
    episodes: tuple[Episode, ...]
    leads: tuple[Lead, ...] = ()
    faded: tuple[str, ...] = ()  # ops whose labels are gone, and nothing asks for them after the plan either


def operations(
    policy: Policy,
    evaluation: Evaluation,
    memory: Memory,
    now: datetime,
    keys: OpKeys,
    paused: frozenset[str] = frozenset(),
) -> tuple[Op, ...]:
    """Return all ops for one ticket; see `decide`."""
    return decide(policy, evaluation, memory, now, keys, paused).ops


def decide(
    policy: Policy,
    evaluation: Evaluation,
    memory: Memory,
    now: datetime,
    keys: OpKeys,
    paused: frozenset[str] = frozenset(),
) -> Decision:
    """Plan for one ticket until nothing is left to do, so that a second pass finds nothing.

    Commands come first, then what follows the ticket's leader, then fields, then labels to put on, then labels to take
    off, each judged again on the ticket as the ops before will have left it; last come pings and the card, which speak
    of the settled state. Rules that never settle because they undo themselves or each other get nothing done: their ops
    carry a `conflict`; the others act without them.
    """
    memory = with_put_offs(with_leads(memory, evaluation.leads), evaluation.put_off)
    memory = replace(
        with_reversals(memory, evaluation.reversals),
        touched=touched(asked_of(policy, evaluation.ticket, memory=memory)),
    )
    view = View(policy=policy, evaluation=evaluation, memory=memory, now=now, keys=keys, paused=paused)
    quarrels: tuple[Op, ...] = ()
    while True:
        found = _settled(view)
        if isinstance(found, Decision):
            return replace(found, ops=(*quarrels, *found.ops))
        quarrels += found
        view = replace(view, barred=view.barred.union(op.rule for op in found))


def _settled(view: View) -> Decision | tuple[Op, ...]:
    """Return what is to be done, or else the ops of rules that undo each other, so that nothing would ever settle."""
    first = view
    going_on = {episode.rule: episode for episode in view.memory.episodes if episode.ended is None}
    ops: dict[str, Op] = {}
    held: dict[str, Episode] = {}
    again: set[str] = set()
    for _ in range(LOOKS):
        again = _asked_again(view, ops)
        if again:
            break
        held |= {each.rule.id: each.episode for each in view.evaluation.holding}
        fresh = _fresh(view, ops)
        ops |= {op.id: op for op in fresh}
        acting = _acting(fresh)
        if not acting:
            episodes = {episode.rule: episode for episode in first.evaluation.episodes} | held
            leads = (*first.evaluation.leads, *later_leads(first.memory, view.evaluation.leads))
            words = _last_words(view, _netted(ops.values()))
            faded = view.evaluation.faded
            return Decision(ops=words, episodes=tuple(episodes.values()), leads=leads, faded=faded)
        view = _after(view, acting, going_on | held)
    return quarrel(_acting(ops.values()), again)


def _asked_again(view: View, ops: Mapping[str, Op]) -> set[str]:
    """Return the ids of what is asked for again although it was to be carried out: something else undoes it.

    A ping is undone by nothing: it is asked for again by each step back of a ticket that is put off in several ways.
    """
    if not ops:
        return set()
    asked = (op.id for source in LASTING for op in source(view))
    return {op.id for op in _acting(ops.values()) if not isinstance(op.verb, Post)}.intersection(asked)


def _fresh(view: View, ops: Mapping[str, Op]) -> list[Op]:
    """Return the next ops: what people command, else what follows a leader, else fields and comments, else labels.

    What only shows itself comes along.
    """
    rests_on = frozenset(op.rule for op in _acting(ops.values()))
    fresh: list[Op] = []
    for asked in TURNS:
        found = [_with_before(view, op) for source in asked for op in source(view) if op.id not in ops]
        if found:
            fresh += unique(marked(view.policy, [_resting(op, rests_on) for op in found]))
        if _acting(fresh):
            break
    return fresh


def _with_before(view: View, op: Op) -> Op:
    """Return an op with what stands before it: an undo puts that back."""
    return replace(op, was=was) if (was := stood(view.policy, view.ticket, op.verb)) else op


def _resting(op: Op, rests_on: frozenset[str]) -> Op:
    """Return an op that rests on the ops of other rules as well."""
    return op if rests_on <= op.rules else replace(op, rules=op.rules | rests_on)


def _acting(ops: Iterable[Op]) -> list[Op]:
    return [op for op in ops if not op.shadow and not op.conflict]


def _after(view: View, ops: Iterable[Op], going_on: Mapping[str, Episode]) -> View:
    """Return the view of the ticket as the ops will have left it.

    Episodes that were open before, or held in this pass, go on where they were if their rules hold now.
    """
    episodes = {**{episode.rule: episode for episode in view.evaluation.episodes}, **going_on}
    ticket, memory = view.ticket, replace(view.memory, episodes=tuple(episodes.values()))
    for op in ops:
        ticket = applied(view.policy, ticket, op.verb)
        memory = replace(remembered(memory, op, view.now), done=memory.done)
    evaluation = evaluate(view.policy, ticket, memory, view.now, kind=view.evaluation.kind)
    return replace(view, evaluation=evaluation, memory=with_reversals(memory, evaluation.reversals))


def _netted(ops: Iterable[Op]) -> list[Op]:
    """Return the ops without labels that are put on and taken off again by the same plan."""
    every = list(ops)
    acting = [op.verb for op in _acting(every)]
    put_on = {verb.label for verb in acting if isinstance(verb, AddLabel)}
    both = put_on & {verb.label for verb in acting if isinstance(verb, RemoveLabel)}
    return [op for op in every if not (isinstance(op.verb, AddLabel | RemoveLabel) and op.verb.label in both)]


def _last_words(view: View, ops: list[Op]) -> tuple[Op, ...]:
    """Return the ops with the new tickets, links, pings and the card of the settled state after them."""
    acting = _acting(ops)
    rests_on = frozenset(op.rule for op in acting)
    known = {op.id for op in ops}
    asked = (*file_ops(view), *link_ops(view), *unlink_ops(view), *ping_ops(view))
    pings = [_resting(op, rests_on) for op in asked if op.id not in known]
    card = card_op(view, acting)
    return (*ops, *pings, *((card,) if card else ()))


def assemble(
    policy: Policy,
    ops: Iterable[Op],
    *,
    pings: Mapping[str, int],
    paused: frozenset[str],
    now: datetime,
    busiest: Mapping[str, int] = NOTHING_YET,
) -> Plan:
    """Make the plan of a whole pass: each write once, conflicts settled, everything within the ceilings.

    `pings` are those of the last 7 days by tracker-native login; `busiest` is how much each rule did in the busiest of
    its passes of late. Deterministic: by source, ticket and verb.
    """
    every = [replace(op, shadow=op.shadow or _only(op, paused)) for op in in_order(policy, ops)]
    agreed = marked(policy, every)
    fitting, held = within(policy, unique([op for op in agreed if not op.conflict]), pings, busiest)
    return Plan(
        at=now,
        policy=policy.sha,
        ops=tuple(fitting),
        held=held,
        conflicts=_conflicts(agreed),
        notes=tuple(_notes(every, paused)),
    )


def _only(op: Op, paused: frozenset[str]) -> bool:
    """Tell whether an op is a paused rule's, or a card that speaks of nothing else."""
    return op.rule in paused or (bool(op.rules) and op.rules <= paused)


def _conflicts(ops: Iterable[Op]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{op.target.key}: {op.conflict}" for op in ops if op.conflict))


def _notes(ops: list[Op], paused: frozenset[str]) -> Iterator[str]:
    for rule in sorted(paused):
        count = sum(op.rule == rule for op in ops)
        if count:
            yield f"rule {rule} is paused, because people keep undoing what it does: {count} ops are only shown"
