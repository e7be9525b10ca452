"""Pairing: tickets whose texts or people call others their twins lead these; nobody leads in a circle, or twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rules.leaders import NO_TWIN, TWIN, leader_of
from rules.memory import NOTHING, Memory
from rules.model import Ticket
from rules.references import tickets_named, twins_named
from worker.claims import Claims
from worker.worker import Worker

OWN = "A ticket is no twin of its own."
MOST = 50
"""So many leaders above each other are looked at."""

Pair = tuple[str, str]
"""The uids of a ticket and of the one that follows it."""


def pair(worker: Worker, now: datetime) -> int:
    """Have tickets lead those that they call their twins, and no others; return how many pairs came or went."""
    claims, revision = Claims(worker.database), worker.mirror.revision()
    since = claims.read_up_to()
    if revision == since:
        return 0
    fresh = [claims.keep(ticket.uid, _said(worker, ticket)) for ticket in list(claims.telling(since))]
    for key in claims.known_since(claims.unknown(), -1 if any(fresh) else since):
        found = worker.mirror.find(key)
        if found is not None:
            claims.found(key, found.uid)
    changed = _pair(worker, claims, now)
    claims.note_read(revision)
    return changed


def _said(worker: Worker, ticket: Ticket) -> Mapping[str, datetime]:
    """Return the keys of a ticket's twins: those in its text, and those of commands since the last `none`."""
    said = dict.fromkeys(twins_named(_repository(ticket), ticket.body), ticket.created)
    commanded: dict[str, datetime] = {}
    for statement in _memory(worker, ticket.uid).statements:
        if statement.what == TWIN and statement.value == NO_TWIN:
            commanded = {}
        elif statement.what == TWIN:
            commanded.setdefault(statement.value, statement.at)
    return commanded | said


def _pair(worker: Worker, claims: Claims, now: datetime) -> int:
    said = claims.pairs()
    known = claims.relations()
    gone = {pair for pair, what in known.items() if what == TWIN} - set(said)
    worker.ledger.part(sorted(gone))
    come = tuple(_new([pair for pair in known if pair not in gone], said))
    for leader, follower in come:
        worker.ledger.save_relation(leader, follower, TWIN, now)
    worker.mirror.unsettle({uid for pair in (*gone, *come) for uid in pair})
    return len(gone) + len(come)


def _new(known: Sequence[Pair], said: Iterable[Pair]) -> Iterable[Pair]:
    """Yield who is to lead whom besides those known: never two one, never one itself, nobody in a circle."""
    leaders = {follower: leader for leader, follower in reversed(known)}
    for leader, follower in said:
        if follower not in leaders and follower not in _upwards(leaders, leader):
            leaders[follower] = leader
            yield leader, follower


def _upwards(leaders: Mapping[str, str], uid: str) -> list[str]:
    """Return a ticket, the one that leads it, the one that leads that one, and so on."""
    found = [uid]
    while found[-1] in leaders and leaders[found[-1]] not in found:
        found.append(leaders[found[-1]])
    return found


def obstacles(worker: Worker, ticket: Ticket, text: str) -> Mapping[str, str]:
    """Return the tickets that a comment names, and why they cannot be a ticket's twins, "" if they can."""
    named = {key: worker.mirror.find(key) for key in tickets_named(_repository(ticket), text, text.upper())}
    return {key: _obstacle(worker, ticket, other) for key, other in named.items() if other is not None}


def _obstacle(worker: Worker, ticket: Ticket, other: Ticket) -> str:
    if other.uid == ticket.uid:
        return OWN
    memory = _memory(worker, other.uid)
    leader = leader_of(memory)
    if leader is not None and leader.uid == ticket.uid:
        return "" if leader.what == TWIN else f"{other.key} follows it already: it was filed from it as {leader.what}."
    if leader is not None:
        return f"{other.key} follows {leader.key} already, and a ticket follows one."
    return f"It follows {other.key} itself." if _leads(worker, other.uid, ticket.uid) else ""


def _leads(worker: Worker, above: str, uid: str) -> bool:
    """Tell whether a ticket leads another one, by way of others or not."""
    for _ in range(MOST):
        leader = leader_of(_memory(worker, uid))
        if leader is None or leader.uid == above:
            return leader is not None
        uid = leader.uid
    return True


def _memory(worker: Worker, uid: str) -> Memory:
    return worker.ledger.memory((uid,)).get(uid, NOTHING)


def _repository(ticket: Ticket) -> str:
    return ticket.key.rpartition("#")[0]
