"""Undo: a run is taken back, but what somebody touched since; no rule does it again; twice is as good as once."""

import pytest

from tests.worker.faulty import firm, rules, settled
from tests.worker.places import BOT
from worker.cycle import Watching, read, take_back
from worker.doubts import settle
from worker.errors import WorkerError
from worker.pausing import paused_rules
from worker.reverting import known_run, reverting

OWN = """
[[rule]]
id = "all"
about = "Everything that can be done to a ticket."
on = "improvement"
when = ["open", "!('quiet' in labels)"]
add_label = "kept"
label = "worn"
due = { from = "created", critical = "5 workdays", high = "20 workdays", medium = "60 workdays", low = "120 workdays" }
priority = "high"
assign = "lead"
say = "This is said."

[[rule.step]]
after = "0 days"
ping = ["lead"]

[[rule.step]]
after = "0 days"
[rule.step.file]
kind = "follow-up"
title = "Follow up"
labels = ["follow-up"]

[[rule]]
id = "again"
about = "What is closed as done is opened again, once."
on = "improvement"
when = ["closed", "!declined"]

[[rule.step]]
after = "0 days"
reopen = true
"""


class Desk:
    """A company with two tickets and a closed one on one tracker, looked at once: all that rules do was done."""

    def __init__(self, made, flavour):
        self.made, self.github = made, flavour == "github"
        rules(made, OWN)
        self.first, self.second = self.add("Search is slow"), self.add("Checkout fails")
        self.closed = self.add("It came back", labels=["quiet"])
        self.close(self.closed)
        self.blank = self.stands()
        settled(made)
        made.clock.forward(hours=1)

    def add(self, title, labels=()):
        """Add a ticket that lacks all; return what the sandbox knows it by."""
        if self.github:
            return self.made.issue(title, labels=labels, at=self.made.clock()).number
        return self.made.task(title, labels=labels, priority="", at=self.made.clock()).key

    def close(self, ticket):
        """Have a person close it as done."""
        if self.github:
            self.made.github.close(ticket, actor="bo-gh")
        else:
            way = next(one.name for one in self.made.jira.ways(self.ticket(ticket)) if one.to == "Done")
            self.made.jira.transition(ticket, way, actor="bo", resolution="Done")

    def ticket(self, key):
        """Return the sandbox's ticket."""
        return self.made.github.issue(key) if self.github else self.made.jira.issue(key)

    def stands(self):
        """Return what stands on each ticket that people wrote, but for our card."""
        return {key: self.shown(key) for key in (self.first, self.second, self.closed)}

    def shown(self, key):
        """Return a ticket's state, labels, owners, due date and how many pings of ours it has."""
        it = self.ticket(key)
        if self.github:
            due, people = it.milestone and it.milestone.title, sorted(one.login for one in it.assignees)
            labels, state = sorted(one.name for one in it.labels), it.state
            pings = [one.body for one in it.comments if one.author.login == BOT and "@" in one.body]
            return state, labels, people, due, len(pings)
        pings = [one.body for one in it.comments if one.author == BOT and "[~" in one.body]
        people = [it.assignee] if it.assignee else []
        return it.status, sorted(it.labels), people, it.due, len(pings)

    def filed(self):
        """Return how the tickets that we filed ended, and how many comments of ours say that it was taken back."""
        if self.github:
            found = [(one.state_reason, one.comments) for one in self.made.issues() if one.author.login == BOT]
        else:
            found = [(one.resolution, one.comments) for one in self.made.jira.issues.values() if one.creator == BOT]
        return [(ended, sum("that was taken back" in one.body for one in said)) for ended, said in found]

    def give(self, key, person):
        """Have a person give a ticket to another."""
        if self.github:
            self.made.github.unassign(key, "ana-gh", actor="ana-gh")
            self.made.github.assign(key, f"{person}-gh", actor="ana-gh")
        else:
            self.made.jira.edit(key, actor="ana", assignee=person)

    def touch(self):
        """Have people touch all that we did to the first ticket."""
        made, key = self.made, self.first
        self.give(key, "zoe")
        it = self.ticket(key)
        if self.github:
            due, ping = it.milestone, next(one for one in it.comments if "@" in one.body)
            for label in ("kept", "worn", "priority:high"):
                made.github.remove_label(key, label, actor="bo-gh")
                made.github.set_label(key, label, actor="bo-gh")
            made.github.set_milestone(key, None, actor="bo-gh")
            made.github.set_milestone(key, due, actor="bo-gh")
            made.github.edit_comment(ping, f"{ping.body} (done)")
            made.github.comment(self.closed + 1, "I take it.", author="bo-gh")
            return
        due, ping = it.due, next(one for one in it.comments if "[~" in one.body)
        made.jira.label(key, actor="bo", remove=["kept", "worn"])
        made.jira.label(key, actor="bo", add=["kept", "worn"])
        made.jira.edit(key, actor="bo", duedate=None)
        made.jira.edit(key, actor="bo", duedate=due)
        made.jira.edit_comment(key, ping.id, f"{ping.body} (done)", actor="ana")
        filed = next(one for one in made.jira.issues.values() if one.creator == BOT)
        made.jira.comment(filed.key, "I take it.", author="bo")

    def undo(self, run=1, *, whole=True):
        """Take a run back, as the command line does; return what was planned and what was left."""
        with self.made.worker() as worker:
            reading = read(worker, Watching())
            settle(worker, reading.authors, worker.clock())
            found = reverting(worker, known_run(worker, str(run)), reading.authors, worker.clock())
            passed = take_back(worker, found, reading, self.made.stop, Watching())
            assert passed.whole or not whole, passed.troubles
            return found


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
