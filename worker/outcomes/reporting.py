"""Reporting: what came of finished improvements within a quarter, from one walk through the mirror."""

from __future__ import annotations

from datetime import datetime, timedelta

from rules.calendar import quarter_slot, slot_start
from rules.facts import kind_of
from rules.outcomes.hits import Harvest, HarvestTally
from rules.outcomes.windows import midnight
from rules.policy import Policy
from worker.remembered import remembered
from worker.worker import Worker

LONGEST_QUARTER = timedelta(days=92)


def harvest(worker: Worker, start: datetime, end: datetime) -> Harvest:
    """Count from `start` up to but not with `end`. Each ticket is looked at once and let go of."""
    policy, now = worker.policy, worker.clock()
    tally, today = HarvestTally(policy, start, end, now=now), policy.calendar.today(now)
    for ticket, memory in remembered(worker, worker.mirror.tickets()):
        if ticket.source in policy.sources:
            tally.add(ticket, memory, kind_of(ticket, memory, policy, today))
    return tally.told()


def quarter_span(policy: Policy, slot: str) -> tuple[datetime, datetime]:
    """Return when a quarter begins, and when the next one does, in the calendar's zone."""
    first = slot_start(slot)
    following = slot_start(quarter_slot(first + LONGEST_QUARTER))
    return midnight(policy.calendar, first), midnight(policy.calendar, following)
