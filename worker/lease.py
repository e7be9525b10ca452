"""The lock: one worker an instance at a time, over all machines that share the database."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from worker.database import Database
from worker.errors import DatabaseError, LockHeld, LockLost
from worker.rows import moment, when

TTL = timedelta(seconds=90)
"""A holder that was not heard of for so long is taken for dead."""

_BEATS = 6  # heartbeats a TTL


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process is, and which one it is: a pid alone is given out again."""

    host: str
    space: str  # the machine's boot and the pid namespace: within one, a pid can be looked up
    pid: int
    started: str  # the process's start, in the kernel's ticks; "" where the system does not tell


class Until:
    """The end of a time that the lock is certainly ours: by the clock, which may be put back, and by the ticks."""

    def __init__(self, end: datetime, span: timedelta) -> None:
        self._end = end
        self._ticks = time.monotonic() + span.total_seconds()

    def passed(self, now: datetime) -> bool:
        """Tell whether it is over by either of them."""
        return now >= self._end or time.monotonic() >= self._ticks


class Lease:
    """The lock, held. `fence` grows with every holder: what carries an older one comes from a dead worker.

    `overtook`: the holder before did not give it back and may live on somewhere: its time ran out.
    """

    def __init__(
        self, database: Database, *, name: str, owner: str, fence: int, ttl: timedelta, overtook: bool, until: Until
    ) -> None:
        self.fence = fence
        self.overtook = overtook
        self._database = database
        self._name = name
        self._owner = owner
        self._ttl = ttl
        self._until = until

    def beat(self, now: datetime) -> None:
        """Say that we live, for another TTL. Raises LockLost if another worker has taken over."""
        until = Until(now + self._ttl, self._ttl)
        with self._database.begin_lazy() as connection:
            parameters = (moment(now + self._ttl), self._name, self._owner)
            beaten = connection.exec_driver_sql(self._database.sql(_BEAT), parameters).rowcount
        if not beaten:
            raise LockLost(f"lock {self._name!r}: not heard of for {self._ttl.seconds} s, another worker took over")
        self._until = until

    def check(self, now: datetime) -> None:
        """Make sure that nobody else can hold the lock, before something is done that two must not do.

        Who was frozen for longer than a TTL (a stopped process, a machine that slept) asks the database first, which
        either gives another TTL or raises LockLost.
        """
        if self._until.passed(now):
            self.beat(now)

    def release(self) -> None:
        """Give the lock back; nothing happens if it is no longer ours."""
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql(_RELEASE), (self._name, self._owner))


class Guard:
    """What a worker asks before each write: whether the lock that it holds, if it holds one, is still its own."""

    def __init__(self) -> None:
        self._held: Lease | None = None
        self._clock: Callable[[], datetime] = utc_now

    def watch(self, held: Lease | None, clock: Callable[[], datetime]) -> None:
        """Ask about this lock from now on; None: about none."""
        self._held, self._clock = held, clock

    def check(self) -> None:
        """Raise LockLost if the lock was lost."""
        if self._held is not None:
            self._held.check(self._clock())

    @property
    def overtook(self) -> bool:
        """Tell whether the lock was taken from a worker that may still be sending something."""
        return self._held is not None and self._held.overtook


def utc_now() -> datetime:
    """Return the time, for a lock that has to do with other processes and so with the real clock."""
    return datetime.now(UTC)


@contextmanager
def lease(
    database: Database,
    *,
    name: str = "worker",
    ttl: timedelta = TTL,
    clock: Callable[[], datetime] = utc_now,
    lost: Callable[[LockLost], None] | None = None,
    guard: Guard | None = None,
) -> Iterator[Lease]:
    """Hold the lock, kept alive by a thread of its own. Raises LockHeld, saying by whom and since when.

    `lost` is told, in that thread, when another worker has taken over; `guard` asks about this lock meanwhile.
    """
    held = acquire(database, name=name, ttl=ttl, now=clock())
    stop = threading.Event()
    beating = threading.Thread(target=_keep_alive, args=(held, stop, ttl, clock, lost), name="lease", daemon=True)
    beating.start()
    if guard is not None:
        guard.watch(held, clock)
    try:
        yield held
    finally:
        if guard is not None:
            guard.watch(None, clock)
        stop.set()
        beating.join()
        held.release()


def acquire(database: Database, *, name: str, ttl: timedelta, now: datetime) -> Lease:
    """Take the lock if nobody holds it, its holder's time has run out or its holder is certainly gone."""
    owner, here, until = secrets.token_hex(8), this_place(), Until(now + ttl, ttl)
    with database.begin() as connection:
        connection.exec_driver_sql(database.sql(_MAKE_ROW), (name,))
        found = connection.exec_driver_sql(database.sql(_HOLDER), (name,)).one()
        holder = Place(host=found[1], space=found[2], pid=found[3], started=found[4])
        living = bool(found[0]) and not _gone(holder, here)
        if living and found[6] > moment(now):
            since = f"{when(found[5]):%Y-%m-%d %H:%M:%S} UTC"
            raise LockHeld(f"lock {name!r}: held by {holder.host} pid {holder.pid} since {since}")
        taken = (owner, here.host, here.space, here.pid, here.started, moment(now), moment(now + ttl), name)
        fence = connection.exec_driver_sql(database.sql(_TAKE), taken).scalar_one()
    return Lease(database, name=name, owner=owner, fence=int(fence), ttl=ttl, overtook=living, until=until)


def _keep_alive(
    held: Lease,
    stop: threading.Event,
    ttl: timedelta,
    clock: Callable[[], datetime],
    lost: Callable[[LockLost], None] | None,
) -> None:
    while not stop.wait(ttl.total_seconds() / _BEATS):
        try:
            held.beat(clock())
        except LockLost as error:
            if lost is not None:
                lost(error)
            return
        except DatabaseError:
            continue  # busy or away for the moment; there are more beats in a TTL


# -- which process is that ------------------------------------------------------------------------------------------


def this_place() -> Place:
    """Return where and who this process is."""
    return Place(host=socket.gethostname(), space=_pid_space(), pid=os.getpid(), started=_started(os.getpid()))


def _gone(holder: Place, here: Place) -> bool:
    """Tell whether the holder has certainly ended: only its own machine and pid namespace can say."""
    if not holder.space or (holder.host, holder.space) != (here.host, here.space):
        return False
    return _started(holder.pid) != holder.started


def _pid_space() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    # Field 22 of /proc/PID/stat, counted after the command's name, which may hold anything (proc(5)).
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return "" if told[0] in "ZX" else told[19]  # a zombie has ended, only nobody has asked how
    except (OSError, IndexError):
        return ""


_MAKE_ROW = """
    insert into leases (name, owner, host, space, pid, started, since, expires, fence)
    values (?, '', '', '', 0, '', 0, 0, 0) on conflict (name) do update set name = excluded.name
"""
_HOLDER = "select owner, host, space, pid, started, since, expires from leases where name = ?"
_TAKE = """
    update leases set owner = ?, host = ?, space = ?, pid = ?, started = ?, since = ?, expires = ?, fence = fence + 1
    where name = ? returning fence
"""
_BEAT = "update leases set expires = ? where name = ? and owner = ?"
_RELEASE = "update leases set owner = '', expires = 0 where name = ? and owner = ?"
