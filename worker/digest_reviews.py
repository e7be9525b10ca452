"""The digest's section on reviews: how each stands in its newest slot, which were missed, and which are still open."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from integrations.base import Receipt
from rules.facts import of
from rules.memory import NOTHING
from rules.model import Block, Heading, Line, Link, Table, Text, Ticket
from rules.reviews import REVIEW, earlier
from rules.rule import Review
from worker.reviews import Filed, before, receipt_of, reviews_now
from worker.worker import Worker

SKIPPED = "review-skipped"
"""The label of the pack `cadence` that a skipped review wears."""
NEVER, SHADOW = "not filed yet", "in shadow: it is not filed"
UNSEEN = "filed, and not to be read any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState:
    """How a review stands in a slot."""

    review: str  # its id
    slot: str
    state: str
    ticket: Link | None = None
    missed: tuple[str, ...] = ()  # slots before it that were never filed, oldest first


def review_states(worker: Worker, now: datetime, about: Container[str]) -> tuple[ReviewState, ...]:
    """Return how the reviews stand that are filed in some sources, in the policy's order.

    Of each the newest slot comes first, then those before that are still open.
    """
    return tuple(
        state
        for found in reviews_now(worker, now)
        if found.place.source in about
        for state in (_newest(worker, found, now), *_left_open(worker, found, now))
    )


def review_blocks(states: Sequence[ReviewState]) -> tuple[Block, ...]:
    """Return a heading and a table with a row a review; nothing where there are none."""
    if not states:
        return ()
    head = ("review", "slot", "ticket", "state", "missed before")
    return (Heading((Text("Reviews"),)), Table(head, tuple(_row(state) for state in states)))


def _row(state: ReviewState) -> tuple[Line, ...]:
    ticket: Line = (state.ticket,) if state.ticket else (Text("-"),)
    missed = ", ".join(state.missed) or "-"
    return (Text(state.review),), (Text(state.slot),), ticket, (Text(state.state),), (Text(missed),)


def _newest(worker: Worker, found: Filed, now: datetime) -> ReviewState:
    review, slot = found.meeting.review, found.meeting.slot
    missed = before(worker, found.meeting).missed
    if found.receipt is None:
        state = SHADOW if review.mode == "shadow" else NEVER
        return ReviewState(review=review.id, slot=slot, state=state, missed=missed)
    return replace(_filed(worker, review, slot, found.receipt, now), missed=missed)


def _left_open(worker: Worker, found: Filed, now: datetime) -> Iterator[ReviewState]:
    review = found.meeting.review
    for slot in earlier(worker.policy, found.meeting):
        receipt = receipt_of(worker, review, slot)
        ticket = worker.mirror.ticket(receipt.uid) if receipt else None
        if receipt and ticket and ticket.phase != "done":
            yield _filed(worker, review, slot, receipt, now)


def _filed(worker: Worker, review: Review, slot: str, receipt: Receipt, now: datetime) -> ReviewState:
    ticket = worker.mirror.ticket(receipt.uid)
    state = _standing(worker, ticket, now) if ticket else UNSEEN
    return ReviewState(review=review.id, slot=slot, state=state, ticket=Link(receipt.key, receipt.url))


def _standing(worker: Worker, ticket: Ticket, now: datetime) -> str:
    """Say in a few words how a slot's ticket stands."""
    policy, today = worker.policy, worker.policy.calendar.today(now)
    memory = worker.ledger.memory((ticket.uid,)).get(ticket.uid, NOTHING)
    facts = of(ticket, REVIEW, memory, policy, today, ("declined", "outcome_recorded", "overdue"))
    days = [said.value for said in memory.statements if said.what == "held"]
    if facts["declined"]:
        return "called off"
    if days:
        silent = "" if facts["outcome_recorded"] else "; what came of it is not recorded"
        return f"held on {days[-1]}, {'closed' if ticket.phase == 'done' else 'still open'}{silent}"
    if ticket.phase == "done":
        return "closed, and nobody said that it was held"
    return _waiting(ticket, overdue=bool(facts["overdue"]))


def _waiting(ticket: Ticket, *, overdue: bool) -> str:
    """Say how long a review that was not held has been waited for."""
    if ticket.due is None:
        return "open, without a date"
    if SKIPPED in ticket.labels:
        return f"skipped: was due on {ticket.due.isoformat()}"
    return f"late: was due on {ticket.due.isoformat()}" if overdue else f"open until {ticket.due.isoformat()}"
