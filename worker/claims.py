"""Claims: which tickets say of which that it is their twin, found again only where something changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from rules.model import Ticket
from worker.database import Database
from worker.rows import TICKET, moment
from worker.upserts import TICKETS_SELECT

COUNTER = "claims"
WORD = "%twin%"
"""What a text that tells of twins is like, in SQL."""
CHUNK = 500


class Claims:
    """What tickets say of their twins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read_up_to(self) -> int:
        """Return the mirror's revision up to which claims were read; -1 if never."""
        rows = self._database.rows("select value from counters where name = ?", (COUNTER,))
        return int(rows[0][0]) if rows else -1

    def note_read(self, revision: int) -> None:
        """Note up to which of the mirror's revisions claims were read."""
        self._write(_NOTE, [(COUNTER, revision)])

    def telling(self, since: int) -> Iterator[Ticket]:
        """Stream the tickets changed since a revision that may say something of twins, or did before."""
        return map(TICKET.noun, self._database.stream(f"{TICKETS_SELECT} {_TELLING}", (since, WORD)))

    def keep(self, uid: str, said: Mapping[str, datetime]) -> int:
        """Keep what a ticket says now: the keys (lower case) of its twins, and since when; return how many are new."""
        known = {row[0] for row in self._database.rows("select key from claims where uid = ?", (uid,))}
        self._write("delete from claims where uid = ? and key = ?", [(uid, key) for key in sorted(known - said.keys())])
        fresh = [(uid, key, moment(at)) for key, at in said.items() if key not in known]
        self._write("insert into claims (uid, key, at) values (?, ?, ?)", fresh)
        return len(fresh)

    def unknown(self) -> tuple[str, ...]:
        """Return the keys of which it is not known which tickets they are."""
        return tuple(row[0] for row in self._database.rows("select distinct key from claims where other is null"))

    def known_since(self, keys: tuple[str, ...], since: int) -> frozenset[str]:
        """Return those of the keys of which a ticket changed since a revision."""
        found: set[str] = set()
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            places = ", ".join("?" * len(chunk))
            statement = f"select lower(key) from tickets where revision > ? and lower(key) in ({places})"  # noqa: S608 - question marks
            found |= {row[0] for row in self._database.rows(statement, (since, *chunk))}
        return frozenset(found)

    def found(self, key: str, uid: str) -> None:
        """Note which ticket a key is."""
        self._write("update claims set other = ? where key = ? and other is null", [(uid, key)])

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return who says it of whom, by uids, the first to say so first."""
        rows = self._database.rows("select uid, other from claims where other is not null order by at, uid, key")
        return tuple((uid, other) for uid, other in rows)

    def relations(self) -> dict[tuple[str, str], str]:
        """Return what leads what, by uids, and as what, the oldest first."""
        rows = self._database.rows("select uid, other, what from relations order by at, uid, other")
        return {(uid, other): what for uid, other, what in rows}

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            with self._database.begin_lazy() as connection:
                connection.exec_driver_sql(self._database.sql(statement), list(rows))


_NOTE = (
    "insert into counters (name, value) values (?, ?) on conflict (name) do update set value = excluded.value"
    " where excluded.value <> counters.value"
)
_TELLING = """
    where revision > ? and buried is null and (
        lower(body) like ?
        or uid in (select uid from claims)
        or uid in (select uid from statements where what = 'twin')
    )
"""
