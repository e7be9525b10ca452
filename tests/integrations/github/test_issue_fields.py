"""Issue fields that the config names are read with the issues: a request each, so only where it is worth it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.errors import Incomplete
from integrations.sandbox.faults import Fault
from tests.integrations.github.conftest import NOW

NAME = "Alert fingerprint"


@pytest.fixture
def issues(hub):
    """Add an organisation with the field, and four issues: two open, one closed lately, one long ago."""
    hub.world.add_organisation("acme")
    hub.world.add_field("acme", NAME)
    for number in range(1, 5):
        long_ago = NOW - timedelta(days=300)
        hub.world.add_issue(f"issue {number}", created_at=long_ago, updated_at=long_ago)
        hub.world.set_field(number, NAME, f" pool\n{number} ", at=long_ago)
    hub.world.close(3)
    hub.world.close(4, at=NOW - timedelta(days=200))
    return hub


def read(tracker):
    """Return the fields of all issues, by number."""
    return {item.ref: item.fields for page in tracker.read("tickets", "") for item in page.items}


def test_they_are_read_with_the_issues(issues):
    """By the list, and one by one; of what was closed long ago nothing is asked."""
    tracker = issues.connected(fields=("alert Fingerprint",))
    assert read(tracker) == {
        "1": {"alert Fingerprint: pool 1"},
        "2": {"alert Fingerprint: pool 2"},
        "3": {"alert Fingerprint: pool 3"},
        "4": frozenset(),
    }
    asked = {line.split("/")[-2] for line in issues.asked() if "issue-field-values" in line}
    assert asked == {"1", "2", "3"}
    assert tracker.ticket("1").fields == {"alert Fingerprint: pool 1"}


def test_without_a_name_nothing_is_asked(issues):
    """Neither for the fields nor for their values, where the due date is kept elsewhere."""
    tracker = issues.tracker(due="milestone")
    assert tracker.connect().unknown == ()
    assert set(read(tracker).values()) == {frozenset()}
    assert not any("issue-field" in line for line in issues.asked())


def test_the_date_and_the_names_cost_one_request(issues):
    """Both come from the same answer."""
    issues.world.set_field(1, "Target date", "2026-12-24")
    tracker = issues.connected(fields=(NAME,))
    found = tracker.ticket("1")
    assert sum("issue-field-values" in line for line in issues.asked()) == 1
    assert (str(found.due), found.fields) == ("2026-12-24", {f"{NAME}: pool 1"})


@pytest.mark.fault("objects/renamed-field", "github")
def test_a_name_that_no_field_has_is_told(issues):
    """With the nearest; a repository of a person has no fields at all."""
    (line,) = issues.tracker(fields=("Alert fingerprnt",)).connect().unknown
    assert line.endswith("(did you mean 'Alert fingerprint'?)")
    issues.world.add_repo("zoe/shop")
    (line,) = issues.tracker(repository="zoe/shop", fields=(NAME,)).connect().unknown
    assert line == f"no issue field is called '{NAME}', as the config asks for"


@pytest.mark.parametrize("body", [{}, ["x"], [{"issue_field_id": "many", "value": 1}]])
def test_an_answer_of_another_shape_is_incomplete(issues, body):
    """It is no issue without values."""
    tracker = issues.connected(fields=(NAME,))
    issues.sandbox.fail(Fault(path="issue-field-values", status=200, body=body))
    with pytest.raises(Incomplete):
        read(tracker)
