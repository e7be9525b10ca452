"""The process that is killed: makes passes as kaizend does, and ends by SIGKILL at a seam that it is told.

`python -m tests.worker.killer` reads one order a line from stdin, as JSON. The first it obeys itself, to have all that
is needed loaded; for each other it forks, and the child opens the worker and makes passes. A seam is a moment right
before or right after a commit of the database, or right before a request leaves. Right after a request's effect it is
the server that kills.
"""

import logging
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

import orjson
import structlog
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from tests.worker.places import Clock
from worker.cycle import Watching, once
from worker.lease import lease
from worker.settings import load_settings
from worker.stop import Stop
from worker.wiring import opened

METHODS = (b"GET ", b"POST ", b"PUT ", b"PATCH ", b"DELETE ")


class Seams:
    """Counts the moments at which everything may end, and ends it at one of them."""

    def __init__(self, fatal):
        self.fatal = fatal
        self.passed = []
        self.committed = False

    def watch(self):
        """Hear of commits and requests."""
        event.listen(Engine, "commit", self._committing)
        event.listen(Pool, "checkin", self._given_back)
        sys.addaudithook(self._audited)

    def reach(self, name):
        """Come to a seam."""
        self.passed.append(name)
        if len(self.passed) == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def _committing(self, connection):
        self.committed = True
        lazy = connection.get_execution_options().get("kaizend_sync") == "normal"
        self.reach("before lazy commit" if lazy else "before commit")

    def _given_back(self, connection, record):
        if self.committed:
            self.committed = False
            self.reach("after commit")

    def _audited(self, name, arguments):
        if name == "http.client.send" and bytes(arguments[1]).startswith(METHODS):
            self.reach(f"before {bytes(arguments[1]).partition(b' ')[0].decode()}")


def passes(order, seams):
    """Make the passes that were ordered; return for each what it could not do and the seams it went over."""
    clock = Clock(datetime.fromisoformat(order["start"]))
    clock.origin = order["origin"]
    told = []
    for _ in range(order["passes"]):
        before = len(seams.passed)
        settings = load_settings(Path(order["config"]), {})
        with opened(settings, clock=clock, sleep=clock.sleep) as worker, lease(worker.database):
            passed = once(worker, Stop(), watching=Watching())
        told.append({"troubles": passed.troubles, "seams": seams.passed[before:]})
    return told


def obey(order):
    """Carry an order out in a process of its own; say its pid, then how it ended."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        seams = Seams(order["fatal"])
        seams.watch()
        with os.fdopen(writing, "wb") as report:
            report.write(orjson.dumps(passes(order, seams)))
            report.flush()
            os._exit(0)
    os.close(writing)
    say({"pid": pid})
    with os.fdopen(reading, "rb") as report:
        told = report.read()
    status = os.waitpid(pid, 0)[1]
    say({"ended": os.waitstatus_to_exitcode(status), "passes": orjson.loads(told or b"[]")})


def say(answer):
    """Answer in one line."""
    sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
    sys.stdout.buffer.flush()


def main():
    """Obey orders until there are no more."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for number, line in enumerate(sys.stdin.buffer):
        order = orjson.loads(line)
        if number == 0:  # a pass in this process first: what the libraries prepare, they prepare once
            say({"pid": os.getpid()})
            say({"ended": 0, "passes": passes(order, Seams(0))})
        else:
            obey(order)


if __name__ == "__main__":
    main()
