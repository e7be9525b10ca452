"""A small Jira on loopback with the real `jira` library in front of it, for the tests beside this file."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from jira import JIRA

from integrations.sandbox.jira import JiraFace, JiraWorld
from integrations.sandbox.server import Sandbox

TOKEN = "let-me-in"
START = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that moves only when told."""

    def __init__(self, now=START):
        self.now = now

    def __call__(self):
        return self.now

    def forward(self, seconds):
        """Move on."""
        self.now += timedelta(seconds=seconds)


def small_world(clock, zone="UTC"):
    """Make a project OPS with two people: bot, who has a token, and ada, who works there."""
    world = JiraWorld(clock)
    world.add_user("bot", "Kaizen Bot", token=TOKEN, zone=zone)
    world.add_user("ada", "Ada Lund")
    world.add_project("OPS", "Operations", lead="ada")
    world.add_component("OPS", "checkout")
    world.add_release("OPS", "1.0", released=True)
    return world


class Bench:
    """A world, its clock, its server and a client."""

    def __init__(self, world, clock, sandbox, client, flavour):
        self.world, self.clock, self.sandbox, self.client, self.flavour = world, clock, sandbox, client, flavour

    def issue(self, summary="Checkout is slow", **fields):
        """Add an issue as ada."""
        return self.world.add_issue("OPS", summary, reporter="ada", **fields)

    def call(self, method, path, **arguments):
        """Send a request through the library's session, which raises JIRAError for a refusal."""
        return self.client._session.request(method, f"{self.sandbox.url}/jira/rest/api/2/{path}", **arguments)

    def found(self, jql, **arguments):
        """Return the keys that a search finds."""
        return [issue.key for issue in self.client.search_issues(jql, fields="summary", **arguments)]


@contextmanager
def bench(flavour="cloud", *, zone="UTC", clock=None):
    """Serve a small world as one flavour."""
    clock = clock or Clock()
    world = small_world(clock, zone)
    with Sandbox([JiraFace(world, clock, flavour=flavour)]) as sandbox:
        client = connect(sandbox, flavour)
        try:
            yield Bench(world, clock, sandbox, client, flavour)
        finally:
            client.close()


def connect(sandbox, flavour, token=TOKEN):
    """Make a client of the real library, its own retries off."""
    login = {"basic_auth": ("bot@acme.example", token)} if flavour == "cloud" else {"token_auth": token}
    return JIRA(server=f"{sandbox.url}/jira", max_retries=0, timeout=(2, 5), **login)
