"""Who we are and what we may: tokens, Apps, rights, addresses that are no place for a token."""

from __future__ import annotations

import logging
import socket
import traceback
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.errors import NotAllowed, NotFound, Rejected, TrackerError, Unavailable
from integrations.github.config import GithubApp, GithubConfig
from integrations.github.connection import checked_base
from integrations.sandbox.faults import Fault
from tests.integrations.contract import HELLO, MARKER


@pytest.fixture(scope="module")
def keys():
    """Make a key pair, private and public, as PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return (
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        ).decode(),
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


def test_connecting_costs_two_reads(hub):
    """Who we are, what the repository is; nothing else."""
    identity = hub.tracker().connect()
    assert hub.asked() == ["GET /user 200", "GET /repos/acme/shop 200"]
    assert (identity.author, identity.clock_skew, identity.missing) == ("kaizend", 0.0, ())
    assert identity.limit_left is not None


def test_the_api_version_is_said(hub):
    """Each request names the version it was written for."""
    hub.tracker().connect()
    assert {entry.headers["x-github-api-version"] for entry in hub.sandbox.log.entries} == {"2022-11-28"}


@pytest.mark.fault("objects/version-refused", "github")
def test_an_old_server_is_spoken_to_without_a_version(hub):
    """It refuses the version it does not know; from then on none is named."""
    hub.world.api_versions = frozenset({"2021-01-01"})
    hub.tracker().connect()
    versions = [entry.headers.get("x-github-api-version") for entry in hub.sandbox.log.entries]
    assert versions == ["2022-11-28", None, None]


def test_no_log_holds_the_token(hub, caplog):
    """Not even the libraries' own, at their most talkative, in success and failure."""
    hub.world.tokens["canary4711"] = "kaizend"
    hub.world.add_issue("issue")
    with caplog.at_level(logging.DEBUG):
        tracker = hub.tracker(token="canary4711")
        tracker.connect()
        tracker.comment("1", HELLO, MARKER)
        echo = {"message": "you sent token canary4711"}
        for fault in (
            Fault(status=422, body=echo),
            Fault(status=500, body=echo, times=9),
            Fault(kind="drop_before", times=9),
        ):
            hub.sandbox.faults.clear()
            hub.sandbox.fail(fault)
            with pytest.raises(TrackerError) as error:
                tracker.ticket("1")
            assert "canary4711" not in "".join(traceback.format_exception(error.value))
    assert caplog.records
    assert "canary4711" not in caplog.text
    assert "canary4711" not in repr(tracker.__dict__)


def test_an_app_writes_as_its_bot(hub, keys):
    """Its token is made from its key, renewed before it ends, and its author is the bot."""
    private, public = keys
    app = hub.world.add_app(public)
    config = GithubApp(app_id=app.id, installation_id=app.installation_id, private_key=private)
    hub.world.add_issue("issue")
    tracker = hub.tracker(app=config)
    identity = tracker.connect()
    assert (identity.author, identity.missing, identity.excess) == ("kaizend[bot]", (), ())
    tracker.comment("1", HELLO, MARKER)
    assert [comment.author for comment in tracker.comments("1")] == ["kaizend[bot]"]
    hub.asked()
    hub.clock.now += timedelta(minutes=59, seconds=30)
    tracker.ticket("1")
    assert hub.asked() == [
        f"POST /app/installations/{app.installation_id}/access_tokens 201",
        "GET /repos/acme/shop/issues/1 200",
    ]


def test_an_app_whose_token_died_early_asks_for_another(hub, keys):
    """Revoked, or by a clock that is behind GitHub's: one request is refused, the next ones have a new token."""
    private, public = keys
    app = hub.world.add_app(public)
    hub.world.add_issue("issue")
    tracker = hub.tracker(app=GithubApp(app_id=app.id, installation_id=app.installation_id, private_key=private))
    tracker.connect()
    hub.world.installation_tokens.clear()
    with pytest.raises(NotAllowed, match="401"):
        tracker.ticket("1")
    assert tracker.ticket("1").title == "issue"
    assert len(hub.world.installation_tokens) == 1


def test_an_apps_rights_are_weighed(hub, keys):
    """What is lacking and what is too much, each in a line."""
    private, public = keys
    rights = {"metadata": "read", "issues": "read", "administration": "write", "statuses": "write"}
    app = hub.world.add_app(public, permissions=rights)
    config = GithubApp(app_id=app.id, installation_id=app.installation_id, private_key=private)
    identity = hub.tracker(app=config).connect()
    assert set(identity.missing) == {"issues: write", "pull_requests: read", "deployments: read"}
    assert identity.excess == ("administration: write",)


def test_an_app_with_another_key_is_told(hub, keys):
    """A wrong key and a wrong clock look the same to GitHub: the error names both."""
    private, _ = keys
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    app = hub.world.add_app(pem)
    config = GithubApp(app_id=app.id, installation_id=app.installation_id, private_key=private)
    with pytest.raises(NotAllowed, match="clock"):
        hub.tracker(app=config).connect()


def test_a_broken_key_is_told_without_a_request(hub):
    """And without showing it."""
    config = GithubApp(app_id=1, installation_id=2, private_key="-----BEGIN canary-4711")
    with pytest.raises(NotAllowed, match="PEM") as refused:
        hub.tracker(app=config).connect()
    assert "canary" not in str(refused.value)
    assert hub.asked() == []


def test_a_wrong_token_is_told(hub):
    """An admin must act; the token is not shown."""
    with pytest.raises(NotAllowed, match="401") as refused:
        hub.tracker(token="canary-4711").connect()
    assert "canary" not in str(refused.value) + repr(refused.value.__cause__)


def test_classic_scopes_are_weighed(hub):
    """More than the repository is too much."""
    hub.world.scopes["sandbox"] = "repo, admin:org, delete_repo"
    assert hub.tracker().connect().excess == ("scope admin:org", "scope delete_repo")


def test_a_missing_date_field_is_told(hub):
    """The config asks for a field where there is none."""
    (missing,) = hub.tracker(due="field").connect().missing
    assert "Target date" in missing


def test_a_repository_that_is_not_there(hub):
    """It is not found, with source and call named."""
    with pytest.raises(NotFound, match="shop: repository: 404"):
        hub.tracker(repository="acme/nothing").connect()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/api/v3", "http://localhost/x", "http://[::1]:8080/api/v3"])
def test_plain_http_is_for_this_machine(url):
    """A sandbox needs no TLS."""
    assert checked_base(GithubConfig(name="s", repository="a/b", base_url=url, token="t")).scheme == "http"


@pytest.mark.parametrize(
    "url",
    [
        "http://github.example.com/api/v3",
        "http://127.0.0.1.example.com/",
        "http://10.0.0.1/",
        "ftp://github.example.com",
        "github.example.com",
        "https://",
        "https://user:secret@github.example.com",
        "https://github.example.com/api/v3?x=1",
        "",
    ],
)
def test_no_token_goes_to_such_an_address(url):
    """Refused before anything is sent, and told what would be right."""
    with pytest.raises(ValueError, match="base_url") as refused:
        checked_base(GithubConfig(name="shop", repository="a/b", base_url=url, token="t"))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("token", ["", "two words", "line\n", "übel"])
def test_no_such_token(token):
    """One that no server gives is refused, and not shown."""
    with pytest.raises(ValueError, match="token") as refused:
        checked_base(GithubConfig(name="shop", repository="a/b", token=token))
    assert not token or token not in str(refused.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(hub, status):
    """The token stays here."""
    hub.sandbox.fail(Fault(path="/user", status=status, headers={"Location": "https://evil.example.com/user"}))
    with pytest.raises(Rejected, match=r"another host, evil\.example\.com"):
        hub.tracker().connect()
    assert len(hub.asked()) == 1


def test_redirects_in_circles_end(hub):
    """Three hops are enough."""
    hub.sandbox.fail(Fault(path="/user", status=301, headers={"Location": f"{hub.sandbox.url}/api/v3/user"}, times=99))
    with pytest.raises(Rejected, match="circles"):
        hub.tracker().connect()
    assert len(hub.asked()) == 3


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [(301, Rejected, "moved"), (302, Unavailable, "not known"), (307, Rejected, "moved"), (308, Rejected, "moved")],
)
def test_a_redirected_write_is_no_success(hub, status, error, words):
    """Nothing is sent again, nothing is taken for done; what is sent to another page may have been done before."""
    hub.world.add_issue("issue")
    tracker = hub.connected()
    hub.sandbox.fail(Fault(method="POST", status=status, headers={"Location": f"{hub.sandbox.url}/api/v3/x"}))
    with pytest.raises(error, match=words):
        tracker.comment("1", HELLO, MARKER)
    assert len(hub.asked()) == 1


def test_nobody_there_means_nothing_was_sent(hub):
    """Connection refused: whatever it was can safely be sent later."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable) as error:
        hub.tracker(base_url=f"http://127.0.0.1:{port}").connect()
    assert not error.value.sent


@pytest.mark.fault("rates/wrong-authority", "github")
def test_a_stranger_to_tls_means_nothing_was_sent(hub):
    """A server that is no TLS server never saw the request."""
    with pytest.raises(Unavailable) as error:
        hub.tracker(base_url=hub.sandbox.url.replace("http://", "https://")).connect()
    assert not error.value.sent
