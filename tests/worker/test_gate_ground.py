"""Gates are judged anew when anything changed that they are judged by, and not when nothing did."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from integrations.base import Page
from rules.model import Release
from tests.worker.gatehouse import gatehouse
from tests.worker.stores import NOW, ticket
from worker.gates.ground import ground
from worker.gates.standing import standing
from worker.gates.states import GateStates
from worker.mirror import Mirror

DOWN = """
[[gate]]
id = "down"
about = "Features wait while an incident is open."
power = "pause-features"
close_when = ['open_incidents.exists(name, open_incidents[name] > 0)']
sources = ["shop"]
holds = ['"feature" in labels']
say = "An incident is open."
waivers = ["lead"]
"""
RELEASE = Release(source="shop", uid="r1", ref="1", name="1.0", created=NOW, released=NOW)


@pytest.fixture
def house(tmp_path):
    """Serve the company; its gate waits for incidents."""
    with gatehouse(tmp_path) as made:
        made.gates(DOWN)
        yield made


def levelled(house):
    """Make passes until nothing is left to do, within an hour."""
    house.clock.forward(minutes=20)
    for _ in range(3):
        house.once()
        house.clock.forward(minutes=1)


def test_nothing_is_judged_on_the_same_ground_and_all_is_said_as_before(house):
    """How it stands is as if it were judged anew, and when it was looked at is told."""
    levelled(house)
    with house.worker() as worker:
        now = house.clock()
        kept = GateStates(worker.database)
        assert kept.still(ground(worker, now), now) is not None
        same = standing(worker, now)
        kept.forget_ground()
        assert kept.still(ground(worker, now), now) is None
        assert same == standing(worker, now) != ()
        assert {state.looked for state in same} == {now}


def test_what_gates_are_judged_by_is_their_ground(house):
    """A ticket, anything else that was read, a source that was not read wholly, another hour."""
    levelled(house)
    with house.worker() as worker:
        now, seen = house.clock(), []

        def differs():
            seen.append(ground(worker, now))
            return seen[-1] not in seen[:-1]

        assert differs()
        assert not differs()
        worker.mirror.save("shop", "releases", Page(items=(RELEASE,), cursor="1"), now)
        assert differs()
        worker.mirror.save("shop", "releases", Page(items=(RELEASE,), cursor="1"), now)
        assert not differs()
        worker.mirror.put_ticket(ticket(1), now)
        assert differs()
        worker.mirror.begin_read("shop", now)
        assert differs()
        now += timedelta(hours=1)
        assert differs()


def test_an_incident_closes_the_gate_in_the_pass_that_reads_it(house):
    """The ground of an earlier pass holds nothing back, and neither does it when that is over."""
    levelled(house)
    at = house.clock()
    number = house.github.add_issue("Down", author="bo-gh", labels=["incident"], created_at=at, updated_at=at).number
    for going_on in (True, False):
        if not going_on:
            house.github.close(number)
        house.once()
        with house.worker() as worker:
            assert [each.closed for each in GateStates(worker.database).all().values()] == [going_on]
        house.clock.forward(minutes=1)


def test_the_mirror_tells_when_anything_in_it_changed(database):
    """Not when a page brings what is there already."""
    mirror, seen = Mirror(database), []
    for items in ((), (ticket(1),), (ticket(1),), (RELEASE,), (RELEASE,), (replace(RELEASE, name="1.1"),)):
        mirror.save("shop", "all", Page(items=items, cursor=""), NOW)
        seen.append(mirror.version())
    assert [a != b for a, b in pairwise(seen)] == [True, False, True, False, True]
