"""Unlabelled: a person took the label off by which a strong match was shown: that is an objection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.effects import LABELLED, wears
from rules.memory import NOTHING
from rules.model import Event, Ticket
from rules.policy import Policy
from rules.resembled import STRONG
from rules.rule import Rule
from worker.recurrence.likenesses import Found
from worker.recurrence.pairs import Denial
from worker.worker import Worker

TAKEN_OFF = "the label was taken off"


def likely_rules(policy: Policy) -> tuple[Rule, ...]:
    """Return the rules that act upon strong matches."""
    return tuple(rule for rule in policy.rules if STRONG in rule.when.names)


def unlabelled(worker: Worker, acted: Iterable[Found], authors: Mapping[str, str]) -> Iterator[Denial]:
    """Yield the objections to strong matches whose label somebody took off, whoever had put it on.

    `authors` are our own ids, by source. A read older than the write cannot show it yet.
    """
    labels = {rule.id: rule.label for rule in likely_rules(worker.policy) if rule.label}
    for found in acted if labels else ():
        ticket = worker.mirror.ticket(found.uid)
        if ticket is None or ticket.phase == "done":
            continue
        effects = worker.ledger.memory((found.uid,)).get(found.uid, NOTHING).effects
        worn = {
            each.value: each.at for each in effects if each.verb == LABELLED and labels.get(each.rule) == each.value
        }
        for label in labels.values():
            off = None if wears(ticket, label) else _taken_off(worker, ticket, label, found)
            theirs = off is not None and off.actor not in ("", authors.get(ticket.source, off.actor))
            ours = label in worn and ticket.updated >= worn[label].replace(microsecond=0)
            if not wears(ticket, label) and (ours or (theirs and label not in worn)):
                by = off.actor if off else ""
                yield Denial(uid=found.uid, other=found.other, why=TAKEN_OFF, by=by, at=ticket.updated)


def _taken_off(worker: Worker, ticket: Ticket, label: str, found: Found) -> Event | None:
    """Return who last took a label off since the match was found, and when."""
    events = reversed(worker.mirror.events(ticket.uid))
    off = (each for each in events if each.what == "label" and label in each.before and label not in each.after)
    return next((each for each in off if each.at >= found.at.replace(microsecond=0)), None)
