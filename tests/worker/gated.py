"""A company with a gate: features wait while the error budget of the checkout is spent, as a file of budgets says."""

import json

from tests.worker.faulty import rules

KINDS = {
    "gate": ['"gate" in labels'],
    "incident": ['"incident" in labels'],
    "feature": ['"feature" in labels'],
    "review": ['"review" in labels'],
    "improvement": ['"improvement" in labels || issue_type == "Improvement"'],
}
MORE = """
[services.checkout]
sources = ["shop", "ops"]

[signals.error_budget]
kind = "csv"
path = "budgets.csv"
date = "day"
value = "left"
subject = "service"
every = "10 seconds"
fresh = "3 days"
"""
GATE = """
[[gate]]
id = "budget"
about = "Features wait while a service has spent its error budget."
power = "pause-features"
each = "service"
close_when = ['error_budget[subject] < 0.0']
open_when = ['error_budget[subject] > 0.1']
holds_tickets = ['kind == "feature"']
blocking = ['kind == "incident"']
say = "Features of {subject} wait: its error budget is spent."
waivers = ["lead", "kim"]
"""
MANDATE = '\nmandate = { priority = "high", assign = "lead", due = "5 workdays" }\n'


def gate(company, text=GATE):
    """Give the company a gate, and a file of budgets."""
    company.env = {f"KAIZEND_KINDS__{name.upper()}": json.dumps(when) for name, when in KINDS.items()}
    rules(company, text)
    company.configure(more=MORE)


def budget(company, *left, service="checkout"):
    """Say how much of the error budget is left now; nothing at all if it is left out."""
    at = company.clock().isoformat(timespec="seconds")
    rows = [f"{at},{service},{number}" for number in left]
    (company.folder / "budgets.csv").write_text("\n".join(["day,service,left", *rows]) + "\n", encoding="utf-8")


def feature(company, title="A new button", labels=()):
    """Add a feature on both trackers; return their keys."""
    at = company.clock()
    one = company.github.add_issue(title, author="bo-gh", labels=["feature", *labels], created_at=at, updated_at=at)
    other = company.jira.add_issue("OPS", title, type="Task", reporter="bo", labels=("feature", *labels), at=at)
    return one.key, other.key


def incident(company, title="Checkout is down"):
    """Add an incident on both trackers; return their keys."""
    at = company.clock()
    one = company.github.add_issue(title, author="bo-gh", labels=["incident"], created_at=at, updated_at=at)
    other = company.jira.add_issue(
        "OPS", title, type="Task", reporter="bo", labels=("incident",), at=at, priority="Low"
    )
    return one.key, other.key


def settle(company, **span):
    """Let time pass and make a pass that ends at the fixed point; return its writes."""
    company.clock.forward(**(span or {"minutes": 20}))
    writes = company.written()
    assert company.written() == []
    assert company.written(whole=True) == []
    return writes


def held(company, *keys):
    """Tell of each ticket whether it wears the gate's label."""
    return tuple(company.seen()[f"{key} label held"] == 1 for key in keys)


def pages(company):
    """Return the tickets of gates in the repository, as (title, state)."""
    return [(issue.title, issue.state) for issue in company.issues() if issue.title.startswith("Gate closed")]


def standing(company):
    """Return how the gates stood when they were looked at last, by name."""
    with company.worker() as worker:
        rows = worker.database.rows("select gate, subject, closed, number, unsure from gates order by gate, subject")
    return {
        f"{gate} {subject}".strip(): (bool(closed), number, unsure) for gate, subject, closed, number, unsure in rows
    }
