"""Reviews: what a `[[review]]` says, when its slots fall due, and who is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from rules.filing import filing_of
from rules.model import Line, Text
from rules.people import COUNCIL, login_of
from rules.policy import Policy
from rules.rule import Every, Filing, Quiet, Review, Rhythm
from rules.schema import QuietTable, ReviewTable
from rules.texts import fill, plain

REVIEW = "review"
"""The kind that a review's ticket is filed as."""
REVIEW_PLACEHOLDERS = ("slot", "due")
QUIET_PLACEHOLDERS = ("domain", "slots")
LONGEST: Mapping[Every, timedelta] = {
    "week": timedelta(days=8),
    "month": timedelta(days=32),
    "quarter": timedelta(days=93),
}
"""From one slot to the next, a night of 25 hours included."""
LOOK_BACK = timedelta(days=400)
"""How far back slots are looked for that were missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A review in one of its slots."""

    review: Review
    slot: str  # "2026-11"
    at: datetime  # when it fell due
    due: date  # when it has to have been held
    previous: str  # the slot before

    @property
    def about(self) -> Mapping[str, Line]:
        """What its texts are filled with."""
        return {"slot": (Text(self.slot),), "due": (Text(self.due.isoformat()),)}

    @property
    def title(self) -> str:
        """Its ticket's title."""
        return plain(fill(self.review.title, self.about))

    @property
    def say(self) -> Line:
        """What its ticket begins with."""
        return fill(self.review.say, self.about)


def review_of(pack: str, table: ReviewTable) -> Review:
    """Return the review of a pack's table."""
    return Review(
        id=f"{pack}/{table.id}",
        pack=pack,
        about=table.about,
        section=table.section,
        rhythm=Rhythm(table.every, table.day, table.at),
        title=table.title,
        say=table.say,
        assign=tuple(table.assign),
        due=table.due,
        agenda=tuple(table.agenda),
        quiet=_quiet(table.quiet) if table.quiet else None,
        source=table.source,
        labels=frozenset(table.labels),
        mode=table.mode,
        since=table.since,
        ceiling=table.ceiling,
    )


def _quiet(table: QuietTable) -> Quiet:
    return Quiet(
        after=table.after,
        kind=table.kind,
        title=table.title,
        say=table.say,
        assign=tuple(table.assign),
        due=table.due,
    )


def newest(policy: Policy, review: Review, now: datetime) -> Meeting | None:
    """Return a review in the newest slot that has come due; None before `from`."""
    every = list(policy.calendar.due_slots(review.rhythm, after=now - 2 * LONGEST[review.rhythm.every], now=now))
    slot, at = every[-1]
    if not _counts(policy, review, at):
        return None
    return Meeting(review=review, slot=slot, at=at, due=_due(policy, review, at, now), previous=every[-2][0])


def earlier(policy: Policy, meeting: Meeting) -> Iterator[str]:
    """Yield the slots before a meeting's own, the newest first, as far back as is looked."""
    review = meeting.review
    before = policy.calendar.due_slots(review.rhythm, after=meeting.at - LOOK_BACK, now=meeting.at)
    slots = [slot for slot, at in before if slot != meeting.slot and _counts(policy, review, at)]
    yield from reversed(slots)


def invited(policy: Policy, assign: tuple[str, ...], source: str) -> tuple[str, ...]:
    """Return the logins of those whom a review names, each once; the first is to own its ticket."""
    names = [name for one in assign for name in (policy.council if one == COUNCIL else (one,))]
    logins = (login_of(policy, source, policy.people.get(name)) for name in names)
    return tuple(dict.fromkeys(login for login in logins if login))


def place_of(policy: Policy, review: Review) -> Filing:
    """Return where a review's tickets are filed, and what makes them reviews there."""
    filing = filing_of(policy, REVIEW)
    source = review.source or filing.source or next(iter(policy.sources), "")
    return replace(filing, source=source, labels=filing.labels | review.labels)


def _counts(policy: Policy, review: Review, at: datetime) -> bool:
    return review.since is None or policy.calendar.date_of(at) >= review.since


def _due(policy: Policy, review: Review, at: datetime, now: datetime) -> date:
    """Return when it has to be held: counted from the slot's day, or from today if that day is past."""
    calendar = policy.calendar
    due = calendar.add(calendar.date_of(at), review.due)
    return due if due >= calendar.today(now) else calendar.add(calendar.today(now), review.due)
