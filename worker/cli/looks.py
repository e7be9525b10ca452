"""The verbs that only look: check, test, doctor, facts, schema, why, digest, ops, audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from rules.facts import table
from rules.model import NOTHING
from rules.schema import rule_file_schema
from rules.trial import run_tests
from rules.why import Explanation, why
from worker.audit import verify
from worker.cli.context import Cli, data, now, out, talk
from worker.cli.exits import Exit
from worker.cli.tables import facts_table, ops_table, why_table
from worker.digest_text import prose
from worker.doctor import Finding, examine
from worker.errors import WorkerError
from worker.ledger import State
from worker.look import paused_rules
from worker.publish import compose, due_slot, publish_now
from worker.wiring import policy_of

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def check(context: typer.Context) -> None:
    """Check the config and the rule files, and run the rules' own tests. Sends nothing anywhere."""
    cli: Cli = context.obj
    policy = policy_of(cli.settings())
    failed = [result for result in run_tests(policy) if not result.passed]
    for result in failed:
        talk(str(result))
    talk(f"{len(policy.rules)} rules, {len(policy.tests)} tests, {len(policy.sources)} sources: " + _verdict(failed))
    if failed:
        raise typer.Exit(Exit.EXPECTED)


def _verdict(failed: Sequence[object]) -> str:
    return f"{len(failed)} tests failed" if failed else "all right"


def trial(
    context: typer.Context, *, verbose: Annotated[bool, typer.Option("--all", help="Show those that pass.")] = False
) -> None:
    """Run the tests that the rules carry."""
    cli: Cli = context.obj
    results = run_tests(policy_of(cli.settings()))
    for result in results:
        if verbose or not result.passed:
            typer.echo(str(result))
    passed = sum(result.passed for result in results)
    typer.echo(f"{passed} passed, {len(results) - passed} failed")
    if passed < len(results):
        raise typer.Exit(Exit.EXPECTED)


def doctor(context: typer.Context, *, json: Json = False) -> None:
    """Ask every source: can it be reached, who are we there, what may we, what should we not, how much is left."""
    cli: Cli = context.obj
    settings = cli.settings()
    with cli.worker(settings) as worker:
        findings = tuple(finding for source in examine(worker, now()) for finding in source)
    if json:
        data([{"source": f.source, "what": f.what, "grade": f.grade, "detail": f.detail} for f in findings])
    else:
        for finding in findings:
            out().print(_line(finding), markup=False)
    if any(finding.grade == "bad" for finding in findings):
        raise typer.Exit(Exit.EXPECTED)


MARKS = {"good": "ok  ", "warn": "warn", "bad": "BAD "}


def _line(finding: Finding) -> str:
    return f"{MARKS[finding.grade]}  {finding.source}: {finding.what}: {finding.detail}"


def facts(*, json: Json = False) -> None:
    """Show what a condition may ask of a ticket."""
    if json:
        data([{"name": fact.name, "type": fact.type, "meaning": fact.meaning} for fact in table()])
        return
    out().print(facts_table(table()))


def schema() -> None:
    """Print the JSON Schema of a rule file, for editors."""
    data(rule_file_schema())


def why_(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help='The ticket: "OPS-12", "acme/shop#12", or "#12" if only one has it.')],
    *,
    json: Json = False,
) -> None:
    """Say what every rule makes of a ticket: each clause with its values, and what comes next."""
    cli: Cli = context.obj
    with cli.worker(cli.settings()) as worker:
        found = worker.mirror.candidates(key)
        if len(found) != 1:
            raise WorkerError(_which(key, [ticket.key for ticket in found]))
        ticket = found[0]
        memory = worker.ledger.memory((ticket.uid,)).get(ticket.uid, NOTHING)
        moment = now()
        explained = why(worker.policy, ticket, memory, moment, paused=paused_rules(worker, moment))
    if json:
        data({"ticket": ticket.key, "rules": [_explained(one) for one in explained]})
        return
    kind = explained[0].kind if explained else ""
    out().print(f"{ticket.key}  {ticket.title}", markup=False, style="bold")
    out().print(f"{ticket.url}  kind: {kind or 'none'}", markup=False)
    for one in explained:
        out().print(why_table(one))


def _which(key: str, found: list[str]) -> str:
    if found:
        return f"{key!r} can be {', '.join(found)}: say which"
    return f"{key!r}: no such ticket in the mirror: `kaizend sync` reads the trackers"


def _explained(one: Explanation) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "state": one.state,
        "clauses": [{"text": c.text, "holds": c.holds, "values": dict(c.values)} for c in one.clauses],
        "since": one.episode.began if one.episode else None,
        "next": {"on": one.next.on, "ping": one.next.people} if one.next else None,
        "notes": one.notes,
    }


def digest(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The digest's name; all if left out.")] = "",
    *,
    post: Annotated[bool, typer.Option("--post", help="Post it, or edit it where it stands.")] = False,
) -> None:
    """Show the newest due digest, as it would be posted."""
    cli: Cli = context.obj
    settings = cli.settings()
    tables = [one for one in settings.digests if name in ("", one.name)]
    if not tables:
        names = ", ".join(one.name for one in settings.digests) or "none in the config"
        raise WorkerError(f"digest {name!r}: there is no such [[digest]]: there is {names}")
    with cli.working(settings) if post else cli.worker(settings) as worker:
        if post:
            troubles = publish_now(worker, tables, cli.stop)
            for line in troubles:
                talk(line)
            if troubles:
                raise typer.Exit(Exit.PARTIAL)
            return
        for one in tables:
            slot = due_slot(worker.policy, one, now())
            if slot is not None:
                typer.echo(worker.trackers[one.source].render(prose(compose(worker, one, slot))))


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
    json: Json = False,
) -> None:
    """Show the ops of the ledger, unfinished ones if nothing else is asked for, and decide on parked ones."""
    cli: Cli = context.obj
    settings = cli.settings()
    if retry or drop:
        with cli.working(settings) as worker:
            entry = worker.ledger.op(retry or drop)
            if entry is None or entry.state != "parked":
                raise WorkerError(f"op {retry or drop!r}: no parked op begins so: `kaizend ops --parked` lists them")
            if retry:
                worker.ledger.retry(entry.op.id, None, now())
            else:
                worker.ledger.drop(entry.op.id, "given up by a person", now())
        return
    flags = {"doubt": doubt, "parked": parked, "failed": failed, "done": done}
    chosen = [name for name, on in flags.items() if on] or ["open"]
    with cli.worker(settings) as worker:
        entries = worker.ledger.entries([state for name in chosen for state in STATES[name]])
    if json:
        data(
            [
                {
                    "id": e.op.id,
                    "state": e.state,
                    "target": e.op.target.key,
                    "op": e.op.name,
                    "after": e.op.after,
                    "rule": e.op.rule,
                    "why": e.why,
                    "changed": e.changed,
                }
                for e in entries
            ]
        )
        return
    out().print(ops_table(entries))
    for state in sorted({entry.state for entry in entries} & ADVICE.keys()):
        talk(ADVICE[state])


audit = typer.Typer(help="The record of everything done: append-only, each row proving the one before.")


@audit.command("verify")
def audit_verify(context: typer.Context) -> None:
    """Recompute the chain; name the first row that was changed, removed or moved."""
    cli: Cli = context.obj
    settings = cli.settings()
    with cli.worker(settings) as worker:
        result = verify(worker.database, worker.keys.key)
    if not result.ok:
        typer.echo(f"row {result.bad} of {result.rows}: {result.why}")
        raise typer.Exit(Exit.EXPECTED)
    typer.echo(f"{result.rows} rows, each as it was written")
