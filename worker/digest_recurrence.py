"""What came back, for digests: the pairs of a week, the objections, and how often pairs were right so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rules.model import Block, Heading, Line, Link, Paragraph, Strong, Text
from rules.texts import clipped
from worker.agenda_words import listed, times
from worker.digest_likeness import Trust, trust_bullets, trusts
from worker.recurrence.pairs import Pair, Pairs
from worker.recurrence.sameness import FINGERPRINT, TEXT
from worker.worker import Worker

TITLE = "What came back"
NO_WORD = (FINGERPRINT, TEXT)
"""What is no word of people's."""
LAST = 50
"""So many verdicts, the newest, tell how often pairs were right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A pair that was made."""

    report: Link
    other: Link
    evidence: str
    again: bool  # the other had been fixed by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The pairs of a week, and what people said of them so far."""

    found: tuple[Found, ...] = ()
    objected: int = 0  # in the week
    right: int = 0  # of the last verdicts: people say themselves that the two are the same
    judged: int = 0  # how many those are
    trusts: tuple[Trust, ...] = ()  # sources in which people judged what only resembled an earlier problem

    @property
    def anything(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.found or self.objected or self.trusts)


def verdicts(worker: Worker, about: Sequence[str], start: date, end: date) -> Verdicts:
    """Gather the pairs and objections of some sources from `start` up to but not with `end`, and the last verdicts.

    A machine's word is no verdict, and neither is silence.
    """
    pairs, day = Pairs(worker.database), worker.policy.calendar.date_of
    known = [each for each in pairs.known().values() if _source(worker, each.uid) in about]
    denied = [each for each in pairs.denials() if _source(worker, each.uid) in about]
    said = [(each.at, True) for each in known if each.signal not in NO_WORD] + [(each.at, False) for each in denied]
    last = sorted(said, reverse=True)[:LAST]
    return Verdicts(
        found=tuple(_found(worker, [each for each in known if start <= day(each.at) < end])),
        objected=sum(start <= day(each.at) < end for each in denied),
        right=sum(right for _, right in last),
        judged=len(last),
        trusts=tuple(trusts(worker, about, start, end)),
    )


def _source(worker: Worker, uid: str) -> str:
    ticket = worker.mirror.ticket(uid)
    return ticket.source if ticket else ""


def _found(worker: Worker, pairs: Sequence[Pair]) -> Iterator[Found]:
    for pair in sorted(pairs, key=lambda each: (each.at, each.uid)):
        report, other = worker.mirror.ticket(pair.uid), worker.mirror.ticket(pair.other)
        if report and other:
            yield Found(
                report=Link(report.key, report.url),
                other=Link(other.key, other.url),
                evidence=pair.evidence,
                again=pair.again,
            )


def recurrence_blocks(said: Verdicts) -> tuple[Block, ...]:
    """Word the verdicts; where nothing came back and nobody objected, nothing is said."""
    if not said.anything:
        return ()
    lines = [_line(each) for each in said.found]
    found = listed(TITLE, lines, "reports", none="") if lines else (Heading((Text(TITLE),)),)
    again = sum(each.again for each in said.found)
    words = f" of what had been fixed, {len(said.found) - again} of what was still open or not wanted. "
    told: Line = (
        Strong(f"{again} {'report' if again == 1 else 'reports'}"),
        Text(f"{words}People objected {times(said.objected) if said.objected else 'never'}.{_share(said)}"),
    )
    return (found[0], Paragraph(told), *found[1:], *trust_bullets(said.trusts))


def _line(each: Found) -> Line:
    words = " is what was fixed in " if each.again else " is the same as "
    return (each.report, Text(words), each.other, Text(f": {clipped(each.evidence)}"))


def _share(said: Verdicts) -> str:
    if not said.judged:
        return ""
    return f" Of the last {said.judged} on which people had a word, {said.right} were right."
