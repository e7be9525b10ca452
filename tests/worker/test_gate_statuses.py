"""Gates on pull requests: one status on each head, set once a change, corrected where it is wrong."""

from dataclasses import replace

import pytest

from tests.worker.gatehouse import CONTEXT, PAGE, gate, gatehouse
from worker.cycle import Watching, read
from worker.look import look

OPEN = "success: No gate holds this change."
HELD = "failure: Held by error-budget: the error budget is spent"


@pytest.fixture
def house(tmp_path):
    """Serve the company."""
    with gatehouse(tmp_path) as made:
        yield made


def settle(made):
    """Make a pass that ends at the fixed point; return the heads on which a status was set."""
    made.sandbox.log.clear()
    made.once()
    posts = made.posts()
    assert made.written() == []
    assert made.written(whole=True) == []
    return posts


def test_a_gate_closes_and_opens_again(house):
    """Feature work goes red with the reason, a fix passes; each status is set once a change of it."""
    incident = house.issue("Checkout is down", labels=["incident"])
    feature, fix = house.pull(), house.pull("Fix #1", labels=["feature"])
    assert incident.number == 1
    assert sorted(settle(house)) == sorted([feature.pull.head_sha, fix.pull.head_sha])
    assert (house.status(feature), house.status(fix)) == (OPEN, OPEN)
    house.stand(closed=True)
    assert sorted(settle(house)) == sorted([feature.pull.head_sha, fix.pull.head_sha])
    assert (house.status(feature), house.status(fix)) == (HELD, "success: Let through error-budget: fixes")
    assert {each.target_url for each in house.said(feature)} == {"", PAGE}
    house.stand(closed=False)
    settle(house)
    assert (house.status(feature), house.status(fix)) == (OPEN, OPEN)
    assert [len(house.said(each)) for each in (feature, fix)] == [3, 3]


def test_a_new_head_gets_a_status_of_its_own(house):
    """Once, in the next pass."""
    house.stand(closed=True)
    feature = house.pull()
    settle(house)
    head = house.push(feature)
    assert settle(house) == [head]
    assert house.status(feature) == HELD


def test_what_only_the_figures_change_of_is_not_said_again(house):
    """The reason with its values is said as it was when the gate closed."""
    house.gates = (replace(house.gates[0], say=""),)
    house.stand(closed=True, because=["error_budget[subject] < 0.0 (error_budget = -0.1)"])
    feature = house.pull()
    settle(house)
    house.stand(closed=True, because=["error_budget[subject] < 0.0 (error_budget = -0.2)"])
    assert settle(house) == []
    assert house.status(feature).endswith("(error_budget = -0.1)")


def test_what_cannot_be_judged_is_said_with_how_it_stands(house):
    """Open or closed, as the gate chooses for missing data."""
    feature = house.pull()
    house.stand(closed=True, unsure="no figure of error_budget since 2026-11-20")
    settle(house)
    assert house.status(feature) == (
        "failure: Held by error-budget, which cannot be judged: no figure of error_budget since 2026-11-20"
    )
    house.stand(closed=False, unsure="no figure of error_budget since 2026-11-20")
    settle(house)
    assert house.status(feature) == (
        "success: Open, though error-budget cannot be judged: no figure of error_budget since 2026-11-20"
    )


def test_all_gates_are_one_status(house):
    """The first that holds the change is named, the others are counted."""
    other = replace(house.gates[0], id="teeth/debt", power="enforce-refactoring", say="")
    third = replace(house.gates[0], id="teeth/quiet", mode="shadow")
    house.gates = (*house.gates, other, third)
    for each in house.gates:
        house.stand(closed=True, name=each.id)
    feature = house.pull()
    settle(house)
    assert house.status(feature) == "failure: Held by error-budget and 1 more: the error budget is spent"
    house.stand(closed=False)
    settle(house)
    assert house.status(feature) == "failure: Held by debt"


def test_a_repository_without_a_gate_hears_nothing(house):
    """Nor does one whose gate was not judged yet; a failing status that is left over is put right once."""
    feature = house.pull()
    house.stand(closed=True)
    settle(house)
    house.gates = (replace(house.gates[0], sources=("ops",)),)
    assert settle(house) == [feature.pull.head_sha]
    assert house.status(feature) == OPEN
    house.pull("Another one")
    house.gates = (gate(id="teeth/never-judged"),)
    assert settle(house) == []


def test_a_forged_status_is_corrected(house):
    """Whoever writes over ours, in whatever words; a status of somebody else's before ours is no answer, too."""
    house.stand(closed=True)
    feature, early = house.pull(), house.pull("Add a menu")
    house.github.add_status(early.pull.head_sha, CONTEXT, "success", description="fine", creator="bo-gh")
    settle(house)
    assert (house.status(feature), house.status(early)) == (HELD, HELD)
    house.github.add_status(feature.pull.head_sha, CONTEXT, "success", description="No gate holds.", creator="bo-gh")
    assert settle(house) == [feature.pull.head_sha]
    assert house.status(feature) == HELD


def test_a_forged_failure_is_found_within_a_day(house):
    """While none of ours fails it is looked once a day."""
    feature = house.pull()
    settle(house)
    house.github.add_status(feature.pull.head_sha, CONTEXT, "failure", creator="bo-gh")
    assert settle(house) == []
    house.clock.forward(days=1)
    assert settle(house) == [feature.pull.head_sha]
    assert house.status(feature) == OPEN


def test_a_quarrel_with_another_bot_ends(house):
    """What is written over again and again within a day is let be, and the pass is not fine."""
    house.stand(closed=True)
    feature = house.pull()
    settle(house)
    for _ in range(2):
        house.github.add_status(feature.pull.head_sha, CONTEXT, "success", creator="bo-gh")
        assert settle(house) == [feature.pull.head_sha]
    house.github.add_status(feature.pull.head_sha, CONTEXT, "success", creator="bo-gh")
    house.sandbox.log.clear()
    assert not house.once().whole
    assert house.posts() == []


def test_a_source_that_cannot_be_read_hears_nothing(house):
    """Not even that its gate has opened."""
    house.stand(closed=True)
    house.pull()
    settle(house)
    house.stand(closed=False)
    house.fail("status", method="GET", path="/pulls$", times=99, status=404)
    house.sandbox.log.clear()
    assert not house.once().whole
    assert house.posts() == []


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "status", "status_after"])
def test_a_lost_answer_is_looked_for(house, fault):
    """Whatever becomes of the request, the head shows the status once."""
    house.stand(closed=True)
    feature = house.pull()
    house.fail(fault, method="POST", path="/statuses/")
    house.once()
    house.once()
    assert settle(house) == []
    assert house.status(feature) == HELD
    assert len(house.said(feature)) == 1


def test_a_lost_database_changes_nothing(house):
    """What stands on the heads is read, and nothing is set again."""
    house.stand(closed=True)
    house.pull()
    settle(house)
    house.lose_database()
    house.stand(closed=True)
    assert settle(house) == []


def test_many_statuses_are_spread_and_red_ones_come_first(house):
    """No more than a rule may do in a pass; the plan says so."""
    house.configure(more="[ceilings]\nrule = 2\n")
    house.stand(closed=True)
    docs = [house.pull(f"Docs {number}", labels=()) for number in range(2)]
    features = [house.pull(f"Feature {number}") for number in range(3)]
    house.sandbox.log.clear()
    passed = house.once()
    assert (
        "gates: 2 of 5 statuses now, those that fail first; the other 3 follow in later passes"
        in passed.look.plan.notes
    )
    assert {house.status(each) for each in features} == {HELD, ""}
    assert {house.status(each) for each in docs} == {""}
    house.once()
    assert {house.status(each) for each in features} == {HELD}
    house.once()
    assert settle(house) == []
    assert {house.status(each) for each in docs} == {OPEN}


def test_a_status_is_planned_like_all_else(house):
    """The plan shows it with its reason, and writes nothing."""
    house.stand(closed=True, because=["error_budget < 0.0"])
    feature = house.pull()
    with house.worker() as worker:
        house.sandbox.log.clear()
        read(worker, Watching())
        (op,) = look(worker, house.clock(), whole=False).plan.ops
    assert (op.name, op.target.key, op.before, op.after) == ("status", "acme/shop#1", "-", HELD)
    assert op.because == ("teeth/error-budget is closed: error_budget < 0.0",)
    assert house.posts() == []
    assert house.said(feature) == []
