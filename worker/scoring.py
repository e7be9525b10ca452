"""Scoring: the figures of domains and leads within a month, from one walk through the mirror."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from rules.calendar import month_slot, slot_start
from rules.coverage import Coverage, CoverageTally
from rules.facts import kind_of
from rules.policy import Policy
from rules.reopenings import reopened
from rules.rule import Rhythm
from rules.scorecards import LAST, Scorecard, ScorecardTally, span_days
from worker.remembered import remembered
from worker.worker import Worker

MIDNIGHT = Rhythm("month", 1, time(0))
"""When a month begins."""
LONGEST_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How the domains stood at the end of a span, and what the leads did within it."""

    start: date
    end: date  # the day after the last
    coverage: Coverage
    cards: tuple[Scorecard, ...]
    unread: Mapping[str, str]  # sources whose last read was not whole, and why


def score(worker: Worker, start: datetime, end: datetime) -> Scores:
    """Count from `start` up to but not with `end`. Each ticket is looked at once and let go of."""
    policy, now = worker.policy, worker.clock()
    today = policy.calendar.today(now)
    domains = CoverageTally(policy, end - LAST)
    again = reopened(worker.mirror.turns(start, end))
    leads = ScorecardTally(policy, start, end, now=now, reopened=again)
    for ticket, memory in remembered(worker, worker.mirror.tickets()):
        if ticket.source not in policy.sources:
            continue
        kind = kind_of(ticket, memory, policy, today)
        domains.add(ticket, memory, kind)
        leads.add(ticket, memory, kind)
    first, after = span_days(policy, start, end)
    return Scores(
        start=first,
        end=after,
        coverage=domains.told(),
        cards=leads.told(),
        unread=worker.mirror.unreadable(policy.sources),
    )


def month_before(policy: Policy, now: datetime) -> str:
    """Return the slot of the last month that is over: "2026-11"."""
    first = slot_start(month_slot(policy.calendar.today(now)))
    return month_slot(first - timedelta(days=1))


def month_span(policy: Policy, slot: str) -> tuple[datetime, datetime]:
    """Return when a month begins, and when the next one does, in the calendar's zone."""
    following = month_slot(slot_start(slot) + LONGEST_MONTH)
    return policy.calendar.moment(slot, MIDNIGHT), policy.calendar.moment(following, MIDNIGHT)
