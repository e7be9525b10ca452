"""A process that makes passes as kaizend does, one each time it is told to, until it is killed or let go."""

import logging
import os
import signal
import traceback
from contextlib import suppress
from dataclasses import dataclass

import orjson
import structlog

from integrations.errors import TrackerError
from tests.torture.matrix.seams import Seams
from worker.audit import verify
from worker.cycle import Watching, once
from worker.errors import WorkerError
from worker.lease import lease
from worker.settings import load_settings
from worker.stop import Stop
from worker.wiring import opened

HUNG = 60
"""Seconds after which a process is taken to hang, and killed."""
EXPECTED = (WorkerError, TrackerError)
"""What the command line tells in one line, too."""


@dataclass(slots=True)
class Passing:
    """The process, seen from outside."""

    pid: int
    go: int
    told: object

    def make(self, heard):
        """Have a pass made; return what came of it, None if the process ended. `heard` is told where it dies."""
        os.write(self.go, b"!")
        for line in self.told:
            said = orjson.loads(line)
            if "reached" not in said:
                return said
            heard(said["reached"])
        return None

    def ended(self):
        """Let it go; return its exit code."""
        with suppress(BrokenPipeError):  # it has gone already
            os.write(self.go, b".")
        os.close(self.go)
        self.told.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def forked(made, *, fatal=0, fault=""):
    """Fork a process for a company; it waits. Fork before any thread is started."""
    going, go = os.pipe()
    told, telling = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(go)
        os.close(told)
        _serve(made, going, telling, fatal, fault)
    os.close(going)
    os.close(telling)
    return Passing(pid, go, os.fdopen(told, "rb"))


def _serve(made, going, telling, fatal, fault):
    try:
        logging.disable(logging.CRITICAL)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        seams = Seams(fatal=fatal, fault=fault, reached=lambda kind: _say(telling, {"reached": kind}))
        seams.watch()
        while os.read(going, 1) == b"!":
            signal.alarm(HUNG)
            _say(telling, _pass(made, seams))
    except BaseException:  # noqa: BLE001 - whatever it is, this process must not go on as its parent would
        traceback.print_exc()
        os._exit(3)
    os._exit(0)


def _say(telling, answer):
    os.write(telling, orjson.dumps(answer) + b"\n")


def _pass(made, seams):
    """Make a pass; tell its seams, what it could not do, and how the ledger stands after it."""
    before, began, told = len(seams.passed), made.clock(), {"troubles": [], "died": "", "broke": ""}
    try:
        settings = load_settings(made.config, made.env)
        with opened(settings, clock=made.clock, sleep=made.clock.sleep) as worker:
            with lease(worker.database):
                told["troubles"] = once(worker, Stop(), watching=Watching()).troubles
            told["verbs"] = sorted({entry.op.name for entry in worker.ledger.done_since(began)})
            told["states"] = worker.ledger.ops_by_state()
            told["trail"] = verify(worker.database, worker.keys.key).why
    except EXPECTED as error:
        told["died"] = str(error)
    except Exception:  # noqa: BLE001 - that is what is looked for
        told["broke"] = traceback.format_exc()
    return told | {"seams": seams.passed[before:], "unheard": seams.unheard()}
