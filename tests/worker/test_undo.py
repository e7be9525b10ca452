"""Undo: a run is taken back, but what somebody touched since; no rule does it again; twice is as good as once."""

import pytest

from tests.worker.desk import Desk
from tests.worker.faulty import firm, settled
from worker.cycle import Watching, read, take_back
from worker.errors import WorkerError
from worker.pausing import paused_rules
from worker.reverting import known_run, reverting


@pytest.fixture(params=["github", "cloud", "dc"])
def desk(request, tmp_path):
    """Serve such a company on each tracker."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud") as made:
        yield Desk(made, request.param)


def left(found):
    """Return what was left as it is: verb -> why."""
    return {each.op.name: each.why for each in found.left}


def passes(desk, days=3):
    """Make passes, a day apart; return all that stands afterwards."""
    for _ in range(days):
        desk.made.clock.forward(days=1)
        desk.made.once()
    settled(desk.made)
    return desk.stands()


def test_a_run_is_taken_back_and_stays_so(desk):
    """All is as it was before, what was filed is closed with a line, and no later pass does any of it again."""
    assert desk.stands() != desk.blank
    found = desk.undo()
    assert desk.stands() == desk.blank
    assert left(found).keys() == ({"card"} if desk.github else {"card", "set priority"})
    assert len(desk.filed()) == 2
    assert {(ended in {"not_planned", "Won't Do"}, said) for ended, said in desk.filed()} == {(True, 1)}
    assert passes(desk) == desk.blank


def test_an_undo_done_twice_is_done_once(desk):
    """The second finds nothing to do, says so, and sends nothing; the run of the first cannot be taken back itself."""
    desk.undo()
    desk.made.sandbox.log.clear()
    again = desk.undo()
    assert (again.plan.ops, desk.made.writes()) == ((), [])
    assert set(left(again).values()) >= {"it was taken back before"}
    with desk.made.worker() as worker:
        undoing = next(run.number for run in worker.ledger.runs(9) if run.verb == "undo")
        for asked, why in (
            (undoing, "took something back itself"),
            (99, "the last that wrote something are 1;"),
            ("x", "'x'"),
        ):
            with pytest.raises(WorkerError, match=why):
                known_run(worker, str(asked))


def test_a_lost_database_forgets_no_undo(desk):
    """The cards tell of it: nothing is done again."""
    desk.undo()
    desk.made.once()
    for file in (desk.made.folder / "var").glob("kaizend.db*"):
        file.unlink()
    assert passes(desk) == desk.blank


def test_what_somebody_touched_since_is_left(desk):
    """Taken off and put on again, moved and moved back, given to another, edited, taken up: it is no longer ours."""
    desk.touch()
    before = desk.stands()
    found = desk.undo()
    after = desk.stands()
    assert after[desk.first] == before[desk.first]
    assert after[desk.second] == desk.blank[desk.second]
    assert sorted(why for why in left(found).values() if "touched it since" in why) != []
    assert sum(ended in {"not_planned", "Won't Do"} for ended, _ in desk.filed()) == 1
    assert passes(desk)[desk.second] == desk.blank[desk.second]


def test_a_person_has_the_last_word_between_plan_and_carrying_out(desk):
    """What changes after it was shown is dropped; the rest is done."""
    with desk.made.worker() as worker:
        reading = read(worker, Watching())
        found = reverting(worker, 1, reading.authors, worker.clock())
        desk.give(desk.first, "zoe")
        passed = take_back(worker, found, reading, desk.made.stop, Watching())
    assert passed.applied.counts["dropped"] == 1
    assert desk.stands()[desk.first][2] in (["zoe"], ["zoe-gh"])
    assert desk.stands()[desk.second] == desk.blank[desk.second]


def test_an_undo_that_is_cut_off_is_finished(desk):
    """Whatever was done by then is done once; what was in doubt is settled, and a second call does the rest."""
    desk.made.fail("drop", method="DELETE" if desk.github else "PUT", times=1)
    desk.made.fail("drop", method="POST", path="comments" if desk.github else "comment", times=1)
    desk.undo(whole=False)
    desk.made.clock.forward(minutes=5)
    desk.made.once()
    desk.undo(whole=False)
    assert desk.stands() == desk.blank
    assert [said for _, said in desk.filed()] == [1, 1]
    assert passes(desk) == desk.blank


def test_an_undo_is_one_wish_and_pauses_no_rule(desk):
    """However much was taken back, a rule that it concerns goes on elsewhere."""
    for number in range(6):
        desk.add(f"Another {number}")
    desk.made.once()
    with desk.made.worker() as worker:
        wrote = [run.number for run in worker.ledger.runs(9)]
    assert len(wrote) == 2
    for run in wrote:
        desk.undo(run)
    late = desk.add("The last one")
    passes(desk)
    assert "worn" in desk.shown(late)[1]
    with desk.made.worker() as worker:
        assert paused_rules(worker, desk.made.clock()) == {}
