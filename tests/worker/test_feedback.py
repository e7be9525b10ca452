"""Feedback, over weeks on each tracker: what a decision feeds is asked for, escalated, answered, and in the digest."""

import re
from contextlib import contextmanager
from datetime import date, timedelta
from html import unescape

import pytest

from tests.worker.faulty import firm
from tests.worker.places import BOT, NOW, kind

NONES = "\n".join(f"{target}: none because of that" for target in ("Roadmap", "Budget", "Staffing", "Training"))
MENTION = re.compile(r"@(\w+)-gh|\[~(?:accountid:acc-)?(\w+)\]")
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200d\u2060\\"))


class Desk:
    """A decision of bo's on one of the trackers, made on the Tuesday on which the clock starts."""

    def __init__(self, made, kind, body=""):
        self.made, self.github = made, kind == "github"
        config = made.config.read_text(encoding="utf-8")
        made.config.write_text(config.replace("[kinds]", "[kinds]\ndecision = ['\"decision\" in labels']"))
        if self.github:
            self.issue = made.github.add_issue(
                "Buy a cache", body=body, author="bo-gh", labels=["decision"], assignees=["bo-gh"], created_at=NOW
            )
        else:
            self.issue = made.jira.add_issue(
                "OPS", "Buy a cache", description=body, reporter="bo", assignee="bo", labels=("decision",), at=NOW
            )

    def write(self, body):
        """Have bo write another text for the decision."""
        if self.github:
            self.made.github.edit(self.issue, actor="bo-gh", body=body)
        else:
            self.made.jira.edit(self.issue.key, actor="bo", description=body)

    def say(self, body, name="bo"):
        """Have a person comment."""
        if self.github:
            self.made.github.comment(self.issue, body, author=f"{name}-gh")
        else:
            self.made.jira.comment(self.issue.key, body, author=name)

    def close(self):
        """Have bo close it as done."""
        if self.github:
            self.made.github.close(self.issue, actor="bo-gh", reason="completed")
        else:
            way = next(one.name for one in self.made.jira.ways(self.issue) if one.to == "Done")
            self.made.jira.transition(self.issue.key, way, actor="bo", resolution="Done")

    def ours(self):
        """Return our comments as they are read."""
        found = [one for one in self.issue.comments if (one.author.login if self.github else one.author) == BOT]
        return [unescape(one.body).translate(UNSEEN) for one in found]

    def card(self):
        """Return our card, "" if there is none."""
        return next((body for body in self.ours() if "where this ticket stands" in body), "")

    def pings(self):
        """Return whom we pinged and the beginning of what we said."""
        found = [body for body in self.ours() if kind(body) == "ping" and "where this ticket stands" not in body]
        return [("".join(MENTION.search(body).groups("")), body.partition("\n")[0]) for body in found]

    def worn(self):
        """Tell whether it wears the label."""
        return "needs-feedback" in {label.name if self.github else label for label in self.issue.labels}

    def digest(self):
        """Return the lines on the decision in the newest digest on the tracker."""
        if self.github:
            comments = [one for issue in self.made.github.main.issues.values() for one in issue.comments]
        else:
            comments = [one for issue in self.made.jira.issues.values() for one in issue.comments]
        posted = [unescape(one.body).translate(UNSEEN) for one in comments if "Improvement digest" in one.body]
        return [line.rpartition("Buy a cache (bo)")[2] for line in posted[-1].split("\n") if "Buy a cache (bo)" in line]

    def days(self, until, step=1):
        """Let days pass, `step` at once; each time a second pass writes nothing. Return the day of each ping."""
        asked = []
        while self.made.clock().date() < until:
            self.made.clock.forward(days=step)
            before = len(self.pings())
            self.made.once()
            assert self.made.written() == []
            asked += [(self.made.clock().date(), who) for who, _ in self.pings()[before:]]
        assert self.made.written(whole=True) == []
        return asked


@pytest.fixture(params=["github", "cloud", "dc"])
def serving(request, tmp_path):
    """Serve a company that asks for feedback, on GitHub, on Jira Cloud and on Jira Data Center."""

    @contextmanager
    def serve(body="", **given):
        flavour = "dc" if request.param == "dc" else "cloud"
        with firm(tmp_path, flavour, rules=("pack:feedback",), **given) as made:
            yield Desk(made, request.param, body)

    return serve


def test_what_is_missing_is_asked_for_escalated_and_answered(serving):
    """The owner after three workdays, the lead a week later, the council another; lines and commands end it."""
    with serving("Roadmap: TBD\nBudget: none", digests=True) as desk:
        assert desk.days(date(2026, 11, 26)) == []
        assert (desk.worn(), desk.card()) == (False, "")
        assert desk.days(date(2026, 12, 2)) == [(date(2026, 11, 27), "bo")]
        assert desk.worn()
        assert "does not say yet what follows for: roadmap, budget, staffing, training." in desk.card()
        assert desk.digest() == [": says nothing of roadmap, budget, staffing, training"]
        desk.write("- **Roadmap**: OPS-99\r\n- **Budget**: none because it is free")
        assert desk.days(date(2026, 12, 7)) == [(date(2026, 12, 4), "ana")]
        assert "does not say yet what follows for: staffing, training." in desk.card()
        assert "“Buy a cache” does not say what follows for: staffing, training." in desk.pings()[-1][1]
        assert desk.digest() == [": says nothing of staffing, training"]
        desk.say("/kaizen feeds staffing none")
        assert desk.days(date(2026, 12, 12)) == [(date(2026, 12, 11), "kim")]
        assert "Why none? Say it after 'because'." in desk.card()
        desk.say(
            "/kaizen feeds staffing none because we are enough\n/kaizen feeds training https://wiki.example/course"
        )
        assert desk.days(date(2026, 12, 15)) == []
        assert not desk.worn()
        assert "All in order" in desk.card()
        assert desk.digest() == []
        assert [who for who, _ in desk.pings()] == ["bo", "ana", "kim"]


def test_a_decision_that_fed_nothing_is_shown(serving):
    """On its card and in the digest, with no label and no ping; a ticket that follows after all ends it."""
    with serving(NONES, digests=True) as desk:
        assert desk.days(date(2026, 12, 1)) == []
        assert "nothing follows from this decision" in desk.card()
        assert desk.digest() == [": feeds nothing"]
        desk.say("/kaizen feeds roadmap ops-99")
        assert desk.days(date(2026, 12, 8)) == []
        assert (desk.worn(), desk.digest()) == (False, [])
        assert "Noted for roadmap: OPS-99" in desk.card()


def test_a_decision_is_asked_at_once_when_it_is_closed_and_left_alone_after_a_month(serving):
    """What was closed long ago is history: the label goes, and nobody is asked any more."""
    with serving() as desk:
        desk.close()
        assert desk.days(date(2026, 11, 25)) == [(date(2026, 11, 25), "bo")]
        assert desk.days(date(2026, 12, 23), step=7) == [(date(2026, 12, 2), "ana"), (date(2026, 12, 9), "kim")]
        assert desk.worn()
        assert desk.days(NOW.date() + timedelta(days=31)) == []
        assert not desk.worn()


def test_a_lost_database_asks_nobody_twice_and_forgets_no_answer(serving):
    """The ladder goes on where it was; what was said in comments is read again."""
    with serving("Roadmap: OPS-99\nBudget: none because it is free") as desk:
        assert desk.days(date(2026, 12, 4), step=5) == [(date(2026, 11, 29), "bo"), (date(2026, 12, 4), "ana")]
        desk.say("/kaizen feeds staffing none because we are enough")
        desk.made.once()
        for file in (desk.made.folder / "var").glob("kaizend.db*"):
            file.unlink()
        desk.made.once()
        assert desk.days(date(2026, 12, 11), step=7) == [(date(2026, 12, 11), "kim")]
        assert "does not say yet what follows for: training." in desk.card()
        desk.say("/kaizen feeds training OPS-98")
        desk.days(date(2026, 12, 15))
        assert not desk.worn()


def test_a_stranger_answers_nothing_by_command(serving):
    """Only those who may command do; a template's hints in comments that nobody sees answer nothing either."""
    with serving("<!-- Roadmap: OPS-1 -->\nBudget: none, it is free\nStaffing: OPS-2\nTraining: OPS-3") as desk:
        desk.days(date(2026, 11, 27))
        desk.say("/kaizen feeds roadmap OPS-12", name="zoe")
        desk.days(date(2026, 11, 30))
        assert desk.worn()
        assert "does not say yet what follows for: roadmap." in desk.card()
