"""Milestones that are moved: their issues come again, though GitHub does not call them changed; nothing else does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from integrations.errors import Incomplete, Unavailable
from integrations.sandbox.faults import Fault
from tests.integrations.contract import read_all

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def due(items):
    """Return the dates of tickets by their numbers."""
    return {int(item.ref): item.due for item in items}


def milestones(hub, count):
    """Make milestones on days in a row, with an issue in each; return them."""
    found = [hub.world.add_milestone(f"m{n}", due_on=NOON + timedelta(days=n)) for n in range(count)]
    for one in found:
        hub.world.add_issue("issue", milestone=one)
    return found


@pytest.mark.parametrize("count", [3, 230])
def test_only_the_issues_of_a_milestone_that_moved_come_again(hub, count):
    """One request more for each page that is not as it was, one for its issues; then nothing is new again."""
    made = milestones(hub, count)
    hub.world.add_issue("closed", milestone=made[1], state="closed")
    items, cursor = read_all(hub.connected(), "milestones")
    assert items == []
    hub.clock.now += timedelta(hours=1)
    hub.world.set_milestone_due(made[1], datetime(2027, 3, 1, 12, tzinfo=UTC))
    hub.world.edit_milestone(made[2], title="Iteration 9")
    items, cursor = read_all(hub.connected(), "milestones", cursor)
    assert due(items) == {2: date(2027, 3, 1), 3: date(2026, 12, 3)}
    assert [item.milestone for item in items if item.ref == "3"] == ["Iteration 9"]
    hub.asked()
    for _ in range(2):
        items, cursor = read_all(hub.connected(), "milestones", cursor)
        assert items == []
        assert {entry.status for entry in hub.sandbox.log.entries} == {304}
        assert len(hub.asked()) == -(-count // 100)


def test_a_milestone_that_was_closed_meanwhile_is_known_again(hub):
    """It was moved while it was closed; opened again, its issues come with its new date."""
    (made,) = milestones(hub, 1)
    _, cursor = read_all(hub.connected(), "milestones")
    hub.world.edit_milestone(made, state="closed")
    items, cursor = read_all(hub.connected(), "milestones", cursor)
    assert items == []
    hub.world.set_milestone_due(made, None)
    hub.world.edit_milestone(made, state="open")
    items, _ = read_all(hub.connected(), "milestones", cursor)
    assert due(items) == {1: None}


def test_a_read_that_breaks_off_brings_the_issues_the_next_time(hub):
    """What is known is noted once all of it is read."""
    made = milestones(hub, 2)
    _, cursor = read_all(hub.connected(), "milestones")
    for one in made:
        hub.world.set_milestone_due(one, NOON + timedelta(days=9))
    tracker = hub.connected()
    hub.sandbox.fail(Fault(status=500, path="/issues$", after=1, times=100))
    with pytest.raises(Unavailable):
        read_all(tracker, "milestones", cursor)
    hub.sandbox.faults.clear()
    items, _ = read_all(hub.connected(), "milestones", cursor)
    assert set(due(items)) == {1, 2}


@pytest.mark.parametrize("body", [{}, [7], [{"title": "x"}], [{"number": "x"}], [{"number": None, "title": ""}]])
def test_a_list_of_another_shape_is_not_believed(hub, body):
    """Incomplete, and nothing is noted."""
    milestones(hub, 1)
    tracker = hub.connected()
    hub.sandbox.fail(Fault(status=200, path="/milestones$", body=body))
    with pytest.raises(Incomplete):
        list(tracker.read("milestones", ""))
