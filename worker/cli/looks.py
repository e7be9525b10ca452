"""The verbs that look at the config and at the trackers: check, test, doctor, facts, packs, policy, schema, digest."""

from __future__ import annotations

from typing import Annotated

import typer

from rules.document import read_pack as rule_pack
from rules.facts import table
from rules.gates.levels import BUILT_IN, NAMED
from rules.pack_page import pack_page
from rules.schema import rule_file_schema
from rules.trial import run_tests
from worker.cli.context import Cli, data, now, out, talk
from worker.cli.exits import Exit
from worker.cli.tables import facts_table, findings_table, packs_table, policy_data, policy_rows
from worker.digest_text import prose
from worker.doctor import examine
from worker.errors import NoDatabase, WorkerError
from worker.governing import MONTH, governing
from worker.pausing import paused_rules
from worker.publish import compose, due_slot, publish_now
from worker.settings.files import packs_that_ship, read_pack
from worker.wiring import policy_of

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def check(context: typer.Context) -> None:
    """Check the config and the rule files, and run the rules' own tests. Sends nothing anywhere."""
    cli: Cli = context.obj
    policy = policy_of(cli.settings())
    failed = [result for result in run_tests(policy) if not result.passed]
    for result in failed:
        talk(str(result))
    verdict = f"{len(failed)} tests failed" if failed else "all right"
    counts = f"{len(policy.rules)} rules" + (f" ({len(policy.shipped)} overridden)" if policy.shipped else "")
    counts += f", {len(policy.reviews)} reviews" if policy.reviews else ""
    counts += f", {len(policy.metrics)} metrics" if policy.metrics else ""
    talk(f"{counts}, {len(policy.tests)} tests, {len(policy.sources)} sources: {verdict}")
    if failed:
        raise typer.Exit(Exit.EXPECTED)


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
    with cli.reading(cli.settings()) as worker:
        findings = tuple(finding for source in examine(worker, now()) for finding in source)
    if json:
        data([{"source": f.source, "what": f.what, "grade": f.grade, "detail": f.detail} for f in findings])
    else:
        out().print(findings_table(findings))
    if any(finding.grade == "bad" for finding in findings):
        raise typer.Exit(Exit.EXPECTED)


def facts(
    *,
    levels: Annotated[bool, typer.Option("--levels", help="Show what close_when and open_when of gates ask.")] = False,
    json: Json = False,
) -> None:
    """Show what a condition may ask of a ticket, or the levels that gates look at."""
    asked = [(fact.name, fact.type, fact.meaning) for fact in table()]
    if levels:
        asked = [(level.name, level.type, level.meaning) for level in (*BUILT_IN, *NAMED)]
    if json:
        data([{"name": name, "type": type_, "meaning": meaning} for name, type_, meaning in asked])
        return
    out().print(facts_table(asked))


def schema() -> None:
    """Print the JSON Schema of a rule file, for editors."""
    data(rule_file_schema())


def packs(
    name: Annotated[str, typer.Argument(help="The pack to describe; all are listed if left out.")] = "",
) -> None:
    """List the rule packs that ship, or print a page that says what each rule of one is for, asks and does."""
    if name:
        typer.echo(pack_page(rule_pack(*read_pack(name))), nl=False)
        return
    out().print(packs_table(rule_pack(*read_pack(each)) for each in packs_that_ship()))


def policy(context: typer.Context, *, json: Json = False) -> None:
    """Show each section of the governance policy: the rules that serve it, and what they did in the last 30 days."""
    cli: Cli = context.obj
    settings = cli.settings()
    try:
        with cli.alone(settings) as worker:
            reports, baseline = worker.ledger.report(now() - MONTH), worker.ledger.baseline(now()).rules
            paused = paused_rules(worker, now())
    except NoDatabase:
        reports, baseline, paused = (), {}, {}
    shipped = [rule_pack(*read_pack(each)) for each in packs_that_ship()]
    sections = governing(policy_of(settings), reports, shipped, baseline)
    if json:
        data([policy_data(served) for served in sections])
    else:
        for each in policy_rows(sections):
            out().print(each)
        for rule, why in paused.items():
            out().print(f"\nrule {rule} is paused: {why}", markup=False, soft_wrap=True)


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
        names = ", ".join(one.name for one in settings.digests)
        known = f"digest {name!r}: there is no such [[digest]]: there is {names}"
        raise WorkerError(known if names else "digest: the config has no [[digest]]")
    if post:
        with cli.working(settings) as worker:
            posted, troubles = publish_now(worker, tables, cli.stop)
        for each in posted:
            talk(f"{each}: posted, as of now")
        for trouble in troubles:
            talk(f"{trouble}: `kaizend ops` says what to do")
        if troubles:
            raise typer.Exit(Exit.PARTIAL)
        return
    with cli.reading(settings) as worker:
        for one in tables:
            slot = due_slot(worker.policy, one, now())
            if slot is None:
                talk(f"digest {one.name!r}: not due yet")
                continue
            typer.echo(worker.trackers[one.source].render(prose(compose(worker, one, slot))))
