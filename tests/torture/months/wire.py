"""What goes over the wire: every request as it came, with the simulated time, what it did and what was told of it."""

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field

import orjson

from integrations.sandbox.connection import WITHOUT_BODY
from integrations.sandbox.faults import QUERY, FaultPlan, RequestLog


@dataclass(slots=True, kw_only=True)
class Seen:
    """One request. `did` is the status of what happened, 0 for nothing; `told` what was answered, 0 for a drop."""

    at: object
    face: str
    method: str
    path: str
    query: dict
    body: bytes
    who: str
    turn: int  # the pass
    did: int = 0
    told: int = 0
    answered: object = None  # when that was told; another process may have asked in between
    fault: str = ""
    headers: dict = field(default_factory=dict)  # of the answer, if a fault gave it

    @property
    def writes(self):
        """Whether it is no mere read."""
        return self.method != "GET" and not QUERY.match(self.body)

    @property
    def heard(self):
        """Whether the worker got a usable answer."""
        unharmed = not self.fault or (self.told in WITHOUT_BODY and self.fault in {"truncate", "halve"})
        return 200 <= self.told < 400 and unharmed

    @property
    def json(self):
        """What was sent."""
        return orjson.loads(self.body) if self.body else {}


class Wire(RequestLog):
    """The log of a month, and the digest of all that was asked and answered."""

    def __init__(self, clock, turn):
        super().__init__()
        self.seen, self.counts = [], Counter()
        self._clock, self._turn, self._here = clock, turn, threading.local()
        self._digest = hashlib.sha256()

    def arrived(self, face, request):
        """Write a request down as it came."""
        who, turn = self._turn()
        self._here.seen = Seen(
            at=self._clock.now,
            face=face,
            method=request.method,
            path=request.path,
            query=dict(request.query),
            body=request.body,
            who=who,
            turn=turn,
        )
        self.seen.append(self._here.seen)
        self.counts["requests"] += 1
        told = (str(self._clock.now), who, face, request.method, request.path, sorted(request.pairs))
        self._digest.update(orjson.dumps(told) + request.body)
        return len(self.seen) - 1

    def befell(self, fault):
        """Write down what befalls the request that is being answered."""
        self._here.seen.headers = dict(fault.headers)

    def did(self, response):
        """Write down what a face did."""
        self._here.seen.did = response.status
        body = response.body if response.body is not None else orjson.dumps(response.json)
        self._digest.update(b"%d" % response.status + body)

    def answered(self, number, *, status, fault=""):
        """Write down what was told."""
        seen = self.seen[number]
        seen.told, seen.fault, seen.answered = status, fault, self._clock.now
        self.counts[fault or "answered"] += 1
        self._digest.update(f"{status} {fault}".encode())

    def digest(self):
        """Return the digest of everything so far."""
        return self._digest.hexdigest()[:16]


class Heard:
    """A face of which the wire hears what it did."""

    def __init__(self, face, wire):
        self.name, self.prefix = face.name, face.prefix
        self.face, self.wire = face, wire

    def answer(self, request):
        """Answer as the face does."""
        response = self.face.answer(request)
        self.wire().did(response)
        return response


class Meddling(FaultPlan):
    """What befalls a request is asked of the month, when the request has come and nothing has happened yet."""

    def __init__(self, befall):
        super().__init__()
        self._befall = befall

    def take(self, face, request):
        """Return what befalls this request."""
        return self._befall(face, request)
