"""The sandbox: pretended trackers over real HTTP on loopback, with a log of requests and faults on demand."""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from integrations.sandbox.connection import Connection, encoded
from integrations.sandbox.faults import Fault, FaultPlan, RequestLog
from integrations.sandbox.wire import Accompanied, Face, Request, Response

Pages = Callable[[Request], Response | None]

BROKEN_CONNECTION = (ConnectionError, TimeoutError)  # a client that went away: no fault of ours


class Sandbox:
    """A server on 127.0.0.1 for some faces. Use it as a context manager, or start and stop it."""

    def __init__(self, faces: Sequence[Face], *, port: int = 0, pages: Pages | None = None) -> None:
        self.log = RequestLog()
        self.faults = FaultPlan()
        self.lock = threading.RLock()  # held while a face answers; hold it to edit several worlds at one moment
        self.stopping = threading.Event()
        self.pages = pages
        self._faces = tuple(sorted(_with_companions(faces), key=lambda face: len(face.prefix), reverse=True))
        self._server = _Server(("127.0.0.1", port), self)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def fail(self, fault: Fault) -> None:
        """Let a fault befall requests to come."""
        self.faults.add(fault)

    def start(self) -> None:
        """Serve, in threads of its own."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="sandbox", daemon=True)
        self._thread.start()

    def rest(self) -> None:
        """End all connections and threads and keep the port: `start` goes on. A fork in between goes on by itself."""
        self.stopping.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.hang_up()
        self.stopping.clear()

    def stop(self) -> None:
        """End all connections and threads, and give the port back; raise what broke inside a face, if anything did."""
        self.rest()
        self._server.server_close()
        if self._server.broken:
            raise self._server.broken.pop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def route(self, path: str) -> Face | None:
        """Return the face that a path belongs to: the one with the longest prefix."""
        for face in self._faces:
            if not face.prefix or path == face.prefix or path.startswith(face.prefix + "/"):
                return face
        return None

    def answer(self, face: Face | None, request: Request) -> Response:
        """Answer a request, with its effect, under the one lock, and encoded: what happens next cannot change it."""
        with self.lock:
            answer = self._answer(face, request)
            return replace(answer, body=encoded(answer))

    def _answer(self, face: Face | None, request: Request) -> Response:
        if self.pages is not None and (face is None or not face.prefix):
            page = self.pages(request)
            if page is not None:
                return page
        if face is None:
            return Response(status=404, json={"message": "Not Found"})
        return face.answer(request)


def _with_companions(faces: Sequence[Face]) -> list[Face]:
    everyone: list[Face] = []
    for face in faces:
        everyone.append(face)
        if isinstance(face, Accompanied):
            everyone.extend(face.companions)
    return everyone


class _Server(socketserver.ThreadingTCPServer):
    """A thread a connection; knows its open connections, so that it can end them."""

    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = False
    block_on_close = True

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self.broken: list[BaseException] = []
        self.sandbox = sandbox
        super().__init__(address, Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's signature
        error = sys.exception()
        if error is not None and not isinstance(error, BROKEN_CONNECTION):
            self.broken.append(error)

    def hang_up(self) -> None:
        """End the connections that clients keep alive."""
        with self._guard:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was faster
        self._threads.join()  # type: ignore[attr-defined]  # the mixin's own
