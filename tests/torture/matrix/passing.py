"""A process that makes passes as kaizend does, one each time it is told to, until it is killed or let go."""

import logging
import os
import signal
import time
import traceback
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import orjson
import structlog

from integrations.errors import TrackerError
from tests.torture.matrix.seams import Seams
from worker.audit import verify
from worker.cycle import Watching, once
from worker.errors import LockHeld, WorkerError
from worker.lease import TTL as LONG
from worker.lease import lease
from worker.settings import load_settings
from worker.stop import Stop
from worker.wiring import opened

TTL = timedelta(seconds=0.5)
"""Of the lock, where a process is to be taken for dead while it stands still."""
WAIT = 20
"""Seconds: longer than any request of a company takes."""
HUNG = 300
"""Seconds after which a process is taken to hang, and killed."""
EXPECTED = (WorkerError, TrackerError)
"""What the command line tells in one line, too."""


@dataclass(slots=True)
class Passing:
    """The process, seen from outside."""

    pid: int
    go: int
    told: object

    def make(self, heard, *, later=False):
        """Have a pass made, now or WAIT seconds later; return what came of it, None if the process ended.

        `heard` is told where it dies.
        """
        os.write(self.go, b"+" if later else b"!")
        for line in self.told:
            said = orjson.loads(line)
            if "reached" not in said:
                return said
            heard(said["reached"])
        return None

    def freeze(self, heard):
        """Have a pass made that is frozen on its way; tell whether it was."""
        os.write(self.go, b"!")
        stopped = os.WIFSTOPPED(os.waitpid(self.pid, os.WUNTRACED)[1])
        heard(orjson.loads(self.told.readline())["reached"])
        return stopped

    def thaw(self):
        """Let it go on; return what came of the pass."""
        os.kill(self.pid, signal.SIGCONT)
        line = self.told.readline()
        return orjson.loads(line) if line else None

    def ended(self):
        """Let it go; return its exit code."""
        with suppress(BrokenPipeError):  # it has gone already
            os.write(self.go, b".")
        os.close(self.go)
        self.told.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def forked(made, *, fatal=0, fault="", ttl=None):
    """Fork a process for a company; it waits. Fork before any thread is started. `ttl` makes a lock run out soon."""
    going, go = os.pipe()
    told, telling = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(go)
        os.close(told)
        _serve(made, going, telling, fatal, fault, ttl or LONG)
    os.close(going)
    os.close(telling)
    return Passing(pid, go, os.fdopen(told, "rb"))


def _serve(made, going, telling, fatal, fault, ttl):
    try:
        logging.disable(logging.CRITICAL)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        seams = Seams(fatal=fatal, fault=fault, reached=lambda kind: _say(telling, {"reached": kind}))
        seams.watch()
        while (when := os.read(going, 1)) in (b"!", b"+"):
            signal.alarm(HUNG)
            made.clock.forward(seconds=WAIT if when == b"+" else 0)
            _say(telling, _pass(made, seams, ttl))
    except BaseException:  # noqa: BLE001 - whatever it is, this process must not go on as its parent would
        traceback.print_exc()
        os._exit(3)
    os._exit(0)


def _say(telling, answer):
    os.write(telling, orjson.dumps(answer) + b"\n")


@contextmanager
def _locked(worker, ttl):
    """Hold the lock, as soon as whoever holds it gives it back or is taken for dead."""
    for _ in range(100):
        try:
            with lease(worker.database, ttl=ttl, guard=worker.guard):
                yield
        except LockHeld:
            time.sleep(ttl.total_seconds() / 5)
        else:
            return
    message = "the lock was never free"
    raise WorkerError(message)


def _pass(made, seams, ttl):
    """Make a pass; tell its seams, what it could not do, and how the ledger stands after it."""
    before, began, told = len(seams.passed), made.clock(), {"troubles": [], "died": "", "broke": ""}
    try:
        settings = load_settings(made.config, made.env)
        with opened(settings, clock=made.clock, sleep=made.clock.sleep) as worker:
            with _locked(worker, ttl):
                told["troubles"] = once(worker, Stop(), watching=Watching()).troubles
            told["verbs"] = sorted({entry.op.name for entry in worker.ledger.done_since(began)})
            told["states"] = worker.ledger.ops_by_state()
            told["trail"] = verify(worker.database, worker.keys.key).why
    except EXPECTED as error:
        told["died"] = str(error)
    except Exception:  # noqa: BLE001 - that is what is looked for
        told["broke"] = traceback.format_exc()
    return told | {"seams": seams.passed[before:], "unheard": seams.unheard()}
