"""A Budget in the process's memory: for tests and for tools that write nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock

from integrations.base import Budget, Limit


class MemoryBudget(Budget):
    """Sliding windows and pauses, forgotten with the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._spent: dict[str, list[datetime]] = {}
        self._pauses: dict[str, datetime] = {}

    def spend(self, bucket: str, limits: tuple[Limit, ...], now: datetime) -> datetime | None:
        """Take one from the bucket if every limit has one left; else say when the last of them will."""
        with self._lock:
            widest = max((limit.seconds for limit in limits), default=0)
            kept = [at for at in self._spent.get(bucket, []) if at > now - timedelta(seconds=widest)]
            waits = [again for limit in limits if (again := _free_at(kept, limit, now)) is not None]
            self._spent[bucket] = kept if waits else [*kept, now]
            return max(waits, default=None)

    def left(self, bucket: str, limit: Limit, now: datetime) -> int:
        """Count what is left of a limit."""
        with self._lock:
            since = now - timedelta(seconds=limit.seconds)
            return max(0, limit.count - sum(at > since for at in self._spent.get(bucket, [])))

    def restamp(self, taken: Mapping[str, datetime], now: datetime) -> None:
        """Date what was taken then to now."""
        with self._lock:
            for bucket, at in taken.items():
                self._spent[bucket] = sorted(now if each == at else each for each in self._spent[bucket])

    def forget(self, bucket: str) -> None:
        """Empty a bucket."""
        with self._lock:
            self._spent.pop(bucket, None)

    def pause(self, bucket: str, until: datetime) -> None:
        """Close the bucket until then; a longer pause stays."""
        with self._lock:
            self._pauses[bucket] = max(until, self._pauses.get(bucket, until))

    def paused_until(self, bucket: str, now: datetime) -> datetime | None:
        """Return the end of a pause that is in force, else None."""
        with self._lock:
            until = self._pauses.get(bucket)
            return until if until is not None and until > now else None


def _free_at(spent: list[datetime], limit: Limit, now: datetime) -> datetime | None:
    """Return when the limit has room again, None if it has now. `spent` is in the order of time."""
    window = timedelta(seconds=limit.seconds)
    inside = [at for at in spent if at > now - window]
    return None if len(inside) < limit.count else inside[-limit.count] + window
