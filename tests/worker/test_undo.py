"""Undo: a run is taken back, but what somebody touched since; no rule does it again; twice is as good as once."""

import pytest

from tests.worker.faulty import firm, rules, settled
from tests.worker.places import BOT
from worker.cycle import Watching, read, take_back
from worker.doubts import settle
from worker.errors import WorkerError
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
text = "It follows."
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
DEEDS = ("remove label", "clear", "close", "ping", "transition")


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
            return self.made.issue(title, labels=labels).number
        return self.made.task(title, labels=labels, priority="").key

    def close(self, ticket):
        """Have a person close it as done."""
        if self.github:
            self.made.github.close(ticket, actor="bo-gh")
        else:
            self.made.jira.transition(ticket, "Done", actor="bo", resolution="Done")

    def ticket(self, key):
        """Return the sandbox's ticket."""
        return self.made.github.issue(key) if self.github else self.made.jira.issue(key)

    def stands(self):
        """Return what stands on each ticket that people wrote, but for our card."""
        return {key: self.shown(key) for key in (self.first, self.second, self.closed)}

    def shown(self, key):
        """Return a ticket's state, labels, owners, due date, priority and our pings."""
        it = self.ticket(key)
        if self.github:
            due, people = it.milestone and it.milestone.title, sorted(one.login for one in it.assignees)
            labels, state = sorted(one.name for one in it.labels), it.state
            pings = [one.body for one in it.comments if one.author.login == BOT and "@" in one.body]
            return state, labels, people, due, "", len(pings)
        pings = [one.body for one in it.comments if one.author == BOT and "[~" in one.body]
        people = [it.assignee] if it.assignee else []
        return it.status, sorted(it.labels), people, it.due, it.priority, len(pings)

    def filed(self):
        """Return the states and numbers of comments of the tickets that we filed."""
        if self.github:
            ours = [one for one in self.made.issues() if one.author.login == BOT]
            return [(one.state_reason, len(one.comments)) for one in ours]
        ours = [one for one in self.made.jira.issues.values() if one.creator == BOT]
        return [(one.resolution, len(one.comments)) for one in ours]

    def undo(self, run=1):
        """Take a run back, as the command line does; return what was planned and what was left."""
        with self.made.worker() as worker:
            reading = read(worker, Watching())
            settle(worker, reading.authors, worker.clock())
            found = reverting(worker, known_run(worker, str(run)), reading.authors, worker.clock())
            passed = take_back(worker, found, reading, self.made.stop, Watching())
            assert passed.whole, passed.troubles
            return found


@pytest.fixture(params=["github", "cloud", "dc"])
def desk(request, tmp_path):
    """Serve such a company on each tracker."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud") as made:
        yield Desk(made, request.param)


def left(found):
    """Return what was left as it is: verb -> why."""
    return {each.op.name: each.why for each in found.left}


def test_a_run_is_taken_back_and_stays_so(desk):
    """All is as it was before, what was filed is closed with a line, and no later pass does any of it again."""
    assert desk.stands() != desk.blank
    found = desk.undo()
    assert desk.stands() == desk.blank
    assert left(found).keys() <= {"card", "set priority"}
    settled(desk.made)
    for _ in range(3):
        desk.made.clock.forward(days=1)
        desk.made.once()
    assert desk.stands() == desk.blank
    settled(desk.made)
