"""Quiet domains: where nothing was done at several reviews in a row, a ticket asks why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile

from rules.actions import NAMES, FileTicket, Op, Target
from rules.coverage import RECENTLY, CoverageTally
from rules.facts import kind_of
from rules.filing import filing_of
from rules.model import Line, Paragraph, Prose, Text
from rules.reviews import earlier, invited, newest, place_of
from rules.rule import Quiet, Review
from rules.texts import fill, plain
from worker.bookmark import Bookmark
from worker.remembered import remembered
from worker.reviews import may_be_filed, receipt_of
from worker.worker import Worker

WHY = "Nothing was open for it, and nothing had been finished in the {days} days before, at the reviews of {slots}."
ANSWER = " File what is to be done for it, or say here why nothing needs to be, and close this."
READER = "quiet domains "
LONGEST_SILENCE = 12
"""Slots for which a ticket that is still open speaks; after so many it is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What is to be asked about quiet domains."""

    ops: tuple[Op, ...] = ()
    all_asked: bool = False  # it was looked which domains are quiet, and none of the questions waits to be sent


def questions(worker: Worker, now: datetime, *, unread: Collection[str]) -> Questions:
    """Ask why nothing is done for a domain. While a source is unread nothing can be concluded.

    That takes a walk through all there is: once a day, and in each pass until all questions are asked.
    """
    if unread or _bookmark(worker).place() == _day(worker, now):
        return Questions()
    reviews = ((review, review.quiet) for review in worker.policy.reviews if review.quiet)
    wanted = [op for review, quiet in reviews for op in _of(worker, review, quiet, now)]
    ops = tuple(op for op in wanted if may_be_filed(worker, op.id, now))
    left = {op.id for op in ops} | {op.id for op in wanted if _is_intended(worker, op)}
    return Questions(ops=ops, all_asked=not any(op.id in left for op in wanted if not op.shadow))


def _is_intended(worker: Worker, op: Op) -> bool:
    """Tell whether a question is on its way: a throttle may have kept it back."""
    entry = worker.ledger.op(op.id)
    return entry is not None and entry.state == "intent"


def note_all_asked(worker: Worker, now: datetime) -> None:
    """Note that there is nothing left to ask today."""
    _bookmark(worker).move(_day(worker, now))


def _bookmark(worker: Worker) -> Bookmark:
    return Bookmark(worker.database, READER, worker.policy.sha)


def _day(worker: Worker, now: datetime) -> int:
    return worker.policy.calendar.today(now).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Silence:
    """A review at whose last slots a domain may have been quiet, and where that is asked about."""

    review: Review
    quiet: Quiet
    slots: tuple[str, ...]  # the newest first
    target: Target
    now: datetime


def _of(worker: Worker, review: Review, quiet: Quiet, now: datetime) -> Iterator[Op]:
    source = filing_of(worker.policy, quiet.kind).source or place_of(worker.policy, review).source
    slots = tuple(islice(_slots(worker, review, now), LONGEST_SILENCE))
    # The newest one's ticket may be planned in this very look; those before it were filed.
    before = takewhile(lambda slot: receipt_of(worker, review, slot) is not None, slots[1 : quiet.after])
    filed = (*slots[:1], *before)
    tracker = worker.trackers.get(source)
    if len(filed) < quiet.after or tracker is None or not tracker.uid:
        return
    target = Target(source=source, uid=tracker.uid, ref="", key=source)
    silence = _Silence(review=review, quiet=quiet, slots=filed, target=target, now=now)
    for domain in _quiet_at(worker, silence):
        op_id = _op_id(worker, review, domain, filed[0])
        if not _asked(worker, silence, domain, slots):
            yield _op(worker, silence, domain, op_id)


def _slots(worker: Worker, review: Review, now: datetime) -> Iterator[str]:
    """Yield the slots of a review that have come due, the newest first."""
    meeting = newest(worker.policy, review, now)
    if meeting is not None:
        yield meeting.slot
        yield from earlier(worker.policy, meeting)


def _quiet_at(worker: Worker, silence: _Silence) -> tuple[str, ...]:
    """Return the domains that were quiet at each of the slots, and are so now. One walk through the mirror."""
    policy, now = worker.policy, silence.now
    moments = [policy.calendar.moment(slot, silence.review.rhythm) for slot in silence.slots]
    tallies = [CoverageTally(policy, moment) for moment in (*moments, now)]
    today = policy.calendar.today(now)
    for ticket, memory in remembered(worker, worker.mirror.tickets()):
        if ticket.source in policy.sources:
            kind = kind_of(ticket, memory, policy, today)
            for tally in tallies:
                tally.add(ticket, memory, kind)
    first, *others = (tally.told().quiet for tally in tallies)
    return tuple(name for name in first if all(name in each for each in others))


def _asked(worker: Worker, silence: _Silence, domain: str, slots: Iterable[str]) -> bool:
    """Tell whether it was asked at one of the last reviews, or is still open since an earlier one."""
    for back, slot in enumerate(slots):
        receipt = worker.ledger.receipt(_op_id(worker, silence.review, domain, slot))
        if receipt is not None:
            ticket = worker.mirror.ticket(receipt.uid)
            return back < silence.quiet.after or (ticket is not None and ticket.phase != "done")
    return False


def _op_id(worker: Worker, review: Review, domain: str, slot: str) -> str:
    return worker.keys.id(review.id, f"domain/{domain}", slot, NAMES[FileTicket])


def _op(worker: Worker, silence: _Silence, domain: str, op_id: str) -> Op:
    policy, quiet, review = worker.policy, silence.quiet, silence.review
    slots = ", ".join(reversed(silence.slots))
    about: dict[str, Line] = {"domain": (Text(domain),), "slots": (Text(slots),)}
    title = plain(fill(quiet.title, about))
    why = (Text(WHY.format(days=RECENTLY, slots=slots)), Text(ANSWER))
    said = [Paragraph(fill(quiet.say, about))] if quiet.say else []
    people = invited(policy, quiet.assign, silence.target.source)
    place = filing_of(policy, quiet.kind)
    verb = FileTicket(
        title=title,
        prose=Prose((*said, Paragraph(why))),
        labels=place.labels,
        assignee=people[0] if people else "",
        due=policy.calendar.add(policy.calendar.today(silence.now), quiet.due),
        type=place.type,
        what=quiet.kind,
    )
    return Op(
        id=op_id,
        target=silence.target,
        verb=verb,
        rule=review.id,
        because=(f"{domain} was quiet at {slots}, and is so now",),
        before="-",
        after=f"{quiet.kind} {title}",
        shadow=review.mode == "shadow",
        rules=frozenset({review.id}),
    )
