"""The verb that shows what improvements moved: outcomes."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from rules.calendar import quarter_slot
from rules.outcomes.hits import Harvest, Hits
from rules.policy import Policy
from worker.agenda_outcomes import outcome_blocks, rate_blocks
from worker.cli.context import Cli, data, now, out, talk
from worker.cli.tables import shown_blocks
from worker.errors import WorkerError
from worker.outcomes.reporting import harvest, quarter_span

QUARTER = re.compile(r"[12][0-9]{3}-Q[1-4]", re.ASCII)


def outcomes(
    context: typer.Context,
    *,
    quarter: Annotated[
        str, typer.Option("--quarter", metavar="YYYY-QN", help="The quarter; the one that runs if left out.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show which improvements moved which metric in a quarter, and how often that came true. Asks the mirror only."""
    cli: Cli = context.obj
    with cli.alone(cli.settings()) as worker:
        slot, start, end = _span(worker.policy, quarter, now())
        found, metrics = harvest(worker, start, end), worker.policy.metrics
        unread = worker.mirror.unreadable(worker.policy.sources)
    for source, why in unread.items():
        talk(f"source {source} was not read wholly ({why}): nothing is judged until it is")
    if not metrics:
        talk("the policy has no metrics, so nothing can be judged: the pack metrics has the usual ones")
    if json:
        data(_as_data(slot, found))
        return
    for shown in shown_blocks((*outcome_blocks(found, title=f"Outcomes of {slot}"), *rate_blocks(found))):
        out().print(shown)


def _span(policy: Policy, quarter: str, at: datetime) -> tuple[str, datetime, datetime]:
    """Return a quarter, and its begin and end; of the running one only what is over."""
    running = quarter_slot(policy.calendar.today(at))
    slot = quarter or running
    if not QUARTER.fullmatch(slot):
        raise WorkerError(f"--quarter {slot!r} is no quarter: write it like {running}")
    if slot > running:
        raise WorkerError(f"--quarter {slot}: it is yet to come")
    start, end = quarter_span(policy, slot)
    return slot, start, min(end, at)


def _as_data(slot: str, found: Harvest) -> dict[str, Any]:
    return {
        "quarter": slot,
        "judged": [asdict(each) | {"ticket": each.ticket.text, "url": each.ticket.url} for each in found.came],
        "counts": dict(found.counts),
        "hit_rate": _hits(found.all),
        "by_domain": [_hits(each) for each in found.by_domain],
        "by_lead": [_hits(each) for each in found.by_lead],
        "finished": found.finished,
        "effort_without_impact": [each.text for each in found.silent],
        "cannot_be_measured": [each.text for each in found.unclear],
        "waiting": found.waiting,
    }


def _hits(hits: Hits) -> dict[str, Any]:
    low, high = hits.interval
    return asdict(hits) | {"low": low, "high": high}
