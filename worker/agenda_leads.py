"""The leads on a review's agenda: a scorecard each, in numbers that say of how many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from rules.model import Block, Heading, Line, Link, Paragraph, Span, Table, Text
from rules.scorecards import Scorecard, Standing

HEAD = (
    "lead",
    "improvement in finished work",
    "own overdue",
    "reviews held",
    "deferrals said",
    "regressions",
    "outcomes shown",
)
STANDINGS: dict[Standing, str] = {"too few": "too few to judge", "met": "met", "missed": "missed"}
SHOWN = 3
"""Tickets of a cell that are named; the rest is counted."""
NOBODY = "No team has a lead: [teams] of the config names them."
MEANING = (
    "Finished work is what the lead's teams closed as done, without incidents, reviews, decisions and follow-ups. "
    "Overdue is as of today. Regressions are the teams' improvements that were opened again, by whomever, and not "
    "closed again within these days, as far as kaizend has read their history. Outcomes are the stated effects of the "
    "teams' improvements that were judged within them."
)


def lead_blocks(cards: Sequence[Scorecard], *, start: date, end: date) -> tuple[Block, ...]:
    """Return a heading, a table with a row a lead, and what its figures mean. `end` is the day after the last."""
    heading = Heading((Text(f"Leads, {start.isoformat()} to {(end - timedelta(days=1)).isoformat()}"),))
    if not cards:
        return (heading, Paragraph((Text(NOBODY),)))
    return (heading, Table(HEAD, tuple(_cells(card) for card in cards)), Paragraph((Text(MEANING),)))


def _cells(card: Scorecard) -> tuple[Line, ...]:
    return (
        (Text(card.lead),),
        (Text(share(card)),),
        (*_counted(len(card.overdue), card.own, "open"), *_named(card.overdue)),
        _counted(card.held, card.reviews, "due") if card.reviews else (Text("none due"),),
        (Text(str(card.deferrals)),),
        (Text(str(len(card.regressions))), *_named(card.regressions)),
        _counted(card.validated, card.judged, "judged") if card.judged else (Text("none judged"),),
    )


def share(card: Scorecard) -> str:
    """Word the share of improvement in finished work: "3 of 12 (25%), target 20%: met"."""
    target = f"target {card.target:.0%}"
    if not card.finished:
        return f"nothing finished, {target}"
    part = f"{card.improvements} of {card.finished} ({card.improvements / card.finished:.0%})"
    return f"{part}, {target}: {STANDINGS[card.standing]}"


def _counted(part: int, whole: int, what: str) -> Line:
    return (Text(f"{part} of {whole} {what}"),)


def _named(links: Sequence[Link]) -> Line:
    """Name some tickets: ": OPS-1, OPS-2 and 3 more"."""
    line: list[Span] = []
    for link in links[:SHOWN]:
        line += [Text(", " if line else ": "), link]
    if len(links) > SHOWN:
        line.append(Text(f" and {len(links) - SHOWN} more"))
    return tuple(line)
