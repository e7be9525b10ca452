"""A fault that comes back on one of the trackers: reports, what people say of them, and what is seen afterwards."""

from datetime import timedelta
from html import unescape

from rules.memory import NOTHING
from tests.worker.places import BOT
from worker.recurrence.likenesses import Likenesses

UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060"))


class Fault:
    """Reports on GitHub, Jira Cloud or Jira Data Center. People go by their names, reports by their numbers."""

    def __init__(self, made, kind):
        self.made, self.kind, self.github = made, kind, kind == "github"

    # -- what happens -----------------------------------------------------------------------------------------------
    def report(self, title="Checkout is down", body="", *, labels=(), reporter="bo", owner="bo"):
        """File a report; return its number."""
        self.made.clock.forward(minutes=5)
        now = self.made.clock()
        if self.github:
            owners = [f"{owner}-gh"] if owner else []
            world = self.made.github
            issue = world.add_issue(
                title, body=body, author=f"{reporter}-gh", labels=list(labels), assignees=owners, created_at=now
            )
            return issue.number
        fields = {"labels": tuple(labels), "assignee": owner, "description": body}
        issue = self.made.jira.add_issue("OPS", title, type="Bug", reporter=reporter, at=now, **fields)
        return int(issue.key.rpartition("-")[2])

    def key(self, number):
        """Return a report's key."""
        return f"acme/shop#{number}" if self.github else f"OPS-{number}"

    def account(self, person):
        """Return what somebody is called by the tracker."""
        return f"{person}-gh" if self.github else person if self.kind == "dc" else f"acc-{person}"

    def ticket(self, number):
        """Return a report as the tracker has it."""
        return self.made.github.issue(number) if self.github else self.made.jira.issue(self.key(number))

    def close(self, number, reason="completed", *, who="bo"):
        """Have somebody close a report: "completed", "not_planned" or "duplicate"."""
        self.made.clock.forward(minutes=5)
        if self.github:
            self.made.github.close(number, actor=f"{who}-gh", reason=reason)
            return
        words = {"completed": "Done", "not_planned": "Won't Do", "duplicate": "Duplicate"}
        self._go(number, who, resolution=words[reason], done=True)

    def reopen(self, number, *, who="bo"):
        """Have somebody open a report again."""
        self.made.clock.forward(minutes=5)
        if self.github:
            self.made.github.reopen(number, actor=f"{who}-gh")
        else:
            self._go(number, who, done=False)

    def _go(self, number, who, *, done, resolution=""):
        jira = self.made.jira
        way = next(one.name for one in jira.ways(self.ticket(number)) if (one.to == "Done") is done)
        jira.transition(self.key(number), way, actor=who, resolution=resolution)

    def say(self, number, body, who="ana"):
        """Have somebody comment."""
        self.made.clock.forward(minutes=5)
        if self.github:
            return self.made.github.comment(number, body, author=f"{who}-gh")
        return self.made.jira.comment(self.key(number), body, author=who)

    def wait(self, **span):
        """Let time pass."""
        self.made.clock.forward(**(span or {"hours": 1}))

    def lose(self):
        """Lose the database; the key stays."""
        for file in self.made.folder.glob("**/*.db*"):
            file.unlink()

    # -- what is seen -----------------------------------------------------------------------------------------------
    def settle(self):
        """Make a pass that ends at the fixed point; return its writes."""
        writes = self.made.written()
        assert self.made.written() == []
        assert self.made.written(whole=True) == []
        assert all(count == 1 for count in self.made.marks().values())
        return writes

    def is_open(self, number):
        """Tell whether a report is open."""
        ticket = self.ticket(number)
        return ticket.state == "open" if self.github else ticket.status != "Done"

    def worn(self, number):
        """Return a report's labels."""
        labels = self.ticket(number).labels
        return {one.name for one in labels} if self.github else set(labels)

    def card(self, number):
        """Return our card as it is read, "" if there is none."""
        return next((one for one in self._ours(number) if "where this ticket stands" in one), "")

    def pings(self, number):
        """Count our comments that notify."""
        return sum("where this ticket stands" not in one for one in self._ours(number))

    def _ours(self, number):
        found = self.ticket(number).comments
        ours = [one.body for one in found if (one.author.login if self.github else one.author) == BOT]
        return [unescape(body).replace("\\", "").translate(UNSEEN) for body in ours]

    def linked(self, number, other):
        """Tell whether a report is linked with another one: by Jira's link, or on GitHub by the card."""
        if self.github:
            return f"acme/shop/issues/{other})" in self.card(number)
        ends = {self.ticket(number).id, self.ticket(other).id}
        return any({one.inward, one.outward} == ends for one in self.ticket(number).links)

    def memory(self, number):
        """Return what is remembered of a report."""
        with self.made.worker() as worker:
            uid = worker.mirror.find(self.key(number)).uid
            return worker.ledger.memory((uid,)).get(uid, NOTHING)

    def uid(self, number):
        """Return a report's uid, as the mirror has it."""
        with self.made.worker() as worker:
            return worker.mirror.find(self.key(number)).uid

    def remember(self, verdicts):
        """Have verdicts of the past on what resembles what."""
        with self.made.worker() as worker:
            Likenesses(worker.database, worker.policy.sha).save_verdicts(verdicts)

    def deployed(self, number, *, after=timedelta()):
        """Merge a change that names a report, to be deployed so much later; return the change."""
        world = self.made.github
        change = world.add_pull("Give the pool back", author="bo-gh", body=f"For {self.key(number)}.")
        world.merge(change, actor="bo-gh")
        self.wait(seconds=max(1, after.total_seconds()))
        world.add_deployment(change.pull.merge_commit_sha, state="success", at=self.made.clock())
        return change
