"""Pausing: a rule that people keep undoing stops by itself, and acts again when that is long enough ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from worker.worker import Worker

MONTH = timedelta(days=30)
UNDONE_COUNT = 5
UNDONE_SHARE = 0.2
"""A rule of whose effects in a month people took back at least so many, and at least this share, pauses itself."""
TOLD = (
    "people took back {undone} of {done} things that it did in 30 days, so it only shows what it would do; it acts"
    " again by itself by {until}, or at once under another id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """A rule that paused itself."""

    done: int  # effects in a month
    undone: int  # of which people took back so many
    until: date  # the last day on which it may still be paused

    def __str__(self) -> str:
        """Say why it is paused, and how it comes back."""
        return TOLD.format(undone=self.undone, done=max(self.done, self.undone), until=self.until.isoformat())


def paused_rules(worker: Worker, now: datetime) -> dict[str, Paused]:
    """Return the rules that people keep undoing. What `kaizend undo` took back was one wish, and does not count.

    With fewer than five of the last month a rule acts again: a month after the fifth last, at the latest.
    """
    found: dict[str, Paused] = {}
    for rule, (done, undone) in worker.ledger.reversal_rates(now - MONTH).items():
        if undone >= UNDONE_COUNT and undone >= UNDONE_SHARE * done:
            fifth = worker.ledger.undone_at(rule, now - MONTH)[-UNDONE_COUNT]
            found[rule] = Paused(done=done, undone=undone, until=worker.policy.calendar.date_of(fifth + MONTH))
    return found


def rates(worker: Worker, now: datetime) -> dict[str, tuple[int, int]]:
    """Return for each rule of which people took something back: how much it did in a month, and how much of it."""
    every = worker.ledger.reversal_rates(now - MONTH)
    return {rule: (max(did, undone), undone) for rule, (did, undone) in sorted(every.items()) if undone}
