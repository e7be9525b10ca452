"""Gates on pull requests: one status on each head, set once a change, corrected where it is wrong."""

import pytest

from integrations.sandbox.faults import Fault
from tests.worker.gatehouse import CONTEXT, PAGE, gatehouse

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
