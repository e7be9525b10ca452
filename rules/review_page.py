"""A review, on the page of its pack: when it falls due, what its ticket says, and who is asked."""

from __future__ import annotations

from collections.abc import Iterator

from rules.pack_words import ROOMS, code, people, plain, quote, rhythm, series, span
from rules.rule import Review
from rules.schema import ReviewTable


def review_sections(table: ReviewTable, review: Review, served: str) -> Iterator[str]:
    """Yield the sections of one review; `served` says which line of the policy it serves."""
    yield f"## {table.id}"
    yield plain(table.about)
    yield served
    yield f"**When:** {'; '.join(_when(review))}. After a time in which kaizend was down, only the newest is filed."
    yield "**What it does:** a ticket is filed, once."
    yield "\n".join(f"- {line}" for line in _ticket(review))


def _when(review: Review) -> Iterator[str]:
    yield f"{rhythm(review.rhythm)}, in the calendar's time zone"
    if review.since:
        yield f"from {review.since} on"
    if review.mode == "shadow":
        yield "in shadow: what would be filed is planned and shown, never done"


def _ticket(review: Review) -> Iterator[str]:
    where = f"in the source {code(review.source)}"
    if not review.source:
        where = "where `[file.review]` of the config says, else in the config's first source"
    yield f"It is called {quote(review.title)} and is filed {where}."
    if review.labels:
        yield f"It wears {series(map(code, sorted(review.labels)))}, besides what makes it a review."
    if review.assign:
        yield f"It is for {people(review.assign)}: the first who has a login there owns it, all are mentioned."
    yield f"It is due {span(review.due)} after the slot, or after today if that day is past."
    if review.say:
        yield f"Its text begins: {quote(review.say)}"
    if review.agenda:
        yield f"Its agenda: {'; '.join(ROOMS[room] for room in review.agenda)}."
    if review.quiet:
        yield (
            f"A domain that is quiet at {review.quiet.after} of these reviews in a row, and still is, gets a ticket of "
            f"the kind {code(review.quiet.kind)} that asks why: {quote(review.quiet.title)}"
        )
    if review.ceiling is not None:
        yield f"A pass that would file more than {review.ceiling} files none, and says so."
