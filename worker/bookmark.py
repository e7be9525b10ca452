"""Bookmarks: how far something was read under a policy, as a revision of the mirror or a day; another reads anew."""

from __future__ import annotations

from worker.database import Database


class Bookmark:
    """One counter of the database, for one reader and one policy."""

    def __init__(self, database: Database, reader: str, policy: str) -> None:
        """Take the reader's name, under which its counters begin, and the policy's sha."""
        self._database = database
        self._reader = reader
        self._counter = f"{reader}{policy[:16]}"

    def place(self) -> int:
        """Return the revision or day; -1 if nothing was ever read under this policy."""
        rows = self._database.rows("select value from counters where name = ?", (self._counter,))
        return int(rows[0][0]) if rows else -1

    def move(self, place: int) -> None:
        """Note up to where was read, and forget that under other policies."""
        with self._database.begin_lazy() as connection:
            forget = self._database.sql("delete from counters where name like ? and name <> ?")
            connection.exec_driver_sql(forget, (f"{self._reader}%", self._counter))
            connection.exec_driver_sql(self._database.sql(_NOTE), (self._counter, place))


_NOTE = """
    insert into counters (name, value) values (?, ?)
    on conflict (name) do update set value = excluded.value where excluded.value is distinct from counters.value
"""
