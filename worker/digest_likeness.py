"""What resembled an earlier problem, for digests: people's verdicts of a week, and what strong matches may do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rules.model import Bullets, Line, Text
from rules.recurrence.trust import Gate, gate
from worker.recurrence.likenesses import Likenesses
from worker.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A source's verdicts of a week, and where its strong matches stand."""

    source: str
    right: int
    wrong: int
    gate: Gate


def trusts(worker: Worker, about: Sequence[str], start: date, end: date) -> Iterator[Trust]:
    """Yield the sources for which people gave verdicts from `start` up to but not with `end`."""
    known, day = Likenesses(worker.database, worker.policy.sha), worker.policy.calendar.date_of
    for source in about:
        week = [each.correct for each, at in known.given_at(source) if start <= day(at) < end]
        if week:
            standing = gate(known.given(source), reopens=source in worker.policy.recurring.by_text)
            yield Trust(source=source, right=sum(week), wrong=len(week) - sum(week), gate=standing)


def trust_bullets(found: Sequence[Trust]) -> tuple[Bullets, ...]:
    """Word them, a line a source."""
    return (Bullets(tuple(_line(each) for each in found)),) if found else ()


def _line(each: Trust) -> Line:
    low, high = each.gate.bounds
    verdicts = f"{each.source}: of what resembled an earlier problem, people confirmed {each.right}"
    last = f" {each.gate.right} of the last {each.gate.last} strong matches were right ({low:.0%} to {high:.0%}):"
    return (Text(f"{verdicts} and rejected {each.wrong}.{last if each.gate.last else ' So far'} {each.gate.why}."),)
