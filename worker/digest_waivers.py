"""Waivers in the digest: what was let through closed gates, by whom, why and until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from rules.model import Block, Heading, Line, Link, Paragraph, Strong, Text
from rules.people import called
from rules.texts import clipped
from worker.agenda_words import listed
from worker.gates.kept import Given
from worker.gates.waiving import place_of, waivers_given
from worker.worker import Worker

TITLE = "Waived at the gates"
LONG = timedelta(days=90)


def waiver_blocks(worker: Worker, about: Sequence[str], end: date, now: datetime) -> tuple[Block, ...]:
    """Word the waivers of the week before `end` and those still in force; where there are none, nothing is said."""
    given = waivers_given(worker, about, now - LONG)
    week = [each for each in given if end - timedelta(days=7) <= worker.policy.calendar.date_of(each.waiver.at) < end]
    today = worker.policy.calendar.today(now)
    going_on = [each for each in given if each not in week and each.withdrawn is None and each.waiver.until >= today]
    if not week and not going_on:
        return ()
    counts = Counter(each.waiver.gate for each in given)
    by_gate = ", ".join(f"{gate} {count}" for gate, count in counts.most_common())
    told: Line = (
        Strong(f"{len(week)} given"),
        Text(f" in the week, {len(going_on)} more in force. In the last {LONG.days} days: {by_gate}."),
    )
    lines = [_line(worker, each) for each in (*week, *going_on)]
    return (Heading((Text(TITLE),)), Paragraph(told), *listed("", lines, "waivers", none="")[1:])


def _line(worker: Worker, given: Given) -> Line:
    waiver, place = given.waiver, place_of(worker, given.waiver.place)
    who = called(worker.policy, waiver.source, waiver.by)
    gate = f"{waiver.gate} ({waiver.subject})" if waiver.subject else waiver.gate
    on: Line = (Link(place.key, place.url),) if place else (Text("something that is gone"),)
    whole = "" if waiver.target else ", for all that it holds"
    over = ", withdrawn" if given.withdrawn else ""
    until = f" until {waiver.until.isoformat()}{whole}{over}: {clipped(waiver.because)}"
    return (*on, Text(f": {who} waived {gate}{until}"))
