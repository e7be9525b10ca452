"""A worker's process that can die: from then on no look at the clock, no wait and no transaction goes well for it.

So nothing that runs while it falls (`finally`, `except`) leaves anything behind, as after a kill -9.
"""

import sqlite3
import threading
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from worker.errors import LockLost
from worker.lease import TTL
from worker.stop import Stop

BEAT = timedelta(seconds=15)
_running = threading.local()


class Killed(BaseException):
    """The process is dead."""


class Process:
    """One process of a worker. `fatal` is the commit at which it dies, counted from 1, and whether it still counts."""

    def __init__(self, name, clock, *, fatal=(0, False), full=0):
        self.name = name
        self.alive = True
        self.stop = Stop()
        self.lost = False
        self.requests = self.commits = 0
        self.fatal, self.full = fatal, full
        self._clock, self._lease, self._beaten = clock, None, None

    def clock(self):
        """Return the time."""
        self.check()
        return self._clock()

    def sleep(self, seconds):
        """Wait, unless a stop is asked for."""
        self.check()
        self._clock.sleep(max(0.0, seconds))
        self.stop.check()

    def check(self):
        """Raise Killed in a dead process."""
        if not self.alive:
            raise Killed

    def hold(self, lease):
        """Keep a lock alive by heartbeats."""
        self._lease, self._beaten = lease, self._clock.now

    def beat(self):
        """Do what the thread of the lock does, if it is time: the pass is asked to end if the lock is lost."""
        if self._lease is None or not self.alive or self.lost or self._clock.now - self._beaten < BEAT:
            return
        self._beaten = self._clock.now
        try:
            self._lease.beat(self._clock.now)
        except LockLost:
            self.lost = True
            self.stop.ask()

    def expires(self):
        """Let so much time pass that the lock is taken for a dead worker's."""
        self._clock.now += 2 * TTL

    def committing(self):
        """Come to a commit."""
        self.check()
        self.commits += 1
        if self.commits == self.full:
            raise sqlite3.OperationalError("database or disk is full")
        if self.commits == self.fatal[0]:
            self.alive = False
            if not self.fatal[1]:
                raise Killed

    @contextmanager
    def running(self):
        """Be the process of this thread."""
        before = getattr(_running, "process", None)
        _running.process = self
        try:
            yield self
        finally:
            _running.process = before


def _checkout(*_):
    process = getattr(_running, "process", None)
    if process is not None:
        process.check()


def _committing(_):
    process = getattr(_running, "process", None)
    if process is not None:
        process.committing()


@contextmanager
def seams():
    """Hear of all transactions, while the context lasts."""
    event.listen(Pool, "checkout", _checkout)
    event.listen(Engine, "commit", _committing)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", _checkout)
        event.remove(Engine, "commit", _committing)
