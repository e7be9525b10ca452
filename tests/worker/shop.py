"""A small shop on the sandbox in real time, for what runs as it does for users: over HTTP, by the command line."""

import logging
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog

from integrations.sandbox.faults import Fault
from integrations.sandbox.github import GithubFace, GithubWorld
from integrations.sandbox.server import Sandbox
from worker.cli import run
from worker.settings import load_settings
from worker.wiring import opened, policy_of

CONFIG = """
[instance]
name = "shop"
rules = [{rules}]

[people]
ana = {{ github = "ana-gh" }}
bo = {{ github = "bo-gh" }}

[teams.all]
lead = "ana"
sources = ["shop"]

[kinds]
improvement = ['"improvement" in labels']
incident = ['"incident" in labels']

[sources.shop]
kind = "github"
repository = "acme/shop"
base_url = "{url}/api/v3"
token = "sandbox"
write_interval = 0
due = "card"

[run]
every = "1 second"
{more}
"""


def now():
    """Return the real time."""
    return datetime.now(UTC)


class Shop:
    """A repository with an improvement nobody owns, one that is closed and an incident; and a config for it."""

    def __init__(self, folder):
        self.folder, self.config = folder, folder / "shop.toml"
        self.github = GithubWorld("acme/shop", clock=now, tokens={"sandbox": "kaizen-bot"})
        self.sandbox = Sandbox([GithubFace(self.github, now)])
        for login in ("ana-gh", "bo-gh"):
            self.github.user(login)
        worn = ["improvement", "domain:security", "priority:low"]
        self.ownerless = self.issue("Rotate the keys", labels=worn)
        self.finished = self.issue("Sign the images", labels=worn, assignees=["bo-gh"])
        self.github.close(self.finished.number, actor="bo-gh")
        self.incident = self.issue("The shop is down", labels=["incident"])
        self.configure()

    def issue(self, title, **given):
        """Add an issue of long ago."""
        created = now() - timedelta(days=30)
        return self.github.add_issue(title, author="bo-gh", created_at=created, updated_at=created, **given)

    def configure(self, *, rules=("pack:backlog",), more="", url=""):
        """Write the config."""
        named = ", ".join(f'"{rule}"' for rule in rules)
        self.config.write_text(CONFIG.format(rules=named, more=more, url=url or self.sandbox.url), encoding="utf-8")

    def edit(self, old, new):
        """Change the config's text."""
        self.config.write_text(self.config.read_text("utf-8").replace(old, new), encoding="utf-8")

    def rule_file(self, text):
        """Write a rule file and name it in the config."""
        (self.folder / "own.toml").write_text(text, encoding="utf-8")
        self.configure(rules=("pack:backlog", "own.toml"))

    def run(self, *arguments):
        """Call kaizend in this process; return the exit code."""
        return run(["--config", str(self.config), *arguments])

    def settings(self):
        """Read the config."""
        return load_settings(self.config, {})

    @contextmanager
    def worker(self):
        """Open the worker."""
        with opened(self.settings(), clock=now, sleep=lambda seconds: None) as worker:
            yield worker

    def policy(self):
        """Read the policy."""
        return policy_of(self.settings())

    def writes(self):
        """Return how many writes came in so far."""
        return len(self.sandbox.log.writes())

    def fail(self, kind, **given):
        """Let requests meet a fault."""
        self.sandbox.fail(Fault(kind=kind, **given))


@contextmanager
def serving(folder):
    """Serve the shop; afterwards the process logs as it did before."""
    root, level = logging.getLogger(), logging.getLogger().level
    handlers = root.handlers
    made = Shop(folder)
    try:
        with made.sandbox:
            yield made
    finally:
        logging.captureWarnings(capture=False)
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()
