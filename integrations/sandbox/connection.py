"""One HTTP/1.1 connection of the sandbox: requests in, answers out, faults in between."""

from __future__ import annotations

from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from integrations.sandbox.faults import Fault
from integrations.sandbox.wire import Face, Request, Response

if TYPE_CHECKING:
    from integrations.sandbox.server import Sandbox

BODY_LIMIT = 10 * 1024 * 1024  # bytes of a request body
WITHOUT_BODY = frozenset({204, 304})
PROXY_PAGE = b"<html>\r\n<head><title>Gateway</title></head>\r\n<body><h1>It works not.</h1></body>\r\n</html>\r\n"


class Connection(BaseHTTPRequestHandler):
    """Reads a request, has it answered by its face, and lets faults befall it."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    timeout = 120.0  # seconds a client may keep an idle connection
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox this connection belongs to."""
        return self.server.sandbox  # type: ignore[attr-defined, no-any-return]  # only ever made by its server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Print nothing: the request log has it."""

    def serve(self) -> None:
        """Answer one request."""
        refusal = self._refusal()
        if refusal:
            self.close_connection = True
            self._send(Response(status=refusal, json={"message": "Problems reading the request"}))
            return
        face, request = self._request(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        name = face.name if face else ""
        number = self.sandbox.log.arrived(name, request)
        fault = self.sandbox.faults.take(name, request)
        answer = self._answer(face, request, fault)
        status = answer.status if answer else 0
        self.sandbox.log.answered(number, status=status, fault=fault.kind if fault else "")
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815 - names the base class looks for

    def _refusal(self) -> int:
        """Return the status that a request which cannot be read deserves, else 0."""
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding"):
            return 411
        if not (length.isascii() and length.isdigit()):
            return 400
        return 413 if int(length) > BODY_LIMIT else 0

    def _request(self, body: bytes) -> tuple[Face | None, Request]:
        parts = urlsplit(self.path if self.path.startswith("/") else "/")
        pairs = tuple(parse_qsl(parts.query, keep_blank_values=True))
        path = unquote(parts.path)
        face = self.sandbox.route(path)
        prefix = face.prefix if face else ""
        host = self.headers.get("Host") or f"127.0.0.1:{self.sandbox.port}"
        request = Request(
            method=self.command,
            path=path[len(prefix) :] or "/",
            query=dict(pairs),
            pairs=pairs,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            base=f"http://{host}{prefix}",
        )
        return face, request

    def _answer(self, face: Face | None, request: Request, fault: Fault | None) -> Response | None:
        """Have the request answered as the fault allows; None: the connection is to be dropped."""
        if fault is None:
            return self.sandbox.answer(face, request)
        if fault.kind == "drop_before":
            return None
        if fault.kind == "delay":
            self.sandbox.stopping.wait(fault.seconds)
        answer = Response() if fault.kind == "status" else self.sandbox.answer(face, request)
        if fault.kind == "delay_after":
            self.sandbox.stopping.wait(fault.seconds)
        return None if fault.kind == "drop_after" else _spoiled(fault, answer)

    def _send(self, response: Response, fault: Fault | None = None) -> None:
        body = encoded(response)
        self.send_response_only(response.status)
        self.send_header("Server", self.server_version)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in WITHOUT_BODY:
            if body:
                self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD" or response.status in WITHOUT_BODY:
            return
        if fault is not None and fault.kind == "truncate":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif fault is not None and fault.kind == "drip":
            self._drip(body, fault.seconds)
        else:
            self.wfile.write(body)

    def _drip(self, body: bytes, pause: float) -> None:
        """Send a body byte by byte."""
        for byte in body:
            self.wfile.write(bytes((byte,)))
            self.wfile.flush()
            if self.sandbox.stopping.wait(pause):
                self.close_connection = True
                return


def encoded(response: Response) -> bytes:
    """Return an answer's body."""
    if response.body is not None:
        return response.body
    return b"" if response.json is None else orjson.dumps(response.json)


def _spoiled(fault: Fault, response: Response) -> Response:
    """Return the answer as the fault leaves it."""
    match fault.kind:
        case "status" | "status_after":
            status = fault.status or 502
            body = fault.body if fault.body is not None else {"message": f"Fault {status}, on demand"}
            return _told(status, body, dict(fault.headers))
        case "html":
            page = fault.body if fault.body is not None else PROXY_PAGE
            return replace(_told(fault.status or 200, page, dict(fault.headers)), content_type="text/html")
        case "halve":
            whole = encoded(response)
            return replace(response, body=whole[: len(whole) // 2])
        case _:
            return response


def _told(status: int, body: Any, headers: dict[str, str]) -> Response:
    if isinstance(body, str):
        body = body.encode()
    if isinstance(body, bytes):
        return Response(status=status, body=body, headers=headers)
    return Response(status=status, json=body, headers=headers)
