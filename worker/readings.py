"""The readings: what each input brought when it was last read, and why it could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from integrations.base import Reading
from worker.database import Database
from worker.rows import clean, moment, moment_or_none, when, when_or_none

LONGEST = 300
"""Characters of a line that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of an input: what it brought last, even if it could not be read since."""

    at: datetime | None
    said: str
    url: str
    read: datetime  # when we last tried
    error: str  # why that failed, "" if it did not


class Readings:
    """One row an input."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Kept]:
        """Return what is kept, by the input's name."""
        rows = self._database.rows("select name, at, said, url, read, error from inputs order by name")
        return {
            name: Kept(at=when_or_none(at), said=said, url=url, read=when(read), error=error)
            for name, at, said, url, read, error in rows
        }

    def keep(self, name: str, reading: Reading, now: datetime) -> None:
        """Keep what an input brought."""
        said = clean(reading.said)[:LONGEST]
        self._write(_KEEP, [(name, moment_or_none(reading.at), said, clean(reading.url), moment(now))])

    def failed(self, name: str, error: str, now: datetime) -> None:
        """Note why an input could not be read; what it brought before stays."""
        self._write(_FAILED, [(name, moment(now), clean(error)[:LONGEST])])

    def forget(self, names: Iterable[str]) -> None:
        """Forget inputs that nobody asks for any more."""
        self._write("delete from inputs where name = ?", [(name,) for name in names])

    def _write(self, statement: str, rows: list[tuple[object, ...]]) -> None:
        if not rows:
            return
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql(statement), rows)


_KEEP = """
    insert into inputs (name, at, said, url, read, error) values (?, ?, ?, ?, ?, '')
    on conflict (name) do update set
      at = excluded.at, said = excluded.said, url = excluded.url, read = excluded.read, error = ''
"""
_FAILED = """
    insert into inputs (name, at, said, url, read, error) values (?, null, '', '', ?, ?)
    on conflict (name) do update set read = excluded.read, error = excluded.error
"""
