"""The story's four months: a config with every pack on, and the deeds that bring each row of the policy into play."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from worker.story_team import ACTIONS, Deed, Team

LAST = 122
"""The story's last day, the first being 0."""

CONFIG = """\
[instance]
name = "story"
rules = [{packs}]
grace = "0 seconds"

[calendar]
time_zone = "Europe/Berlin"
country = "DE"

[ceilings]
person = 50

[people]
ana = {{ github = "ana-gh", jira = "acc-ana" }}
bo = {{ github = "bo-gh", jira = "acc-bo" }}
kim = {{ github = "kim-gh", jira = "acc-kim" }}
lee = {{ github = "lee-gh", jira = "acc-lee" }}

[teams.corner]
lead = "ana"
sources = ["corner", "care"]

[council]
members = ["kim", "lee"]

[kinds]
incident = ['"incident" in labels']
review = ['"review" in labels']
decision = ['"decision" in labels']
follow-up = ['"follow-up" in labels']
escalation = ['"escalation" in labels']
gate = ['"gate" in labels']
improvement = ['"improvement" in labels || issue_type == "Improvement"']
feature = ['"feature" in labels || issue_type == "Story"']

[services.shop]
components = ["shop"]

[signals.error_budget]
kind = "csv"
path = "budget.csv"
fresh = "200 days"
date = "date"
value = "left"
subject = "service"

[override."gates.error-budget"]
mode = "on"

[inputs.postmortems]
kind = "csv"
path = "incidents.csv"
date = "date"

[inputs.quality-scorecards]
kind = "csv"
path = "scorecards.csv"
date = "date"

[inputs.error-budgets]
kind = "csv"
path = "budgets.csv"
date = "date"

[inputs.customer-impact]
kind = "csv"
path = "trust.csv"
date = "date"

[inputs.debt-registers]
kind = "csv"
path = "debt.csv"
date = "date"

[inputs.audit-findings]
kind = "csv"
path = "findings.csv"
date = "date"

[sources.corner]
kind = "github"
repository = "acme/corner"
base_url = "{url}/api/v3"
token = "sandbox"
write_interval = 0
content_limits = []
due = "card"

[sources.care]
kind = "jira"
project = "CARE"
base_url = "{url}/jira"
email = "kaizen-bot@acme.example"
token = "sandbox"
write_interval = 0
issue_limits = []

[[digest]]
name = "corner"
source = "corner"
"""

GOOD = "Search is slow at noon"
LOST = "Builds are flaky"
PUT_OFF = "Retry the payment provider"
HOLLOW = "Old runbooks are wrong"
WAITING = "Restores are not tried"
LEADS = "Alerts wake the wrong people"
INCIDENT = "Checkout was down"
DECISION = "Buy a second database"
FEATURE = "Dark mode"
REVIEW = "Improvement review"
CART, LOGIN = "The cart is empty after a login", "Login goes round in a circle"
PULL = "Gift cards in the shop"
OLD = ("The basket has two owners", "Prices are rounded twice", "Nobody knows the old importer")
BASKET, DUTY = "A basket to share", "Nobody is on duty at night"
BY = date(2026, 10, 12)
ALERT = "Alert: Login loop\nService: login"
EXPORT, EXPORT_LOG = (
    "The nightly export of the orders stops halfway",
    "The export of the orders ends with\n\nExportError: cursor of the orders was closed by the server",
)
PRINTER, PRINTER_LOG = (
    "The warehouse prints no parcel labels",
    "The printers of the warehouse are idle, the log says\n\nSpoolError: tray for parcel labels is not attached",
)


def _begin(team: Team) -> None:
    team.figures(0)
    team.budget(0.6)
    team.write(GOOD, "improvement", "domain:performance", "priority:high", owner="bo")
    team.write(LOST, "improvement")
    team.write(PUT_OFF, "improvement", "domain:reliability", "priority:high", owner="bo")
    team.write(HOLLOW, "improvement", "domain:operational-excellence", "priority:low", owner="bo")
    team.write(DECISION, "decision", owner="kim")
    team.plan(WAITING, "domain:reliability", owner="bo", type="Improvement", priority="High")
    team.plan(LEADS, "domain:operational-excellence", owner="ana", type="Improvement", priority="Highest")
    team.plan(INCIDENT, "incident", owner="bo", type="Bug", description=ACTIONS)
    team.plan(FEATURE, "feature", owner="bo")
    team.write(CART, "fingerprint:cart-4711", owner="bo")
    team.plan(LOGIN, owner="bo", type="Bug", description=ALERT)


def _due(team: Team) -> None:
    for title in OLD:
        team.plan(title, "domain:reliability", owner="bo", type="Improvement", components=("basket",), due=BY)
    team.plan(DUTY, "domain:reliability", type="Improvement", priority="Highest", due=BY)
    team.plan(BASKET, "feature", owner="bo", components=("basket",))


def _opened(team: Team) -> None:
    team.pull(PULL, "component:shop")
    team.pull(f'Revert "{PULL}"', "component:shop")


def _tidied(team: Team) -> None:
    for title in OLD[1:]:
        team.say(title, "/kaizen evidence https://grafana.example/d/basket")
        team.close(title)
    team.close(BASKET)


def _fixed(team: Team) -> None:
    team.close(CART)
    team.close(LOGIN, resolution="Fixed")


def _back(team: Team) -> None:
    team.write("Customers lose their carts", "fingerprint:cart-4711", owner="bo")
    team.plan("Nobody can log in on phones", owner="bo", type="Bug", description=ALERT)


def _broken(team: Team) -> None:
    team.write(EXPORT, "bug", owner="bo", body=EXPORT_LOG)
    team.plan(PRINTER, owner="bo", type="Bug", description=PRINTER_LOG)


def _repaired(team: Team) -> None:
    team.say(EXPORT, "/kaizen evidence https://grafana.example/d/export")
    team.close(EXPORT)
    team.close(PRINTER, resolution="Fixed")


def _reworded(team: Team) -> None:
    cut, idle = f"The file is cut in the middle.\n{EXPORT_LOG}", f"Nothing moves.\n{PRINTER_LOG}"
    team.write("Accounting misses orders, the nightly export ends halfway", "bug", owner="bo", body=cut, by="lee")
    team.plan("No parcel labels this morning in the warehouse", owner="bo", type="Bug", description=idle, by="lee")


def _search_done(team: Team) -> None:
    team.say(GOOD, "/kaizen evidence https://grafana.example/d/search")
    team.close(GOOD)


def _october(team: Team) -> None:
    team.say(REVIEW, "/kaizen held because search comes first, then the restores", who="kim")
    team.close(REVIEW, who="kim")


def _feeds(team: Team) -> None:
    team.figures(77)
    team.say(DECISION, "/kaizen feeds roadmap CARE-1", "/kaizen feeds budget none because it is paid for", who="kim")
    team.say(DECISION, "/kaizen feeds staffing none because nobody is needed", who="kim")
    team.say(DECISION, "/kaizen feeds training none because they know it", who="kim")


def _said(title: str, line: str) -> Callable[[Team], None]:
    return lambda team: team.say(title, line)


def _restores(until: str, because: str) -> Callable[[Team], None]:
    return _said(WAITING, f"/kaizen defer until {until} because {because}")


DEEDS: tuple[Deed, ...] = (
    Deed(0, "the team has a backlog, a decision to take, a feature to build, and an incident", _begin),
    Deed(
        1,
        "bo says what is to get better",
        _said(GOOD, "/kaizen outcome incidents(search) 2/week -> 1/week by 2026-12-31"),
    ),
    Deed(2, "the incident is over", lambda team: team.close(INCIDENT, resolution="Fixed")),
    Deed(3, "bo puts the retries off, and does not say why", lambda team: team.label(PUT_OFF, "deferred")),
    Deed(
        4,
        "bo puts the restores off until October, and says why",
        _said(WAITING, "/kaizen defer until 2026-10-15 because the vendor is late"),
    ),
    Deed(6, "bo fixes the cart and the login", _fixed),
    Deed(9, "the runbooks are closed as done, with nothing to show", lambda team: team.close(HOLLOW)),
    Deed(16, "search is done, and a link shows it", _search_done),
    Deed(18, "the feature is done", lambda team: team.close(FEATURE)),
    Deed(20, "monitors report both again", _back),
    Deed(25, "the council has new figures to decide from", lambda team: team.figures(24)),
    Deed(28, "the October review is held, and closed with its outcome", _october),
    Deed(30, "there are improvements with a date, and a feature", _due),
    Deed(32, "bo opens two pull requests", _opened),
    Deed(33, "the shop has spent its error budget", lambda team: team.budget(-0.2)),
    Deed(
        36,
        "ana lets one through, and says why",
        lambda team: team.say(
            PULL, "/kaizen waive error-budget shop until 2026-10-16 because customers were promised it", who="ana"
        ),
    ),
    Deed(
        39,
        "bo puts the restores off a second time",
        _restores("2026-11-16", "the vendor is still late"),
    ),
    Deed(44, "the shop has a budget again", lambda team: team.budget(0.6)),
    Deed(52, "two of the old improvements are done, and then the feature", _tidied),
    Deed(
        70,
        "bo puts the restores off a third time",
        _restores("2026-12-14", "there is a new vendor"),
    ),
    Deed(72, "the decision is taken, from figures that are old by now", lambda team: team.close(DECISION, who="kim")),
    Deed(78, "there are new figures, and the decision says what it feeds", _feeds),
    Deed(80, "the decision is closed once more", lambda team: team.close(DECISION, who="kim")),
    Deed(90, "an export stops, and a printer does not print", _broken),
    Deed(92, "bo repairs both", _repaired),
    Deed(100, "others report, in other words, what was fixed before", _reworded),
)
"""November's review is held by nobody; nothing is ever done for security."""
