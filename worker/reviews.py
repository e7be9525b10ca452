"""Reviews: the ticket of each review's newest slot, planned like everything else and filed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time

from integrations.base import Receipt
from rules.actions import NAMES, FileTicket, Op, Target
from rules.model import Block, Paragraph, Prose, Text
from rules.reviews import REVIEW, Meeting, earlier, invited, newest, place_of
from rules.rule import Filing, Review
from rules.texts import mentions
from worker.agenda import agenda
from worker.ledger_ops import FAILED_REST
from worker.scoring import score
from worker.sitting import Sitting, gathered
from worker.worker import Worker

ASKED = "Asked to come: "
MISSED = "Missed, because nobody filed it in its time: {slots}. What was due there is due here."
PARTIAL = "Source {source} was not read wholly ({why}): some of its tickets may be missing here."
SLOTS_NAMED = 12
"""Missed slots that a text names; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A review in its newest slot, and what became of its ticket."""

    meeting: Meeting
    place: Filing  # where it is filed
    receipt: Receipt | None  # None: it is not filed, as far as is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What became of the slots before: the one that was filed last, and those since then that never were."""

    slot: str  # the one before, if none was ever filed
    receipt: Receipt | None = None
    missed: tuple[str, ...] = ()  # oldest first


def reviews_now(worker: Worker, now: datetime) -> Iterator[Filed]:
    """Yield each review in its newest slot, with its ticket if it has one."""
    for review in worker.policy.reviews:
        meeting = newest(worker.policy, review, now)
        if meeting is not None:
            receipt = receipt_of(worker, review, meeting.slot)
            yield Filed(meeting=meeting, place=place_of(worker.policy, review), receipt=receipt)


def review_ops(worker: Worker, now: datetime, *, unread: Collection[str]) -> tuple[Op, ...]:
    """Return the ops that file what is due and not there yet: of each review the newest slot alone.

    Nothing is planned where a source was not read, or where it is not known who we are there: an offline plan.
    """
    ops = []
    for found in reviews_now(worker, now):
        tracker = worker.trackers.get(found.place.source)
        if found.place.source in unread or tracker is None or not tracker.uid:
            continue
        op_id = _op_id(worker, found.meeting.review, found.meeting.slot)
        if found.receipt is None and may_be_filed(worker, op_id, now):
            ops.append(_op(worker, found, tracker.uid, op_id, now))
    return tuple(ops)


def before(worker: Worker, meeting: Meeting) -> Before:
    """Return what became of the slots before a meeting's own."""
    missed: list[str] = []
    for slot in earlier(worker.policy, meeting):
        receipt = receipt_of(worker, meeting.review, slot)
        if receipt is not None:
            return Before(slot=slot, receipt=receipt, missed=tuple(reversed(missed)))
        missed.append(slot)
    return Before(slot=meeting.previous)


def receipt_of(worker: Worker, review: Review, slot: str) -> Receipt | None:
    """Return what a slot's ticket was filed as, None if it was not."""
    return worker.ledger.receipt(_op_id(worker, review, slot))


def _op_id(worker: Worker, review: Review, slot: str) -> str:
    """Return the id of a slot's op: one, wherever it is filed, so that no slot has a ticket in two sources."""
    return worker.keys.id(review.id, REVIEW, slot, NAMES[FileTicket])


def may_be_filed(worker: Worker, op_id: str, now: datetime) -> bool:
    """Tell whether an op is not on its way, in doubt, set aside, or refused not long ago."""
    entry = worker.ledger.op(op_id)
    if entry is None:
        return True
    if entry.state == "failed":
        return entry.changed <= now - FAILED_REST
    return entry.state == "dropped" and not entry.attempts


def _op(worker: Worker, found: Filed, uid: str, op_id: str, now: datetime) -> Op:
    meeting, review = found.meeting, found.meeting.review
    people = invited(worker.policy, review.assign, found.place.source)
    shadow = review.mode == "shadow"
    verb = FileTicket(
        title=meeting.title,
        prose=Prose(()) if shadow else _text(worker, meeting, people, now),  # nobody reads what a shadow would say
        labels=found.place.labels,
        assignee=people[0] if people else "",
        due=meeting.due,
        type=found.place.type,
        what=REVIEW,
    )
    day = worker.policy.calendar.date_of(meeting.at)
    because = (f"the slot {meeting.slot} fell due on {day.isoformat()} at {review.rhythm.at:%H:%M}",)
    return Op(
        id=op_id,
        target=Target(source=found.place.source, uid=uid, ref="", key=found.place.source),
        verb=verb,
        rule=review.id,
        because=because,
        before="-",
        after=f"{REVIEW} {meeting.slot}",
        shadow=shadow,
        rules=frozenset({review.id}),
    )


def _text(worker: Worker, meeting: Meeting, people: tuple[str, ...], now: datetime) -> Prose:
    """Return a ticket's text: what it is for, who is asked, what was missed, and the agenda."""
    past = before(worker, meeting)
    days = replace(meeting.review.rhythm, at=time(0))
    start, end = (worker.policy.calendar.moment(slot, days) for slot in (past.slot, meeting.slot))
    sitting = Sitting(
        worker=worker,
        now=now,
        since=start,
        last=past.receipt,
        tickets=gathered(worker, now, start),
        scores=score(worker, start, end),
    )
    blocks: list[Block] = []
    if meeting.review.say or meeting.review.about:
        blocks.append(Paragraph(meeting.say or (Text(meeting.review.about),)))
    if people:
        blocks.append(Paragraph((Text(ASKED), *mentions(people))))
    if past.missed:
        blocks.append(Paragraph((Text(MISSED.format(slots=_named(past.missed))),)))
    for source, why in sitting.scores.unread.items():
        blocks.append(Paragraph((Text(PARTIAL.format(source=source, why=why)),)))
    return Prose((*blocks, *agenda(meeting.review.agenda, sitting)))


def _named(slots: Iterable[str]) -> str:
    every = list(slots)
    more = len(every) - SLOTS_NAMED
    return ", ".join(every[-SLOTS_NAMED:]) + (f" and {more} before them" if more > 0 else "")
