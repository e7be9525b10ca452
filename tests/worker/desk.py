"""A desk on one tracker: tickets to which rules do all that can be done, and people who undo it."""

from tests.worker.faulty import rules, settled
from tests.worker.places import BOT
from worker.cycle import Watching, read, take_back
from worker.doubts import settle
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
title = "Follow up {title}"
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
    """A company with open and closed tickets on one tracker, looked at once: all that rules do was done."""

    def __init__(self, made, flavour, *, titles=("Search is slow", "Checkout fails"), closed=("It came back",)):
        self.made, self.github = made, flavour == "github"
        rules(made, OWN)
        self.keys = [self.add(title) for title in titles]
        self.first, self.second = self.keys[:2]
        for title in closed:
            self.closed = self.add(title, labels=["quiet"])
            self.keys.append(self.closed)
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
        return {key: self.shown(key) for key in self.keys}

    def title(self, key):
        """Return a ticket's title."""
        return self.ticket(key).title if self.github else self.ticket(key).summary

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
        return undone(self.made, run, whole=whole)


def undone(made, run=None, *, whole=True):
    """Take a run back, the last one if none is named, as the command line does; return what was planned and left."""
    with made.worker() as worker:
        reading = read(worker, Watching())
        settle(worker, reading.authors, worker.clock())
        number = known_run(worker, str(run or worker.ledger.runs(1)[0].number))
        found = reverting(worker, number, reading.authors, worker.clock())
        passed = take_back(worker, found, reading, made.stop, Watching())
        assert passed.whole or not whole, passed.troubles
        return found
