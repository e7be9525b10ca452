"""The trackers' clocks: where one was put back, what it shows as older is newer, and all is read once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from worker.database import Database
from worker.rows import moment

NOISE = timedelta(minutes=3)
"""What two looks at a clock may differ by: a slow answer, nodes that are not quite together. Less than any overlap."""
LONGEST = timedelta(days=1)
"""By how much a clock is put back at most; what was changed before that is left as it is."""
REST = timedelta(hours=1)
"""Between two reads from the beginning: the nodes of one server may be further apart than they should."""
AHEAD, AGAIN = "clock ahead: ", "clock put back: "
"""What is kept of a source: by how much its clock is ahead of ours, and when it was last read from the beginning."""
VERSIONED = ("tickets", "changes", "comments")


def put_back(database: Database, source: str, *, ahead: timedelta, now: datetime, streams: Sequence[str]) -> bool:
    """Note how far a source's clock is ahead of ours; if it was put back, forget how far these streams were read.

    It was if it is less ahead than before, or shows a time before the newest page was saved, by its own clock.
    What is known of its last day counts as older than whatever is read next.
    """
    known = dict(database.rows(_KNOWN, (AHEAD + source, AGAIN + source)))
    before = timedelta(microseconds=known.get(AHEAD + source, _micros(ahead)))
    theirs = now + ahead
    back = ahead < before - NOISE or moment(theirs - before) < _newest_page(database, source, streams) - _micros(NOISE)
    if back and abs(moment(now) - known.get(AGAIN + source, 0)) < _micros(REST):
        return False
    if known and not back and abs(ahead - before) < NOISE:
        return False
    with database.begin() as connection:
        connection.exec_driver_sql(database.sql(_NOTE), (AHEAD + source, _micros(ahead)))
        if back:
            connection.exec_driver_sql(database.sql(_NOTE), (AGAIN + source, moment(now)))
            _forget(database, connection, source, theirs, streams)
    return back


def _newest_page(database: Database, source: str, streams: Sequence[str]) -> int:
    """Return when a page of these streams was last saved, by our clock at that time; 0 if none was."""
    rows = database.rows("select stream, saved from cursors where source = ?", (source,))
    return max((int(saved) for stream, saved in rows if stream in streams), default=0)


def _forget(database: Database, connection: Connection, source: str, theirs: datetime, streams: Sequence[str]) -> None:
    """Have the streams read from their beginning, and what is read there taken for newer than what is known."""
    for stream in streams:
        statement = database.sql("delete from cursors where source = ? and stream = ?")
        connection.exec_driver_sql(statement, (source, stream))
    earliest = moment(theirs - LONGEST)
    for table in VERSIONED:
        statement = database.sql(f"update {table} set updated = ? where source = ? and updated > ?")  # noqa: S608 - own names
        connection.exec_driver_sql(statement, (earliest, source, earliest))


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


_KNOWN = "select name, value from counters where name in (?, ?)"
_NOTE = "insert into counters (name, value) values (?, ?) on conflict (name) do update set value = excluded.value"
