"""The seams of a pass: each commit of any SQLite database and each request, heard of by itself; and what befalls one.

To be used in a process of its own: it hooks into `sqlite3` and `http.client` for good.
"""

import os
import re
import signal
import sqlite3
import sys
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path

METHODS = (b"GET ", b"POST ", b"PUT ", b"PATCH ", b"DELETE ")
WRITING = re.compile(
    r"\s*(insert|replace|update|delete)(?: or \w+)?(?: into| from)? (\w+)(?: set (state = '\w+'))?", re.IGNORECASE
)
VARYING = re.compile(r"\b[0-9a-f]{40}\b|\d+")

COMMIT_FAULTS = ("kill-before", "raise", "kill-after")
REQUEST_FAULTS = ("kill-before", "raise", "lost", "kill-after", "drop", "502")
FAULTS = (*REQUEST_FAULTS, "freeze")
"""`raise`: the commit fails, the connection is refused. `lost`: dropped before, `drop` and `502`: after the effect.

`freeze`: the process stands still right before a send, until another one has taken over and is done.
"""
SENDING = "state = 'sending'"
IN_THE_SERVER = frozenset({"lost", "kill-after", "drop", "502"})
"""Of a request: what happens where it arrives."""


def is_commit(kind):
    """Tell whether a seam is a commit; else it is a request."""
    return kind.startswith("commit ")


def faults_of(kind):
    """Return what can befall a seam of a kind."""
    if not is_commit(kind):
        return REQUEST_FAULTS
    return (*COMMIT_FAULTS, "freeze") if SENDING in kind else COMMIT_FAULTS


class Seams:
    """Counts the seams that a process goes over, from 1, and lets one fault happen at one of them."""

    def __init__(self, *, fatal=0, fault="", reached=lambda kind: None):
        self.fatal, self.fault, self.reached = fatal, fault, reached
        self.passed = []  # the kind of each seam
        self.begun = 0  # commits that were begun here
        self.traced = 0  # commits that SQLite itself spoke of
        self.loose = []  # writes outside of a transaction
        self.beating = threading.Lock()  # held by a transaction that keeps the worker's lock alive, in its own thread

    def watch(self):
        """Hear of all commits and requests from now on."""
        factory = partial(Watched, self)
        for module in (sqlite3, sqlite3.dbapi2):
            module.connect = partial(module.connect, factory=factory)
        sys.addaudithook(self._audited)

    def unheard(self):
        """Return what was written past the seams, a line each; nothing if all was heard of."""
        missed = self.traced - self.begun
        return self.loose + ([f"{missed} commits were not heard of"] if missed else [])

    def reach(self, kind):
        """Come to a seam; return what befalls it, "" if nothing does."""
        self.passed.append(kind)
        if len(self.passed) != self.fatal:
            return ""
        self.reached(kind)
        if self.fault == "kill-before":
            die()
        return self.fault

    @contextmanager
    def committing(self, connection):
        """Wrap a commit."""
        ours = threading.current_thread() is threading.main_thread()  # the lock is kept alive in another one
        fault = ours and self.reach(f"commit {connection.name} {', '.join(sorted(connection.written))}".rstrip())
        connection.written.clear()
        if fault == "raise":
            raise sqlite3.OperationalError("disk I/O error")
        self.begun += 1
        yield
        if fault == "kill-after":
            die()
        elif fault == "freeze":
            with self.beating:  # else a transaction of the other thread stands still, too, and keeps everybody out
                os.kill(os.getpid(), signal.SIGSTOP)

    def _audited(self, name, arguments):
        if name == "http.client.send":
            head = bytes(arguments[1])
            if head.startswith(METHODS):
                method, path, _ = head.decode("latin-1").split(" ", 2)
                self.reach(f"{method} {VARYING.sub('1', path.partition('?')[0])}")
        elif name == "socket.connect" and self.fault == "raise" and len(self.passed) + 1 == self.fatal:
            raise self._refused(arguments[1])

    def _refused(self, address):
        """Be at the seam at once: the request of this connection is the next one."""
        self.reach("refused")
        return ConnectionRefusedError(111, f"nobody listens at {address}")


class Watched(sqlite3.Connection):
    """A connection that tells of its commits and of what it writes."""

    def __init__(self, seams, *arguments, **given):
        self.seams, self.name, self.written = seams, Path(str(arguments[0])).name, set()
        self.beats = False
        super().__init__(*arguments, **given)
        self.set_trace_callback(self._said)

    def commit(self):
        """Commit, if there is anything to be."""
        if self.in_transaction:
            with self._ending(), self.seams.committing(self):
                super().commit()

    def rollback(self):
        """Roll back."""
        with self._ending():
            super().rollback()

    def execute(self, statement, *arguments):
        """Execute a statement; the word commit is a seam."""
        word = statement.strip().lower()
        if word.startswith("begin") and threading.current_thread() is not threading.main_thread():
            self.beats = self.seams.beating.acquire()
        if word != "commit":
            return super().execute(statement, *arguments)
        with self._ending(), self.seams.committing(self):
            return super().execute(statement, *arguments)

    @contextmanager
    def _ending(self):
        try:
            yield
        finally:
            if self.beats:
                self.beats = False
                self.seams.beating.release()

    def _said(self, statement):
        word = statement.lstrip()[:8].lower()
        if word.startswith("commit"):
            self.seams.traced += 1
        elif word.startswith(("begin", "rollback")):
            self.written.clear()
        elif writes := WRITING.match(statement):
            self.written.add(" ".join(filter(None, writes.groups())))
            if not self.in_transaction:
                self.seams.loose.append(f"written outside of a transaction: {statement}")


def die():
    """End as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)
