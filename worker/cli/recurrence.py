"""The verbs about what comes back: show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from rules.fact_asked import Asked
from rules.fact_recurrence import news, reports
from rules.memory import Memory, Recurrence
from rules.model import Ticket
from rules.people import called
from rules.policy import Policy
from rules.texts import clipped
from worker.cli.context import Cli, data, now, out
from worker.cli.reasons import the_one
from worker.cli.resemblance import resemblance
from worker.worker import Worker
from worker.world import memory_of, world

recurrence = typer.Typer(help="Show what comes back, and why it is taken for the same.", no_args_is_help=True)


@recurrence.command("show")
def show(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help='The ticket: "OPS-12", "acme/shop#12", or "#12" if only one has it.')],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Show what is certainly the same problem as a ticket, what tells so, who objected, and what it resembles.

    Asks only the database, as the trackers were last read.
    """
    cli: Cli = context.obj
    moment = now()
    with cli.alone(cli.settings()) as worker:
        ticket, memory = _known(worker, key, moment)
        asked = Asked(ticket, "", memory, worker.policy, worker.policy.calendar.today(moment))
        found = resemblance(worker, ticket, memory)
    if json:
        data(_as_data(asked) | {"resembles": found.as_data()})
        return
    screen = out()
    screen.print(f"{ticket.key}  {ticket.title}", markup=False, style="bold")
    for line in _lines(asked):
        screen.print(line, markup=False, soft_wrap=True)
    if memory.recurrences:
        screen.print(_table(worker.policy, memory))
    for line in found.lines():
        screen.print(line, markup=False, soft_wrap=True)
    if found.candidates:
        screen.print(found.table())


def _known(worker: Worker, key: str, moment: datetime) -> tuple[Ticket, Memory]:
    ticket = the_one(key, worker.mirror.candidates(key))
    return ticket, memory_of(worker, ticket.uid, world(worker, moment))


def _lines(asked: Asked) -> Iterator[str]:
    """Yield what is known in sentences."""
    memory, fix = asked.memory, asked.memory.fix
    if not memory.recurrences:
        yield "Nothing is certain to be the same problem."
    if fix:
        yield (
            f"Its fix took effect on {asked.day(fix.at).isoformat()}: {fix.how}." if fix.at else f"Its fix: {fix.how}."
        )
    count = len(reports(asked))
    if count:
        days = asked.policy.recurring.period.days
        back = ", and is back now" if news(asked) else ""
        yield f"It came back {'once' if count == 1 else f'{count} times'} within {days} days{back}."
    for each in memory.objections:
        who = f", says {called(asked.policy, asked.ticket.source, each.by)}" if each.by else ""
        yield f"Another problem: {each.key} ({each.why}{who}, {asked.day(each.at).isoformat()})"


def _table(policy: Policy, memory: Memory) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("ticket", "is", "reported", "tier", "signal", "evidence"):
        table.add_column(name, no_wrap=name in ("ticket", "reported"))
    for each in memory.recurrences:
        day = policy.calendar.date_of(each.created).isoformat()
        cells = (each.other.key, _way(each), day, each.tier, each.signal, clipped(each.evidence))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _way(each: Recurrence) -> str:
    state = "done" if each.other.phase == "done" else "open"
    if each.other.way == "origin":
        words = "what it is a report of" + ("" if each.root == each.other.key else f", the first is {each.root}")
    else:
        words = "a report after the fix" if each.again else "a report of it"
    return f"{words} ({state})"


def _as_data(asked: Asked) -> dict[str, Any]:
    memory = asked.memory
    return {
        "key": asked.ticket.key,
        "fix": asdict(memory.fix) if memory.fix else None,
        "recurrences": len(reports(asked)),
        "recurred": bool(news(asked)),
        "pairs": [
            {
                "key": each.other.key,
                "way": "report" if each.other.way == "filed" else "origin",
                "root": each.root,
                "created": each.created,
                "tier": each.tier,
                "signal": each.signal,
                "evidence": each.evidence,
                "again": each.again,
            }
            for each in memory.recurrences
        ],
        "objections": [{"key": each.key, "why": each.why, "by": each.by, "at": each.at} for each in memory.objections],
    }
