"""What goes wrong on purpose, and the log of every request that came in."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from integrations.sandbox.wire import Request

Kind = Literal[
    "status",  # this answer instead, no effect
    "status_after",  # the effect, then this answer
    "delay",  # `seconds` before the effect
    "delay_after",  # `seconds` between the effect and the answer
    "drop_before",  # the connection closed, no effect
    "drop_after",  # the effect, then the connection closed
    "truncate",  # the effect; the connection closed in the middle of the body
    "halve",  # the effect; half the body, with a Content-Length that says so: broken JSON
    "drip",  # the effect; the body one byte every `seconds`
    "html",  # the effect; a proxy's HTML page with 200 or `status`
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What befalls the requests that match, `times` times, after the first `after` of them were left alone."""

    kind: Kind = "status"
    method: str = ""  # any
    path: str = ""  # a regular expression looked for in the path as the face sees it, without prefix and query
    face: str = ""  # any
    times: int = 1
    after: int = 0
    status: int = 0  # 0: 502 for the statuses, 200 for "html"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None  # bytes and text as they are, anything else as JSON; None: a short message in JSON
    seconds: float = 0.0


class FaultPlan:
    """The faults to come: the first that matches a request and has not run out befalls it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[tuple[Fault, int]] = []  # a fault, and how many requests have matched it

    def add(self, fault: Fault) -> None:
        """Let a fault happen from now on."""
        re.compile(fault.path)
        with self._lock:
            self._faults.append((fault, 0))

    def clear(self) -> None:
        """Forget all faults still to come."""
        with self._lock:
            self._faults.clear()

    def take(self, face: str, request: Request) -> Fault | None:
        """Return what befalls this request, counting it."""
        taken: Fault | None = None
        with self._lock:
            for place, (fault, seen) in enumerate(self._faults):
                if taken is not None or not _matches(fault, face, request):
                    continue
                self._faults[place] = (fault, seen + 1)
                if seen >= fault.after:
                    taken = fault
            self._faults = [(fault, seen) for fault, seen in self._faults if seen < fault.after + fault.times]
        return taken


def _matches(fault: Fault, face: str, request: Request) -> bool:
    if fault.method and fault.method.upper() != request.method:
        return False
    if fault.face and fault.face != face:
        return False
    return re.search(fault.path, request.path) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request as it came in, and what was answered."""

    at: datetime
    face: str  # "" where no face answers
    method: str
    path: str  # as the face sees it, without its prefix
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case, credentials masked
    body: bytes
    status: int = 0  # 0: not answered (yet, or ever)
    fault: str = ""  # the kind of fault that befell it

    @property
    def reads(self) -> bool:
        """Whether it changes nothing: a GET, or a query of GraphQL, which goes by POST."""
        return self.method in {"GET", "HEAD"} or QUERY.match(self.body) is not None


QUERY = re.compile(rb'\s*\{\s*"query"\s*:\s*"(?:\\n|\s)*query\b')
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


class RequestLog:
    """All requests in the order of their arrival, counted from the moment they have arrived; the oldest are dropped."""

    def __init__(self, limit: int = 100_000) -> None:
        self._lock = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._next = 0
        self._limit = limit

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The requests so far."""
        with self._lock:
            return tuple(self._entries.values())

    def count(self, *, method: str = "", path: str = "", face: str = "") -> int:
        """Count the requests with this method, this face and this regular expression in their path."""
        return len(self.matching(method=method, path=path, face=face))

    def matching(self, *, method: str = "", path: str = "", face: str = "") -> tuple[Entry, ...]:
        """Return the requests with this method, this face and this regular expression in their path."""
        wanted = re.compile(path)
        return tuple(
            entry
            for entry in self.entries
            if (not method or entry.method == method.upper())
            and (not face or entry.face == face)
            and wanted.search(entry.path)
        )

    def writes(self) -> tuple[Entry, ...]:
        """Return the requests that are not mere reads."""
        return tuple(entry for entry in self.entries if not entry.reads)

    def clear(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self._entries.clear()

    def arrived(self, face: str, request: Request) -> int:
        """Write a request down; return the number to complete it by."""
        headers = {name: "***" if name in SECRET_HEADERS else value for name, value in request.headers.items()}
        entry = Entry(
            at=datetime.now(UTC),
            face=face,
            method=request.method,
            path=request.path,
            query=request.query,
            headers=headers,
            body=request.body,
        )
        with self._lock:
            number = self._next
            self._next += 1
            self._entries[number] = entry
            if len(self._entries) > self._limit:
                del self._entries[next(iter(self._entries))]
        return number

    def answered(self, number: int, *, status: int, fault: str = "") -> None:
        """Complete a request's entry."""
        with self._lock:
            entry = self._entries.get(number)
            if entry is not None:
                self._entries[number] = replace(entry, status=status, fault=fault)
