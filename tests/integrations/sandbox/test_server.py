"""The server of the sandbox keeps its promises to tests: it logs, it fails on demand, it stops clean."""

import socket
import threading
import time

import pytest
import requests

from integrations.sandbox.faults import Fault
from integrations.sandbox.server import Sandbox
from integrations.sandbox.wire import Response


class Counter:
    """A face that counts what it was asked to do."""

    name = "counter"

    def __init__(self, prefix="/count"):
        self.prefix = prefix
        self.effects = 0
        self.seen = []

    def answer(self, request):
        if self.effects == 666:
            raise ZeroDivisionError("broken face")
        self.effects += 1
        self.seen.append(request)
        return Response(status=201, json={"effects": self.effects, "padding": "x" * 100})


@pytest.fixture(name="face")
def fixture_face():
    """Make a face that counts."""
    return Counter()


@pytest.fixture(name="sandbox")
def fixture_sandbox(face):
    """Serve it beside one without a prefix."""
    with Sandbox([face, Counter("")]) as sandbox:
        yield sandbox


@pytest.fixture(name="http")
def fixture_http():
    """Open a session that keeps its connection."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


def post(sandbox, http, path="/count/things", **more):
    """Send one write."""
    return http.post(sandbox.url + path, data=b"body", timeout=more.pop("timeout", 5), **more)


def test_a_request_reaches_the_face_of_its_longest_prefix(sandbox, face, http):
    """Each face sees its own requests, without its prefix, decoded, and knows its own address."""
    http.get(f"{sandbox.url}/count/a%20b?x=1&x=2&empty=", timeout=5)
    http.get(f"{sandbox.url}/counting", timeout=5)
    (seen,) = face.seen
    assert (seen.path, dict(seen.query), seen.pairs[0]) == ("/a b", {"x": "2", "empty": ""}, ("x", "1"))
    assert seen.base == f"{sandbox.url}/count"


@pytest.mark.parametrize(
    ("kind", "effects", "seen"),
    [
        ("status", 0, 503),
        ("status_after", 1, 503),
        ("drop_before", 0, requests.ConnectionError),
        ("drop_after", 1, requests.ConnectionError),
        ("truncate", 1, requests.exceptions.ChunkedEncodingError),
        ("halve", 1, requests.JSONDecodeError),
        ("html", 1, requests.JSONDecodeError),
        ("delay", 1, 201),
        ("delay_after", 1, 201),
        ("drip", 1, 201),
    ],
)
def test_each_fault_has_the_effect_it_says_and_no_other(sandbox, face, http, kind, effects, seen):
    """Before or after the effect, as a status, a drop or a spoiled body; the next request is whole again."""
    status = 503 if kind.startswith("status") else 0
    sandbox.fail(Fault(kind=kind, method="POST", path="^/things$", status=status, seconds=0.001))

    def outcome():
        answer = post(sandbox, http)
        answer.json()
        return answer.status_code

    if isinstance(seen, int):
        assert outcome() == seen
    else:
        with pytest.raises(seen):
            outcome()
    assert face.effects == effects
    assert post(sandbox, http).status_code == 201
    assert [entry.fault for entry in sandbox.log.entries] == [kind, ""]


def test_a_fault_chooses_its_requests_and_runs_out(sandbox, http):
    """Only the method and path meant, only after so many, only so many times; headers and body as given."""
    fault = Fault(
        method="POST", path="/things", after=1, times=2, status=429, headers={"Retry-After": "7"}, body={"a": 1}
    )
    sandbox.fail(fault)
    assert http.get(f"{sandbox.url}/count/things", timeout=5).status_code == 201
    assert post(sandbox, http, "/count/other").status_code == 201
    answers = [post(sandbox, http) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 429, 429, 201]
    assert (answers[1].headers["Retry-After"], answers[1].json()) == ("7", {"a": 1})


def test_a_delay_is_before_or_after_the_effect(sandbox, face, http):
    """A client that gives up early finds no effect yet, or an effect it was not told of."""
    sandbox.fail(Fault(kind="delay_after", seconds=0.4))
    with pytest.raises(requests.ReadTimeout):
        post(sandbox, http, timeout=0.1)
    assert face.effects == 1
    sandbox.fail(Fault(kind="delay", seconds=0.4))
    with pytest.raises(requests.ReadTimeout):
        post(sandbox, http, timeout=0.1)
    assert (face.effects, sandbox.log.count(method="POST")) == (1, 2)


def test_the_log_has_every_request_and_no_credential(sandbox, http):
    """Each request is in the log with what was sent and answered; the Authorization header is masked."""
    post(sandbox, http, headers={"Authorization": "Bearer canary-secret"})
    http.get(f"{sandbox.url}/count/other?page=2", timeout=5)
    first, second = sandbox.log.entries
    assert (first.method, first.path, first.body, first.status, first.face) == (
        "POST",
        "/things",
        b"body",
        201,
        "counter",
    )
    assert (second.query, first.headers["authorization"]) == ({"page": "2"}, "***")
    assert "canary-secret" not in repr(sandbox.log.entries)
    assert (sandbox.log.count(), sandbox.log.count(method="post", path="^/thing"), sandbox.log.writes()) == (
        2,
        1,
        (first,),
    )
    sandbox.log.clear()
    assert sandbox.log.entries == ()


def test_one_connection_carries_many_requests(sandbox):
    """HTTP/1.1 connections are kept alive, also over answers without a body."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as raw:
        for _ in range(3):
            raw.sendall(b"GET /count/x HTTP/1.1\r\nHost: h\r\n\r\n")
            assert b"201 Created" in raw.recv(4096)


@pytest.mark.parametrize(
    ("header", "status"),
    [("Content-Length: 99999999999", b"413"), ("Content-Length: -1", b"400"), ("Transfer-Encoding: chunked", b"411")],
)
def test_a_body_that_cannot_be_read_is_refused(sandbox, face, header, status):
    """What is too long or of unknown length never reaches the face, and the connection ends."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as raw:
        raw.sendall(f"POST /count/x HTTP/1.1\r\nHost: h\r\n{header}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(4096), b""))
    assert (status in answer.splitlines()[0], face.effects) == (True, 0)


def test_stopping_ends_waiting_connections_and_threads(face, http):
    """Kept-alive connections and long delays do not hold up a stop, and no thread stays."""
    before = threading.active_count()
    with Sandbox([face]) as sandbox:
        http.get(f"{sandbox.url}/count/x", timeout=5)
        sandbox.fail(Fault(kind="delay", seconds=60))
        waiting = socket.create_connection(("127.0.0.1", sandbox.port), timeout=5)
        waiting.sendall(b"GET /count/x HTTP/1.1\r\nHost: h\r\n\r\n")
        while sandbox.log.count() < 2:
            time.sleep(0.005)
        started = time.monotonic()
    waiting.close()
    assert time.monotonic() - started < 20
    assert threading.active_count() == before


def test_a_broken_face_is_not_mistaken_for_a_fault(face, http):
    """What breaks inside a face is raised when the sandbox stops."""
    face.effects = 666

    def use():
        with Sandbox([face]) as sandbox, pytest.raises(requests.ConnectionError):
            http.get(f"{sandbox.url}/count/x", timeout=5)

    with pytest.raises(ZeroDivisionError, match="broken face"):
        use()


def test_simultaneous_writes_are_made_one_by_one(sandbox, face):
    """Faces need no lock of their own: the server holds one around each answer."""

    def many():
        with requests.Session() as session:
            session.trust_env = False
            for _ in range(20):
                post(sandbox, session)

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert face.effects == 80 == sandbox.log.count()
