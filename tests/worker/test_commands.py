"""Commands, from a comment to the tracker: carried out once, acknowledged, never against what people did later."""

from datetime import UTC, date, datetime
from html import unescape

import pytest

from tests.worker.faulty import firm
from tests.worker.places import BOT, NOW

SOON, FAR = date(2026, 12, 15), date(2027, 2, 1)


class Desk:
    """One ticket, on one of the trackers, that has an owner, a date and a priority, after two quiet passes."""

    def __init__(self, made, kind):
        self.made, self.kind, self.github = made, kind, kind == "github"
        if self.github:
            self.issue = made.issue(labels=["priority:high"], owner="bo")
        else:
            self.issue = made.task(owner="bo", due=SOON)
        self.key = self.issue.key
        made.once()
        made.clock.forward(hours=1)
        assert made.written() == []

    def say(self, body, name="ana", at=None):
        """Have a person comment."""
        self.made.clock.forward(minutes=5)
        if self.github:
            return self.made.github.comment(self.issue, body, author=f"{name}-gh", at=at)
        return self.made.jira.comment(self.key, body, author=name, **({"at": at} if at else {}))

    def owners(self):
        """Return the owners by their short names."""
        if self.github:
            return {one.login.removesuffix("-gh") for one in self.issue.assignees}
        return {self.issue.assignee}

    def due(self):
        """Return the due date."""
        if not self.github:
            return self.issue.due
        return date.fromisoformat(self.issue.milestone.title.removeprefix("Due ")) if self.issue.milestone else None

    def give(self, name):
        """Have a person make another one the only owner."""
        self.made.clock.forward(hours=1)
        if not self.github:
            self.made.jira.edit(self.key, actor="kim", assignee=name)
            return
        for one in list(self.issue.assignees):
            self.made.github.unassign(self.issue, one.login, actor="kim-gh")
        self.made.github.assign(self.issue, f"{name}-gh", actor="kim-gh")

    def card(self):
        """Return our card as it is read: without escapes and the spaces nobody sees."""
        ours = [one for one in self.issue.comments if (one.author.login if self.github else one.author) == BOT]
        body = next(one.body for one in ours if "where this ticket stands" in one.body)
        return unescape(body).replace("\\", "").translate(dict.fromkeys(map(ord, "\u200b\u200d\u2060")))

    def settled(self):
        """Make a pass that may write, and a second one that does not; return the writes."""
        writes = self.made.written()
        self.made.clock.forward(hours=1)
        assert self.made.written() == []
        return writes

    def memory(self):
        """Return what is remembered of the ticket."""
        with self.made.worker() as worker:
            uid = worker.mirror.find(self.key).uid
            return worker.ledger.memory((uid,))[uid]

    def lose(self):
        """Lose the database; the key stays."""
        for file in (self.made.folder / "var").glob("kaizend.db*"):
            file.unlink()


@pytest.fixture(params=["github", "cloud", "dc"])
def desk(request, tmp_path):
    """Serve a ticket on GitHub, on Jira Cloud and on Jira Data Center."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud") as made:
        yield Desk(made, request.param)


def test_an_owner_is_assigned_and_says_who_asked(desk):
    """Jira replaces, GitHub adds; it is acknowledged, and a second pass writes nothing."""
    said = desk.say("/kaizen owner @kim" if desk.kind != "dc" else "/kaizen owner [~kim]")
    writes = desk.settled()
    assert desk.owners() == ({"bo", "kim"} if desk.github else {"kim"})
    assert ("bo stays as well" if desk.github else "kim is the owner, in place of bo") in desk.card()
    assert "as asked: " in desk.card()
    if desk.github:
        assert [(one.user.login, one.content) for one in said.reactions] == [(BOT, "+1")]
        assert len([write for write in writes if write.endswith("/reactions")]) == 1
    with desk.made.worker() as worker:
        (entry,) = [one for one in worker.ledger.entries(("done",)) if one.op.rule == "command/owner"]
    assert entry.op.because[0].startswith("/kaizen owner ")
    assert entry.op.because[0].endswith("(ana, 2026-11-24)")


def test_a_due_date_is_set_over_another_one(desk):
    """Also where there is one already; the reason is kept."""
    desk.say(f"/kaizen due {FAR} because legal has to look first")
    desk.settled()
    assert desk.due() == FAR
    (statement,) = desk.memory().statements
    assert (statement.what, statement.value, statement.because) == ("due", str(FAR), "legal has to look first")


def test_what_is_put_off_moves_its_date_and_counts(desk):
    """A deferral needs reason, owner and date; it moves a date that would come before."""
    before = desk.due()
    desk.say(f"/kaizen defer until {FAR}")
    desk.settled()
    assert (desk.due(), "Why? Write '/kaizen defer until" in desk.card()) == (before, True)
    desk.say(f"/kaizen defer until {FAR} because the supplier is late")
    desk.settled()
    assert desk.due() == FAR
    assert [one.what for one in desk.memory().statements] == ["defer"]


def test_what_is_only_noted_writes_the_card_alone(desk):
    """Evidence, an outcome and a meeting that was held: no ticket field changes."""
    desk.say("/kaizen evidence https://wiki.example/page\n/kaizen outcome mttr 90m -> 45m by 2027-03-31\n/kaizen held")
    writes = desk.settled()
    assert len(writes) == (2 if desk.github else 1)  # the card, and on GitHub one thumb up
    found = [(one.what, one.value) for one in desk.memory().statements]
    assert found == [
        ("evidence", "https://wiki.example/page"),
        ("outcome", "mttr 90m -> 45m by 2027-03-31"),
        ("held", "2026-11-24"),
    ]


def test_a_stranger_commands_nothing(desk):
    """They are told once; owner and date stay."""
    before = desk.owners(), desk.due()
    said = desk.say(f"/kaizen owner @zoe\n/kaizen due {FAR} because I say so", name="zoe")
    assert len(desk.settled()) == 1
    assert (desk.owners(), desk.due()) == before
    assert "Commands are taken from" in desk.card()
    assert desk.memory().statements == ()
    assert not desk.github or said.reactions == []


def test_who_changes_it_later_wins(desk):
    """A command is carried out once: what a person does afterwards stays."""
    desk.say("/kaizen owner @kim")
    desk.settled()
    desk.give("bo")
    desk.settled()
    assert desk.owners() == {"bo"}


def test_who_changes_it_before_the_pass_wins(desk):
    """Between the command and our reading it somebody decides otherwise: the card says that this stays."""
    desk.say("/kaizen owner @kim")
    desk.give("ana")
    desk.settled()
    assert desk.owners() == {"ana"}
    assert "Somebody changed it since, so it is noted and not carried out" in desk.card()


def test_what_was_so_already_overrules_nobody_later(desk):
    """A command that had nothing to do is done as well."""
    desk.say("/kaizen owner @bo")
    desk.settled()
    desk.give("kim")
    desk.settled()
    assert desk.owners() == {"kim"}


def test_the_newest_word_counts(desk):
    """Of commands that are not carried out yet, the last one decides."""
    desk.say(f"/kaizen due {FAR} because one\n/kaizen owner @ana")
    desk.say(f"/kaizen due {SOON.replace(day=20)} because two\n/kaizen owner @kim")
    desk.settled()
    assert desk.due() == SOON.replace(day=20)
    assert desk.owners() == ({"bo", "kim"} if desk.github else {"kim"})


def test_an_unknown_person_is_answered_with_the_nearest(desk):
    """Nothing is written but the card, which says once whom it could have been."""
    desk.say("/kaizen owner @kimm")
    assert len(desk.settled()) == 1
    assert "I do not know '@kimm' here (did you mean 'kim'?)" in desk.card()


def test_an_edited_comment_counts_as_it_was_understood_first(desk):
    """Another date in the same comment changes nothing, and the card says how to say it."""
    said = desk.say(f"/kaizen due {FAR} because one")
    desk.settled()
    desk.made.clock.forward(hours=1)
    if desk.github:
        desk.made.github.edit_comment(said, f"/kaizen due {SOON.replace(day=20)} because two")
    else:
        text = f"/kaizen due {SOON.replace(day=20)} because two"
        desk.made.jira.edit_comment(desk.key, said.id, text, actor="ana")
    desk.settled()
    assert desk.due() == FAR
    assert f"What this comment said first counts: 'due {FAR}'" in desk.card()


def test_a_lost_database_repeats_no_command(desk):
    """The card remembers what was carried out: who changed it since is not overruled, and statements are read again."""
    desk.say(f"/kaizen owner @kim\n/kaizen due {FAR} because one")
    desk.settled()
    desk.give("bo")
    desk.made.once()
    desk.lose()
    desk.made.once()
    desk.settled()
    assert (desk.owners(), desk.due()) == ({"bo"}, FAR)
    assert [one.what for one in desk.memory().statements] == ["owner", "due"]


def test_an_old_command_read_for_the_first_time_is_noted_only(desk):
    """More than a week after it was said nobody expects it; the card says so."""
    desk.made.clock.forward(days=20)
    old = datetime(2026, 11, 26, 9, tzinfo=UTC)
    assert old > NOW
    desk.say("/kaizen owner @kim", at=old)
    desk.settled()
    assert desk.owners() == {"bo"}
    assert "It was said on 2026-11-26, so it is noted and not carried out" in desk.card()


def test_a_statement_leaves_its_row_in_the_audit_trail(desk):
    """Who said what, and why, is chained like all else."""
    desk.say(f"/kaizen due {FAR} because one")
    desk.settled()
    with desk.made.worker() as worker:
        rows = [row[0] for row in worker.ledger._database.rows("select body from audit where kind = 'statement'")]
    assert len(rows) == 1
    assert '"because":"one"' in rows[0]


def test_a_command_that_cannot_be_acknowledged_any_more_is_carried_out(tmp_path):
    """Its comment is deleted before the thumb: the pass goes on, and nothing is tried for ever."""
    with firm(tmp_path) as made:
        desk = Desk(made, "github")
        desk.say("/kaizen owner @kim")
        made.fail("status", method="POST", path="/reactions$", status=404)
        made.once()
        assert desk.owners() == {"bo", "kim"}
        assert desk.made.written() == []


def test_what_somebody_does_just_before_the_write_is_not_done_again(tmp_path):
    """The ticket is read again before it is written to: a command that has nothing left to do is dropped."""
    desk = None

    def assign(_, request):
        if desk and request.method == "GET" and request.path.endswith(f"/issues/{desk.issue.number}"):
            made.github.assign(desk.issue, "kim-gh", actor="kim-gh")

    with firm(tmp_path, watch=assign) as made:
        known = Desk(made, "github")
        known.say("/kaizen owner @kim")
        desk = known
        assert [write for write in made.written() if "assignees" in write] == []
        assert known.owners() == {"bo", "kim"}
        assert ("acme/shop#1", "assign", "dropped") in made.ops()


def test_a_rule_may_ask_for_what_was_stated(tmp_path):
    """Facts of deferrals reach conditions over a whole pass."""
    (tmp_path / "put-off.toml").write_text(
        '[pack]\nname = "put-off"\nabout = "Deferrals."\n\n[[rule]]\nid = "twice"\nabout = "Put off twice."\n'
        'on = "improvement"\nwhen = ["deferrals >= 2", "deferred", "!held", "!outcome_stated"]\nlabel = "put-off"\n'
    )
    with firm(tmp_path, rules=("put-off.toml",)) as made:
        issue = made.issue(owner="bo")
        made.github.comment(issue, f"/kaizen defer until {SOON} because one", author="ana-gh")
        made.once()
        assert "put-off" not in {label.name for label in issue.labels}
        made.clock.forward(hours=1)
        made.github.comment(issue, f"/kaizen defer until {FAR} because two", author="ana-gh")
        made.once()
        assert "put-off" in {label.name for label in issue.labels}
        assert issue.milestone is None
