"""An older copy of the database is put back: what was done since is known again by its marks, and nothing comes twice.

Days pass in which everything that kaizend writes is written; then the database of the first day is back.
"""

import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.worker.faulty import firm
from tests.worker.gated import GATE, MANDATE, budget, feature, gate, incident

RULES = """
[[rule]]
id = "hot"
about = "What is hot is marked."
on = "improvement"
when = ['open', '"hot" in labels']
label = "marked"
say = "This is hot."
[[rule.step]]
after = "1 days"
ping = ["lead"]

[[rule]]
id = "dated"
about = "Improvements have a due date."
on = "improvement"
when = ['open', '!has_due']
due = { from = "created", high = "200 workdays" }

[[review]]
id = "weekly"
about = "The council meets each week."
every = "week"
day = 3
at = "09:00"
title = "Review {slot}"
say = "The review of {slot}."
assign = "council"
due = "10 workdays"
agenda = ["overdue"]
"""


@pytest.fixture(params=["cloud", "dc"])
def made(request, tmp_path):
    """Serve a company with a gate, a weekly review, digests and two tickets on each tracker."""
    with firm(tmp_path, request.param, digests=True) as company:
        digests = company.text["more"]
        gate(company, GATE + MANDATE + RULES)
        company.configure(more=company.text["more"] + digests, rules='"own.toml", "pack:deferral"')
        budget(company, 0.5)
        yield company


def heat(made, on, *tickets):
    """Have tickets be hot, or no longer, by a person."""
    for ticket in tickets:
        if ticket.key.startswith("OPS"):
            change = {"add" if on else "remove": ["hot"]}
            made.jira.label(ticket.key, actor="ana", at=made.clock(), **change)
        else:
            (made.github.set_label if on else made.github.remove_label)(ticket, "hot", actor="ana-gh", at=made.clock())


def tickets(made, title, *labels):
    """Add a ticket on each tracker, now."""
    at = made.clock()
    return made.issue(title, labels=["priority:high", *labels], at=at), made.task(title, labels=labels, at=at)


def live(made):
    """Live through ten days of deeds, a pass or two each; return the tickets that are marked at the end."""
    marked = [*made.cold, *tickets(made, "New and hot", "hot")]
    heat(made, True, *made.cold)
    heat(made, False, *made.hot)
    waiting = feature(made)
    incident(made)
    pull = made.github.add_pull("A button", author="bo-gh", labels=["feature"], created_at=made.clock())
    budget(made, -0.2)
    made.once()
    made.clock.forward(hours=2)
    made.github.comment(made.late[0], "/kaizen defer until 2027-03-01 because the vendor is late", author="bo-gh")
    made.jira.comment(made.late[1].key, "/kaizen defer until 2027-03-01 because the vendor is late", author="bo")
    made.github.comment(pull, "/kaizen waive budget until 2027-01-15 because it is a fix", author="ana-gh")
    for days in (0, 2, 3, 5):
        made.clock.forward(days=days, hours=1)
        budget(made, -0.2)
        made.once()
    assert made.written() == []
    assert [made.seen()[f"{key} label held"] for key in waiting] == [1, 1]
    return marked


@pytest.fixture
def restored(made):
    """Live ten days, put the database of the first day back, and make a pass; return the tickets that are marked."""
    made.cold, made.hot, made.late = tickets(made, "Cold"), tickets(made, "Hot", "hot"), tickets(made, "Late")
    made.once()
    made.once()
    database = made.folder / "var" / "kaizend.db"
    shutil.copy(database, made.folder / "copy")
    made.clock.forward(hours=1)
    marked = live(made)
    made.before = made.seen()
    for file in database.parent.glob("kaizend.db*"):
        file.unlink()
    shutil.copy(made.folder / "copy", database)
    made.posts = [write for write in made.written() if write.startswith("POST") and "graphql" not in write]
    return marked


def test_an_older_copy_repeats_nothing(made, restored):
    """Cards, pings, labels, dates, tickets, digests, a gate's page, statuses, a waiver: each is there as before."""
    kinds = {what.rpartition(" ")[2] for what in made.before if what.startswith(("acme/shop#", "OPS-"))}
    assert {"card", "ping", "digest", "marked", "held"} <= kinds
    assert any(what.startswith("filed on github: Review") for what in made.before)
    assert any(what.startswith("filed on github: Gate closed") for what in made.before)
    assert made.seen() == made.before
    assert made.posts == []
    assert [mark for mark, count in made.marks().items() if count > 1] == []
    assert [made.written(), made.written(whole=True)] == [[], []]


def test_what_was_put_on_since_the_copy_comes_off_with_its_reason(made, restored):
    """Labels that the older copy knows nothing of are ours all the same; what came off since may come again."""
    marked = lambda *these: [made.seen()[f"{each.key} label marked"] for each in these]  # noqa: E731 - of now
    assert (marked(*restored), marked(*made.hot)) == ([1] * 4, [0, 0])
    made.clock.forward(hours=1)
    heat(made, False, *restored)
    heat(made, True, *made.hot)
    made.once()
    assert (marked(*restored), marked(*made.hot)) == ([0] * 4, [1, 1])
    assert [made.written(), made.written(whole=True)] == [[], []]


def test_what_was_filed_since_the_copy_is_known_again(made, restored):
    """A mark that is news to the database has what we filed read back: what belongs to what is remembered."""
    with closing(sqlite3.connect(made.folder / "copy")) as copy:
        before = set(copy.execute("select uid, other from relations"))
    with made.worker() as worker:
        assert set(worker.database.rows("select uid, other from relations")) > before


def test_the_gate_opens_again_after_an_older_copy(made, restored):
    """The page that the older copy does not know is closed, labels of the gate come off."""
    made.clock.forward(days=1)
    budget(made, 0.5)
    made.once()
    made.once()
    assert [what for what in made.seen() if what.endswith("label held")] == []
    assert [issue.state for issue in made.issues() if issue.title.startswith("Gate closed")] == ["closed"]
