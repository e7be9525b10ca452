"""Turns: tickets that wait for a write are written to in the order in which they began to wait, sources alternately."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby

from rules.actions import Op
from worker.database import Database
from worker.rows import moment, when

PREFIX = "turn/"
KEPT = timedelta(days=31)
NEVER = datetime.max.replace(tzinfo=UTC)

Waiting = Mapping[str, datetime]
"""Ticket's uid -> when it began to wait, or last had its turn in vain."""


class Turns:
    """The queue, kept in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> Waiting:
        """Return who waits, and since when."""
        rows = self._database.rows("select name, value from counters where name like ?", (f"{PREFIX}%",))
        return {name.removeprefix(PREFIX): when(value) for name, value in rows}

    def wait(self, uids: Iterable[str], now: datetime) -> None:
        """Let tickets wait from now on; those that do already keep their place. Who is not heard of any more leaves."""
        rows = [(PREFIX + uid, moment(now)) for uid in sorted(uids)]
        if not rows:
            return
        with self._database.begin_lazy() as connection:
            forget = self._database.sql("delete from counters where name like ? and value < ?")
            connection.exec_driver_sql(forget, (f"{PREFIX}%", moment(now - KEPT)))
            connection.exec_driver_sql(self._database.sql(_WAIT), rows)

    def had(self, uid: str, now: datetime) -> None:
        """Put a ticket that had its turn in vain behind all others."""
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql(_HAD), (PREFIX + uid, moment(now)))

    def settled(self, uid: str) -> None:
        """Note that a ticket has got all it waited for."""
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql("delete from counters where name = ?"), (PREFIX + uid,))


def by_turn(ops: Iterable[Op], waiting: Waiting) -> list[Op]:
    """Return the ops with those first that wait longest; those of one moment, and who does not wait, as they were."""
    return sorted(ops, key=lambda op: waiting.get(op.target.uid, NEVER))


def in_turns(ops: Iterable[Op], waiting: Waiting) -> Iterator[list[Op]]:
    """Yield the ops ticket by ticket, a ticket of each source in turn, within a source those first that wait longest.

    The ops of a ticket must stand together.
    """
    lines: dict[str, deque[list[Op]]] = {}
    for _, group in groupby(ops, key=lambda op: op.target.uid):
        mine = list(group)
        lines.setdefault(mine[0].target.source, deque()).append(mine)
    for source, line in lines.items():
        lines[source] = deque(sorted(line, key=lambda mine: waiting.get(mine[0].target.uid, NEVER)))
    while lines:
        for source in list(lines):
            yield lines[source].popleft()
            if not lines[source]:
                del lines[source]


_WAIT = "insert into counters (name, value) values (?, ?) on conflict (name) do nothing"
_HAD = "insert into counters (name, value) values (?, ?) on conflict (name) do update set value = excluded.value"
