"""The readings: what each input brought when it was last read, why it could not be read, and what it brought before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.base import Reading
from rules.memory import Brought
from worker.database import Database
from worker.rows import clean, moment, moment_or_none, when, when_or_none

LONGEST = 300
"""Characters of a line that are kept."""
HISTORY = timedelta(days=400)
"""How long what an input brought is remembered after it was the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of an input: what it brought last, even if it could not be read since."""

    at: datetime | None
    said: str
    url: str
    read: datetime  # when we last tried
    error: str  # why that failed, "" if it did not


class Readings:
    """One row an input, one for each thing that was its newest, and one for how it is asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Kept]:
        """Return what is kept, by the input's name."""
        rows = self._database.rows("select name, at, said, url, read, error from inputs order by name")
        return {
            name: Kept(at=when_or_none(at), said=said, url=url, read=when(read), error=error)
            for name, at, said, url, read, error in rows
        }

    def times(self) -> dict[str, tuple[Brought, ...]]:
        """Return what was the newest of each input, by its name, oldest first."""
        found: defaultdict[str, list[Brought]] = defaultdict(list)
        for name, at, until in self._database.rows("select name, at, until from input_times order by name, at"):
            found[name].append(Brought(at=when(at), until=when(until)))
        return {name: tuple(brought) for name, brought in found.items()}

    def since(self) -> dict[str, datetime]:
        """Return since when each input is asked for as it is now, by its name."""
        return {name: when(since) for name, since in self._database.rows("select name, since from input_watches")}

    def keep(self, name: str, reading: Reading, now: datetime) -> None:
        """Keep what an input brought, and that it was its newest until now."""
        said = clean(reading.said)[:LONGEST]
        self._write(_KEEP, [(name, moment_or_none(reading.at), said, clean(reading.url), moment(now))])
        self._write(_BROUGHT, [(name, moment(reading.at), moment(now))] if reading.at is not None else [])
        self._write("delete from input_times where name = ? and until < ?", [(name, moment(now - HISTORY))])

    def failed(self, name: str, error: str, now: datetime) -> None:
        """Note why an input could not be read; what it brought before stays."""
        self._write(_FAILED, [(name, moment(now), clean(error)[:LONGEST])])

    def forget(self, names: Iterable[str]) -> None:
        """Forget inputs that nobody asks for any more."""
        gone = [(name,) for name in names]
        self._write("delete from inputs where name = ?", gone)
        self._write("delete from input_times where name = ?", gone)

    def watch(self, asked: Mapping[str, str], now: datetime) -> bool:
        """Note how each input is asked for; return whether any is asked for in another way than before."""
        before = dict(self._database.rows("select name, asked from input_watches"))
        self._write("delete from input_watches where name = ?", [(name,) for name in before if name not in asked])
        changed = [(name, how, moment(now)) for name, how in asked.items() if before.get(name) != how]
        self._write(_WATCH, changed)
        return before != dict(asked)

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql(statement), list(rows))


_KEEP = """
    insert into inputs (name, at, said, url, read, error) values (?, ?, ?, ?, ?, '')
    on conflict (name) do update set
      at = excluded.at, said = excluded.said, url = excluded.url, read = excluded.read, error = ''
"""
_FAILED = """
    insert into inputs (name, at, said, url, read, error) values (?, null, '', '', ?, ?)
    on conflict (name) do update set read = excluded.read, error = excluded.error
"""
_BROUGHT = """
    insert into input_times (name, at, until) values (?, ?, ?)
    on conflict (name, at) do update set until = excluded.until where excluded.until > input_times.until
"""
_WATCH = """
    insert into input_watches (name, asked, since) values (?, ?, ?)
    on conflict (name) do update set asked = excluded.asked, since = excluded.since
"""
