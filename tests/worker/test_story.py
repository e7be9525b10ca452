"""The story: four months in which every row of the governance policy is at work, on each kind of tracker."""

import logging

import pytest
import structlog

from rules.governance import SECTIONS
from worker.settings.files import packs_that_ship
from worker.story import story

ROWS = {
    "scope": {"backlog/needs-domain": {"add label"}},
    "ownership": {"backlog/owned": {"add label", "ping", "remove label"}, "twins/inherited": {"assign"}},
    "inputs": {"inputs/uninformed": {"add label", "ping", "remove label", "reopen"}},
    "cadence": {
        "postmortems/reviewed": {"file"},
        "cadence/monthly": {"file"},
        "cadence/quarterly": {"file"},
        "cadence/late": {"add label", "ping", "remove label"},
        "cadence/skipped": {"add label", "file", "ping"},
    },
    "backlog": {
        "backlog/time-boxed": {"set due"},
        "backlog/overdue": {"add label", "ping", "remove label"},
        "postmortems/actions": {"file"},
    },
    "deferral": {
        "deferral/unexplained": {"add label", "ping", "take back", "remove label"},
        "deferral/deferred": {"file"},
        "deferral/wakes": {"ping"},
        "deferral/third": {"add label", "ping"},
    },
    "feedback": {"feedback/unanswered": {"add label", "ping", "remove label"}},
    "leadership": {"leadership/modelling": {"ping"}, "leadership/protected": {"ping"}},
    "powers": {
        "gates/error-budget": {"file", "close"},
        "gates/debt": {"file", "add label", "remove label", "close"},
        "gates/reliability": {"file", "assign"},
        "gates/releases": {"file"},
    },
    "success": {"outcomes/asked": {"ping"}, "outcomes/effort": {"add label"}, "outcomes/unclear": {"ping"}},
    "forbidden": {
        "forbidden/theatre": {"add label", "ping", "reopen", "remove label"},
        "forbidden/extra-work": {"add label", "remove label"},
        "forbidden/no-outcome": {"add label", "remove label"},
        "recurrence/back": {"add label", "ping", "reopen"},
    },
}
"""Row of the policy -> rules of it -> what they do in the story."""


@pytest.fixture(scope="module", params=["cloud", "dc"])
def told(request, tmp_path_factory):
    """Tell the story once for all tests, on GitHub beside Jira Cloud or Jira Data Center."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield story(tmp_path_factory.mktemp("story"), packs_that_ship(), flavour=request.param)
    logging.disable(logging.NOTSET)
    structlog.reset_defaults()


def test_every_row_of_the_policy_is_at_work(told):
    """Each section has a rule that did something, by its name."""
    assert [row.section for row in told.served] == list(SECTIONS)
    assert told.asleep == ()


@pytest.mark.parametrize(("section", "rules"), ROWS.items(), ids=ROWS.keys())
def test_a_row_of_the_policy_is_served_by_the_rules_that_serve_it(told, section, rules):
    """What each of them did, counted over the four months."""
    (row,) = (row for row in told.served if row.section == section)
    did = {rule.id: set(report.done) for rule, report in row.rules}
    assert {rule: did[rule] for rule in rules} == rules


def test_every_pass_is_whole_and_the_last_one_leaves_nothing_to_do(told):
    """Nothing failed, nothing was held back; one more pass writes nothing."""
    assert told.troubles == ()
    assert told.after == 0


def test_what_people_did_right_is_left_in_peace(told):
    """What was done and shows it stays closed; a review that was held and says what came of it, too."""
    assert told.team.on_github("Search is slow").state == "closed"
    assert told.team.on_github("Improvement review 2026-10").state == "closed"


def test_what_they_did_wrong_is_open_again_or_escalated(told):
    """Done with nothing to show, and a review that nobody held."""
    assert told.team.on_github("Old runbooks").state == "open"
    assert told.team.on_github("Skipped: Improvement review 2026-11").state == "open"
    assert told.team.on_github("Why is nothing done for security?").state == "open"


def test_what_came_back_is_open_again(told):
    """On both trackers, with what tells so on the card."""
    cart, login = told.team.on_github("The cart is empty"), told.team.on_jira("Login goes round")
    assert (cart.state, login.status != "Done") == ("open", True)
    assert any("the same fingerprint cart" in one.body for one in cart.comments)
    assert any("the same alert Login loop of login" in one.body for one in login.comments)


def test_the_four_powers_are_used(told):
    """Features are paused and let through again, a component's rework comes first, urgent work is mandated."""
    assert [said.partition(":")[0] for said in told.team.statuses("Gift cards")] == [
        "success",
        "failure",
        "success",  # waived
        "failure",  # no longer
        "success",
    ]
    assert all(said.startswith("success") for said in told.team.statuses("Revert"))
    basket, duty = told.team.on_jira("A basket to share"), told.team.on_jira("Nobody is on duty")
    worn = [item.after_text for one in basket.histories for item in one.items if item.field == "labels"]
    assert worn == ["feature held-debt", "feature"]
    assert duty.assignee == "ana"
    assert told.team.on_github("Gate closed: releases").state == "open"


def test_what_may_have_come_back_is_suggested(told):
    """On both trackers, on the card of the new report alone, with what both say."""
    export, printer = told.team.on_github("Accounting misses"), told.team.on_jira("No parcel labels")
    (card,) = [one.body for one in export.comments if "May be the same problem" in one.body]
    assert "cursor of the orders was closed" in card
    (card,) = [one.body for one in printer.comments if "May be the same problem" in one.body]
    assert "tray for parcel labels" in card
    assert len(told.suggested) == 2
    assert told.team.on_github("The nightly export").state == "closed"
    assert told.team.on_jira("The warehouse prints").status == "Done"


def test_the_actions_of_the_incident_are_improvements(told):
    """One ticket each, due, beside the incident they come from."""
    for action in ("Alert on an empty pool", "Try the fail-over"):
        every = [one for one in told.team.jira.issues.values() if one.summary == action]
        assert len(every) == 1
        assert every[0].due is not None


def test_the_review_brings_along_what_there_is(told):
    """The latest of each input, what is late, the domains and a scorecard of the lead stand in the review's ticket."""
    text = told.team.on_github("Improvement review 2026-11").body
    for part in ("What the council decides from", "Longest overdue", "Domains on", "Leads, ", "Deferral debt"):
        assert part in text
    assert "scorecards" in text
