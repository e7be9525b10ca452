"""A transport for `requests` that keeps to a total time, sends once, and knows whether anything was sent."""

from __future__ import annotations

import io
import socket
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_BUFFER = 64 * 1024


def total_of(timeout: tuple[float, float]) -> float:
    """Return the seconds that a whole request may take, of those to connect and those between two bytes."""
    return 2 * sum(timeout)


@dataclass(slots=True)
class Journey:
    """One request on its way."""

    ends: float = 0.0  # on the monotonic clock
    began: bool = False  # bytes were handed to a connection: the server may have seen them


class _Drip(io.RawIOBase):
    """Reads of a socket that end with the journey, however slowly the server drips."""

    def __init__(self, sock: socket.socket, journey: Journey) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._patience = sock.gettimeout()
        self._journey = journey

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._journey.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole answer took too long")
        self._sock.settimeout(left if self._patience is None else min(left, self._patience))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Bounded:
    """What both kinds of connection do: note the first byte sent, read the answer within the deadline."""

    journey: Journey
    sock: Any

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined] # the connection's own, mixed in below
        if time.monotonic() >= self.journey.ends:  # a process that was stopped in between: another may have taken over
            raise TimeoutError("too late to be sent")
        self.journey.began = True
        super().send(data)  # type: ignore[misc] # the connection's own, mixed in below

    def response_class(self, sock: socket.socket | ssl.SSLSocket, *args: Any, **kwargs: Any) -> HTTPResponse:
        answer = HTTPResponse(sock, *args, **kwargs)
        answer.fp.close()
        answer.fp = io.BufferedReader(_Drip(sock, self.journey), _BUFFER)
        return answer


class DeadlineAdapter(HTTPAdapter):
    """Mount it on a session. A request takes `total` seconds at most from its first byte; nothing is sent twice."""

    def __init__(self, total: float) -> None:
        self.journey = Journey()
        self._total = total
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools whose connections know our journey."""
        super().init_poolmanager(*args, **kwargs)
        own = {"journey": self.journey}
        plain = type("Plain", (_Bounded, HTTPConnection), own)
        secure = type("Secure", (_Bounded, HTTPSConnection), own)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send one request; the body is read by the session, still within the deadline."""
        self.journey.began = False
        self.journey.ends = time.monotonic() + self._total
        return super().send(request, *args, **kwargs)


class Plain(Session):
    """A session that prepares nothing for redirects: else it would read their bodies, however large, and addresses."""

    def get_redirect_target(self, resp: Response) -> str | None:  # noqa: ARG002 - the library's signature
        """See no redirect: we look ourselves."""
        return None
