"""What verbs show to people at a terminal: plans, reasons, ops, checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.markup import escape
from rich.table import Table

from rules.actions import Op, Plan
from rules.facts import Fact
from rules.why import Explanation
from worker.cycle import Passed
from worker.ledger import Entry

HOLDS = {True: "[green]holds[/]", False: "[dim]no[/]", None: "[yellow]cannot be said[/]"}


def plan_table(plan: Plan) -> Table:
    """Show every op with its target, before and after, rule and reasons."""
    table = Table(title=_title(plan), title_justify="left", expand=False)
    for name, ratio in (("target", None), ("op", None), ("before -> after", 2), ("rule", None), ("because", 4)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for op in plan.ops:
        table.add_row(*(escape(cell) for cell in _cells(op)), style="dim" if op.shadow else None)
    return table


def _title(plan: Plan) -> str:
    real = sum(not op.shadow for op in plan.ops)
    shadow = len(plan.ops) - real
    return f"Plan: {real} to write" + (f", {shadow} in shadow" if shadow else "")


def _cells(op: Op) -> tuple[str, ...]:
    name = f"{op.name} (shadow)" if op.shadow else op.name
    return (op.target.key, name, f"{op.before} -> {op.after}", op.rule, "\n".join(op.because))


def plan_remarks(plan: Plan) -> Iterable[str]:
    """Say what the plan leaves out, and why."""
    for held in plan.held:
        left = "the pings above it wait" if held.what.startswith("person ") else "nothing of it is written"
        yield f"held back: {held.what} wanted {held.wanted}, its ceiling is {held.ceiling}: {left}"
    yield from (f"conflict: {conflict}" for conflict in plan.conflicts)
    yield from plan.notes


def why_table(explanation: Explanation) -> Table:
    """Show one rule's clauses with their values."""
    rule = explanation.rule
    table = Table(
        title=f"{rule.id}: {explanation.state}", title_justify="left", show_header=False, box=None, padding=(0, 2)
    )
    table.add_column(ratio=1)
    table.add_column(ratio=4, overflow="fold")
    table.add_row("about", escape(rule.about))
    for clause in explanation.clauses:
        table.add_row(HOLDS[clause.holds], escape(str(clause)))
    if explanation.episode is not None:
        table.add_row("since", f"{explanation.episode.began:%Y-%m-%d}, time {explanation.episode.number}")
    if explanation.next is not None:
        people = ", ".join(explanation.next.people) or "nobody: " + ", ".join(explanation.next.missing)
        table.add_row("next", escape(f"step {explanation.next.number} on {explanation.next.on}: ping {people}"))
    for note in explanation.notes:
        table.add_row("note", escape(note))
    return table


def ops_table(entries: Sequence[Entry]) -> Table:
    """Show ops of the ledger, and how far they got."""
    table = Table()
    for name in ("op", "state", "changed (UTC)", "target", "what", "rule", "why"):
        table.add_column(name, overflow="fold")
    for entry in entries:
        op = entry.op
        changed = f"{entry.changed:%Y-%m-%d %H:%M:%S}"
        cells = (op.id[:10], entry.state, changed, op.target.key, f"{op.name} {op.after}", op.rule, entry.why)
        table.add_row(*(escape(cell) for cell in cells))
    return table


def facts_table(facts: Iterable[Fact]) -> Table:
    """Show what a condition may ask."""
    table = Table()
    for name in ("fact", "type", "meaning"):
        table.add_column(name, overflow="fold")
    for fact in facts:
        table.add_row(fact.name, escape(fact.type), escape(fact.meaning))
    return table


def pass_lines(passed: Passed) -> Iterable[str]:
    """Sum a pass up, a line for each thing worth saying."""
    for one in passed.synced:
        yield f"{one.source}: " + (f"not read: {one.error}" if one.error else f"{one.items} items in {one.pages} pages")
    counts = passed.applied.counts
    done = ", ".join(f"{counts[state]} {state}" for state in sorted(counts)) or "nothing to do"
    yield f"evaluated {passed.look.looked} tickets, planned {len(passed.look.plan.ops)} ops: {done}"
    yield from (f"posted {slot}" for slot in passed.digests)
    yield from (f"not whole: {trouble}" for trouble in passed.troubles)
