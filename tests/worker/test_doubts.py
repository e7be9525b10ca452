"""Doubts: what a lost answer or a lost database leaves open is found in the trackers, and nothing is posted twice."""

import json
import shutil
from datetime import date

import pytest

from integrations.sandbox.jira.sprints import add_sprint, plan
from rules.actions import Op, PlanFor, Target
from tests.worker.places import BOT, company
from worker.cycle import Watching, once, read
from worker.doubts import SENDS, settle
from worker.lease import TTL, acquire, lease
from worker.recovery import SLOT

COMMENT = {"method": "POST", "path": r"/issues/1/comments$"}


@pytest.fixture
def small(tmp_path):
    """Serve the small company, with a grace of a minute between two looks."""
    with company(tmp_path, grace="1 minute") as made:
        yield made


def state(made):
    """Return the state of the card on acme/shop#1, and how many there are."""
    ((_, _, found),) = [op for op in made.ops() if op[:2] == ("acme/shop#1", "card")]
    return found, made.seen()["acme/shop#1 card"]


def test_what_was_lost_is_looked_for_twice_and_then_sent_again(small):
    """Not seen at once, it may still come: only a minute later is it sent a second time."""
    small.fail("drop_before", **COMMENT)
    small.once()
    assert state(small) == ("doubt", 0)
    small.once()
    assert state(small) == ("doubt", 0)
    small.clock.forward(seconds=50)
    small.once()
    assert state(small) == ("doubt", 0)
    small.clock.forward(seconds=20)
    small.once()
    assert state(small) == ("done", 1)


def test_what_is_sent_again_says_what_is_asked_for_now(small):
    """The ticket has changed since the card got lost: the pass that sends it again sends the present one."""
    small.fail("drop_before", **COMMENT)
    small.once()
    small.github.assign(1, "ana-gh", actor="ana-gh")
    small.clock.forward(days=2)
    small.once()
    small.clock.forward(minutes=2)
    assert small.once().whole
    assert state(small) == ("done", 1)
    assert small.written() == []


def test_what_arrived_after_all_is_found(small):
    """The server was slow: between the two looks the comment appears, and is not sent again."""
    small.fail("drop_before", **COMMENT)
    small.once()
    small.once()
    sent = next(entry for entry in small.sandbox.log.matching(**COMMENT))
    small.github.comment(1, json.loads(sent.body)["body"], author=BOT)
    small.clock.forward(minutes=2)
    small.once()
    assert state(small) == ("done", 1)
    small.once()
    assert state(small) == ("done", 1)


def test_what_is_sent_in_vain_again_and_again_is_parked(small):
    """After three sends without a trace a person has to look, and each pass says so."""
    small.fail("drop_before", **COMMENT, times=100)
    for _ in range(12):
        small.once()
        small.clock.forward(minutes=2)
    assert state(small) == ("parked", 0)
    assert small.sandbox.log.count(**COMMENT) == SENDS
    assert any("parked" in trouble for trouble in small.once().troubles)


@pytest.mark.parametrize(("sprints", "state"), [(("Sprint 1",), "done"), ((), "intent")])
def test_a_planning_that_was_cut_off_is_looked_for_on_the_ticket(small, sprints, state):
    """Planned, it is done, by whomever; not planned, it is to be sent again."""
    add_sprint(small.jira, "Sprint 1", "active")
    small.once()
    for name in sprints:
        plan(small.jira, "OPS-1", name, actor="bo")
    with small.worker() as worker:
        (ticket,) = [one for one in worker.mirror.tickets() if one.key == "OPS-1"]
        target = Target(source="ops", uid=ticket.uid, ref=ticket.ref, key=ticket.key)
        about = {"id": "a planning", "target": target, "verb": PlanFor(place="sprint"), "rule": "own/plan"}
        op = Op(**about, because=(), before="-", after="the sprint", shadow=False)
        worker.ledger.intend(1, (op,), small.clock())
        worker.ledger.sending(op.id, small.clock())
        assert settle(worker, read(worker, Watching()).authors, small.clock()) == 1
        assert worker.ledger.op(op.id).state == state


def test_a_look_that_fails_settles_nothing(small):
    """As long as the comments cannot be read the op stays in doubt; nothing is sent."""
    small.fail("drop_after", **COMMENT)
    small.once()
    small.fail("status", status=500, method="GET", path=r"/issues/1/comments", times=1000)
    small.fail("status", status=500, method="GET", path=r"/issues/comments", times=1000)
    small.clock.forward(minutes=2)
    small.once()
    assert state(small) == ("doubt", 1)
    small.sandbox.faults.clear()
    small.clock.forward(minutes=2)
    small.once()
    assert state(small) == ("done", 1)


def test_what_is_in_doubt_on_a_ticket_that_is_gone_is_parked(small):
    """The ticket was deleted meanwhile: nothing can be found, nothing is sent, a person may look."""
    small.fail("drop_before", **COMMENT)
    small.once()
    small.github.delete_issue(1)
    small.clock.forward(minutes=2)
    small.once()
    states = {found for key, _, found in small.ops() if key == "acme/shop#1"}
    assert states == {"done", "parked"}
    assert small.sandbox.log.count(**COMMENT) == 1


# -- the database is lost ----------------------------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path):
    """Serve the small company after a pass with digests."""
    with company(tmp_path, digests=True) as made:
        made.once()
        yield made


def lose(made):
    """Delete the database; the key is kept."""
    for file in (made.folder / "var").glob("kaizend.db*"):
        file.unlink()


def copy(made, name):
    """Copy the database aside."""
    shutil.copytree(made.folder / "var", made.folder / name)


def restore(made, name):
    """Put a copy of the database back."""
    shutil.rmtree(made.folder / "var")
    shutil.copytree(made.folder / name, made.folder / "var")


@pytest.mark.fault("delivery/database-deleted", "github", "cloud")
def test_without_its_database_nothing_is_posted_twice(written):
    """Cards, pings, digests and their issues are recognised by their marks: edits at most, then silence."""
    before = written.seen()
    lose(written)
    written.clock.forward(hours=1)
    first = written.written()
    assert not [write for write in first if write.startswith("POST") and write != "POST /"]
    assert written.written() == []
    assert written.seen() == before
    assert max(written.marks().values()) == 1


def test_what_a_pass_that_died_began_to_read_back_is_read_back_by_the_next_one(written):
    """It had claimed that; the next pass frees the claim before it reads, and does not leave it for the day after."""
    lose(written)
    with written.worker() as worker:
        assert worker.ledger.claim_slot(f"{SLOT}shop", written.clock())
    written.once()
    with written.worker() as worker:
        slots = dict(worker.database.rows("select name, done from slots where name like ?", (f"{SLOT}%",)))
    assert slots.keys() == {f"{SLOT}shop", f"{SLOT}ops"}
    assert None not in slots.values()


def test_without_its_database_episodes_go_on(written):
    """What has been so for days is not new: the ladder's next step comes when it would have come."""
    lose(written)
    written.clock.forward(days=7)
    written.once()
    assert written.seen()["acme/shop#1 ping"] == written.seen()["OPS-1 ping"] == 1  # the lead's, after five workdays
    lose(written)
    written.clock.forward(days=1)
    written.once()
    written.once()
    assert written.seen()["acme/shop#1 ping"] == written.seen()["OPS-1 ping"] == 1


def test_without_its_database_our_labels_are_still_taken_off(written):
    """The cards tell which labels are ours: they go when their reason goes."""
    lose(written)
    written.clock.forward(hours=1)
    written.once()
    written.clock.forward(hours=1)
    written.github.assign(1, "bo-gh", actor="bo-gh")
    written.jira.edit("OPS-1", actor="bo", assignee="bo")
    written.once()
    assert written.seen()["acme/shop#1 label needs-owner"] == written.seen()["OPS-1 label needs-owner"] == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_without_its_database_what_people_undid_stays_undone(written, when):
    """Taken back before the loss or after it: neither label nor date comes again."""
    written.once()
    written.clock.forward(hours=1)
    if when == "after":
        lose(written)
        written.once()
        written.clock.forward(hours=1)
    written.github.remove_label(1, "needs-owner", actor="bo-gh")
    written.jira.edit("OPS-1", actor="bo", duedate=None)
    written.once()
    if when == "before":
        lose(written)
    seen = written.seen()
    for _ in range(3):
        written.clock.forward(days=1)
        written.once()
    assert written.seen() == seen


def test_with_yesterdays_database_nothing_is_posted_twice(tmp_path):
    """A copy from before the writes knows nothing of them; the marks do."""
    with company(tmp_path, digests=True) as made:
        made.fail("status", status=503, method="GET", path="", times=1000)
        made.once()
        made.sandbox.faults.clear()
        copy(made, "early")
        made.once()
        made.clock.forward(days=7)
        made.once()
        before = made.seen()
        copy(made, "late")
        restore(made, "early")
        made.once()
        assert made.written() == []
        assert made.seen() == before
        assert max(made.marks().values()) == 1


def test_with_last_weeks_database_later_writes_are_recognised(tmp_path):
    """A copy from between: what came after it is found, what it knows goes on."""
    with company(tmp_path, digests=True) as made:
        made.once()
        copy(made, "week")
        made.clock.forward(days=7)
        made.once()
        before = made.seen()
        restore(made, "week")
        made.once()
        assert made.written() == []
        assert made.seen() == before
        assert max(made.marks().values()) == 1


def test_a_label_that_came_off_though_nobody_heard_so_is_put_on_again_later(small):
    """It was ours to take off, and nobody else did: when the rule holds anew, the label is worn anew."""
    worn = "acme/shop#2 label overdue"
    small.once()
    assert small.seen()[worn] == 1
    small.clock.forward(minutes=5)
    small.github.set_milestone(2, small.milestone(date(2026, 12, 10)), actor="bo-gh")
    small.fail("drop_after", method="DELETE", path="/issues/2/labels/overdue$", times=20)
    assert not small.once().whole
    small.sandbox.faults.clear()
    assert small.seen()[worn] == 0
    small.clock.forward(minutes=5)
    assert small.once().whole
    small.clock.forward(days=21)
    small.once()
    assert small.seen()[worn] == 1


def test_what_an_overtaken_worker_may_still_be_sending_is_waited_for(small):
    """Its last request has as long as any: the second look comes after that, however short the grace."""
    small.configure(grace="1 second", patience=58)  # a request takes two minutes at most
    small.fail("drop_before", **COMMENT)
    small.once()
    for seconds, expected in ((0, ("doubt", 0)), (110, ("doubt", 0)), (11, ("done", 1))):
        small.clock.forward(seconds=seconds)
        with small.worker() as worker:
            with worker.database.begin() as connection:
                connection.exec_driver_sql("delete from leases")
            acquire(worker.database, name="worker", ttl=TTL, now=small.clock() - 2 * TTL)
            with lease(worker.database, clock=small.clock, guard=worker.guard):
                once(worker, small.stop, watching=Watching())
        assert state(small) == expected


@pytest.mark.parametrize("source", ["shop", "ops"])
def test_what_is_in_doubt_where_nobody_looks_any_more_waits_for_a_person(small, source):
    """Its source is out of the config: it is parked, with that reason, and looked for once the source is back."""
    target, path = {"shop": ("acme/shop#1", "/issues/1/comments$"), "ops": ("OPS-1", "/issue/OPS-1|/comment$")}[source]
    small.fail("drop_after", method="POST", path=path)
    small.once()
    assert (target, "card", "doubt") in small.ops()
    whole = small.config.read_text(encoding="utf-8")
    small.config.write_text(without(whole, source), encoding="utf-8")
    passed = small.once()
    assert passed.troubles == ("1 ops parked: `kaizend ops --parked`",)
    with small.worker() as worker:
        (entry,) = worker.ledger.entries(("parked",))
        assert entry.why == f"its source {source} is no longer in the config"
        worker.ledger.retry(entry.op.id, None, small.clock())
    small.config.write_text(whole, encoding="utf-8")
    assert small.once().whole
    assert small.seen()[f"{target} card"] == 1
    assert small.written() == []


def without(config, source):
    """Return a config without one of its sources."""
    head, *tables = config.split("[sources.")
    left = [table for table in tables if not table.startswith(source)]
    kept = next(name for name in ("shop", "ops") if name != source)
    return "[sources.".join([head.replace('["shop", "ops"]', f'["{kept}"]'), *left])
