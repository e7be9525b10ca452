"""Budgets kept in the database: exact sliding windows and pauses that hold across restarts and processes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from integrations.base import Budget, Limit
from integrations.http import LONGEST
from worker.database import Database
from worker.rows import moment, when

_SECOND = 1_000_000
KEPT = 24 * 3600
"""For so many seconds longer is remembered what was taken, lest a clock that jumps ahead and back empties a bucket.

What lies further ahead was written by a clock that was put right since: it must not bind us until it shows that again.
"""


class DatabaseBudget(Budget):
    """What may be sent when, shared by all processes that use the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def spend(self, bucket: str, limits: tuple[Limit, ...], now: datetime) -> datetime | None:
        """Take one from the bucket, durably. Return None if granted, else when to ask again (nothing taken)."""
        at = moment(now)
        with self._database.begin() as connection:
            # Locks the bucket's row until the commit: of two processes one counts after the other has taken.
            connection.exec_driver_sql(self._database.sql(_LOCK_BUCKET), (bucket,))
            connection.exec_driver_sql(self._database.sql(_BACK_TO_NOW), (at, bucket, at + _microseconds(KEPT)))
            free = max((self._free_at(connection, bucket, limit, at) for limit in limits), default=at)
            if free > at:
                return when(free)
            longest = max((limit.seconds for limit in limits), default=0) + KEPT
            connection.exec_driver_sql(self._database.sql(_PRUNE), (bucket, at - _microseconds(longest)))
            connection.exec_driver_sql(self._database.sql(_TAKE), (bucket, at))
        return None

    def _free_at(self, connection: Connection, bucket: str, limit: Limit, at: int) -> int:
        """Return when the limit next lets one through: when its count-th newest spending leaves the window."""
        if limit.count < 1:
            return at + _microseconds(limit.seconds)
        parameters = (bucket, limit.count - 1)
        newest = connection.exec_driver_sql(self._database.sql(_NTH_NEWEST), parameters).scalar()
        return at if newest is None else int(newest) + _microseconds(limit.seconds)

    def left(self, bucket: str, limit: Limit, now: datetime) -> int:
        """Return how many the limit still lets through now; nothing is taken."""
        since, ahead = moment(now) - _microseconds(limit.seconds), moment(now) + _microseconds(KEPT)
        return max(0, limit.count - int(self._database.rows(_SPENT, (bucket, since, ahead))[0][0]))

    def restamp(self, taken: Mapping[str, datetime], now: datetime) -> None:
        """Let what was taken from these buckets, each at its moment, count from `now`: when the answer came."""
        with self._database.begin_lazy() as connection:
            for bucket, at in taken.items():
                connection.exec_driver_sql(self._database.sql(_RESTAMP), (moment(now), bucket, moment(at)))

    def forget(self, bucket: str) -> None:
        """Forget what was taken from a bucket."""
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql("delete from spendings where bucket = ?"), (bucket,))

    def pause(self, bucket: str, until: datetime) -> None:
        """Send nothing on this bucket before `until`; never shortens a longer pause that can be one."""
        with self._database.begin() as connection:
            connection.exec_driver_sql(self._database.sql(_PAUSE), (bucket, moment(until), moment(until + LONGEST)))

    def paused_until(self, bucket: str, now: datetime) -> datetime | None:
        """Return the end of a pause that is in force, else None."""
        statement = "select paused_until from buckets where bucket = ? and paused_until > ? and paused_until <= ?"
        rows = self._database.rows(statement, (bucket, moment(now), _farthest(now)))
        return when(rows[0][0]) if rows else None

    def pauses(self, now: datetime) -> dict[str, datetime]:
        """Return all pauses in force, by bucket."""
        statement = "select bucket, paused_until from buckets where paused_until > ? and paused_until <= ?"
        rows = self._database.rows(f"{statement} order by bucket", (moment(now), _farthest(now)))
        return {row[0]: when(row[1]) for row in rows}


def _farthest(now: datetime) -> int:
    """Return what no pause is beyond, unless our clock was put back since it began."""
    return moment(now + LONGEST) + _microseconds(KEPT)


def _microseconds(seconds: float) -> int:
    return round(seconds * _SECOND)


_LOCK_BUCKET = (
    "insert into buckets (bucket, paused_until) values (?, 0)"
    " on conflict (bucket) do update set paused_until = buckets.paused_until"
)
_BACK_TO_NOW = "update spendings set at = ? where bucket = ? and at > ?"
_NTH_NEWEST = "select at from spendings where bucket = ? order by at desc limit 1 offset ?"
_SPENT = "select count(*) from spendings where bucket = ? and at > ? and at <= ?"
_PRUNE = "delete from spendings where bucket = ? and at <= ?"
_TAKE = "insert into spendings (bucket, at) values (?, ?)"
_RESTAMP = "update spendings set at = ? where bucket = ? and at = ?"
_PAUSE = (
    "insert into buckets (bucket, paused_until) values (?, ?)"
    " on conflict (bucket) do update set paused_until = excluded.paused_until"
    " where excluded.paused_until > buckets.paused_until or buckets.paused_until > ?"
)
