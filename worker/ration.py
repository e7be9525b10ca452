"""Ration: a plan larger than what a tracker lets us write in an hour is spread over passes, each rule in its turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from math import ceil

from integrations.base import Allowance, Tracker
from rules.actions import EditPost, FileTicket, Op, Plan, Post, WriteCard
from worker.turns import Waiting, by_turn

NOBODY: Waiting = {}
HOUR = timedelta(hours=1).total_seconds()


def ration(plan: Plan, trackers: Mapping[str, Tracker], *, spare: int = 0, waiting: Waiting = NOBODY) -> Plan:
    """Return as much of a plan as may be written for now, whole tickets only, with a note on how long the rest takes.

    Rules take turns, ticket by ticket, so that none waits for another's whole backlog; of a rule's tickets those come
    first that wait longest, so that none waits for what comes after it. A ticket whose card has to wait
    waits whole: nothing is done to it before it says why. `spare` is left for digests, on each account.
    """
    accounts: dict[str, tuple[Allowance, list[str]]] = {}
    for name, tracker in trackers.items():
        allowance = tracker.allowance()
        if allowance is not None:
            accounts.setdefault(allowance.account, (allowance, []))[1].append(name)
    for allowance, sources in accounts.values():
        plan = _rationed(plan, allowance, frozenset(sources), spare, waiting)
    return plan


def _rationed(plan: Plan, allowance: Allowance, sources: frozenset[str], spare: int, waiting: Waiting) -> Plan:
    costs: dict[str, int] = {}
    for op in plan.ops:
        if op.goes_to in sources and content(op):
            costs[op.target.uid] = costs.get(op.target.uid, 0) + 1
    wanted, left = sum(costs.values()), max(0, allowance.left - spare)
    if wanted <= left:
        return plan
    now: set[str] = set()
    whole = allowance.left == allowance.limit.count  # what does not fit now never will: one ticket goes on regardless
    wanting = (op for op in plan.ops if op.target.uid in costs and content(op))
    for uid in _in_turns(by_turn(wanting, waiting)):
        if costs[uid] <= left or (whole and not now and costs[uid] > allowance.limit.count - spare):
            left = max(0, left - costs[uid])
            now.add(uid)
    later = costs.keys() - now
    rest = sum(costs[uid] for uid in later)
    hours = ceil(rest * allowance.limit.seconds / HOUR / max(1, allowance.limit.count))
    note = (
        f"{', '.join(sorted(sources))}: {wanted - rest} of {wanted} comments and tickets now, as the tracker takes"
        f" {allowance.limit.count} in {allowance.limit.seconds} seconds; the other {rest} follow in later passes,"
        f" within about {hours} hour{'s' if hours > 1 else ''}"
    )
    return replace(plan, ops=tuple(op for op in plan.ops if op.target.uid not in later), notes=(*plan.notes, note))


def content(op: Op) -> bool:
    """Tell whether an op writes a text, which trackers take fewer of than of labels and fields."""
    return not op.shadow and isinstance(op.verb, WriteCard | Post | EditPost | FileTicket)


def _in_turns(ops: Iterable[Op]) -> Iterator[str]:
    """Yield each ticket once: the first of every rule, the second of every rule, and so on.

    A ticket's turn is that of the first rule that it is written to for; a card counts for the rules it speaks of.
    """
    lines: dict[str, deque[str]] = {}
    seen: set[str] = set()
    for op in ops:
        if op.target.uid not in seen:
            seen.add(op.target.uid)
            lines.setdefault(min(op.rules, default=op.rule), deque()).append(op.target.uid)
    while lines:
        for rule in list(lines):
            yield lines[rule].popleft()
            if not lines[rule]:
                del lines[rule]
