"""Decisions rest on inputs: what is closed without one is labelled, opened again once, and then left to people."""

import json
from datetime import timedelta

import pytest

from tests.worker.faulty import firm
from tests.worker.test_people_win import cards, memory

INPUTS = """
[inputs.postmortems]
kind = "csv"
path = "postmortems.csv"
date = "day"

[inputs.quality-scorecards]
kind = "csv"
path = "scores.csv"
date = "day"
"""
REST = ("error-budgets", "customer-impact", "debt-registers", "audit-findings")
KINDS = {"decision": ['"decision" in labels'], "review": ['"review" in labels']}
KEYS = ("acme/shop#1", "OPS-1")


@pytest.fixture(params=["cloud", "dc"])
def made(request, tmp_path):
    """Serve a company with a decision on each tracker, bo's, after a pass that found all inputs fresh."""
    with firm(tmp_path, request.param, rules=("pack:inputs",)) as company:
        company.env = {f"KAIZEND_KINDS__{name.upper()}": json.dumps(when) for name, when in KINDS.items()}
        inputs = "".join(f'\n[inputs.{name}]\nkind = "csv"\npath = "scores.csv"\ndate = "day"\n' for name in REST)
        company.configure(more=INPUTS + inputs)
        bring(company, "postmortems")
        bring(company, "scores")
        company.github.add_issue("Drop the old search", author="bo-gh", labels=["decision"], assignees=["bo-gh"])
        company.jira.add_issue("OPS", "Buy a line", type="Task", reporter="bo", labels=("decision",), assignee="bo")
        assert settle(company) == []
        yield company


def bring(company, name, *, ago=0):
    """Add a row to a register, dated so many days ago."""
    file = company.folder / f"{name}.csv"
    before = file.read_text(encoding="utf-8") if file.exists() else "day,what\n"
    day = (company.clock() - timedelta(days=ago)).date()
    file.write_text(f"{before}{day},a row\n", encoding="utf-8")


def settle(company):
    """Make a pass that ends at the fixed point; return its writes."""
    writes = company.written()
    assert company.written() == []
    assert company.written(whole=True) == []
    return writes


def close(company, *, reason="completed", resolution="Done"):
    """Have bo close both, some minutes before and after something else happens."""
    company.clock.forward(minutes=3)
    company.github.close(1, actor="bo-gh", reason=reason)
    way = next(one.name for one in company.jira.ways(company.jira.issue("OPS-1")) if one.to == "Done")
    company.jira.transition("OPS-1", way, actor="bo", resolution=resolution)
    company.clock.forward(minutes=3)


def let_go_stale(company, *fresh):
    """Let so much time pass that all inputs are stale; bring some up to date."""
    company.clock.forward(days=36)
    for name in fresh:
        bring(company, name)
    settle(company)


def is_open(company):
    """Tell of each ticket whether it is open."""
    return company.github.issue(1).state == "open", company.jira.issue("OPS-1").status != "Done"


def worn(company):
    """Tell of each ticket whether it is labelled."""
    return tuple(company.seen()[f"{key} label uninformed"] == 1 for key in KEYS)


def pings(company):
    """Return how many pings each ticket has got."""
    return tuple(company.seen()[f"{key} ping"] for key in KEYS)


def card(company, key):
    """Return the card on a ticket, without escapes."""
    text = next(text for text in cards(company, key) if "this is where this ticket stands" in text.lower())
    return text.replace("\\", "")


def test_a_decision_without_an_input_is_opened_again(made):
    """With the list of what is missing; brought up to date and closed again it counts, and does so for good."""
    let_go_stale(made, "scores")
    assert all("bring these inputs up to date: postmortems." in card(made, key) for key in KEYS)
    close(made)
    settle(made)
    assert is_open(made) == (True, True)
    assert worn(made) == (True, True)
    assert pings(made) == (1, 1)
    assert all("Still missing or stale: postmortems." in card(made, key) for key in KEYS)
    made.clock.forward(minutes=20)
    bring(made, "postmortems")
    settle(made)
    assert worn(made) == (True, True)  # it was read within the hour
    close(made)
    settle(made)
    assert is_open(made) == (False, False)
    assert worn(made) == (False, False)
    assert all("This ticket is done" in card(made, key) for key in KEYS)
    for _ in range(4):
        made.clock.forward(days=20)
        assert settle(made) == []
    assert is_open(made) == (False, False)
    assert pings(made) == (1, 1)


def test_who_closes_it_again_without_an_input_wins(made):
    """It stays closed and labelled, and the council hears of it once."""
    let_go_stale(made, "scores")
    close(made)
    settle(made)
    close(made)
    settle(made)
    assert is_open(made) == (False, False)
    assert worn(made) == (True, True)
    assert [memory(made, key).reversals[0].by for key in KEYS] == ["bo-gh", by(made)]
    assert pings(made) == (1, 1)
    for _ in range(4):
        made.clock.forward(days=7)
        bring(made, "scores")
        settle(made)
    assert is_open(made) == (False, False)
    assert worn(made) == (True, True)
    assert pings(made) == (2, 2)


def by(company):
    """Return bo's login in Jira."""
    return "acc-bo" if "email" in company.config.read_text("utf-8") else "bo"


def test_an_input_that_came_just_before_the_closing_counts(made):
    """It is read at once although it was read within the hour: nothing is written but the card."""
    let_go_stale(made, "scores")
    bring(made, "postmortems")
    close(made)
    writes = settle(made)
    assert is_open(made) == (False, False)
    assert worn(made) == (False, False)
    assert pings(made) == (0, 0)
    assert len(writes) == 2


def test_an_input_that_comes_is_news_for_those_who_wait(made):
    """The label goes in the pass that reads it, not on the next day."""
    let_go_stale(made, "scores")
    close(made)
    settle(made)
    bring(made, "postmortems")
    made.clock.forward(hours=1)
    settle(made)
    assert is_open(made) == (True, True)
    assert worn(made) == (False, False)
    assert all("All in order" in card(made, key) for key in KEYS)


def test_what_was_given_up_needs_no_inputs(made):
    """Closed as not planned, or as what won't be done."""
    let_go_stale(made)
    close(made, reason="not_planned", resolution="Won't Do")
    settle(made)
    assert is_open(made) == (False, False)
    assert worn(made) == (False, False)


def test_a_review_lacks_what_the_config_does_not_have(made):
    """One of the six that is not configured is missing, for as long as the config has any other."""
    review = made.github.add_issue("Monthly review", author="bo-gh", labels=["review"], assignees=["bo-gh"])
    made.configure(more=INPUTS)
    settle(made)
    close(made)
    made.github.close(review, actor="bo-gh")
    settle(made)
    assert is_open(made) == (True, True)
    assert review.state == "open"
    assert made.seen()["acme/shop#2 label uninformed"] == 1
    assert all(f"Still missing or stale: {', '.join(REST)}." in card(made, key) for key in KEYS)


def test_what_was_closed_before_is_not_judged_by_what_is_asked_for_since(made):
    """Inputs that go from the config, or get a narrower limit, open nothing again that was closed rightly."""
    close(made)
    settle(made)
    made.clock.forward(days=3)
    made.configure(more=INPUTS.replace('date = "day"', 'date = "day"\nfresh = "1 day"'))
    assert settle(made) == []
    assert is_open(made) == (False, False)


def test_while_the_worker_is_down_nothing_is_held_against_anybody(made):
    """An input was brought in between, perhaps in time: only the newest one is seen afterwards."""
    made.clock.forward(days=36)
    bring(made, "scores", ago=3)
    bring(made, "postmortems", ago=2)
    close(made)
    made.clock.forward(days=1)
    bring(made, "postmortems")
    assert settle(made) == []
    assert is_open(made) == (False, False)


def test_a_lost_database_opens_nothing_again(made):
    """What was closed before it was lost is not judged anew, as what inputs there were is lost with it."""
    let_go_stale(made, "scores")
    close(made)
    settle(made)
    close(made)
    settle(made)
    for file in (made.folder / "var").glob("kaizend.db*"):
        file.unlink()
    made.clock.forward(hours=1)
    settle(made)
    made.clock.forward(days=3)
    settle(made)
    assert is_open(made) == (False, False)
    assert pings(made) == (1, 1)


def test_an_input_that_cannot_be_read_is_fresh_within_its_limit(made):
    """Its file is gone: what it brought counts as long as it is not too old."""
    (made.folder / "postmortems.csv").unlink()
    made.clock.forward(days=20)
    close(made)
    settle(made)
    assert is_open(made) == (False, False)


def test_an_input_that_has_become_older_is_news_for_all(made):
    """Its newest row was a mistake: the open tickets are told in the pass that reads it."""
    (made.folder / "postmortems.csv").write_text("day,what\n2026-10-01,a row\n", encoding="utf-8")
    made.clock.forward(hours=1)
    settle(made)
    assert all("bring these inputs up to date: postmortems." in card(made, key) for key in KEYS)


def test_whoever_asks_why_is_told_the_inputs(made):
    """By the command, as by the card."""
    let_go_stale(made, "scores")
    made.clock.forward(minutes=5)
    made.github.comment(1, "/kaizen why", author="bo-gh")
    made.jira.comment("OPS-1", "/kaizen why", author="bo")
    settle(made)
    assert all("inputs/informed-first holds" in card(made, key) for key in KEYS)
    assert all("inputs_missing = postmortems" in card(made, key) for key in KEYS)
