"""Listen: read in new comments what is meant for us: our own marks, and what people command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from integrations.base import Receipt
from rules.commanded import VERBS, Asked, deed, op_id, waiting
from rules.commands import Shown, foreseen, overruled, read_commands
from rules.effects import ASSIGNED, DUE, applied
from rules.gates.states import Waiver
from rules.leaders import TWIN
from rules.memory import Ignore, Memory, Statement, World
from rules.model import Comment, Ticket
from worker.gates.states import GateStates
from worker.gates.waiving import hear_change, keep_waivers
from worker.look import HISTORY
from worker.measuring.blamed import causes_there_are
from worker.pairing import obstacles, pair
from worker.perform import card_op
from worker.recovery import doubt_recovery
from worker.recurrence.certainty import find_recurrences, named
from worker.takeover import take_over
from worker.worker import Worker
from worker.world import memory_of, world


def listen(worker: Worker, authors: Mapping[str, str], now: datetime) -> int:
    """Look at the comments nobody looked at yet; return how many were meant for us.

    `authors` are our own author ids by source; comments of sources that did not answer wait for a later pass.
    """
    heard = 0
    looked: list[Comment] = []
    around = world(worker, now)
    for comment in worker.mirror.new_comments():
        if comment.source not in authors:
            continue
        looked.append(comment)
        if _is_ours(worker, comment, authors[comment.source]):
            heard += _recognise(worker, comment, now)
        else:
            heard += _obey(worker, comment, authors[comment.source], around, now)
    worker.mirror.mark_read(looked)
    if heard:
        find_recurrences(worker, authors, now)
    return heard


def _is_ours(worker: Worker, comment: Comment, author: str) -> bool:
    marker = comment.marker
    return marker is not None and worker.keys.genuine(marker, comment.ticket, comment.author, author)


def _recognise(worker: Worker, comment: Comment, now: datetime) -> int:
    """Take a comment that carries our mark for proof that its op is done, whatever the ledger knew of it.

    This settles doubts, and after the database was lost it is what keeps anything from being posted twice. A mark that
    is news to a database that had read everything back before tells that it is an older copy.
    """
    if comment.marker is None:
        return 0
    unknown = worker.ledger.op(comment.marker.op) is None
    known = worker.ledger.recognise(comment.marker.op, comment.ticket, Receipt(ref=comment.ref, uid=comment.uid), now)
    older = unknown and bool(known)
    if comment.marker.op == card_op(worker.keys, comment.ticket):
        older |= take_over(worker, comment, now)
    if older:
        doubt_recovery(worker, comment.source, comment.updated)
    return known


def _obey(worker: Worker, comment: Comment, ours: str, around: World, now: datetime) -> int:
    if "/kaizen" not in comment.body:
        return 0
    ticket: Ticket | None = worker.mirror.ticket(comment.ticket)
    if ticket is None:
        return hear_change(worker, comment, now)
    memory = memory_of(worker, ticket.uid, around)
    tracker = _shown(worker, ticket, comment, ours)
    coming = _coming(worker, ticket, memory, now)
    commands = read_commands(worker.policy, coming, comment, now, memory=memory, tracker=tracker)
    worker.ledger.save_answers((ticket.uid, answer) for answer, _ in commands)
    worker.ledger.save_ignores((ticket.uid, wish) for _, wish in commands if isinstance(wish, Ignore))
    keep_waivers(worker, [wish for _, wish in commands if isinstance(wish, Waiver)], now)
    statements = [wish for _, wish in commands if isinstance(wish, Statement)]
    worker.ledger.save_statements((ticket.uid, statement) for statement in statements)
    _settle(worker, ticket, coming, [each for each in statements if not overruled(each, tracker)], now)
    _recognise_ops(worker, ticket, [each for each in statements if overruled(each, tracker)], now)
    if commands:
        worker.mirror.unsettle((ticket.uid,))
    if any(statement.what == TWIN for statement in statements):
        pair(worker, now)
    return len(commands)


def _coming(worker: Worker, ticket: Ticket, memory: Memory, now: datetime) -> Ticket:
    """Return the ticket as it will be when what people said before is carried out."""
    asked = Asked(policy=worker.policy, memory=memory, now=now, keys=worker.keys)
    for _, verb in tuple(waiting(asked, ticket)):
        ticket = applied(worker.policy, ticket, verb)
    return ticket


def _shown(worker: Worker, ticket: Ticket, comment: Comment, ours: str) -> Shown:
    """Return whom a ticket's tracker has shown us, and when people last changed its owner and date."""
    logins = worker.mirror.logins(ticket.source) if "owner" in comment.body.lower() else frozenset()
    changed: dict[str, datetime] = {}
    for event in worker.mirror.events(ticket.uid):  # oldest first
        for word, verb in (("owner", ASSIGNED), ("due", DUE)):
            if event.what in HISTORY[verb] and event.actor != ours:
                changed[word] = event.at
    twins = obstacles(worker, ticket, comment.body) if TWIN in comment.body.lower() else {}
    return Shown(
        logins=logins,
        changed=changed,
        twins=twins,
        tickets=named(worker, ticket, comment.body),
        causes=causes_there_are(worker, ticket, comment.body),
        gates=tuple(GateStates(worker.database).all().values()) if worker.policy.gates else (),
    )


def _settle(worker: Worker, ticket: Ticket, coming: Ticket, statements: list[Statement], now: datetime) -> None:
    """Note what asks for nothing, because it is so already: nobody who changes it later is overruled."""
    today = worker.policy.calendar.today(now)
    for statement in statements:
        before = coming if statement.what == "defer" else ticket
        if deed(before, statement, today) is None:
            _recognise_ops(worker, ticket, [statement], now)
        coming = foreseen(worker.policy, coming, statement, now)


def _recognise_ops(worker: Worker, ticket: Ticket, statements: list[Statement], now: datetime) -> None:
    """Note that nothing is left to be carried out of statements."""
    for statement in statements:
        if statement.what in VERBS:
            worker.ledger.recognise(op_id(worker.keys, ticket, statement), ticket.uid, Receipt(wrote=False), now)
