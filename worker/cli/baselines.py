"""The verb `baseline`: what holds now is left alone, so that an old project is not flooded on its first day."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from rules.wording import meant, shown, there_is
from worker.baseline import Found, find
from worker.cli.context import Cli, now, out, talk
from worker.cli.exits import Exit
from worker.cli.progress import watching
from worker.cli.tables import baseline_table, debt_table
from worker.cycle import read
from worker.errors import WorkerError
from worker.ledger_baseline import Chosen, Debt
from worker.settings import Settings
from worker.wiring import policy_of


def baseline(
    context: typer.Context,
    *,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", help="Only this rule, PACK.RULE; may be repeated.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be repeated.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="End it: the rules act from the next pass on.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Leave alone what holds now: each rule acts on a ticket only once it no longer held there and holds again.

    Reads the trackers, shows on how many tickets each rule holds, and asks. Never writes to a tracker.
    """
    cli: Cli = context.obj
    settings = cli.settings()
    chosen = _chosen(settings, rule or (), source or ())
    if not yes and not sys.stdin.isatty():
        raise WorkerError("baseline: there is nobody to ask: say --yes")
    if clear:
        _clear(cli, settings, chosen, yes=yes)
    else:
        _take(cli, settings, chosen, yes=yes)


def _chosen(settings: Settings, rules: Sequence[str], sources: Sequence[str]) -> Chosen:
    """Return what the options choose. Raises WorkerError for a name that nothing has."""
    ids = [rule.id for rule in policy_of(settings).rules]
    named = {name.replace("/", ".", 1): name for name in ids}
    for name in rules:
        _known(f"--rule {shown(name)}: no such rule", name.replace("/", ".", 1), named)
    for name in sources:
        _known(f"--source {shown(name)}: no such source", name, settings.tables.sources)
    return Chosen(
        rules=tuple(dict.fromkeys(named[name.replace("/", ".", 1)] for name in rules)) or None,
        sources=tuple(dict.fromkeys(sources)) or None,
    )


def _known(problem: str, name: str, names: Collection[str]) -> None:
    if name not in names:
        raise WorkerError(f"baseline: {problem}{meant(name, names) or there_is(names)}")


def _take(cli: Cli, settings: Settings, chosen: Chosen, *, yes: bool) -> None:
    with cli.working(settings) as worker:
        with watching(cli.stop) as bars:
            read(worker, bars)
            found = find(worker, chosen, now(), progress=bars.looked)
        _show(found)
        if found.episodes:
            _ask(cli, f"Do nothing about these {len(found.episodes)} for as long as they go on?", yes=yes)
        count = worker.ledger.take_baseline(found.episodes, chosen, now())
        debt = worker.ledger.baseline(now(), chosen)
    talk(f"{count} new in the baseline; in it now: {_told(debt)}. `kaizend baseline --clear` ends it")
    if found.unread:
        raise typer.Exit(Exit.PARTIAL)


def _show(found: Found) -> None:
    if found.rules:
        out().print(baseline_table(found.rules))
    else:
        talk("no rule holds on any ticket")
    for name, why in found.unread.items():
        talk(f"source {name} was not read, nothing of it goes into the baseline: {why}")


def _clear(cli: Cli, settings: Settings, chosen: Chosen, *, yes: bool) -> None:
    with cli.stop.on_signals(), cli.alone(settings) as worker, cli.locked(worker, settings):
        debt = worker.ledger.baseline(now(), chosen)
        if debt.rules:
            out().print(debt_table(debt))
            _ask(cli, f"Act on these {debt.tickets} tickets from the next pass on?", yes=yes)
        uids = worker.ledger.clear_baseline(chosen, now())
        worker.mirror.unsettle(uids)
    talk(f"{_told(debt)} no longer in the baseline" if uids else "nothing of this is in the baseline")


def _told(debt: Debt) -> str:
    cases = sum(debt.rules.values())
    tickets = "ticket" if debt.tickets == 1 else "tickets"
    return f"{cases} {'case' if cases == 1 else 'cases'} on {debt.tickets} {tickets}"


def _ask(cli: Cli, question: str, *, yes: bool) -> None:
    if yes:
        return
    with cli.stop.answering():
        agreed = typer.confirm(question, err=True)
    if not agreed:
        raise WorkerError("nothing was changed")
