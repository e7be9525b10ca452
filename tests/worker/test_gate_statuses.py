"""Gates on pull requests: one status on each head, set once a change, corrected where it is wrong."""

import pytest

from tests.worker.gated import budget, incident
from tests.worker.gatehouse import CONTEXT, GATE, SAY, gatehouse
from worker.cycle import Watching, read
from worker.look import look

OPEN = "success: No gate holds this change."
HELD = "failure: Held by budget: Features wait for the error budget."
DEBT = GATE.replace('"budget"', '"debt"').replace("pause-features", "enforce-refactoring").replace(SAY, "")


@pytest.fixture
def house(tmp_path):
    """Serve the company, which was looked at once: its gate is open."""
    with gatehouse(tmp_path) as made:
        made.settle()
        yield made


def heads(*pulls):
    """Return the heads of pull requests."""
    return sorted(pull.pull.head_sha for pull in pulls)


def test_a_gate_closes_and_opens_again(house):
    """Feature work goes red with the reason, a fix passes; each status is set once a change of it."""
    key, _ = incident(house)
    feature, fix, other = house.pull(), house.pull(f"Fix {key}"), house.pull("Docs", labels=())
    assert house.settle() == heads(feature, fix, other)
    assert [house.status(each) for each in (feature, fix, other)] == [OPEN] * 3
    house.stand(closed=True)
    assert house.settle() == heads(feature, fix)
    assert (house.status(feature), house.status(fix)) == (HELD, "success: Let through budget: fixes")
    page = f"{house.sandbox.url}/acme/shop/issues/{house.page().number}"
    assert [each.target_url for each in house.said(feature)] == ["", page]
    house.stand(closed=False)
    assert house.settle() == heads(feature, fix)
    assert (house.status(feature), house.status(fix)) == (OPEN, OPEN)
    assert [len(house.said(each)) for each in (feature, fix, other)] == [3, 3, 1]


def test_a_new_head_gets_a_status_of_its_own(house):
    """Once, in the next pass; a draft has one, too, for it becomes ready without a push."""
    house.stand(closed=True)
    feature, draft = house.pull(), house.pull("Try it", draft=True)
    house.settle()
    head = house.push(feature)
    assert house.settle() == [head]
    assert (house.status(feature), house.status(draft)) == (HELD, HELD)


def test_what_only_the_figures_change_of_is_not_said_again(house):
    """The reason with its values is said as it was when the gate closed."""
    house.gates(GATE.replace(SAY, ""))
    house.stand(closed=True)
    feature = house.pull()
    house.settle()
    said = 'failure: Held by budget: error_budget["checkout"] < 0.0 (error_budget["checkout"] = -0.2)'
    assert house.status(feature) == said
    budget(house, -0.3)
    assert house.settle() == []
    assert house.status(feature) == said


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("closed", "failure: Held by budget, which cannot be judged: "),
        ("open", "success: Open, though budget cannot be judged: "),
    ],
)
def test_what_cannot_be_judged_is_said_with_how_it_stands(house, missing, expected):
    """Open or closed, as the gate chooses for missing data."""
    house.gates(GATE + f'missing = "{missing}"\n')
    feature = house.pull()
    house.settle()
    assert house.status(feature) == OPEN
    budget(house)
    assert house.settle(days=4) == heads(feature)
    assert house.status(feature).startswith(expected)
    assert "0.5, 4 days old, which is stale" in house.status(feature)


def test_all_gates_are_one_status(house):
    """The first that holds the change is named, the others are counted; what is only shown is not among them."""
    shadow = DEBT.replace('"debt"', '"quiet"') + 'mode = "shadow"\n'
    house.gates(GATE.replace("< 0.0", "< -0.1"), DEBT, shadow)
    house.stand(closed=True)
    feature = house.pull()
    house.settle()
    assert house.status(feature) == "failure: Held by budget and 1 more: Features wait for the error budget."
    budget(house, -0.05)
    house.settle()
    assert house.status(feature).startswith("failure: Held by debt: error_budget")


def test_a_repository_without_a_gate_hears_nothing(house):
    """A failing status that is left over from a gate is put right once."""
    feature = house.pull()
    house.stand(closed=True)
    house.settle()
    house.gates(GATE.replace('sources = ["shop"]', 'sources = ["ops"]'))
    assert house.settle() == heads(feature)
    assert house.status(feature) == OPEN
    house.pull("Another one")
    house.push(feature)
    assert house.settle() == []


def test_a_forged_status_is_corrected(house):
    """Whoever writes over ours, in whatever words; a status of somebody else's before ours is no answer, too."""
    house.stand(closed=True)
    feature, early = house.pull(), house.pull("Add a menu")
    house.github.add_status(early.pull.head_sha, CONTEXT, "success", description="fine", creator="bo-gh")
    house.settle()
    assert (house.status(feature), house.status(early)) == (HELD, HELD)
    house.github.add_status(feature.pull.head_sha, CONTEXT, "success", description="No gate holds.", creator="bo-gh")
    assert house.settle() == heads(feature)
    assert house.status(feature) == HELD


def test_a_forged_failure_is_found_within_a_day(house):
    """While none of ours fails it is looked once a day."""
    feature = house.pull()
    house.settle()
    house.github.add_status(feature.pull.head_sha, CONTEXT, "failure", creator="bo-gh")
    assert house.settle() == []
    house.clock.forward(days=1)
    house.stand(closed=False)
    assert house.settle() == heads(feature)
    assert house.status(feature) == OPEN


def test_a_quarrel_with_another_bot_ends(house):
    """What is written over again and again within a day is let be, and the pass is not fine."""
    house.stand(closed=True)
    feature = house.pull()
    house.settle()
    for _ in range(11):
        house.github.add_status(feature.pull.head_sha, CONTEXT, "success", creator="bo-gh")
        house.sandbox.log.clear()
        house.once()
        assert house.posts() == heads(feature)
    house.github.add_status(feature.pull.head_sha, CONTEXT, "success", creator="bo-gh")
    house.sandbox.log.clear()
    assert not house.once().whole
    assert house.posts() == []


def test_a_source_that_cannot_be_read_hears_nothing(house):
    """Not even that its gate has opened."""
    house.stand(closed=True)
    house.pull()
    house.settle()
    house.stand(closed=False)
    house.clock.forward(minutes=20)
    house.fail("status", method="GET", path="/pulls$", times=99, status=404)
    house.sandbox.log.clear()
    assert not house.once().whole
    assert house.posts() == []


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "status", "status_after"])
def test_a_lost_answer_is_looked_for(house, fault):
    """Whatever becomes of the request, the head shows the status once."""
    house.stand(closed=True)
    feature = house.pull()
    house.clock.forward(minutes=20)
    house.fail(fault, method="POST", path="/statuses/")
    house.once()
    house.once()
    assert house.settle() == []
    assert house.status(feature) == HELD
    assert len(house.said(feature)) == 1


def test_a_lost_database_changes_nothing(house):
    """What stands on the heads is read, and nothing is set again."""
    house.stand(closed=True)
    feature = house.pull()
    house.settle()
    house.lose_database()
    assert house.settle() == []
    assert house.status(feature) == HELD


def test_many_statuses_are_spread_and_red_ones_come_first(house):
    """No more than a rule may do in a pass; the plan says so."""
    house.gates(GATE, more="[ceilings]\nrule = 2\n")
    house.stand(closed=True)
    house.settle()
    docs = [house.pull(f"Docs {number}", labels=()) for number in range(2)]
    features = [house.pull(f"Feature {number}") for number in range(3)]
    house.clock.forward(minutes=20)
    passed = house.once()
    note = "gates: 2 of 5 statuses now, those that fail first; the other 3 follow in later passes"
    assert note in passed.look.plan.notes
    assert {house.status(each) for each in features} == {HELD, ""}
    assert {house.status(each) for each in docs} == {""}
    house.once()
    assert {house.status(each) for each in features} == {HELD}
    house.once()
    assert house.settle() == []
    assert {house.status(each) for each in docs} == {OPEN}


def test_a_status_is_planned_like_all_else(house):
    """The plan shows it with its reason, and writes nothing."""
    house.stand(closed=True)
    house.settle()
    feature = house.pull()
    with house.worker() as worker:
        house.sandbox.log.clear()
        read(worker, Watching())
        (op,) = look(worker, house.clock(), whole=False).plan.ops
    assert (op.name, op.target.key, op.before, op.after) == ("status", feature.key, "-", HELD)
    assert op.because[0].startswith('own/budget is closed: error_budget["checkout"] < 0.0')
    assert house.posts() == []
    assert house.said(feature) == []


@pytest.mark.parametrize("arrived", [True, False])
def test_a_worker_that_died_while_sending_leaves_no_doubt(house, arrived):
    """Whether the request arrived or not, the head shows the status once."""
    house.stand(closed=True)
    house.settle()
    feature = house.pull()
    with house.worker() as worker:
        read(worker, Watching())
        (op,) = look(worker, house.clock(), whole=False).plan.ops
        worker.ledger.intend(0, (op,), house.clock())
        worker.ledger.sending(op.id, house.clock())
    if arrived:
        said = {"description": op.verb.description, "target_url": op.verb.url, "creator": house.bot}
        house.github.add_status(feature.pull.head_sha, CONTEXT, "failure", **said)
    house.once()
    assert house.settle() == []
    assert house.status(feature) == HELD
    assert len(house.said(feature)) == 1
