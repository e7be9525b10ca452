"""A server on loopback that answers what a test says, with the sandbox's faults."""

from datetime import UTC, datetime, timedelta

from integrations.http import Line
from integrations.sandbox.faults import Fault
from integrations.sandbox.server import Sandbox
from integrations.sandbox.wire import Response
from tests.integrations.memory_budget import MemoryBudget

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Told:
    """A face that answers each path as it was told to, and remembers the credentials it was shown."""

    name, prefix = "told", ""

    def __init__(self):
        self.answers, self.credentials = {}, []
        self.everything = None  # (status, headers): what every path answers, if it is set
        self.body = None

    def answer(self, request):
        self.credentials.append(request.headers.get("authorization"))
        if self.everything:
            status, headers = self.everything
            return Response(status=status, headers=headers, body=self.body)
        return self.answers.get(request.path, Response(status=404, json={"message": "Not Found"}))


class ToldPlace:
    """The server, and a clock that only sleeping moves."""

    def __init__(self):
        self.told = Told()
        self.sandbox = Sandbox([self.told])
        self.now = NOW
        self.budget = MemoryBudget()

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += timedelta(seconds=seconds)

    def answers(self, path, **response):
        """Answer a path so from now on."""
        self.told.answers[path] = Response(**response)

    def fail(self, kind, times=1, **given):
        """Let requests meet a fault."""
        self.sandbox.fail(Fault(kind=kind, times=times, **given))

    def asked(self):
        """Return the requests as (method, path, query)."""
        return [(entry.method, entry.path, dict(entry.query)) for entry in self.sandbox.log.entries]

    def line(self, name):
        """Make the line of something that asks the server."""
        return Line(source=name, budget=self.budget, clock=self.clock, sleep=self.sleep, attempts=2)
