"""Gates on the trackers: they close by numbers, hold tickets, file a page, and open again, all of it by themselves."""

from datetime import timedelta

import pytest

from integrations.sandbox.jira.sprints import add_sprint, plan
from rules.model import Prose
from tests.worker.faulty import firm
from tests.worker.gated import GATE, MANDATE, budget, feature, gate, held, incident, pages, settle, standing
from tests.worker.places import LATE
from tests.worker.test_people_win import cards
from worker.cli.reasons import told_gates
from worker.digest_gates import gate_news
from worker.world import memory_of, world

OPEN, CLOSED = "open", "closed"
NAME = "own/budget checkout"
PAGE = "Gate closed: budget (checkout)"


@pytest.fixture(params=["cloud", "dc"])
def made(request, tmp_path):
    """Serve a company with a gate that is open, and nothing in it."""
    with firm(tmp_path, request.param) as company:
        gate(company)
        budget(company, 0.5)
        yield company


@pytest.fixture
def one(tmp_path):
    """Serve the same beside Jira Cloud alone, for what no tracker has a say in."""
    with firm(tmp_path) as company:
        gate(company)
        budget(company, 0.5)
        yield company


def close(company):
    """Spend the budget."""
    budget(company, -0.2)
    settle(company)
    assert standing(company)[NAME][0]


def card(company, key):
    """Return a ticket's card, without escapes."""
    text = next(text for text in cards(company, key) if "this is where this ticket stands" in text.lower())
    return text.replace("\\", "").replace("\u200b", "")


def test_a_gate_holds_what_waits_for_it_and_lets_it_go(made):
    """Labels, cards and a page come with it and go with it, each once."""
    keys, others = feature(made), incident(made)
    assert settle(made) == []
    assert standing(made) == {NAME: (False, 0, "")}
    close(made)
    assert held(made, *keys, *others) == (True, True, False, False)
    assert pages(made) == [(PAGE, OPEN)]
    said = 'Closed for checkout since 2026-11-24: error_budget[subject] < 0.0 (error_budget["checkout"] = -0.2)'
    assert all("Features of checkout wait: its error budget is spent." in card(made, key) for key in keys)
    assert all(said in card(made, key).replace("&lt;", "<") for key in keys)
    assert not any("Nothing more happens" in card(made, key) for key in keys)
    assert all(f"{key} Checkout is down" in card(made, "acme/shop#3") for key in others)
    budget(made, 0.5)
    settle(made)
    assert held(made, *keys) == (False, False)
    assert pages(made) == [(PAGE, CLOSED)]
    assert all("All in order" in card(made, key) for key in keys)
    assert standing(made) == {NAME: (False, 1, "")}


def test_a_page_says_why_what_and_who(one):
    """Whoever comes upon it needs nothing else."""
    incident(one)
    close(one)
    body = next(issue.body for issue in one.issues() if issue.title == PAGE).replace("\u200b", "")
    for said in (
        "Features of checkout wait: its error budget is spent.",
        '`error_budget[subject] < 0.0 (error_budget["checkout"] = -0.2)`',
        "Pull requests, all of them",
        'Tickets with `kind == "feature"` wear the label `held`',
        "[OPS-1](",
        "**It opens by itself** when `error_budget[subject] > 0.1`",
        "The lead of the team or kim may comment here, or on what is held:",
        "`/kaizen waive own/budget checkout until DATE because ...`",
    ):
        assert said in body


def test_what_is_waited_for_is_kept_up_to_date(made):
    """On the page's card: what is finished is named no more, what comes is."""
    first = incident(made)
    close(made)
    made.github.close(made.github.issue(int(first[0].partition("#")[2])), actor="bo-gh")
    settle(made)
    text = card(made, "acme/shop#2")
    assert "Nothing more happens" not in text
    assert f"{first[1]} Checkout is down" in text
    assert first[0] not in text
    second = incident(made, "Payments are down")
    settle(made)
    assert all(f"{key} Payments are down" in card(made, "acme/shop#2") for key in second)


def test_between_its_levels_a_gate_stays_as_it_is(made):
    """Noise around one of them neither closes nor opens it, and nothing is written."""
    keys = feature(made)
    settle(made)
    for left in (0.05, 0.001, 0.09, 0.0):
        budget(made, left)
        assert settle(made) == []
    close(made)
    for left in (-0.01, 0.05, 0.1, -0.3, 0.0):
        budget(made, left)
        assert settle(made) == []
    assert held(made, *keys) == (True, True)


def test_a_second_closing_is_a_new_occasion(made):
    """It has a page of its own, and says why anew."""
    keys = feature(made)
    close(made)
    budget(made, 0.5)
    settle(made)
    budget(made, -0.7)
    settle(made)
    assert held(made, *keys) == (True, True)
    assert pages(made) == [(PAGE, CLOSED), (PAGE, OPEN)]
    assert standing(made)[NAME] == (True, 2, "")
    assert all('(error_budget["checkout"] = -0.7)' in card(made, key) for key in keys)


@pytest.mark.parametrize(
    ("missing", "before", "expected"),
    [
        ("keep", 0.5, (False, "it stays as it is")),
        ("keep", -0.2, (True, "it stays as it is")),
        ("open", 0.5, (False, "open until that is known")),
        ("open", -0.2, (False, "open until that is known")),
        ("closed", 0.5, (True, "closed until that is known")),
        ("closed", -0.2, (True, "closed until that is known")),
    ],
)
@pytest.mark.parametrize("stale", [True, False])
def test_a_gate_stands_as_it_says_while_its_number_is_missing_or_stale(one, missing, before, expected, stale):
    """And says so; when the number is back it goes by that."""
    gate(one, GATE + f'missing = "{missing}"\n')
    budget(one, before)
    key, _ = feature(one)
    settle(one)
    if not stale:
        budget(one)
        with one.worker() as worker, worker.database.begin() as connection:
            connection.exec_driver_sql("delete from signals")
    settle(one, days=5)
    closed, why = expected
    now, _, unsure = standing(one)[NAME]
    assert (now, unsure.rpartition(": ")[2]) == (closed, why)
    assert ("stale" in unsure) is stale
    assert held(one, key) == (closed,)
    budget(one, 0.5)
    settle(one)
    assert standing(one)[NAME][0::2] == (False, "")
    assert held(one, key) == (False,)


def test_a_gate_that_closed_for_want_of_a_number_opens_with_it(one):
    """At a level at which it would not have closed, though not at one at which a closed one opens."""
    gate(one, GATE + 'missing = "closed"\n')
    settle(one, days=5)
    assert standing(one)[NAME][0]
    budget(one, 0.05)
    settle(one)
    assert not standing(one)[NAME][0]


def lose(company):
    """Lose the database."""
    for file in (company.folder / "var").glob("kaizend.db*"):
        file.unlink()


def test_a_lost_database_changes_nothing(made):
    """Between its levels a closed gate is told by its page; nothing is filed or posted twice."""
    keys, _ = feature(made), incident(made)
    close(made)
    before = made.seen()
    budget(made, 0.05)
    lose(made)
    settle(made)
    assert standing(made)[NAME][:2] == (True, 1)
    assert made.seen() == before
    budget(made, 0.5)
    settle(made)
    assert held(made, *keys) == (False, False)
    lose(made)
    budget(made, 0.05)
    settle(made)
    assert standing(made)[NAME][:2] == (False, 1)
    assert pages(made) == [(PAGE, CLOSED)]


def test_a_page_that_people_called_off_is_not_filed_again(made):
    """Nor after the database was lost; the gate is closed all the same."""
    keys = feature(made)
    close(made)
    made.github.close(made.github.issue(2), actor="kim-gh", reason="not_planned")
    settle(made)
    lose(made)
    settle(made)
    assert held(made, *keys) == (True, True)
    assert pages(made) == [(PAGE, CLOSED)]
    assert standing(made)[NAME][:2] == (True, 1)


def test_what_people_undo_stays_undone(made):
    """A label that they take off, a page that they open again, a priority that they lower."""
    gate(made, GATE + MANDATE)
    keys, others = feature(made), incident(made)
    close(made)
    assert made.jira.issue(others[1]).priority == "High"
    made.clock.forward(minutes=5)
    made.github.remove_label(1, "held", actor="bo-gh")
    made.jira.edit(others[1], actor="bo", priority="Low")
    settle(made)
    assert held(made, *keys) == (False, True)
    assert made.jira.issue(others[1]).priority == "Low"
    budget(made, 0.5)
    settle(made)
    made.clock.forward(minutes=5)
    made.github.reopen(3, actor="kim-gh")
    settle(made)
    assert pages(made) == [(PAGE, OPEN)]


def test_what_a_gate_waits_for_comes_first(made):
    """It gets a priority, an owner and a due date, once."""
    gate(made, GATE + MANDATE)
    keys = incident(made)
    close(made)
    seen = made.seen()
    assert seen[f"{keys[0]} label priority:high"] == 1
    assert made.jira.issue(keys[1]).priority == "High"
    assert seen[f"{keys[0]} owner ana-gh"] == 1
    assert seen[f"{keys[1]} owner ana"] == 1
    assert seen[f"{keys[0]} due Due 2026-12-01"] == 1
    assert seen[f"{keys[1]} due 2026-12-01"] == 1


def test_a_gate_in_shadow_is_judged_and_does_nothing(made):
    """Its closing is seen in the database and in the plan alone."""
    gate(made, GATE + MANDATE.strip() + '\nmode = "shadow"\n')
    keys, others = feature(made), incident(made)
    budget(made, -0.2)
    assert settle(made) == []
    assert standing(made)[NAME][:2] == (True, 1)
    assert held(made, *keys, *others) == (False,) * 4
    assert pages(made) == []


REVIEWS = """
[[gate]]
id = "reviews"
about = "Releases wait while a review is skipped."
power = "block-releases"
close_when = ['skipped_reviews > 0']
holds_tickets = ['kind == "feature"']
"""


def test_a_source_that_is_not_read_opens_no_gate(made):
    """That a review is seen no more may be because nobody looked."""
    gate(made, REVIEWS)
    key, _ = feature(made)
    late = {"labels": ("review",), "due": LATE, "at": made.clock()}
    made.jira.add_issue("OPS", "Improvement review", type="Task", reporter="bo", **late)
    settle(made)
    assert standing(made) == {"own/reviews": (True, 1, "")}
    assert held(made, key) == (True,)
    made.fail("status", path="^/rest/", times=1000, status=404)
    made.clock.forward(minutes=20)
    made.once()
    closed, number, why = standing(made)["own/reviews"]
    assert (closed, number) == (True, 1)
    assert "source ops was not read wholly" in why
    assert held(made, key) == (True,)


DEBT = """
[[gate]]
id = "debt"
about = "Whoever changes a component with overdue work does that first."
power = "enforce-refactoring"
each = "component"
close_when = ['overdue_debt[subject] >= 2']
open_when = ['overdue_debt[subject] == 0']
holds_tickets = ['kind == "feature"']
blocking = ['kind == "improvement"', 'overdue']
say = "Features of {subject} wait for its improvements."
"""


def test_overdue_work_of_a_component_holds_its_features(made):
    """And those of no other, on both trackers; what is finished opens it."""
    gate(made, DEBT)
    late = [made.issue(title, due=LATE, labels=["component:cart"]) for title in ("Old code", "Older code")]
    made.issue("Elsewhere", due=LATE, labels=["component:search"])
    cart, _ = feature(made, "A new cart", ["component:cart"])
    search, _ = feature(made, "A new search", ["component:search"])
    settle(made)
    assert standing(made)["own/debt cart"] == (True, 1, "")
    assert standing(made)["own/debt search"] == (False, 0, "")
    assert held(made, cart, search) == (True, False)
    assert "Features of cart wait for its improvements." in card(made, cart)
    made.github.close(late[0], actor="bo-gh")
    settle(made)
    assert held(made, cart) == (True,)
    made.github.close(late[1], actor="bo-gh")
    settle(made)
    assert held(made, cart) == (False,)


def test_a_gate_goes_by_a_metric(one):
    """Over the last thirty days; where too little is known it says so."""
    metric = '\n[[metric]]\nid = "incidents-a-week"\nmeasured = "incidents"\nunit = "per week"\n'
    gate(one, REVIEWS.replace("skipped_reviews > 0", 'incidents_a_week[""] > 0.5') + metric)
    for number in range(4):
        incident(one, f"Outage {number}")
    settle(one)
    closed, _, why = standing(one)["own/reviews"]
    assert closed or why.startswith("incidents_a_week of the whole: ")


def test_a_signal_goes_before_a_metric_of_its_name(one):
    """The metric of the pack `metrics` has a number of the last thirty days: it would hide that the newest is stale."""
    metric = (
        '\n[[metric]]\nid = "error-budget"\nmeasured = "signal"\nsignal = "error_budget"\nby = ["all", "service"]\n'
    )
    gate(one, GATE + metric)
    budget(one, -0.2)
    settle(one)
    assert standing(one)[NAME][::2] == (True, "")
    settle(one, days=5)
    closed, _, why = standing(one)[NAME]
    assert closed
    assert why.startswith("error_budget of checkout: ")
    assert why.endswith(": it stays as it is")


def test_a_digest_and_why_tell_of_closed_gates(one):
    """Since when, why, how much is held and waited for; later, that it opened."""
    key, _ = feature(one)
    incident(one)
    close(one)
    with one.worker() as worker:
        table = worker_digest(worker)
        assert "Gates" in table
        assert f"{NAME.replace(' ', ' (')})" in table
        assert "2 tickets" in table
        ticket = worker.mirror.find(key)
        known = memory_of(worker, ticket.uid, world(worker, worker.clock()))
        (said,) = told_gates(worker.policy, ticket, "feature", known, worker.clock())
    assert said.startswith(
        "held by the gate own/budget (checkout), closed since 2026-11-24: error_budget[subject] < 0.0"
    )
    budget(one, 0.5)
    settle(one)
    with one.worker() as worker:
        assert "Opened again: own/budget (checkout), on 2026-11-24" in worker_digest(worker)
    settle(one, days=8)
    budget(one, 0.5)
    settle(one)
    with one.worker() as worker:
        assert worker_digest(worker) == ""


def worker_digest(worker):
    """Return what a digest says of gates, as text."""
    blocks = gate_news(worker, tuple(worker.trackers), worker.clock() - timedelta(days=7))
    return "\n".join(worker.trackers["shop"].render(Prose((block,))) for block in blocks)


@pytest.mark.parametrize("state", ["active", "future"])
def test_what_a_gate_waits_for_is_planned_for_a_sprint(made, state):
    """In Jira, for the one under way or else the next; once, and who takes it out again wins."""
    gate(made, GATE + '\nmandate = { plan = "sprint" }\n')
    add_sprint(made.jira, "Sprint 1", "closed")
    add_sprint(made.jira, "Sprint 2", state)
    keys = incident(made)
    planned = incident(made, "Planned already")
    add_sprint(made.jira, "Sprint 3", "future")
    plan(made.jira, planned[1], "Sprint 3", actor="bo")
    close(made)
    assert made.jira.issue(keys[1]).sprints == ("Sprint 2",)
    assert made.jira.issue(planned[1]).sprints == ("Sprint 3",)
    assert "planned for the sprint, on 2026-11-24, by rule" in card(made, keys[1])
    plan(made.jira, keys[1], actor="bo")
    settle(made)
    assert made.jira.issue(keys[1]).sprints == ()


def test_what_a_gate_waits_for_is_planned_for_a_version(made):
    """The next of those that are not released, by their dates."""
    gate(made, GATE + '\nmandate = { plan = "version" }\n')
    made.jira.add_release("OPS", "1.0", released=True, date=LATE)
    made.jira.add_release("OPS", "2.0", date=LATE + timedelta(days=90))
    made.jira.add_release("OPS", "1.1", date=LATE + timedelta(days=30))
    keys = incident(made)
    close(made)
    assert tuple(made.jira.issue(keys[1]).fix_versions) == ("1.1",)
    assert "planned for the version" in card(made, keys[1])


def test_where_there_is_no_sprint_it_says_so(made):
    """The rest is done; the refusal is seen."""
    gate(made, GATE + '\nmandate = { plan = "sprint", priority = "high" }\n')
    keys = incident(made)
    budget(made, -0.2)
    made.clock.forward(minutes=20)
    made.once()
    assert made.jira.issue(keys[1]).priority == "High"
    assert (keys[1], "plan", "failed") in made.ops()


def test_a_gate_goes_by_a_signal_whatever_source_is_down(made):
    """From the first pass on: the numbers it asks for come from elsewhere."""
    key, _ = feature(made)
    budget(made, -0.2)
    made.fail("status", path="^/rest/", times=1000, status=404)
    for _ in range(2):
        made.clock.forward(minutes=20)
        made.once()
    assert standing(made)[NAME] == (True, 1, "")
    assert held(made, key) == (True,)
