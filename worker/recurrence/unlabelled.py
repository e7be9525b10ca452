"""Unlabelled: a person took the label off by which a strong match was shown: that is an objection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.effects import LABELLED, wears
from rules.memory import NOTHING
from rules.model import Ticket
from rules.policy import Policy, Rule
from rules.resembled import STRONG
from worker.recurrence.likenesses import Found
from worker.recurrence.pairs import Denial
from worker.worker import Worker

TAKEN_OFF = "the label was taken off"


def likely_rules(policy: Policy) -> tuple[Rule, ...]:
    """Return the rules that act upon strong matches."""
    return tuple(rule for rule in policy.rules if STRONG in rule.when.names)


def unlabelled(worker: Worker, acted: Iterable[Found]) -> Iterator[Denial]:
    """Yield the objections to strong matches whose label of ours somebody took off.

    A read older than the write cannot show it yet.
    """
    labels = {rule.id: rule.label for rule in likely_rules(worker.policy) if rule.label}
    for found in acted if labels else ():
        ticket = worker.mirror.ticket(found.uid)
        memory = worker.ledger.memory((found.uid,)).get(found.uid, NOTHING)
        for each in memory.effects if ticket and ticket.phase != "done" else ():
            ours = each.verb == LABELLED and labels.get(each.rule) == each.value
            if ticket and ours and not wears(ticket, each.value) and ticket.updated >= each.at.replace(microsecond=0):
                by = _who(worker, ticket, each.value)
                yield Denial(uid=found.uid, other=found.other, why=TAKEN_OFF, by=by, at=ticket.updated)


def _who(worker: Worker, ticket: Ticket, label: str) -> str:
    events = worker.mirror.events(ticket.uid)
    off = (each for each in events if each.what == "label" and label in each.before and label not in each.after)
    return next((each.actor for each in reversed(tuple(off))), "")
