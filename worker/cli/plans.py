"""Plans as people see them, a table with the reasons of every op, and as scripts do, a flat list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from rich import box
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from rules.actions import Op, Plan
from rules.card import CARD
from rules.deeds import counted
from rules.rule import PLAIN
from worker.look import Look

NARROW = 96
"""Columns below which the target stands above its ops, not beside them."""
AS_ABOVE = "as above"


def plan_title(plan: Plan) -> str:
    """Sum a plan up."""
    real = sum(not op.shadow for op in plan.ops)
    if not plan.ops:
        return "Plan: nothing to write"
    targets = len({op.target.uid for op in plan.ops})
    shadow = len(plan.ops) - real
    return f"Plan: {real} to write to {targets} tickets" + (f", {shadow} more in shadow" if shadow else "")


def plan_table(ops: Sequence[Op], *, width: int) -> Table:
    """Show ops, a ticket's together, with before and after, rule and reasons; fit for so many columns."""
    narrow = width < NARROW
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=False)
    table.add_column("target", no_wrap=not narrow, overflow="fold", ratio=3 if narrow else None)
    if not narrow:
        table.add_column("before -> after", ratio=2, overflow="fold")
    table.add_column("rule", no_wrap=not narrow, overflow="fold", ratio=2 if narrow else None)
    table.add_column("because", ratio=3, overflow="fold")
    if narrow:
        table.columns[0].header = "target: before -> after"
    for _, group in groupby(ops, key=lambda op: op.target.uid):
        _add_ticket(table, tuple(group), narrow=narrow)
    return table


def _add_ticket(table: Table, ops: Sequence[Op], *, narrow: bool) -> None:
    key = escape(ops[0].target.key)
    if narrow:
        table.add_row(f"[bold]{key}[/]")
    for number, (op, reasons) in enumerate(told(ops)):
        changed, rest = escape(change(op)), (escape(op.rule), escape(reasons))
        beside = (f"[dim]{key}[/]" if number else f"[bold]{key}[/]", changed)
        first = (Padding(changed, (0, 0, 0, 2)),) if narrow else beside
        table.add_row(*first, *rest, style="dim" if op.shadow else None)
    table.add_section()


def change(op: Op) -> str:
    """Word what an op changes: "- -> label overdue"."""
    name = f"{CARD}: " if op.rule == CARD else ""
    return f"{name}{op.before} -> {op.after}" + (" (shadow)" if op.shadow else "")


def told(ops: Iterable[Op]) -> Iterator[tuple[Op, str]]:
    """Yield a ticket's ops with their reasons, the same one told once: a card repeats what its rules say."""
    known: set[tuple[str, str]] = set()
    for op in ops:
        reasons = [_of_rule(op, reason) for reason in op.because]
        fresh = [reason for reason in reasons if reason not in known]
        known.update(reasons)
        parts = []
        for rule, clauses in groupby(fresh, key=lambda reason: reason[0]):
            named = "" if rule in ("", op.rule) else f"{rule}: "
            parts.append(named + "; ".join(PLAIN.sub(r"\1\2", clause) for _, clause in clauses))
        yield op, "\n".join(parts) or (AS_ABOVE if reasons else "")


def _of_rule(op: Op, reason: str) -> tuple[str, str]:
    """Take a card's reason apart, which names its rule; any other reason is of the op's own rule."""
    if op.rule != CARD:
        return op.rule, reason
    rule, colon, clause = reason.partition(": ")
    return (rule, clause) if colon else ("", reason)


def rule_table(plan: Plan) -> Table:
    """Count a plan's ops by rule and verb."""
    counts: dict[str, Counter[str]] = {}
    for op in plan.ops:
        counts.setdefault(op.rule + (" (shadow)" if op.shadow else ""), Counter())[op.name] += 1
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("rule", overflow="fold")
    table.add_column("ops", justify="right")
    table.add_column("which", overflow="fold")
    for rule in sorted(counts, key=lambda name: (name == CARD, name)):
        table.add_row(escape(rule), str(counts[rule].total()), counted(dict(counts[rule].most_common())))
    return table


def sample(plan: Plan, most: int) -> tuple[Op, ...]:
    """Choose some tickets' ops, at most `most`, that show as many of a plan's rules, verbs and sources as they can."""
    tickets = [tuple(group) for _, group in groupby(plan.ops, key=lambda op: op.target.uid)]
    seen: set[tuple[str, str]] = set()
    sources: set[str] = set()
    chosen: set[int] = set()
    left = most

    def worth(number: int) -> tuple[float, bool]:
        ops = tickets[number]
        return len(_kinds(ops) - seen) / len(ops), ops[0].target.source not in sources

    while fitting := [n for n, ops in enumerate(tickets) if len(ops) <= left and _kinds(ops) - seen]:
        best = max(fitting, key=worth)
        chosen.add(best)
        seen |= _kinds(tickets[best])
        sources.add(tickets[best][0].target.source)
        left -= len(tickets[best])
    return tuple(op for number in sorted(chosen) for op in tickets[number])


def _kinds(ops: Iterable[Op]) -> set[tuple[str, str]]:
    return {(op.rule, op.name) for op in ops}


def plan_remarks(found: Look) -> Iterable[str]:
    """Say what the plan leaves out, and why."""
    plan = found.plan
    for held in plan.held:
        left = "the pings above it wait" if held.what.startswith("person ") else "nothing of it is written"
        yield f"held back: {held.what} wanted {held.wanted}, its ceiling is {held.ceiling}: {left}"
    yield from (f"conflict: {conflict}" for conflict in plan.conflicts)
    yield from plan.notes
    if found.baseline:
        rules = ", ".join(f"{rule} on {count}" for rule, count in found.baseline.items())
        yield f"in the baseline, and so left alone (rule on tickets): {rules}"


def plan_data(found: Look) -> dict[str, Any]:
    """Return a plan for scripts. Keys are only ever added.

    `ops` is a flat list; an op has id, source, target, url, verb, before, after, rule, because (a list of clauses with
    their values), episode and shadow (true: shown, never written). `held` lists the ceilings that stopped something,
    `conflicts` rules that undo each other, `unread` the sources that could not be read, with the reason, `baseline` on
    how many tickets each rule does nothing because of a baseline.
    """
    plan = found.plan
    return {
        "at": plan.at,
        "policy": plan.policy,
        "ops": [op_data(op) for op in plan.ops],
        "held": [{"what": held.what, "wanted": held.wanted, "ceiling": held.ceiling} for held in plan.held],
        "conflicts": plan.conflicts,
        "notes": plan.notes,
        "unread": found.unread,
        "baseline": found.baseline,
    }


def op_data(op: Op) -> dict[str, Any]:
    """Return an op for scripts; see `plan_data`."""
    return {
        "id": op.id,
        "source": op.target.source,
        "target": op.target.key,
        "url": op.target.url,
        "verb": op.name,
        "before": op.before,
        "after": op.after,
        "rule": op.rule,
        "because": op.because,
        "episode": op.episode,
        "shadow": op.shadow,
    }
