"""How the gates stood when they were looked at last, as the database has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from rules.gates.states import GateState
from rules.model import Ticket
from worker.database import Database
from worker.rows import TICKET, clean, moment, when
from worker.upserts import TICKETS_SELECT
from worker.worker import Worker

GROUND = "gates "
"""What the counter's name begins with that holds when gates were judged last; their ground follows."""
COLUMNS = "gate, subject, closed, number, waiting, because, blocking, unsure, page, url, since, looked"


class GateStates:
    """One row a gate and subject."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[tuple[str, str], GateState]:
        """Return how each gate stands, by gate and subject."""
        rows = self._database.rows(f"select {COLUMNS} from gates order by gate, subject")  # noqa: S608 - our own names
        return {(row[0], row[1]): _state(row) for row in rows}

    def save(self, states: Iterable[GateState]) -> int:
        """Save how gates stand; return how many."""
        rows = [_row(state) for state in states]
        if rows:
            with self._database.begin_lazy() as connection:
                connection.exec_driver_sql(self._database.sql(_UPSERT), rows)
        return len(rows)

    def still(self, ground: str, now: datetime) -> tuple[GateState, ...] | None:
        """Return how gates stand, looked at now, if they were judged last on the same ground; else None."""
        rows = self._database.rows("select value from counters where name = ?", (GROUND + ground,))
        if not rows:
            return None
        stood = [state for state in self.all().values() if moment(state.looked or state.since) == rows[0][0]]
        stand = tuple(replace(state, looked=now) for state in stood)
        self.save(stand)
        self.judged_on(ground, now)
        return stand

    def judged_on(self, ground: str, now: datetime) -> None:
        """Note on what ground all gates were judged, or found to stand as before."""
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql(_FORGET), (f"{GROUND}%",))
            connection.exec_driver_sql(self._database.sql(_NOTE), (GROUND + ground, moment(now)))

    def forget_ground(self) -> None:
        """Have all gates judged anew the next time."""
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql(_FORGET), (f"{GROUND}%",))

    def filed(self, ids: Iterable[str]) -> frozenset[str]:
        """Return which ops are known to have filed a ticket."""
        some = tuple(ids)
        held = ", ".join("?" * len(some))
        statement = f"select id from ops where state = 'done' and id in ({held})"  # noqa: S608 - placeholders
        known = f"select op from recognised where op in ({held})"  # noqa: S608 - placeholders
        return frozenset(row[0] for row in self._database.rows(f"{statement} union {known}", (*some, *some)))

    def came_back(self, since: datetime) -> Iterable[Ticket]:
        """Stream the reports since then of what had been fixed before."""
        return map(TICKET.noun, self._database.stream(f"{TICKETS_SELECT} {_CAME_BACK}", (moment(since),)))


def acting(worker: Worker) -> tuple[tuple[GateState, ...], tuple[GateState, ...]]:
    """Return the gates by which rules act, as they were judged last: the closed ones, and those that are open again.

    None of them is only shown. One that is gone from the policy, or put into shadow, is as good as open.
    """
    gates = {gate.id for gate in worker.policy.gates if gate.mode == "on"}
    every = GateStates(worker.database).all().values()
    closed = tuple(state for state in every if state.in_force and state.gate in gates)
    opened = tuple(state for state in every if state.page and not (state.closed and state.gate in gates))
    return closed, opened


def _state(row: Any) -> GateState:
    gate, subject, closed, number, waiting, because, blocking, unsure, page, url, since, looked = row
    return GateState(
        gate=gate,
        subject=subject,
        closed=bool(closed),
        number=number,
        waiting=waiting,
        because=tuple(orjson.loads(because)),
        blocking=tuple((key, address, title) for key, address, title in orjson.loads(blocking)),
        unsure=unsure,
        page=page,
        url=url,
        since=when(since),
        looked=when(looked),
    )


def _row(state: GateState) -> tuple[Any, ...]:
    looked = state.looked or state.since
    texts = (orjson.dumps(state.because).decode(), orjson.dumps(state.blocking).decode(), state.unsure)
    return (
        state.gate,
        clean(state.subject),
        int(state.closed),
        state.number,
        state.waiting,
        *map(clean, texts),
        state.page,
        state.url,
        moment(state.since),
        moment(looked),
    )


_UPSERT = f"""
    insert into gates ({COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (gate, subject) do update set
      {", ".join(f"{name} = excluded.{name}" for name in COLUMNS.split(", ")[2:])}
"""  # noqa: S608 - our own names
_FORGET = "delete from counters where name like ?"
_NOTE = "insert into counters (name, value) values (?, ?)"
_CAME_BACK = """
    where created >= ? and buried is null and uid in (select uid from recurrences where again = 1)
    order by created, uid
"""
