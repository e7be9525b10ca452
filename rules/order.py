"""The order of a plan: by source, ticket, verb; the same whatever order the ops came in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from rules.actions import NAMES, Op, Post, WriteCard
from rules.effects import opens
from rules.policy import Policy

# A ticket is opened again before all that speaks of an open one. Who is told of it is told first: a rule that holds
# for closed tickets no longer asks for the ping afterwards, so that a kill in between would lose it.
FOREWORD, REOPENING = -2, -1
CARDS, PINGS = len(NAMES), len(NAMES) + 1  # after all fields and labels; what notifies comes last


def in_order(policy: Policy, ops: Iterable[Op]) -> list[Op]:
    """Return the ops as they are carried out: a ticket's fields and labels, its card, then what notifies."""
    rank = {each.id: place for place, each in enumerate(policy.rules_and_reviews)}
    every = list(ops)
    reopening = {(op.target.uid, op.rule) for op in every if opens(op.verb)}
    return sorted(every, key=lambda op: (*_place(op), _turn(op, reopening), rank.get(op.rule, len(rank)), op.id))


def _place(op: Op) -> tuple[str, tuple[str, int], str]:
    return op.target.source, _natural(op.target.key), op.target.uid


def _natural(key: str) -> tuple[str, int]:
    """Return a key so that "OPS-9" comes before "OPS-12"."""
    found = re.fullmatch(r"(.*?)([0-9]{0,18})", key, re.DOTALL)
    return (found[1], int(found[2] or 0)) if found else (key, 0)


def _turn(op: Op, reopening: Set[tuple[str, str]]) -> int:
    if opens(op.verb):
        return REOPENING
    if isinstance(op.verb, Post) and (op.target.uid, op.rule) in reopening:
        return FOREWORD
    if isinstance(op.verb, WriteCard):
        return CARDS
    if isinstance(op.verb, Post):
        return PINGS
    return list(NAMES).index(type(op.verb))
