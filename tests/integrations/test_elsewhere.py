"""No server can send us, and what proves who we are, anywhere else: redirects, odd addresses, proxies."""

import gzip
import socket
import ssl
import threading
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPException, HTTPSConnection
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.errors import TrackerError
from integrations.github.config import GithubConfig
from integrations.github.session import Session as GithubSession
from integrations.inputs.config import PageConfig, PrometheusConfig
from integrations.inputs.registry import build_signal
from integrations.jira.config import JiraConfig
from integrations.jira.session import Session as JiraSession
from tests.integrations.told import ToldPlace
from tests.worker.test_faults_network import certificate

TOKEN = "token-canary-5b1e77"
FAST = (1.0, 1.0)
LOCATIONS = (
    *("http://{evil}/x", "//{evil}/x", "HTTP://{evil}", "https://{evil}/x", "ftp://{evil}/x", "file:///etc/passwd"),
    *("@{evil}/x", "/api/v3@{evil}/x", "/jira@{evil}/x", ".{evil}/x", ":1@{evil}/x", "/api/v3:1@{evil}/"),
    *("http://{host}@{evil}/x", "http://me:pw@{evil}/x", "http://{host}%40{evil}/x", "http://{evil}#@{host}/"),
    *("\\\\{evil}\\x", "/\\{evil}/x", "///{evil}/x", "http:/{evil}/x", "http:{evil}", "http:///{evil}/x"),
    *("http://127.0.0.1:1/x", "http://127.1:{port}/x", "http://localhost:{port}/x", "http://[::1]:{port}/x"),
    *("http://[", "http://h:99999999/", "\x01", "?", "#", "http://{host}.evil.example/", "\u2025/x", "x"),
)


class Askers:
    """What asks a server: each by the name of what it is, sending one request when it is called."""

    def __init__(self, home, url=""):
        url = url or home.sandbox.url
        github = GithubSession(
            GithubConfig(
                name="a", repository="acme/shop", base_url=f"{url}/api/v3", token=TOKEN, timeout=FAST, write_interval=0
            ),
            home.line("a"),
            home.clock,
        )
        given = {"name": "b", "project": "OPS", "base_url": f"{url}/jira", "token": TOKEN, "timeout": FAST}
        jiras = [JiraSession(JiraConfig(**given, email=email), home.line("b"), home.clock) for email in ("me@x.y", "")]
        page = PageConfig(name="c", url=f"{url}/jira", timeout=FAST)
        up = PrometheusConfig(name="d", base_url=f"{url}/jira", query="up", token=TOKEN, timeout=FAST)
        self.sessions = (github, *jiras)
        self.ask = {
            "github": partial(github.get, "repository", "/repos/acme/shop"),
            "github's write": partial(github.once, "comment", "POST", "/repos/acme/shop/issues/1/comments", {}),
            "github's graphql": partial(github.ask, "fields", "query {x}", {}),
            "cloud": partial(jiras[0].ask, "issue", "GET", ("issue", "OPS-1")),
            "cloud's write": partial(jiras[0].ask, "comment", "POST", ("issue", "OPS-1", "comment"), json={}),
            "dc": partial(jiras[1].ask, "issue", "GET", ("issue", "OPS-1")),
            "page": build_signal(page, home.line("c"), home.clock).read,
            "prometheus": build_signal(up, home.line("d"), home.clock).read,
        }


@pytest.fixture
def home():
    """Serve the address that the config names."""
    made = ToldPlace()
    with made.sandbox:
        yield made


@pytest.fixture
def evil():
    """Serve another address on this machine."""
    made = ToldPlace()
    with made.sandbox:
        yield made


@pytest.fixture
def askers(home):
    """Make all that asks."""
    made = Askers(home)
    yield made
    for session in made.sessions:
        session.close()


NAMES = ("github", "github's write", "github's graphql", "cloud", "cloud's write", "dc", "page", "prometheus")


@pytest.mark.fault("reading/pages-elsewhere")
@pytest.mark.parametrize("name", NAMES)
def test_no_redirect_leads_to_another_host(home, evil, askers, name):
    """Whatever its status and however its address is written: the other host is not asked, ours at most a few times."""
    host, away = (place.sandbox.url.removeprefix("http://") for place in (home, evil))
    for status in (301, 302, 303, 307, 308):
        for template in LOCATIONS:
            where = template.format(host=host, evil=away, port=away.rpartition(":")[2])
            home.told.everything = (status, {"Location": where.encode("utf-8").decode("latin-1")})
            home.sandbox.log.clear()
            with suppress(TrackerError):
                askers.ask[name]()
            assert evil.asked() == [], (status, where)
            assert 1 <= len(home.asked()) <= 5
    assert len(home.told.credentials) > 100


@pytest.fixture
def downgrading(tmp_path, monkeypatch):
    """Serve https that is trusted and sends everybody to its address by http; yield the address, and how each came."""
    files = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(files[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    came = []

    def serve(listener):
        with suppress(OSError):
            while True:
                client, (_, _) = listener.accept()
                client.settimeout(5)
                with client, suppress(OSError):
                    came.append("https" if client.recv(1, socket.MSG_PEEK) == b"\x16" else "http")
                    with context.wrap_socket(client, server_side=True) as inside:
                        path = inside.recv(65536).split(b" ")[1].decode()
                        where = f"http://127.0.0.1:{listener.getsockname()[1]}{path}"
                        inside.sendall(f"HTTP/1.1 307 X\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", came
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_no_redirect_leads_from_https_to_http(home, downgrading):
    """The very same host and port in the clear: nobody goes there, and each says that it was sent elsewhere."""
    url, came = downgrading
    askers = Askers(home, url)
    for name in NAMES:
        with pytest.raises(TrackerError):
            askers.ask[name]()
    for session in askers.sessions:
        session.close()
    assert set(came) == {"https"}
    assert len(came) >= len(NAMES) - 2  # some keep their connection


@pytest.mark.parametrize("name", ["github", "github's graphql"])
def test_no_redirect_leads_github_beside_its_address(home, askers, name):
    """On its host, but not below what the config names: there the token is nobody's business."""
    for where in ("/jira/x", "/api/v30/user", "/", "/api/v3/../../x", "/api/v3/%2e%2E/%2e%2e/x"):
        home.told.everything = (302, {"Location": f"{home.sandbox.url}{where}"})
        home.sandbox.log.clear()
        with pytest.raises(TrackerError):
            askers.ask[name]()
        assert {path.startswith(("/api/v3/", "/api/graphql")) for _, path, _ in home.asked()} == {True}, home.asked()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"page"}])
def test_the_credential_goes_to_its_server(home, askers, name):
    """So that the tests beside this one would see it elsewhere."""
    with suppress(TrackerError):
        askers.ask[name]()
    assert all(home.told.credentials)
    assert home.told.credentials


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_no_proxy_sees_what_goes_to_this_machine_in_the_clear(home, evil, variable, monkeypatch):
    """Plain http is let through because it stays on this machine: a proxy from the environment gets none of it."""
    monkeypatch.setenv(variable, evil.sandbox.url)
    made = Askers(home)
    for name in NAMES:
        with suppress(TrackerError):
            made.ask[name]()
        assert evil.asked() == [], name
    assert len(home.asked()) >= len(NAMES)
    for session in made.sessions:
        session.close()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "github's graphql"])
def test_a_redirects_body_is_not_read(home, askers, name):
    """It says nothing to us, and may be endless: what is said is where we were sent."""
    home.told.everything = (302, {"Location": "http://login.example/"})
    home.told.body = b"x" * 500
    home.fail("drip", seconds=1, times=9)
    with pytest.raises(TrackerError, match=r"login\.example|sent on to another page"):
        askers.ask[name]()


@pytest.mark.fault("reading/huge-answer")
@pytest.mark.parametrize("name", NAMES)
def test_what_is_packed_to_fill_the_memory_does_not(home, askers, name):
    """A few kilobytes that would become a hundred megabytes are given up on the way."""
    packed = gzip.compress(bytes(100 * 1024 * 1024), 9)
    home.told.everything = (200, {"Content-Encoding": "gzip"})
    home.told.body = packed
    tracemalloc.start()
    with pytest.raises(TrackerError):
        askers.ask[name]()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 90 * 1024 * 1024


@pytest.fixture
def impostor(tmp_path):
    """Serve https with a certificate that nobody vouches for; yield its address, and what it was told once let in."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(begins).not_valid_after(begins + timedelta(days=36500))
    host = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    whole = made.add_extension(host, critical=False).sign(key, hashes.SHA256()).public_bytes(pem)
    (tmp_path / "server.pem").write_bytes(plain + whole)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    told = []

    def serve(listener):
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, suppress(OSError), context.wrap_socket(client, server_side=True) as inside:
                    told.append(inside.recv(100))

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(listener,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}", told
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def unverified():
    """Return how a client that believes everybody would connect."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


OFF = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def test_a_server_that_nobody_vouches_for_is_told_nothing(home, impostor, monkeypatch):
    """Neither an empty setting of the environment nor any other makes us believe it."""
    url, told = impostor
    monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
    for name in OFF:
        monkeypatch.setenv(name, "")
    askers = Askers(home, url)
    for name in NAMES:
        with pytest.raises(TrackerError):
            askers.ask[name]()
    for session in askers.sessions:
        session.close()
    assert told == []
    careless = HTTPSConnection(url.removeprefix("https://"), context=unverified(), timeout=5)
    careless.request("GET", "/seen")
    with suppress(OSError, HTTPException):
        careless.getresponse()
    careless.close()
    assert told[0].startswith(b"GET /seen")
