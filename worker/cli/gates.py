"""The verb that shows the gates, and tells a CI whether a release or a pull request may go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from rules.gates.changes import Said
from rules.gates.model import Gate
from rules.gates.states import GateState
from rules.people import called
from worker.cli.context import Cli, data, now, out, talk
from worker.cli.exits import Exit
from worker.errors import WorkerError
from worker.gates.asking import Asked, ask_change, ask_release
from worker.gates.statuses import Doors, doors
from worker.settings.values import span
from worker.worker import Worker

EXITS = {"open": Exit.FINE, "blocked": Exit.BLOCKED, "unknown": Exit.STALE}
NONE = "no rule file has a [[gate]]: name one in the config, as in rules = ['pack:gates']"
NO_SAY = "no gate has a say in it"


def gate(
    context: typer.Context,
    *,
    release: Annotated[str, typer.Option("--release", metavar="NAME", help="Ask whether a release may go on.")] = "",
    change: Annotated[
        str, typer.Option("--change", metavar="KEY", help='Ask whether a pull request may: "acme/shop#12".')
    ] = "",
    source: Annotated[str, typer.Option("--source", help="The release's source in the config.")] = "",
    subject: Annotated[str, typer.Option("--subject", help="The release's service, component or team.")] = "",
    fresh: Annotated[
        str, typer.Option("--fresh", metavar="SPAN", help="How long ago gates may have been judged.")
    ] = "2 hours",
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Show how the gates stand; or tell whether a release or a pull request may go on.

    Asks only the database, as of the last pass. Exit code 0: it may; 6: a gate is closed; 7: not known, because the
    gates were not judged lately.
    """
    cli: Cli = context.obj
    if release and change:
        raise WorkerError("--release and --change: ask for one of them")
    longest = _span(fresh)
    with cli.alone(cli.settings()) as worker:
        if not release and not change:
            _show(worker, doors(worker, now()), json=json)
            return
        if change:
            asked = ask_change(worker, change, now(), longest)
        else:
            asked = ask_release(worker, release, now(), longest, source=source, subject=subject)
        _tell(worker, asked, json=json)
    raise typer.Exit(EXITS[asked.verdict])


def _span(text: str) -> timedelta:
    try:
        return span(text)
    except ValueError as error:
        raise WorkerError(f"--fresh {text!r}: {error}") from error


# -- all gates ------------------------------------------------------------------------------------------------------


def _show(worker: Worker, standing: Doors, *, json: bool) -> None:
    gates = {each.id: each for each in worker.policy.gates}
    known = [state for state in standing.states if state.gate in gates]
    if json:
        data([_state(gates[state.gate], state) for state in known])
        return
    if not gates:
        talk(NONE)
        return
    screen = out()
    telling = [state for state in known if state.closed or state.unsure]
    for state in telling:
        screen.print(_block(gates[state.gate], state))
    if calm := [state.name for state in known if state not in telling]:
        screen.print(f"open: {', '.join(calm)}", markup=False)
    for unjudged in sorted(gates.keys() - {state.gate for state in known}):
        talk(f"{unjudged}: not judged yet")
    for waiver in standing.waivers:
        who = called(worker.policy, waiver.source, waiver.by)
        talk(f"waived until {waiver.until} by {who}: {waiver.gate} {waiver.subject}".rstrip() + f": {waiver.because}")


def _block(it: Gate, state: GateState) -> Group:
    """Show a gate that is closed, or cannot be judged: since when, why, what it waits for, and who may waive it."""
    stands = "closed" if state.closed else "open"
    shadow = ", in shadow: it holds nothing" if it.mode == "shadow" else ""
    table = Table(show_header=False, box=None, padding=(0, 1), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for what, words in _told(it, state):
        table.add_row(what, escape(words))
    title = f"[bold]{escape(state.name)}[/]: {stands} since {state.since:%Y-%m-%d}{shadow}"
    return Group(title, Padding(table, (0, 0, 1, 2)))


def _told(it: Gate, state: GateState) -> Iterator[tuple[str, str]]:
    if state.because:
        yield "because", "; ".join(state.because)
    if state.unsure:
        yield "in doubt", state.unsure
    left = state.waiting - len(state.blocking)
    waits = [key for key, _, _ in state.blocking] + ([f"and {left} more"] if left > 0 else [])
    if waits:
        yield "waits for", ", ".join(waits)
    yield "may waive", ", ".join(it.waivers) or "nobody"
    if state.url:
        yield "its page", state.url


def _state(it: Gate, state: GateState) -> dict[str, Any]:
    return {
        "gate": state.gate,
        "subject": state.subject,
        "power": it.power,
        "mode": it.mode,
        "closed": state.closed,
        "since": state.since,
        "looked": state.looked,
        "because": state.because,
        "unsure": state.unsure,
        "blocking": [{"key": key, "url": url, "title": title} for key, url, title in state.blocking],
        "may_waive": it.waivers,
        "url": state.url,
    }


# -- one question ---------------------------------------------------------------------------------------------------


def _tell(worker: Worker, asked: Asked, *, json: bool) -> None:
    if json:
        data(
            {
                "what": asked.what,
                "verdict": asked.verdict,
                "doubts": asked.doubts,
                "gates": [
                    _state(said.gate, said.state) | {"says": said.what, "clause": said.clause} for said in asked.saids
                ],
            }
        )
        return
    screen = out()
    screen.print(f"{asked.what}: {asked.verdict}", markup=False, soft_wrap=True)
    if not asked.saids:
        screen.print(f"  {NO_SAY}")
    for said in asked.saids:
        for line in _lines(worker, said):
            screen.print(f"  {line}", markup=False, soft_wrap=True)
    for doubt in asked.doubts:
        talk(doubt)


def _lines(worker: Worker, said: Said) -> Iterator[str]:
    state = said.state
    why = state.unsure or ", ".join(state.because)
    match said.what:
        case "open":
            yield f"{state.name} is open{f', though it cannot be judged: {state.unsure}' if state.unsure else ''}"
        case "let":
            yield f"{state.name} is closed, and lets it through: {said.clause}"
        case "waived":
            waiver = said.waiver
            assert waiver is not None  # noqa: S101 - that is what "waived" says
            who = called(worker.policy, waiver.source, waiver.by)
            yield f"{state.name} is closed, and waived by {who} until {waiver.until}: {waiver.because}"
        case _:
            yield f"{state.name} is closed since {state.since:%Y-%m-%d}: {why}"
            yield from (f"  waits for {key} {title}: {url}" for key, url, title in state.blocking)
            where = f", on {state.url}" if state.url else ""
            yield f"  may be waived by: {', '.join(said.gate.waivers) or 'nobody'}{where}"
