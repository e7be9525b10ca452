"""The verbs that look at what was done: ops, audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from worker.audit import verify
from worker.cli.context import Cli, data, now, out, talk
from worker.cli.exits import Exit
from worker.cli.tables import ops_table, troubles_table
from worker.errors import WorkerError
from worker.ledger import Entry, State
from worker.settings import Settings, SettingsError
from worker.standing import standing
from worker.troubles import Trouble
from worker.wiring import account_of

STATES: dict[str, tuple[State, ...]] = {
    "open": ("intent", "sending", "doubt", "parked"),
    "doubt": ("sending", "doubt"),
    "parked": ("parked",),
    "failed": ("failed",),
    "done": ("done",),
}
ADVICE = {
    "doubt": "in doubt: sent, and nobody knows what came of it; the next pass looks for it and settles it",
    "parked": "parked: look at the ticket; `kaizend ops --retry ID` sends it again, `--drop ID` gives it up",
    "failed": "failed: refused by the tracker; put right what it says, it is tried again a day later",
}


def ops(
    context: typer.Context,
    *,
    doubt: Annotated[bool, typer.Option("--doubt", help="Only those in doubt.")] = False,
    parked: Annotated[bool, typer.Option("--parked", help="Only those that wait for a person.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only those a tracker refused.")] = False,
    done: Annotated[bool, typer.Option("--done", help="Only those carried out.")] = False,
    retry: Annotated[str, typer.Option("--retry", metavar="ID", help="Have a parked op sent again.")] = "",
    drop: Annotated[str, typer.Option("--drop", metavar="ID", help="Give a parked op up.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show what is wrong and what to do about it, and unfinished ops; or ops of a state. Decide on parked ones."""
    cli: Cli = context.obj
    settings = cli.settings()
    if retry or drop:
        _decide(cli, settings, retry=retry, drop=drop)
        return
    flags = {"doubt": doubt, "parked": parked, "failed": failed, "done": done}
    chosen = [name for name, on in flags.items() if on] or ["open"]
    with cli.alone(settings) as worker:
        entries = worker.ledger.entries([state for name in chosen for state in STATES[name]])
        troubles = standing(worker, now(), _accounts(settings)) if chosen == ["open"] else ()
    if json:
        told = [_as_data(entry) for entry in entries]
        data({"ops": told, "troubles": [_trouble_data(trouble) for trouble in troubles]})
        return
    _show(entries, chosen)
    if troubles:
        out().print(troubles_table(troubles))
    elif chosen == ["open"]:
        talk("nothing is wrong, as far as the last pass has seen")


def _accounts(settings: Settings) -> dict[str, str]:
    """Return the names of the sources that share an account, where the credentials are at hand to tell."""
    found: dict[str, list[str]] = {}
    try:
        for config in settings.source_configs():
            found.setdefault(account_of(config), []).append(config.name)
    except SettingsError:
        return {}
    return {account: f"the account of {', '.join(names)}" for account, names in found.items()}


def _trouble_data(trouble: Trouble) -> dict[str, Any]:
    return {"kind": trouble.kind, "said": trouble.said, "until": trouble.until, "advice": trouble.advice}


def _decide(cli: Cli, settings: Settings, *, retry: str, drop: str) -> None:
    if retry and drop:
        raise WorkerError("ops: --retry and --drop: choose one")
    with cli.stop.on_signals(), cli.alone(settings) as worker, cli.locked(worker, settings):
        entry = worker.ledger.op(retry or drop)
        if entry is None or entry.state != "parked":
            raise WorkerError(f"op {retry or drop!r}: no parked op begins so: `kaizend ops --parked` lists them")
        if retry:
            worker.ledger.retry(entry.op.id, None, now())
        else:
            worker.ledger.drop(entry.op.id, "given up by a person", now())
    talk(f"op {entry.op.id[:10]}: " + ("the next pass sends it again" if retry else "given up"))


def _show(entries: Sequence[Entry], chosen: Sequence[str]) -> None:
    if not entries:
        what = ", ".join("unfinished" if name == "open" else name for name in chosen)
        talk(f"no op is {what}")
        return
    out().print(ops_table(entries))
    for state in sorted({entry.state for entry in entries} & ADVICE.keys()):
        talk(ADVICE[state])


def _as_data(entry: Entry) -> dict[str, Any]:
    op = entry.op
    return {
        "id": op.id,
        "state": entry.state,
        "source": op.target.source,
        "target": op.target.key,
        "url": op.target.url,
        "verb": op.name,
        "before": op.before,
        "after": op.after,
        "rule": op.rule,
        "because": op.because,
        "attempts": entry.attempts,
        "changed": entry.changed,
        "why": entry.why,
    }


audit = typer.Typer(help="The record of everything done: append-only, each row proving the one before.")


@audit.command("verify")
def audit_verify(context: typer.Context) -> None:
    """Recompute the chain; name the first row that was changed, removed or moved."""
    cli: Cli = context.obj
    with cli.alone(cli.settings()) as worker:
        result = verify(worker.database, worker.keys.key)
    if not result.ok:
        talk(f"audit: row {result.bad} of {result.rows}: {result.why}")
        raise typer.Exit(Exit.EXPECTED)
    typer.echo(f"{result.rows} rows, each as it was written")
