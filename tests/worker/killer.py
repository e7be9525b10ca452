"""The process that is killed: makes passes as kaizend does, and ends by SIGKILL at a seam that it is told.

`python -m tests.worker.killer` reads one order a line from stdin, as JSON. The first it obeys itself, to have all that
is needed loaded; for each other it forks, and the child opens the worker and makes passes. A seam is a moment right
before or right after a commit of the database, or right before a request leaves. Right after a request's effect it is
the server that kills. For each seam it says what kind it is of: what the transaction writes, where the request goes.
"""

import logging
import os
import re
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
WRITING = re.compile(r"\s*(insert into|update|delete from) (\w+)(?: set (state = '\w+'))?")


class Seams:
    """Counts the moments at which everything may end, and ends it at one of them."""

    def __init__(self, fatal):
        self.fatal = fatal
        self.passed = []
        self.kinds = []  # of each seam that was passed
        self.committed = False
        self.written = set()  # by the transaction under way, or the last one

    def watch(self):
        """Hear of commits and requests."""
        event.listen(Pool, "connect", lambda connection, record: connection.set_trace_callback(self._said))
        event.listen(Engine, "begin", lambda connection: self.written.clear())
        event.listen(Engine, "commit", self._committing)
        event.listen(Pool, "checkin", self._given_back)
        sys.addaudithook(self._audited)

    def reach(self, name, what):
        """Come to a seam."""
        self.passed.append(name)
        self.kinds.append(f"{name} {what}")
        if len(self.passed) == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def _said(self, statement):
        if writes := WRITING.match(statement):
            self.written.add(" ".join(filter(None, writes.groups())))

    def _committing(self, connection):
        self.committed = True
        lazy = connection.get_execution_options().get("kaizend_sync") == "normal"
        self.reach("before lazy commit" if lazy else "before commit", ", ".join(sorted(self.written)))

    def _given_back(self, connection, record):
        if self.committed:
            self.committed = False
            self.reach("after commit", ", ".join(sorted(self.written)))

    def _audited(self, name, arguments):
        if name == "http.client.send" and bytes(arguments[1]).startswith(METHODS):
            method, path, _ = bytes(arguments[1]).decode("latin-1").split(" ", 2)
            self.reach(f"before {method}", re.sub(r"\d+", "1", path))


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
        told.append({"troubles": passed.troubles, "seams": seams.passed[before:], "kinds": seams.kinds[before:]})
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
