"""Gates that are over for another reason than their numbers: changed, shadowed or gone; and closings begun twice."""

import pytest

from tests.worker.faulty import firm, rules
from tests.worker.gated import GATE, budget, feature, gate, held, pages, settle, standing
from tests.worker.gatehouse import GATE as HOUSE
from tests.worker.gatehouse import gatehouse
from tests.worker.places import LATE
from tests.worker.test_gate_statuses import HELD
from tests.worker.test_gate_statuses import OPEN as GREEN
from tests.worker.test_gates import CLOSED, DEBT, NAME, OPEN, PAGE, REVIEWS, close, lose
from worker.cycle import Watching, read
from worker.gates.asking import ask_release
from worker.gates.standing import A_WHILE
from worker.look import look

SHADOW = 'mode = "shadow"\n'
RULE = '\n[[rule]]\nid = "seen"\nabout = "Seen."\non = "improvement"\nwhen = ["open"]\nsay = "Seen."\n'
WHOLE = GATE.replace('each = "service"\n', "").replace("[subject]", '["checkout"]').replace("{subject}", "checkout")
RELEASES = HOUSE.replace("pause-features", "block-releases").replace("""holds = ['"feature" in labels']\n""", "")
RELEASES = RELEASES.replace("""lets = ['fixes', 'reverts']\n""", "").replace('sources = ["shop"]\n', "")


@pytest.fixture
def one(tmp_path):
    """Serve a company with a gate that is open."""
    with firm(tmp_path) as company:
        gate(company)
        budget(company, 0.5)
        yield company


@pytest.fixture
def house(tmp_path):
    """Serve one with a gate for pull requests, which is open."""
    with gatehouse(tmp_path) as made:
        made.settle()
        yield made


def test_the_last_ticket_of_a_component_opens_its_gate(one):
    """Where nothing is left to be counted the number is 0, not missing."""
    gate(one, DEBT)
    late = [one.issue(title, due=LATE, labels=["component:cart"]) for title in ("Old code", "Older code")]
    settle(one)
    assert standing(one)["own/debt cart"] == (True, 1, "")
    for issue in late:
        one.github.close(issue, actor="bo-gh")
    settle(one)
    assert standing(one)["own/debt cart"] == (False, 1, "")
    assert [state for _, state in pages(one)] == [CLOSED]


def test_a_subject_that_nobody_has_any_more_is_no_doubt(one):
    """A release is not blocked for ever because a component of old is not judged any more."""
    gate(one, DEBT.replace("enforce-refactoring", "block-releases"))
    issue = one.issue("Old code", labels=["component:cart"])
    settle(one)
    one.github.close(issue, actor="bo-gh")
    settle(one)
    settle(one, hours=5)
    with one.worker() as worker:
        assert ask_release(worker, "v1", one.clock(), A_WHILE).verdict == "open"


@pytest.mark.parametrize("text", [DEBT, RULE, GATE + SHADOW], ids=["another gate", "no gate", "in shadow"])
def test_a_gate_that_is_gone_or_in_shadow_lets_go_and_its_page_is_closed(one, text):
    """When it comes back, or is put on again, it closes anew, with a page of its own."""
    keys = feature(one)
    close(one)
    rules(one, text)
    settle(one)
    assert held(one, *keys) == (False, False)
    assert pages(one) == [(PAGE, CLOSED)]
    gate(one)
    settle(one)
    assert held(one, *keys) == (True, True)
    assert sorted(pages(one)) == [(PAGE, CLOSED), (PAGE, OPEN)]


def test_a_gate_that_is_for_other_subjects_now_lets_go_of_those_of_old(one):
    """What it was closed for is over; it is closed for what it is for now."""
    keys = feature(one)
    close(one)
    gate(one, WHOLE)
    settle(one)
    assert standing(one) == {"own/budget": (True, 1, ""), NAME: (False, 1, "")}
    assert held(one, *keys) == (True, True)
    assert sorted(state for _, state in pages(one)) == [CLOSED, OPEN]
    budget(one, 0.5)
    settle(one)
    assert held(one, *keys) == (False, False)
    assert {state for _, state in pages(one)} == {CLOSED}


def test_closings_in_shadow_do_not_hide_the_page_from_a_new_database(one):
    """The first page that is filed may be that of a third closing."""
    feature(one)
    gate(one, GATE + SHADOW)
    for left in (-0.2, 0.5, -0.2, 0.5):
        budget(one, left)
        settle(one)
    gate(one)
    close(one)
    lose(one)
    budget(one, -0.2)
    settle(one)
    assert pages(one) == [(PAGE, OPEN)]
    assert standing(one)[NAME][:2] == (True, 3)


def test_half_a_reading_files_no_page(one):
    """A gate that cannot be judged yet does nothing at all, whatever it does while data is missing."""
    gate(one, REVIEWS + 'missing = "closed"\n')
    one.fail("status", path="^/rest/", times=1000, status=404)
    one.once()
    one.once()
    assert standing(one) == {}
    assert pages(one) == []


def test_a_pass_that_died_before_the_page_was_filed_says_nothing_twice(house):
    """Statuses wait for the page as they would have; so they do after a plan that nobody applied."""
    pull = house.pull()
    house.stand(closed=True)
    house.clock.forward(minutes=20)
    with house.worker() as worker:
        read(worker, Watching())
        look(worker, house.clock(), whole=False)
    house.clock.forward(minutes=1)
    house.once()
    assert house.status(pull) == HELD
    assert house.settle() == []
    assert len(house.said(pull)) == 1


def test_a_page_that_cannot_be_filed_holds_up_nothing_for_long(house):
    """It is refused, and the statuses say the rest in the next pass."""
    pull = house.pull()
    house.stand(closed=True)
    house.clock.forward(minutes=20)
    house.fail("status", method="POST", path="/issues$", times=99, status=422)
    house.once()
    house.clock.forward(minutes=20)
    house.once()
    assert house.status(pull) == HELD


def test_a_change_that_was_closed_while_its_gate_went_is_green_when_it_is_opened_again(house):
    """What failed on it is known as long as it is closed."""
    pull = house.pull()
    house.stand(closed=True)
    house.settle()
    assert house.status(pull) == HELD
    pull.state = "closed"
    house.github.changing(pull, None)
    house.settle()
    house.gates(RELEASES)
    house.settle()
    assert house.status(pull) == HELD
    pull.state = "open"
    house.github.changing(pull, None)
    house.settle()
    assert house.status(pull) == GREEN


def test_changes_are_green_when_the_last_gate_is_gone(house):
    """Whoever takes the rule out of the file sets them free."""
    pull = house.pull()
    house.stand(closed=True)
    house.settle()
    rules(house, RULE)
    house.settle()
    assert house.status(pull) == GREEN
