"""Unknown: labels of ours that people took off, of which only a ticket's history tells that we had put them on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime

from integrations.base import Receipt
from rules.actions import AddLabel, Op
from rules.effects import LABELLED, wears
from rules.memory import NOTHING, Memory
from rules.model import Event, Ticket
from rules.moves import target_of
from rules.worn import occasion
from worker.worker import Worker

UNFINISHED = ("intent", "sending", "doubt")


def see_unknown(worker: Worker, authors: Mapping[str, str], now: datetime) -> int:
    """Note that we had put labels on which people took off since, where the ledger does not know; return of how many.

    `authors` are our own ids by source. A database that was lost or is older than the tracker, or a pass that died,
    leaves the ledger without them, and a card that tells of them may be gone. The look then finds them undone.
    """
    rules: dict[str, list[str]] = {}
    for rule in worker.policy.rules:
        rules.setdefault(rule.label, []).append(rule.id)
    labels = rules.keys() - {""}
    noted = 0
    for ticket in worker.mirror.unsettled(worker.policy.sha, worker.policy.calendar.today(now)) if labels else ():
        for label, on, off in _undone(worker, ticket, labels, authors.get(ticket.source, "")):
            noted += _note(worker, ticket, label, rules[label], on, off, now)
    return noted


def _undone(worker: Worker, ticket: Ticket, labels: Set[str], ours: str) -> Iterator[tuple[str, Event, Event]]:
    """Yield labels with the events of our putting them on and somebody else's taking them off, the last ones of all."""
    events = [each for each in worker.mirror.events(ticket.uid) if each.what == "label"] if ours else []
    for label in sorted(labels) if any(_same(each.actor, ours) for each in events) else ():
        turns = [each for each in events if (each.before == label) != (each.after == label)]
        if len(turns) < 2 or wears(ticket, label):
            continue
        on, off = turns[-2:]
        if on.after == label and off.before == label and _same(on.actor, ours) and not _same(off.actor, ours):
            yield label, on, off


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _note(
    worker: Worker, ticket: Ticket, label: str, rules: Sequence[str], on: Event, off: Event, now: datetime
) -> int:
    memory = worker.ledger.memory((ticket.uid,)).get(ticket.uid, NOTHING)
    standing = {(each.verb, each.value) for each in memory.effects}
    if (LABELLED, label) in standing | {(each.verb, each.value) for each in memory.reversals}:
        return 0
    ops = [
        _op(worker, ticket, label, rule, number)
        for rule in rules
        if (number := _episode(memory, rule, off.at)) is not None
    ]
    worker.ledger.intend(0, ops, now)
    entries = [entry for op in ops if (entry := worker.ledger.op(op.id)) is not None and entry.state in UNFINISHED]
    for entry in entries:
        worker.ledger.done(entry.op.id, Receipt(), on.at)
    return len(entries)


def _episode(memory: Memory, rule: str, undone: datetime) -> int | None:
    """Return the rule's episode in which a label was taken off; the first one if none is known, None if it is over."""
    episode = next((each for each in memory.episodes if each.rule == rule), None)
    if episode is None:
        return 1
    return episode.number if episode.ended is None and episode.began <= undone else None


def _op(worker: Worker, ticket: Ticket, label: str, rule: str, number: int) -> Op:
    """Return the op as the rule planned it."""
    return Op(
        id=worker.keys.id(rule, ticket.uid, occasion(label, number), LABELLED),
        target=target_of(ticket),
        verb=AddLabel(label=label),
        rule=rule,
        because=("the ticket's history says so",),
        before="-",
        after=f"label {label}",
        episode=number,
    )
