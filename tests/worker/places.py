"""Small companies on the sandbox: a GitHub repository, a Jira project, and a worker that is opened over real HTTP."""

import logging
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import structlog

from integrations.sandbox.faults import Fault
from integrations.sandbox.github import GithubFace, GithubWorld
from integrations.sandbox.jira import JiraFace, JiraWorld
from integrations.sandbox.prometheus import NumbersWorld, PrometheusFace
from integrations.sandbox.server import Sandbox
from worker.cycle import Watching, once
from worker.settings import load_settings
from worker.stop import Stop
from worker.wiring import opened

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday: Monday's digests are due
BEFORE = datetime(2026, 11, 5, 9, tzinfo=UTC)
LATE = date(2026, 11, 10)
TOKEN, BOT = "ghp-canary-7d1f0c55aa41", "kaizen-bot"  # nothing that is printed or kept may hold the token
PEOPLE = ("ana", "bo", "kim", "zoe")  # a lead, an engineer, the council, a stranger
WRITES = ("POST", "PUT", "PATCH", "DELETE")

CONFIG = """
[instance]
name = "small"
rules = [{rules}]
grace = "{grace}"

[people]
ana = {{ github = "ana-gh", jira = "acc-ana" }}
bo = {{ github = "bo-gh", jira = "acc-bo" }}
kim = {{ github = "kim-gh", jira = "acc-kim" }}

[teams.all]
lead = "ana"
sources = ["shop", "ops"]

[council]
members = ["kim"]

[kinds]
follow-up = ['"follow-up" in labels']
improvement = ['"improvement" in labels || issue_type == "Improvement"']

[sources.shop]
kind = "github"
repository = "acme/shop"
base_url = "{url}/api/v3"
token = "{token}"
write_interval = 0
timeout = [2, {patience}]
due = "{due}"

[sources.ops]
kind = "jira"
project = "OPS"
base_url = "{url}/jira"
email = "kaizen-bot@acme.example"
token = "{token}"
write_interval = 0
timeout = [2, {patience}]
{more}
"""
DIGESTS = """
[[digest]]
name = "shop"
source = "shop"
about = ["shop"]

[[digest]]
name = "all"
source = "ops"
"""


class Clock:
    """Time that goes on as it does, from a fixed day, and can be put forward. A forked process keeps the same time."""

    def __init__(self, now=NOW):
        self.start = now
        self.origin = time.monotonic()

    def __call__(self):
        return self.start + timedelta(seconds=time.monotonic() - self.origin)

    def forward(self, **span):
        """Let time pass."""
        self.start += timedelta(**span)

    def sleep(self, seconds):
        """Sleep without taking long."""
        self.start += timedelta(seconds=seconds)


class Place:
    """A company that is being served, and the config of a worker for it."""

    bot = BOT
    people = ("ana", "bo", "kim")
    ending = "gh"
    """What follows a person's name in their login at GitHub."""

    def __init__(
        self,
        folder,
        *,
        rules=("pack:backlog",),
        digests=False,
        grace="0 seconds",
        due="milestone",
        wrap=None,
        clock=None,
        port=0,
    ):
        self.clock = clock or Clock()
        self.folder = folder
        self.env = {}  # above the config
        self.github = GithubWorld("acme/shop", clock=self.clock, tokens={TOKEN: BOT})
        self.jira = JiraWorld(self.clock)
        self.jira.add_user(BOT, account_id="acc-bot", token=TOKEN)
        self.jira.add_project("OPS", lead="ana")
        for name in PEOPLE:
            self.github.user(f"{name}-gh")
            self.jira.add_user(name, account_id=f"acc-{name}")
        self.numbers = NumbersWorld(self.clock)
        faces = [GithubFace(self.github, self.clock), JiraFace(self.jira, self.clock)]
        faces += [PrometheusFace(self.numbers, self.clock)]
        faces += faces[0].companions
        self.sandbox = Sandbox([wrap(face) for face in faces] if wrap else faces, port=port)
        self.stop = Stop()
        self.config = folder / "config.toml"
        self.text = {
            "rules": ", ".join(f'"{rule}"' for rule in rules),
            "grace": grace,
            "url": self.sandbox.url,
            "token": TOKEN,
            "patience": 5,
            "due": due,
            "more": DIGESTS if digests else "",
        }
        self.configure()

    def configure(self, **changes):
        """Write the config, some of it changed."""
        self.text |= changes
        self.config.write_text(CONFIG.format(**self.text), encoding="utf-8")

    def login(self, person):
        """Return somebody's login at GitHub."""
        return f"{person}-{self.ending}"

    # -- tickets ----------------------------------------------------------------------------------------------------
    def issue(self, title="Search is slow", *, labels=(), owner="", due=None, at=BEFORE):
        """Add an improvement on GitHub that lacks nothing but what is left out: an owner, a due date, a priority."""
        milestone = self.milestone(due) if due else None
        worn = ["improvement", "domain:reliability", *labels]
        owners = [self.login(owner)] if owner else []
        return self.github.add_issue(
            title,
            author=self.login("bo"),
            labels=worn,
            assignees=owners,
            milestone=milestone,
            created_at=at,
            updated_at=at,
        )

    def milestone(self, due, title=""):
        """Make a milestone that ends on a day."""
        noon = datetime(due.year, due.month, due.day, 12, tzinfo=UTC)
        return self.github.add_milestone(title or f"Iteration {due}", due_on=noon, creator=self.login("ana"), at=BEFORE)

    def task(self, title="Restore takes a day", *, labels=(), owner="", due=None, priority="High", at=BEFORE):
        """Add the same on Jira."""
        return self.jira.add_issue(
            "OPS",
            title,
            type="Improvement",
            reporter="bo",
            labels=("domain:reliability", *labels),
            assignee=owner,
            due=due,
            priority=priority,
            at=at,
        )

    # -- passes -----------------------------------------------------------------------------------------------------
    @contextmanager
    def worker(self):
        """Open the worker."""
        with opened(load_settings(self.config, self.env), clock=self.clock, sleep=self.clock.sleep) as worker:
            yield worker

    def once(self, *, whole=False, stop=None):
        """Make a pass as a new process would."""
        with self.worker() as worker:
            return once(worker, stop or self.stop, watching=Watching(), whole=whole)

    def writes(self):
        """Return the writes on the wire since the log was cleared, as "POST /repos/acme/shop/issues/1/labels"."""
        return [f"{entry.method} {entry.path}" for entry in self.sandbox.log.writes()]

    def written(self, **given):
        """Make a pass and return its writes on the wire."""
        self.sandbox.log.clear()
        self.once(**given)
        return self.writes()

    def fail(self, kind, *, method="", path="", face="", times=1, **given):
        """Let requests meet a fault."""
        self.sandbox.fail(Fault(kind=kind, method=method, path=path, face=face, times=times, **given))

    def ops(self):
        """Return the ledger's ops as (target, verb, state)."""
        with self.worker() as worker:
            found = worker.ledger.entries(("intent", "sending", "done", "failed", "doubt", "parked", "dropped"))
            return sorted((entry.op.target.key, entry.op.name, entry.state) for entry in found)

    def issues(self):
        """Yield the issues of all repositories."""
        for repository in self.github.repos.values():
            yield from repository.issues.values()

    # -- what people see --------------------------------------------------------------------------------------------
    def seen(self):
        """Count everything of ours that stands in the trackers."""
        found = Counter()
        for issue in self.issues():
            ours = [one for one in issue.comments if one.author.login == self.bot]
            found.update(f"{issue.key} {kind(one.body)}" for one in ours)
            found.update(f"{issue.key} label {label.name}" for label in issue.labels)
            found.update(f"{issue.key} owner {one.login}" for one in issue.assignees)
            if issue.milestone:
                found[f"{issue.key} due {issue.milestone.title}"] += 1
            if issue.author.login == self.bot:
                found[f"filed on github: {issue.title}, pinned: {issue.pinned}"] += 1
        for issue in self.jira.issues.values():
            found.update(f"{issue.key} {kind(one.body)}" for one in issue.comments if one.author == self.bot)
            found.update(f"{issue.key} label {label}" for label in issue.labels)
            found.update([f"{issue.key} owner {issue.assignee}"] if issue.assignee else [])
            found.update([f"{issue.key} due {issue.due}"] if issue.due else [])
            if issue.creator == self.bot:
                found[f"filed on jira: {issue.summary}"] += 1
        return found

    def marks(self):
        """Count our comments and tickets by the op ids they carry."""
        found = Counter()
        for issue in self.issues():
            bodies = [one.body for one in issue.comments if one.author.login == self.bot]
            bodies += [issue.body] if issue.author.login == self.bot else []
            found.update(body.rpartition("op=")[2].partition(" ")[0] for body in bodies)
        for issue in self.jira.issues.values():
            found.update(one.properties["kaizend"]["op"] for one in issue.comments if one.author == self.bot)
            found.update([issue.properties["kaizend"]["op"]] if issue.creator == self.bot else [])
        return found


def kind(body):
    """Say what a comment of ours is: the card, a digest or a ping."""
    if "Improvement digest" in body or "Week" in body.partition("\n")[0]:
        return "digest"
    return "ping" if "@" in body or "[~" in body else "card"


@contextmanager
def place(folder, *, made=Place, **given):
    """Serve a company without tickets."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    company = made(folder, **given)
    try:
        with company.sandbox:
            yield company
    finally:
        logging.disable(logging.NOTSET)
        structlog.reset_defaults()


@contextmanager
def company(folder, **given):
    """Serve a company with two tickets on each tracker: one needs an owner and a due date, the other is overdue."""
    with place(folder, **given) as made:
        made.issue("Search is slow", labels=["priority:high"])
        made.issue("Checkout fails at night", owner="bo", due=LATE, labels=["priority:high"])
        made.task("Restore takes a day")
        made.task("Alerts nobody reads", owner="bo", due=LATE)
        yield made


@contextmanager
def pair(folder, **given):
    """Serve a company with one ticket on each tracker: GitHub's needs an owner and a due date, Jira's is overdue."""
    with place(folder, **given) as made:
        made.issue("Search is slow", labels=["priority:high"])
        made.task("Alerts nobody reads", owner="bo", due=LATE)
        yield made
