"""Informing: which tickets wait for inputs, because rules that look at them ask how the inputs stand."""

from __future__ import annotations

from datetime import datetime

from rules.evaluate import ANY
from rules.fact_inputs import INPUT_FACTS
from rules.facts import kind_of
from rules.policy import Policy
from rules.rule import Rule
from worker.remembered import remembered
from worker.worker import Worker

ASKED = frozenset(fact.name for fact in INPUT_FACTS)


def asking(policy: Policy) -> tuple[Rule, ...]:
    """Return the rules that ask how the inputs stand."""
    return tuple(rule for rule in policy.rules if rule.when.names & ASKED)


def wake(worker: Worker) -> int:
    """Have the tickets for which such rules hold evaluated again in the next look; return how many."""
    return worker.mirror.unsettle(worker.ledger.within(rule.id for rule in asking(worker.policy)))


def last_closed(worker: Worker, after: datetime) -> datetime | None:
    """Return when, after a moment, the last ticket was closed at which such rules look; None if none was."""
    kinds = {kind for rule in asking(worker.policy) for kind in rule.on}
    if not kinds:
        return None
    policy, today = worker.policy, worker.policy.calendar.today(worker.clock())
    found = [
        ticket.closed
        for ticket, memory in remembered(worker, worker.mirror.closed_after(after))
        if ticket.closed and (ANY in kinds or kind_of(ticket, memory, policy, today) in kinds)
    ]
    return max(found, default=None)
