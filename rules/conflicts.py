"""Ops that cannot stand beside each other: commands win, then the first rule in the policy's order; all is reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace

from rules.actions import (
    NAMES,
    AddLabel,
    Assign,
    Close,
    Op,
    PlanFor,
    RemoveLabel,
    Reopen,
    SetDue,
    SetPriority,
    TakeBack,
)
from rules.commanded import COMMANDED
from rules.effects import value_of
from rules.policy import Policy

STATE = "state"
"""What is decided by opening and closing."""


def marked(policy: Policy, ops: Iterable[Op]) -> list[Op]:
    """Return the ops in the same order, those that lose against another with their `conflict` in words.

    Two conflict when they give one field of a target different values, or one puts on the label the other takes off.
    What is only shown (shadow) never wins against what is done.
    """
    every = list(ops)
    contested = [op for op in every if _slot(op) and not op.conflict]
    if not contested:
        return every
    rank = dict.fromkeys(COMMANDED, -1) | {rule.id: place for place, rule in enumerate(policy.rules)}
    winners: dict[tuple[str, str], Op] = {}
    for op in sorted(contested, key=lambda op: (op.shadow, rank.get(op.rule, len(rank)), op.id)):
        winners.setdefault(_key(op), op)
    return [_judged(op, winners) for op in every]


def unique(ops: Iterable[Op]) -> list[Op]:
    """Return the ops without those that only repeat what another one does to the same target."""
    chosen: dict[tuple[str, ...], Op] = {}
    for op in sorted(ops, key=lambda op: op.shadow):
        chosen.setdefault(_deed(op), op)
    ids = {op.id for op in chosen.values()}
    return [op for op in ops if op.id in ids]


def quarrel(ops: Sequence[Op], again: Set[str]) -> tuple[Op, ...]:
    """Return those of the ops, in the order in which they were asked for, whose rules undo each other, marked so.

    `again` are the ids of those that were asked for a second time: from the first of them on things went round, and
    the labels that came and went since are what it is about, and closings and openings. Where that tells nothing, all
    that came again are.
    """
    first = next((place for place, op in enumerate(ops) if op.id in again), 0)
    round_ = ops[first:]
    come, gone = (
        {op.verb.label.lower() for op in round_ if isinstance(op.verb, verb)} for verb in (AddLabel, RemoveLabel)
    )
    swinging = [
        op for op in round_ if isinstance(op.verb, AddLabel | RemoveLabel) and op.verb.label.lower() in come & gone
    ]
    states = [op for op in round_ if isinstance(op.verb, Reopen | Close)]
    swinging += states if len({type(op.verb) for op in states}) > 1 else []
    found = swinging or [op for op in round_ if op.id in again] or ops
    rules = sorted({op.rule for op in found})
    text = f"the rules {', '.join(rules)} keep undoing each other here: none of them acts"
    if len(rules) == 1:
        text = f"the rule {rules[0]} keeps undoing itself here: it does not act"
    return tuple(replace(op, conflict=text) for op in found)


def _judged(op: Op, winners: dict[tuple[str, str], Op]) -> Op:
    if op.conflict or not _slot(op):
        return op
    winner = winners[_key(op)]
    if (type(winner.verb), _value(winner)) == (type(op.verb), _value(op)):
        return op
    text = f"{op.rule} would {op.name} {_value(op)}, {winner.rule} would {winner.name} {_value(winner)}"
    return replace(op, conflict=f"{text}: {winner.rule} comes first")


def _slot(op: Op) -> str:
    """Return what of the target the op decides, "" if it shares with all others."""
    match op.verb:
        case AddLabel(label=label) | RemoveLabel(label=label):
            return f"label {label}"
        case SetDue() | SetPriority() | Assign() | PlanFor():
            return op.name
        case Reopen() | Close():
            return STATE
        case TakeBack():
            return _way_back(op.verb)
        case _:
            return ""


def _way_back(verb: TakeBack) -> str:
    """Return what of the target is decided by taking back how it was put off."""
    field = {"label": f"label {verb.value}", "due": NAMES[SetDue], "declined": STATE}
    return field.get(verb.way, "workflow")


def _key(op: Op) -> tuple[str, str]:
    return op.target.uid, _slot(op)


def _value(op: Op) -> str:
    return op.verb.label if isinstance(op.verb, RemoveLabel) else value_of(op.verb)


def _deed(op: Op) -> tuple[str, ...]:
    """Return what makes two ops the same deed; posts, cards and the like are each their own."""
    return (op.target.uid, op.name, _value(op)) if _slot(op) else (op.id,)
