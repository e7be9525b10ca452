"""Unknown: what we gave tickets, of which only their histories tell: a ledger was lost or is older, or a pass died."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from rules.actions import NAMES, AddLabel, Op, Reopen, Verb, WriteCard
from rules.effects import value_of
from rules.evaluate import evaluate
from rules.memory import Card, Effect, Memory, Reversal
from rules.model import Event, Ticket
from rules.moves import target_of
from rules.opened import opening
from rules.rule import Rule
from rules.told import Given, gave, given, gives
from rules.worn import occasion
from worker.remembered import remembered
from worker.worker import Worker

LONG_PASS = timedelta(days=1)
"""The first pass of a database that was lost may have taken so long until it came to the oldest mark that is left."""

MAY_BE_THERE = ("sending", "doubt", "done", "parked")
"""States of ops that left something, or may have."""

log = structlog.get_logger()


def see_unknown(worker: Worker, authors: Mapping[str, str], now: datetime) -> int:
    """Note what the ledger does not know that we gave tickets: labels that are worn, and what people took away since.

    The card is among it, if people deleted it while the database did not know of it, or before that was lost.

    `authors` are our own ids by source. A database that was lost or is older than the tracker, or a pass that died,
    leaves the ledger without it, and a card that tells of it may be gone. The look then finds undone what is undone,
    and takes off what nothing asks for any more. Return of how many ops.
    """
    day = worker.policy.calendar.today(now)
    noted = 0
    for source, ours in authors.items():
        found = [*worker.mirror.unknown(source, ours, worker.policy.sha, day)] if ours else []
        first = _first_there(worker) if found else None
        for ticket, memory in remembered(worker, found):
            events = worker.mirror.events(ticket.uid)
            if first is not None and _card_deleted(worker, ticket, memory, events, ours, first):
                log.info("people deleted the card: it is not written again", target=ticket.key)
                worker.ledger.save_card(ticket.uid, Card(ref="", essence="", at=now, gone=True))
            told = [
                each
                for each in given(worker.policy, ticket, events, ours)
                if not _known(memory, each.verb) and (each.sure or (first is not None and first <= each.at))
            ]
            for op, at in (*_labels(worker, ticket, memory, told), *_fields(worker, ticket, memory, told, now)):
                worker.ledger.learn(op, at, now)
                noted += 1
    return noted


def _first_there(worker: Worker) -> datetime | None:
    """Return since when we have been there at all; None if no database of ours was ever lost, or put back."""
    mark = worker.ledger.first_mark()
    return mark and min(mark - LONG_PASS, worker.ledger.first_sent() or mark)


def _card_deleted(
    worker: Worker, ticket: Ticket, memory: Memory, events: Sequence[Event], ours: str, since: datetime
) -> bool:
    """Tell whether a ticket had a card of ours, of which this ledger never knew: one goes with all that we do.

    So its history tells of something that no op was ever sent for, since we were there at all: before that, somebody
    else may have worked with our account.
    """
    known = worker.ledger.of_ticket(ticket.uid)
    sent = {(entry.op.name, value_of(entry.op.verb)) for entry in known if entry.state in MAY_BE_THERE}
    if memory.card is not None or any(name == NAMES[WriteCard] for name, _ in sent):
        return False
    return gave(worker.policy, ticket, events, ours, since, sent)


def _known(memory: Memory, verb: Verb) -> bool:
    """Tell whether we know what became of it, or did it at somebody's word."""
    every: tuple[Effect | Reversal, ...] = (*memory.effects, *memory.reversals)
    if isinstance(verb, Reopen):
        return any(map(opening, every))
    name, value = NAMES[type(verb)], value_of(verb)
    done = any((each.verb, each.value) == (name, value) for each in every)
    return done or any(said.value == value for said in memory.statements)


def _labels(worker: Worker, ticket: Ticket, memory: Memory, told: list[Given]) -> Iterator[tuple[Op, datetime]]:
    """Yield the labels as the rules that wear or keep them put them on."""
    for each in told:
        for rule in worker.policy.rules if isinstance(each.verb, AddLabel) else ():
            number = _episode(memory, rule.id, each.taken)
            if number is None or not isinstance(each.verb, AddLabel):
                continue
            if rule.label == each.verb.label:
                yield _op(worker, ticket, each.verb, rule, number, occasion(rule.label, number)), each.at
            elif gives(worker.policy, ticket, rule, each.verb):
                yield _op(worker, ticket, each.verb, rule, number, f"e{number}.kept"), each.at


def _fields(
    worker: Worker, ticket: Ticket, memory: Memory, told: list[Given], now: datetime
) -> Iterator[tuple[Op, datetime]]:
    """Yield what people took away as those rules gave it that hold, and would give it again."""
    taken = [each for each in told if each.taken and not isinstance(each.verb, AddLabel)]
    for held in evaluate(worker.policy, ticket, memory, now).holding if taken else ():
        for each in taken:
            if gives(worker.policy, ticket, held.rule, each.verb):
                number = held.episode.number
                yield _op(worker, ticket, each.verb, held.rule, number, f"e{number}"), each.at


def _episode(memory: Memory, rule: str, taken: datetime | None) -> int | None:
    """Return the rule's episode in which a label was taken off; the first one if none is known, None if it is over.

    What is worn still is of the last one, be it over or not.
    """
    episode = next((each for each in memory.episodes if each.rule == rule), None)
    if episode is None:
        return 1
    if taken is None:
        return episode.number
    return episode.number if episode.ended is None and episode.began <= taken else None


def _op(worker: Worker, ticket: Ticket, verb: Verb, rule: Rule, number: int, part: str) -> Op:
    """Return the op as the rule planned it."""
    return Op(
        id=worker.keys.id(rule.id, ticket.uid, part, NAMES[type(verb)]),
        target=target_of(ticket),
        verb=verb,
        rule=rule.id,
        because=("the ticket's history says so",),
        before="-",
        after=f"{NAMES[type(verb)]} {value_of(verb)}",
        episode=number,
    )
