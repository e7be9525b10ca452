"""On the wire: a write that is not idempotent is sent exactly once, whatever becomes of it."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest

from integrations.base import Draft, LabelStyle
from integrations.errors import RateLimited, TrackerError, Unavailable
from integrations.github.client import GithubTracker
from integrations.github.config import GithubConfig
from integrations.http import Line
from integrations.sandbox.faults import Fault
from tests.integrations.contract import HELLO, MARKER
from tests.integrations.github.conftest import hub  # noqa: F401 - a fixture
from tests.integrations.memory_budget import MemoryBudget

FAULTS = {
    "dropped before the effect": ({"kind": "drop_before"}, 0),
    "dropped after the effect": ({"kind": "drop_after"}, 1),
    "500": ({"kind": "status", "status": 500}, 0),
    "502 instead": ({"kind": "status", "status": 502}, 0),
    "502 after the effect": ({"kind": "status_after", "status": 502}, 1),
    "503": ({"kind": "status", "status": 503}, 0),
    "503 with Retry-After": ({"kind": "status", "status": 503, "headers": {"Retry-After": "1"}}, 0),
    "504 after the effect": ({"kind": "status_after", "status": 504}, 1),
    "late": ({"kind": "delay_after", "seconds": 5.0}, 1),
    "429 with Retry-After": ({"kind": "status", "status": 429, "headers": {"Retry-After": "1"}}, 0),
    "429 without headers": ({"kind": "status", "status": 429}, 0),
    "403 secondary limit": ({"kind": "status", "status": 403, "body": {"message": "secondary rate limit"}}, 0),
    "cut short": ({"kind": "truncate"}, 1),
    "half a body": ({"kind": "halve"}, 1),
    "a proxy's page": ({"kind": "html"}, 1),
}
WRITES = {
    "comment": (lambda tracker: tracker.comment("1", HELLO, MARKER), "/issues/1/comments$"),
    "file": (lambda tracker: tracker.file(Draft(title="New", prose=HELLO), MARKER), "/issues$"),
}


@pytest.mark.fault("hostile/library-that-sends-again", "github")
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_sent_once(hub, write, fault):  # noqa: F811 - the fixture
    """One POST, no read with it, and an error that says "cannot be known", not "failed" and not "fine"."""
    hub.world.add_issue("issue")
    tracker = hub.connected(timeout=(2, 0.5) if fault == "late" else (2, 10))
    send, path = WRITES[write]
    how, effects = FAULTS[fault]
    hub.sandbox.fail(Fault(method="POST", times=9, **how))
    with pytest.raises(Unavailable) as error:
        send(tracker)
    assert error.value.sent
    assert len(hub.sandbox.log.entries) == hub.sandbox.log.count(method="POST", path=path) == 1
    written = len(hub.world.main.comments) if write == "comment" else len(hub.world.main.issues) - 1
    assert written == effects


@pytest.mark.parametrize("write", WRITES)
def test_nothing_is_sent_before_retry_after(hub, write):  # noqa: F811 - the fixture
    """The next write waits in its place, unsent; when the time has come it goes."""
    hub.world.add_issue("issue")
    tracker = hub.connected()
    send, path = WRITES[write]
    hub.sandbox.fail(Fault(method="POST", status=429, headers={"Retry-After": "90"}))
    with pytest.raises(RateLimited):
        send(tracker)
    with pytest.raises(RateLimited) as held:
        send(tracker)
    assert not held.value.sent
    assert hub.sandbox.log.count(method="POST", path=path) == 1
    hub.clock.now = held.value.retry_at
    send(tracker)
    assert hub.sandbox.log.count(method="POST", path=path) == 2


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in {"late"}])
def test_an_idempotent_write_is_sent_thrice_at_most(hub, fault):  # noqa: F811 - the fixture
    """A label is put on again if need be; a throttle is obeyed."""
    hub.world.add_issue("issue")
    hub.world.label("bug")
    tracker = hub.connected(timeout=(2, 10))
    how, _ = FAULTS[fault]
    hub.sandbox.fail(Fault(method="POST", times=9, **how))
    with suppress(TrackerError):
        tracker.add_label("1", LabelStyle(name="bug"))
    assert 1 <= hub.sandbox.log.count(method="POST") <= 3


def test_a_read_is_not_repeated_for_ever(hub):  # noqa: F811 - the fixture
    """Four tries, then the truth."""
    tracker = hub.connected()
    hub.sandbox.fail(Fault(method="GET", kind="drop_before", times=99))
    with pytest.raises(Unavailable):
        list(tracker.read("releases", ""))
    assert hub.sandbox.log.count(method="GET") == 4


@contextmanager
def dripping(answer: bytes, pause: float):
    """Serve one byte at a time, from the status line on."""
    stop = threading.Event()

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while not stop.is_set():
                client, _ = listener.accept()
                with client, suppress(OSError):
                    client.recv(65536)
                    for byte in answer:
                        client.sendall(bytes((byte,)))
                        if stop.wait(pause):
                            break

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.fault("rates/dripping-answer", "github")
@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 500, b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b" " * 900],
)
def test_a_server_that_drips_is_left_in_time(answer):
    """Each byte comes in time, the answer never would: a total deadline ends it, in head and body."""
    with dripping(answer, 0.02) as url:
        config = GithubConfig(name="shop", repository="a/b", base_url=url, token="t", timeout=(0.1, 0.2))
        line = Line(
            source="shop",
            budget=MemoryBudget(),
            clock=lambda: datetime.now(UTC),
            sleep=lambda _: None,
            attempts=1,
        )
        tracker = GithubTracker(config, line, lambda: datetime.now(UTC))
        began = time.monotonic()
        with pytest.raises(Unavailable):
            tracker.connect()
        assert time.monotonic() - began < 10  # all its bytes take longer
        tracker.close_connections()
