"""What verbs show to people: ops of the ledger, facts, what the doctor found, what came of a pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, assert_never

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from rules.document import Pack
from rules.model import Block, Bullets, Heading, Line, Mention, Paragraph
from rules.model import Table as ProseTable
from worker.baseline import Standing
from worker.cycle import Passed
from worker.doctor import Finding
from worker.governing import Served, told
from worker.ledger import Entry
from worker.ledger_baseline import Debt
from worker.sync import Synced
from worker.troubles import Trouble

MARKS = {"good": "[green]ok[/]", "warn": "[yellow]warn[/]", "bad": "[red]BAD[/]"}


def ops_table(entries: Sequence[Entry]) -> Table:
    """Show ops of the ledger, and how far they got."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    columns = ["op", "state", "changed (UTC)", "target", "what", "rule"]
    columns += ["why"] if any(entry.why for entry in entries) else []
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=name in ("op", "state"))
    for entry in entries:
        op = entry.op
        changed = f"{entry.changed:%Y-%m-%d %H:%M:%S}"
        cells = (op.id[:10], entry.state, changed, op.target.key, f"{op.name} {op.after}", op.rule, entry.why)
        table.add_row(*(escape(cell) for cell in cells[: len(columns)]))
    return table


def facts_table(facts: Iterable[tuple[str, str, str]]) -> Table:
    """Show what a condition may ask: each name with its type and meaning."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("fact", no_wrap=True)
    table.add_column("type", no_wrap=True)
    table.add_column("meaning", overflow="fold")
    for name, type_, meaning in facts:
        table.add_row(escape(name), escape(type_), escape(meaning))
    return table


def packs_table(packs: Iterable[Pack]) -> Table:
    """Show the rule packs that ship."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("pack", no_wrap=True)
    table.add_column("rules", justify="right")
    table.add_column("reviews", justify="right")
    table.add_column("metrics", justify="right")
    table.add_column("what it is for", overflow="fold")
    for pack in packs:
        counts = (str(len(each)) for each in (pack.rules, pack.reviews, pack.metrics))
        table.add_row(escape(pack.name), *counts, escape(pack.about))
    return table


def policy_rows(
    sections: Sequence[Served], *, span: str = "in the last 30 days", examples: Mapping[str, str] | None = None
) -> Iterator[RenderableType]:
    """Yield the sections of the governance policy, each with its rules and what they did in a span of time.

    With `examples` (rule -> a ticket it did something to) those stand in the place of the rules' modes.
    """
    widest = max((len(rule.id) for served in sections for rule, _ in served.rules), default=0)
    second = len("shadow") if examples is None else 38
    head = ("rule", "mode", span) if examples is None else ("rule", span, "for example")
    yield _policy_grid(widest, second, [head])
    for served in sections:
        yield f"\n[bold]{served.section}[/bold]: {escape(served.demands)}"
        rows = []
        for rule, report in served.rules:
            did = told(report, served.baseline.get(rule.id, 0))
            rows.append((rule.id, rule.mode, did) if examples is None else (rule.id, did, examples.get(rule.id, "-")))
        yield _policy_grid(widest, second, rows) if rows else escape(f"  {served.advice}")


def _policy_grid(widest: int, second: int, rows: Iterable[tuple[str, str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=widest + 2, no_wrap=True)
    grid.add_column(width=second, overflow="fold")
    grid.add_column(overflow="fold")
    for rule, *cells in rows:
        grid.add_row(f"  {escape(rule)}", *(escape(cell) for cell in cells))
    return grid


def policy_data(served: Served) -> dict[str, Any]:
    """Return a section of the governance policy for scripts."""
    rules = [
        {
            "rule": rule.id,
            "mode": rule.mode,
            "done": dict(did.done),
            "taken_back": did.reversed,
            "held_back": did.held,
            "baseline": served.baseline.get(rule.id, 0),
        }
        for rule, did in served.rules
    ]
    return {"section": served.section, "demands": served.demands, "rules": rules, "packs_off": served.packs}


def baseline_table(rules: Mapping[str, Standing]) -> Table:
    """Show on how many tickets each rule holds: those that would be new in a baseline, and those that are in one."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("rule", no_wrap=True)
    for name in ("holds on", "first seen", "under way", "in it already"):
        table.add_column(name, justify="right")
    for rule, counted in rules.items():
        cells = (counted.fresh + counted.going_on + counted.known, counted.fresh, counted.going_on, counted.known)
        table.add_row(escape(rule), *(str(count) for count in cells))
    return table


def debt_table(debt: Debt) -> Table:
    """Show how many tickets of each rule are in the baseline."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("rule", overflow="fold")
    table.add_column("in the baseline", justify="right")
    for rule, count in debt.rules.items():
        table.add_row(escape(rule), str(count))
    return table


def findings_table(findings: Iterable[Finding]) -> Table:
    """Show what the doctor found."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("source", "", "what"):
        table.add_column(name, no_wrap=True)
    table.add_column("found", overflow="fold")
    source = ""
    for finding in findings:
        if source and finding.source != source:
            table.add_section()
        source = finding.source
        table.add_row(escape(source), MARKS[finding.grade], finding.what, escape(finding.detail))
    return table


def shown_blocks(blocks: Iterable[Block]) -> Iterable[RenderableType]:
    """Show what is written for trackers in a terminal: tables as tables, everything else as lines."""
    for block in blocks:
        match block:
            case ProseTable():
                yield _prose_table(block)
            case Bullets():
                yield from (escape(f"- {_plain(line)}") for line in block.lines)
            case Heading():
                yield f"[bold]{escape(_plain(block.line))}[/bold]"
            case Paragraph():
                yield escape(_plain(block.line))
            case _:
                assert_never(block)


def _prose_table(block: ProseTable) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in block.head:
        table.add_column(name, overflow="fold")
    for row in block.rows:
        table.add_row(*(escape(_plain(cell)) for cell in row))
    return table


def _plain(line: Line) -> str:
    return "".join(span.person if isinstance(span, Mention) else span.text for span in line)


def troubles_table(troubles: Iterable[Trouble]) -> Table:
    """Show what is wrong, until when, and what to do."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("what is wrong", "until", "what to do"):
        table.add_column(name, overflow="fold")
    for trouble in troubles:
        until = f"{trouble.until:%Y-%m-%d %H:%M} UTC" if trouble.until else "-"
        table.add_row(escape(trouble.said), until, escape(trouble.advice))
    return table


def synced_line(one: Synced) -> str:
    """Say what came of reading a source."""
    if one.error:
        return f"{one.source}: not read: {one.error}"
    return f"{one.source}: " + (f"{one.items} items in {one.pages} pages" if one.items else "nothing new")


def beside(passed: Passed) -> tuple[Trouble, ...]:
    """Return what is not known after a pass, of signals and gates: that keeps none from being whole."""
    return tuple(trouble for trouble in passed.standing if trouble.kind in {"signal", "gate"})


def pass_lines(passed: Passed) -> Iterable[str]:
    """Sum a pass up, a line for each thing worth saying, what could not be read among the troubles."""
    yield from (synced_line(one) for one in passed.synced if not one.error)
    counts = passed.applied.counts
    done = ", ".join(f"{counts[state]} {state}" for state in sorted(counts)) or "nothing to do"
    digests = ", digests besides" if passed.digests else ""
    yield f"evaluated {passed.look.looked} tickets, planned {len(passed.look.plan.ops)} ops{digests}: {done}"
    yield from (f"posted {slot}" for slot in passed.digests)
    yield from passed.look.plan.notes
    yield from map(str, beside(passed))
    yield from (f"not whole: {trouble}" for trouble in passed.troubles)
    if not passed.whole:
        yield "`kaizend ops` says what to do"
