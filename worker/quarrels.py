"""Quarrels: whether what we set again and again goes on against others, and whether a person has seen to it since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import cycle

from rules.actions import AddLabel, Op
from rules.effects import LABELLED
from rules.memory import NOTHING, Memory, Swing
from rules.model import Comment, Event, Ticket
from rules.moves import target_of
from rules.resting import SPAN, TIMES, resting
from worker.ledger import Ledger
from worker.mirror import Mirror
from worker.worker import Worker

Touch = tuple[datetime, str]
"""When a ticket was changed or commented, and by whom."""


def with_quarrels(worker: Worker, uid: str, memory: Memory) -> Memory:
    """Return the memory of a ticket with those of its swings that still count."""
    if not memory.swings:
        return memory
    touches, now = _touches(worker.mirror, uid), worker.clock()
    said = max((answer.at for answer in memory.answers), default=None)
    kept = tuple(
        swing
        for swing in memory.swings
        if (said is None or said <= swing.last)
        and _goes_on(swing, touches, now)
        and _same_rules(worker.ledger, uid, swing, worker.policy.sha)
    )
    return replace(memory, swings=kept)


def at_rest(worker: Worker, sources: Sequence[str], since: datetime) -> Iterator[str]:
    """Say, a line each, what came to rest on tickets of some sources since then."""
    for uid in worker.ledger.swinging(since - SPAN):
        ticket = worker.mirror.ticket(uid)
        if ticket is None or ticket.source not in sources:
            continue
        memory = with_quarrels(worker, uid, worker.ledger.memory((uid,)).get(uid, NOTHING))
        for swing in resting(ticket, memory):
            if swing.last >= since:
                rules = ", ".join(sorted(swing.rules))
                yield f"{ticket.key}: {swing.verb} {swing.value} by {rules} rests: others keep turning it round."


def recall(worker: Worker, card: Comment, now: datetime) -> None:
    """Note which labels the ticket's history shows that the card's author, who is us, put on often enough to rest."""
    ticket = worker.mirror.ticket(card.ticket)
    ours = [each for each in worker.mirror.events(card.ticket) if each.actor == card.author and each.what == "label"]
    rules: dict[str, list[str]] = {}
    for rule in worker.policy.rules if ticket else ():
        rules.setdefault(rule.label, []).append(rule.id)
    for label in rules.keys() - {""} if len(ours) >= TIMES else ():
        put_on = sorted((each for each in ours if label in each.after and label not in each.before), key=_moment)
        if ticket is not None and len(put_on) >= TIMES and put_on[-TIMES].at > now - 2 * SPAN:
            ops = [_recalled(worker, ticket, label, *each) for each in zip(put_on[-TIMES:], cycle(rules[label]))]
            for op, event in zip(ops, put_on[-TIMES:], strict=True):
                worker.ledger.learn(op, event.at, now)
            worker.ledger.stand_down((ticket.uid, op.id) for op in ops)


def _recalled(worker: Worker, ticket: Ticket, label: str, event: Event, rule: str) -> Op:
    """Return an op that no rule plans: it stands for one of those that a lost database knew."""
    return Op(
        id=worker.keys.id(rule, ticket.uid, f"recalled {event.uid}", LABELLED),
        target=target_of(ticket),
        verb=AddLabel(label=label),
        rule=rule,
        because=("the ticket's history says so",),
        before="-",
        after=f"label {label}",
    )


def _moment(event: Event) -> datetime:
    return event.at


def _touches(mirror: Mirror, uid: str) -> list[Touch]:
    comments = ((each.created, each.author) for each in mirror.comments(uid))
    return sorted((*comments, *((each.at, each.actor) for each in mirror.events(uid))))


def _goes_on(swing: Swing, touches: list[Touch], now: datetime) -> bool:
    """Tell whether there were two or more at it, nobody else has touched it since, and it has not gone quiet."""
    parties = {who for at, who in touches if swing.last - SPAN < at <= swing.last} - {""}
    since = [(at, who) for at, who in touches if at > swing.last]
    last = max((at for at, _ in since), default=swing.last)
    return len(parties) > 1 and all(who in parties for _, who in since) and now < last + SPAN


def _same_rules(ledger: Ledger, uid: str, swing: Swing, policy: str) -> bool:
    """Tell whether the rules are those by which it was done last, as far as that is known."""
    every = (entry for entry in ledger.of_ticket(uid) if entry.op.name == swing.verb)
    done = (entry for entry in every if entry.changed == swing.last and entry.op.rule in swing.rules)
    return all(ledger.policy_of(entry.run) in ("", policy) for entry in done)
