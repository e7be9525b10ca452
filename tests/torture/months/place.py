"""The company of a month: what it is like is drawn from the seed, the port too, so that a seed is lived twice alike."""

import errno
import io
import time
from contextlib import contextmanager

import structlog

from integrations.sandbox.jira import JiraFace
from tests.torture.months.clock import Skewed
from tests.worker.faulty import DataCenter, jira
from tests.worker.places import DIGESTS, Place
from tests.worker.year import ZONE

KEY = "key-canary-5b2e90d4c1, of month {seed}"
FIRST_PORT, PORTS = 20_000, 10_000  # below those that systems hand out
OTHERS = ("incident", "review", "decision", "escalation", "gate")
KINDS = "[kinds]\n" + "\n".join(f"{kind} = ['\"{kind}\" in labels']" for kind in OTHERS)
GRACES = ("0 seconds", "60 seconds", "10 minutes")
OWN = """
[pack]
name = "own"
about = "What this company wants."

[[rule]]
id = "named"
about = "Tickets that wait have a lead."
on = "improvement"
when = ['open', 'size(assignees) == 0', 'workdays_open >= {days}']
label = "waits-{days}"
say = "This waits since {days} workdays."
"""


def packs(dice, shipped):
    """Draw the packs: the backlog's, and some of the others."""
    return ("pack:backlog", *(f"pack:{name}" for name in shipped if name != "backlog" and dice.random() < 0.6))


def own_rules(made, days):
    """Write the company's own rule file anew."""
    (made.folder / "own.toml").write_text(OWN.replace("{days}", str(days)), encoding="utf-8")


@contextmanager
def company(folder, *, seed, flavour, clock, dice, wrap, shipped, content_limits):
    """Serve the company; yield it and the log of its worker."""

    def wrapped(face):
        return wrap(jira(face.world, flavour) if isinstance(face, JiraFace) else face)

    kind = DataCenter if flavour == "dc" else Place
    rules = (*packs(dice, shipped), "own.toml")
    given = {"rules": rules, "clock": clock, "wrap": wrapped, "grace": dice.choice(GRACES)}
    made = _at_its_port(lambda port: kind(folder, port=port, **given), FIRST_PORT + seed % PORTS)
    made.github.clock, made.jira.clock = Skewed(clock), Skewed(clock)
    made.env = {"KAIZEND_INSTANCE__KEY": KEY.format(seed=seed)}
    made.github.add_repo("acme/attic")
    made.jira.add_project("ATTIC", lead="ana")
    own_rules(made, 5)
    made.configure(more=ZONE + DIGESTS)
    minute, hour = content_limits
    limited = f'due = "milestone"\ncontent_limits = [[{minute}, 60], [{hour}, 3600]]'
    config = made.config.read_text("utf-8").replace("[kinds]", KINDS).replace('due = "milestone"', limited)
    made.config.write_text(config, encoding="utf-8")
    said = io.StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(said))
    try:
        with made.sandbox:
            yield made, said
    finally:
        structlog.reset_defaults()


def _at_its_port(make, port):
    for _ in range(100):
        try:
            return make(port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            time.sleep(0.1)  # the same seed is being lived elsewhere
    return make(port)
