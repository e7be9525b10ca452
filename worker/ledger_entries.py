"""The ops of a ledger, to look at: what is open, what is done, how far each got."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson

from integrations.base import Receipt
from rules.actions import Op, WriteCard
from worker.audit import Audit
from worker.codec import op_from_json
from worker.database import Database
from worker.rows import moment, when, when_or_none

State = Literal["intent", "sending", "done", "failed", "doubt", "parked", "dropped"]

SHORTEST = 4
"""Digits of an op's id that a person has to give at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An op in the ledger, and how far it got."""

    op: Op
    run: int
    state: State
    attempts: int  # sends so far
    looks: int  # times it was looked for and not found, since it came in doubt
    first_look: datetime | None
    intended: datetime
    changed: datetime  # when it came into its state
    not_before: datetime | None
    sent: datetime | None
    why: str
    receipt: Receipt | None


class Entries:
    """The ops of a ledger, as they stand."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._audit = Audit(database, key)

    def open_ops(self, now: datetime) -> tuple[Entry, ...]:
        """Return what is unfinished and due, oldest first. Met at the start of a pass, `sending` means in doubt."""
        where = "where state in ('intent', 'sending', 'doubt') and (not_before is null or not_before <= ?)"
        return self._entries(f"{where} order by intended, id", (moment(now),))

    def op(self, op_id: str) -> Entry | None:
        """Return an op by its id, or by a beginning of it that no other op has."""
        if len(op_id) < SHORTEST:
            return None
        found = self._entries("where id >= ? and id < ? order by id limit 2", (op_id, f"{op_id}g"))  # past all of hex
        return found[0] if found and (found[0].op.id == op_id or len(found) == 1) else None

    def receipt(self, op_id: str) -> Receipt | None:
        """Return what came of an op that was carried out, by what we wrote down or by its mark on a tracker."""
        told = self._database.rows(_RECEIPT, (op_id, op_id))
        return Receipt(**orjson.loads(told[0][0])) if told else None

    def entries(self, states: Iterable[State], limit: int = 200) -> tuple[Entry, ...]:
        """Return the ops in some states, the last changed first."""
        wanted = tuple(states)
        places = ", ".join("?" * len(wanted)) or "''"
        return self._entries(f"where state in ({places}) order by changed desc, id limit ?", (*wanted, limit))

    def done_since(self, since: datetime) -> tuple[Entry, ...]:
        """Return the ops carried out since then, oldest first."""
        return self._entries("where state = 'done' and changed >= ? order by changed, id", (moment(since),))

    def of_ticket(self, uid: str) -> tuple[Entry, ...]:
        """Return the ops of a ticket, oldest first."""
        return self._entries("where uid = ? order by intended, id", (uid,))

    def wrote_card(self, uid: str, state: str) -> bool:
        """Tell whether we ever wrote, or were to write, this into the mark of a ticket's card."""
        rows = self._database.rows("select op from ops where uid = ? and verb = 'card'", (uid,))
        verbs = (op_from_json(text).verb for (text,) in rows)
        return any(isinstance(verb, WriteCard) and verb.state == state for verb in verbs)

    def first_mark(self) -> datetime | None:
        """Return when the oldest comment was written whose mark is ours, and of whose op no row tells.

        None: no database of this instance was lost, or put back from an older copy.
        """
        ((first,),) = self._database.rows(_FIRST_MARK)
        return when_or_none(first)

    def first_sent(self) -> datetime | None:
        """Return when the first op was sent of which the ledger knows."""
        ((first,),) = self._database.rows(_FIRST_SENT)
        return when_or_none(first)

    def of_run(self, run: int) -> tuple[Entry, ...]:
        """Return the ops of a run, the last first."""
        return self._entries("where run = ? order by changed desc, id desc", (run,))

    def ops_by_state(self) -> dict[str, int]:
        """Return how many ops are in each state."""
        rows = self._database.rows("select state, count(*) from ops group by state order by state")
        return {str(state): int(count) for state, count in rows}

    def _entries(self, where: str, parameters: tuple[Any, ...]) -> tuple[Entry, ...]:
        return tuple(map(_entry, self._database.rows(f"{_ENTRIES} {where}", parameters)))


def _entry(row: Any) -> Entry:
    return Entry(
        op=op_from_json(row[0]),
        run=row[1],
        state=row[2],
        attempts=row[3],
        looks=row[4],
        first_look=when_or_none(row[5]),
        intended=when(row[6]),
        changed=when(row[7]),
        not_before=when_or_none(row[8]),
        sent=when_or_none(row[9]),
        why=row[10],
        receipt=Receipt(**orjson.loads(row[11])) if row[11] else None,
    )


_RECEIPT = """
    select receipt from ops where id = ? and state = 'done' union all select receipt from recognised where op = ?
"""
_FIRST_MARK = """
    select min(comments.created) from recognised
    join comments on comments.ticket = recognised.uid and comments.op = recognised.op
"""
_FIRST_SENT = "select min(changed) from ops where attempts > 0"
_ENTRIES = (
    "select op, run, state, attempts, looks, first_look, intended, changed, not_before, sent, why, receipt from ops"
)
