"""The whole cycle: what a pass writes, what it does when a source fails, and who may run it."""

import threading

import pytest

from tests.worker.conftest import empty
from tests.worker.places import company, place
from worker.audit import verify
from worker.cycle import Watching, once, read
from worker.errors import LockHeld
from worker.lease import lease
from worker.look import look
from worker.stop import Stop, Stopping


@pytest.fixture
def small(tmp_path):
    """Serve the small company."""
    with company(tmp_path, digests=True) as made:
        yield made


def test_a_second_and_a_third_pass_write_nothing(small):
    """A pass over trackers that are as it left them finds nothing to do, whether it looks at all or at what changed."""
    counts = [len(small.written()), len(small.written(whole=True)), len(small.written())]
    assert counts == [21, 0, 0]
    assert max(small.seen().values()) == 1


def test_a_postgresql_keeps_a_cycle_as_well(small, postgresql_url):
    """On the other database the same is written, once, and the trail holds."""
    small.env = {"KAIZEND_INSTANCE__DATABASE": postgresql_url, "KAIZEND_INSTANCE__KEY": "ab" * 32}
    empty(postgresql_url)
    assert [len(small.written()), len(small.written(whole=True)), len(small.written())] == [21, 0, 0]
    assert max(small.seen().values()) == 1
    with small.worker() as worker:
        assert verify(worker.database, worker.keys.key).ok


def test_the_day_after_nothing_is_written_but_what_the_calendar_asks_for(small):
    """A new day changes no ticket: cards do not count days."""
    small.once()
    small.clock.forward(days=1)
    assert small.written() == []


def test_sync_and_plan_only_read(small):
    """Reading, evaluating and planning send no write."""
    with small.worker() as worker:
        read(worker, Watching())
        found = look(worker, worker.clock(), whole=True)
    assert len(found.plan.ops) == 12
    assert {entry.method for entry in small.sandbox.log.entries} == {"GET"}


def test_looking_at_what_changed_finds_what_looking_at_all_finds(small):
    """After people change some tickets, both kinds of look plan the same."""
    small.once()
    small.once()
    small.clock.forward(hours=1)
    small.github.assign(1, "bo-gh", actor="bo-gh")
    small.task("A third", at=small.clock())
    with small.worker() as worker:
        read(worker, Watching())
        some = look(worker, worker.clock(), whole=False)
        every = look(worker, worker.clock(), whole=True)
    assert {op.id for op in some.plan.ops} == {op.id for op in every.plan.ops} != set()
    assert some.looked < every.looked


FAILURES = {
    "503": {"kind": "status", "status": 503},
    "dropped": {"kind": "drop_before"},
    "a proxy's page": {"kind": "html"},
    "401": {"kind": "status", "status": 401},
    "broken JSON": {"kind": "halve"},
}


@pytest.mark.fault("delivery/server-error-on-a-read")
@pytest.mark.parametrize(("face", "path", "other"), [("github", "", "/rest/"), ("jira-cloud", "", "/repos/")])
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
def test_a_source_that_fails_stops_no_other_and_is_not_written_to(small, failure, face, path, other):
    """One source is down from the start: the other gets all of its writes, the pass is not whole and says why."""
    small.fail(**failure, face=face, path=path, times=1000)
    passed = small.once()
    assert not passed.whole
    assert {entry.face for entry in small.sandbox.log.writes()} == {"github", "jira-cloud"} - {face}
    assert all(other in write for write in small.writes() if write != "POST /")
    small.sandbox.faults.clear()
    small.once()
    assert small.once().whole
    assert max(small.seen().values()) == 1
    assert small.seen()["acme/shop#1 label needs-owner"] == small.seen()["OPS-1 label needs-owner"] == 1


def test_a_read_cut_on_its_second_page_licenses_nothing(tmp_path):
    """While the end of a source was not seen nothing is written to it, on the first read and on later ones."""
    with place(tmp_path) as made:
        for number in range(120):
            made.issue(f"Number {number}", labels=["priority:high"], owner="bo", due=None)
        made.fail("status", face="github", path=r"/issues$", status=500, after=1, times=1000)
        passed = made.once()
        assert list(passed.look.unread) == ["shop"]
        assert made.writes() == []
        made.sandbox.faults.clear()
        made.configure(more="[ceilings]\nrule = 500\n")
        assert len(made.written()) > 120


def test_a_pass_that_is_stopped_goes_on_in_the_next(small):
    """Asked to stop in the middle, a pass finishes its op, says that it was stopped, and the next one does the rest."""
    stop = Stop()
    carried = []

    def after_three(op):
        carried.append(op)
        if len(carried) == 3:
            stop.ask()

    with small.worker() as worker:
        passed = once(worker, stop, watching=Watching(carried=after_three))
    assert passed.applied.counts["done"] == 3
    assert not passed.whole
    small.once()
    assert small.once().whole
    assert max(small.seen().values()) == 1
    assert max(small.marks().values()) == 1


class Halt(BaseException):
    """What takes a process away."""


@pytest.mark.fault("delivery/killed-before-the-send", "github", "cloud")
def test_a_pass_cut_between_claim_and_write_is_taken_up(small):
    """What was planned and not begun is planned anew; what was claimed and not sent is sent once."""

    def cut(op):
        if op.name == "ping":
            raise Halt

    with pytest.raises(Halt), small.worker() as worker:
        once(worker, Stop(), watching=Watching(carried=cut))
    small.once()
    small.once()
    assert small.once().whole
    assert max(small.seen().values()) == 1
    assert small.seen()["OPS-2 ping"] == small.seen()["acme/shop#2 ping"] == 1


@pytest.mark.fault("delivery/two-workers")
def test_of_two_workers_started_together_one_is_turned_away(small):
    """The lock lets one in; the other learns who has it and sends nothing."""
    together, outcomes = threading.Barrier(2), []
    done = threading.Barrier(2)

    def start():
        with small.worker() as worker:
            together.wait(10)
            try:
                with lease(worker.database):
                    outcomes.append(once(worker, Stop(), watching=Watching()).applied.counts["failed"])
                    done.wait(10)
            except LockHeld as held:
                outcomes.append(str(held))
                done.wait(10)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(map(type, outcomes), key=str) == [int, str]
    assert "held by" in next(one for one in outcomes if isinstance(one, str))
    assert max(small.seen().values()) == 1


def test_a_wait_that_a_stop_ends_loses_nothing(small):
    """A throttle is being slept out when the stop comes: the pass ends at once and the next one goes on."""
    small.fail("status", face="github", method="POST", path="/comments", status=429, headers={"Retry-After": "1"})
    stop = Stop()

    def sleep(seconds):
        stop.ask()
        stop.sleep(seconds)

    small.clock.sleep = sleep
    with pytest.raises(Stopping):
        small.once(stop=stop)
    del small.clock.sleep
    small.clock.forward(minutes=2)
    small.once()
    small.clock.forward(minutes=2)
    assert small.once().whole
    assert max(small.seen().values()) == 1
