"""One request at a time: whom we talk to, how long we listen, and what never gets into an error."""

from __future__ import annotations

import base64
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from integrations.errors import NotAllowed, NotFound, Rejected, TrackerError, Unavailable
from integrations.jira.session import checked_base
from integrations.sandbox.faults import Fault
from tests.integrations.jira.office import FLAVOURS, MARK, SAID, TOKEN, Clock, made_tracker, office

LOGIN = b"<html><title>Log in</title><form>Username <input type=password></form></html>"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://acme.atlassian.net", "https://acme.atlassian.net"),
        ("https://acme.atlassian.net/", "https://acme.atlassian.net"),
        ("https://jira.acme.example:8443/some/prefix/", "https://jira.acme.example:8443/some/prefix"),
        ("https://api.atlassian.com/ex/jira/11-22", "https://api.atlassian.com/ex/jira/11-22"),
        ("http://localhost:8080/jira", "http://localhost:8080/jira"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_any_address_of_a_jira_will_do(given, expected):
    """Any host, port and path, with or without a slash at the end; plain http on loopback."""
    assert checked_base("ops", given) == expected


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("http://jira.acme.example", "plain http"),
        ("http://localhost.evil.example", "plain http"),
        ("http://10.0.0.1", "plain http"),
        ("https://user:secret@jira.acme.example", "token belongs elsewhere"),
        ("https://jira.acme.example/?x=1", "no address"),
        ("https://jira.acme.example/#x", "no address"),
        ("ftp://jira.acme.example", "no address"),
        ("jira.acme.example", "no address"),
        ("https://", "no address"),
        ("https://[bad", "no address"),
        ("", "no address"),
    ],
)
def test_other_addresses_are_refused_before_anything_is_sent(given, why):
    """A token never travels in the clear or to something that is no Jira; the refusal does not repeat the address."""
    with pytest.raises(NotAllowed, match=why) as raised:
        checked_base("ops", given)
    assert "secret" not in str(raised.value)


def test_a_source_without_a_token_is_refused():
    """Nothing is asked as a stranger."""
    with pytest.raises(NotAllowed, match="no token"):
        made_tracker("http://127.0.0.1:9", "cloud", Clock(), token="")


@pytest.mark.fault("reading/login-page", "dc")
@pytest.mark.fault("access/taken-for-a-stranger", "dc")
@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ({"status": 401, "body": {"errorMessages": ["No."]}}, NotAllowed, "401: No.; the token is wrong"),
        ({"status": 403, "body": {"message": "Forbidden"}}, NotAllowed, "403: Forbidden"),
        (
            {
                "status": 403,
                "headers": {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=http://x/login"},
            },
            NotAllowed,
            "CAPTCHA solved: log in once as this account in a browser",
        ),
        ({"status": 404, "body": {"errorMessages": ["Issue Does Not Exist"]}}, NotFound, "404: Issue Does Not Exist"),
        ({"status": 410, "body": b"gone"}, NotFound, "410"),
        ({"status": 302, "headers": {"Location": "https://sso.example/x?t=1"}}, NotAllowed, "sent on to sso.example:"),
        ({"status": 301, "headers": {"Location": "http://[bad"}}, TrackerError, "ops: "),
        ({"status": 200, "kind": "html", "body": LOGIN}, NotAllowed, "login page"),
        ({"status": 200, "kind": "html"}, Unavailable, "not JSON"),
        (
            {"status": 400, "body": {"errorMessages": ["Bad."], "errors": {"due": "Worse."}}},
            Rejected,
            "Bad.; due: Worse.",
        ),
        ({"status": 400, "body": [1, 2]}, Rejected, "400"),
        ({"status": 400, "body": {"errorMessages": None, "errors": None, "message": 7}}, Rejected, "400"),
        ({"status": 422, "body": "not even JSON"}, Rejected, "422"),
        ({"status": 418}, Rejected, "418"),
        ({"status": 500, "body": {"message": "x" * 5_000}}, Unavailable, "x…"),
        ({"status": 200, "headers": {"X-AUSERNAME": "anonymous"}, "body": {}}, NotAllowed, "stranger"),
        (
            {"status": 200, "headers": {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}, "body": {}},
            NotAllowed,
            "stranger",
        ),
    ],
)
def test_each_refusal_is_worded(fault, error, words):
    """What an answer means, in one short line: whose fault it is and what would be right."""
    with office("dc") as jira:
        jira.add()
        jira.tracker.connect()
        jira.sandbox.fail(Fault(path="/issue/", times=9, **fault))
        with pytest.raises(error) as raised:
            jira.tracker.ticket(jira.ref("OPS-1"))
        assert words in str(raised.value)
        assert len(raised.value.what) <= 320
        assert "\n" not in str(raised.value)


@pytest.mark.fault("access/answer-echoes-the-token")
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 200])
def test_the_token_gets_into_no_error(flavour, status):
    """A server that echoes our credentials does not get them into an error, its cause or its words."""
    with office(flavour, line_attempts=1) as jira:
        jira.add()
        jira.tracker.connect()
        basic = base64.b64encode(f"{jira.tracker.config.email}:{TOKEN}".encode()).decode()
        echo = {"errorMessages": [f"Bearer {TOKEN}", basic], "errors": {TOKEN: TOKEN}}
        headers = {"RateLimit-Reason": TOKEN, "X-Authentication-Denied-Reason": TOKEN}
        body = echo if status != 200 else f"<html>login {TOKEN}</html>"
        jira.sandbox.fail(Fault(path="/issue/", status=status, body=body, headers=headers))
        with pytest.raises(TrackerError) as raised:
            jira.tracker.ticket(jira.ref("OPS-1"))
        error = raised.value
        while error is not None:
            assert not any(secret in f"{error} {error!r} {error.args}" for secret in (TOKEN, basic))
            error = error.__cause__


def test_a_redirect_is_not_followed():
    """A write that is told to go elsewhere goes nowhere."""
    with office("dc") as jira:
        jira.add()
        jira.tracker.connect()
        jira.requests()
        jira.sandbox.fail(Fault(method="POST", status=307, headers={"Location": jira.sandbox.url + "/jira/elsewhere"}))
        with pytest.raises(NotAllowed):
            jira.tracker.comment(jira.ref("OPS-1"), SAID, MARK)
        assert len(jira.requests()) == 1


@pytest.mark.fault("rates/dripping-answer")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_server_that_drips_does_not_hold_us(flavour):
    """A byte now and then keeps no read timeout from passing, but the whole answer has a limit too."""
    with office(flavour, timeout=(0.5, 0.3), line_attempts=1) as jira:
        jira.add()
        jira.tracker.connect()
        jira.sandbox.fail(Fault(path="/issue/", kind="drip", seconds=0.05))
        began = time.monotonic()
        with pytest.raises(Unavailable, match="no usable answer"):
            jira.tracker.ticket(jira.ref("OPS-1"))
        assert time.monotonic() - began < 20  # the whole answer takes longer


@pytest.mark.fault("hostile/spoilt-bytes", "cloud", "dc")
@pytest.mark.fault("reading/deep-answer", "cloud")
@pytest.mark.parametrize("body", [rb'{"fields": "\ud800\u0000"', b'{"a": "\xff"}', b"[" * 100_000, b"\xff\xfe", b"nul"])
def test_bytes_that_are_no_json_are_an_error_of_ours(body):
    """Broken encodings and endless nesting end in our errors, not in a stranger's."""
    with office("dc", line_attempts=1) as jira:
        jira.add()
        jira.tracker.connect()
        jira.sandbox.fail(Fault(path="/issue/", status=200, body=body))
        with pytest.raises(TrackerError):
            jira.tracker.ticket(jira.ref("OPS-1"))


@pytest.mark.fault("hostile/spoilt-text", "cloud", "dc")
def test_a_lone_surrogate_in_a_title_is_replaced():
    """One ticket with half a character in its title does not spoil the read of the others."""
    with office("dc") as jira:
        jira.add(2)
        jira.world.issue("OPS-1").summary = "MARKER"
        page = jira.tracker.session.answer("search", "GET", ("search",), params={"jql": "project = OPS"})
        assert page[0] == 200
        text = rb'{"total": 0, "issues": [], "names": {"x": "a \ud800 b \u0000"}}'
        jira.sandbox.fail(Fault(path="/search", status=200, body=text))
        answer = jira.tracker.session.ask("search", "GET", ("search",))
        assert answer["names"]["x"] == "a \ufffd b \0"


def test_an_address_s_prefix_is_kept_and_payloads_are_not_followed():
    """Every request goes below the configured address, though the payload's own links point elsewhere."""
    seen = []

    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers["Authorization"]))
            body = b'{"self": "http://elsewhere.example/rest/api/2/issue/1", "id": "7", "key": "OPS"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        tracker = made_tracker(f"http://127.0.0.1:{server.server_port}/ex/jira/11-22/", "dc", Clock())
        assert tracker.project["id"] == "7"
        tracker.close_connections()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert seen == [("/ex/jira/11-22/rest/api/2/project/OPS", f"Bearer {TOKEN}")]
