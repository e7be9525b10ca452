"""No server can send us, and what proves who we are, anywhere else: redirects, odd addresses, proxies."""

import gzip
import tracemalloc
from contextlib import suppress
from functools import partial

import pytest

from integrations.errors import TrackerError
from integrations.github.config import GithubConfig
from integrations.github.session import Session as GithubSession
from integrations.inputs.config import PageConfig, PrometheusConfig
from integrations.inputs.registry import build_signal
from integrations.jira.config import JiraConfig
from integrations.jira.session import Session as JiraSession
from tests.integrations.told import ToldPlace

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

    def __init__(self, home):
        url = home.sandbox.url
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
