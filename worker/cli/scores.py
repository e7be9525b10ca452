"""The verb that shows the figures of domains and leads: scorecards."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from rules.calendar import month_slot
from rules.policy import Policy
from rules.scorecards import Scorecard
from worker.agenda_domains import domain_blocks
from worker.agenda_leads import lead_blocks
from worker.cli.context import Cli, data, now, out, talk
from worker.cli.tables import shown_blocks
from worker.errors import WorkerError
from worker.scoring import Scores, month_before, month_span, score

MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])", re.ASCII)


def scorecards(
    context: typer.Context,
    *,
    month: Annotated[
        str, typer.Option("--month", metavar="YYYY-MM", help="The month; the last that is over if left out.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show how the domains stood at the end of a month, and what each lead did in it. Asks the mirror only."""
    cli: Cli = context.obj
    with cli.alone(cli.settings()) as worker:
        scores = score(worker, *_span(worker.policy, month, now()))
    for source, why in scores.unread.items():
        talk(f"source {source} was not read wholly ({why}): some of its tickets may be missing")
    if json:
        data(_as_data(scores))
        return
    blocks = (*domain_blocks(scores.coverage), *lead_blocks(scores.cards, start=scores.start, end=scores.end))
    for shown in shown_blocks(blocks):
        out().print(shown)


def _span(policy: Policy, month: str, at: datetime) -> tuple[datetime, datetime]:
    """Return a month's begin and end; of the running one only what is over."""
    slot, running = month or month_before(policy, at), month_slot(policy.calendar.today(at))
    if not MONTH.fullmatch(slot):
        raise WorkerError(f"--month {slot!r} is no month: write it like {running}")
    if slot > running:
        raise WorkerError(f"--month {slot}: it is yet to come")
    start, end = month_span(policy, slot)
    return start, min(end, at)


def _as_data(scores: Scores) -> dict[str, Any]:
    covered = scores.coverage
    return {
        "start": scores.start,
        "end": scores.end,
        "domains": [asdict(each) | {"quiet": each.quiet} for each in covered.domains],
        "open_without_domain": covered.none,
        "open_with_several_domains": covered.several,
        "finished_within_days": covered.days,
        "leads": [_card(card) for card in scores.cards],
        "unread": dict(scores.unread),
    }


def _card(card: Scorecard) -> dict[str, Any]:
    return asdict(card) | {
        "standing": card.standing,
        "overdue": [link.text for link in card.overdue],
        "regressions": [link.text for link in card.regressions],
    }
