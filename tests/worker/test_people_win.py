"""People win: what they undo stays undone, what they say is heard from those who may, and nobody forges our mark."""

from datetime import date, timedelta

import pytest

from tests.worker.places import BOT, company, place
from worker.pausing import paused_rules
from worker.publish import account

BODY = "/kaizen ignore backlog/owned until 2027-01-31 because we know"


@pytest.fixture
def small(tmp_path):
    """Serve the small company after two passes, an hour ago."""
    with company(tmp_path) as made:
        made.once()
        assert made.written() == []
        made.clock.forward(hours=1)
        yield made


def memory(made, key):
    """Return what is remembered of a ticket."""
    with made.worker() as worker:
        uid = worker.mirror.find(key).uid
        return worker.ledger.memory((uid,))[uid]


def cards(made, key):
    """Return the texts of our cards on a ticket."""
    if key.startswith("OPS"):
        return [one.body for one in made.jira.issue(key).comments if one.author == BOT and "mention" not in one.body]
    return [one.body for one in made.github.issue(int(key.rpartition("#")[2])).comments if one.author.login == BOT]


def three_passes(made):
    """Make three passes, a day apart; return the writes of each."""
    every = []
    for _ in range(3):
        every.append(made.written())
        made.clock.forward(days=1)
    return every


UNDOINGS = {
    "label on GitHub": (
        "acme/shop#1",
        lambda made: made.github.remove_label(1, "needs-owner", actor="bo-gh"),
        ("backlog/owned", "add label", "needs-owner"),
    ),
    "label on Jira": (
        "OPS-1",
        lambda made: made.jira.label("OPS-1", actor="bo", remove=["needs-owner"]),
        ("backlog/owned", "add label", "needs-owner"),
    ),
    "due date on GitHub": (
        "acme/shop#1",
        lambda made: made.github.set_milestone(1, None, actor="bo-gh"),
        ("backlog/time-boxed", "set due", "2026-12-03"),
    ),
    "due date on Jira": (
        "OPS-1",
        lambda made: made.jira.edit("OPS-1", actor="bo", duedate=None),
        ("backlog/time-boxed", "set due", "2026-12-03"),
    ),
}


@pytest.mark.fault("hostile/person-who-undoes", "github", "cloud")
@pytest.mark.parametrize(("key", "undo", "expected"), UNDOINGS.values(), ids=UNDOINGS.keys())
def test_what_a_person_undoes_stays_undone(small, key, undo, expected):
    """It is not done again, it is remembered with who did it, and the card says so once."""
    undo(small)
    seen = small.seen()
    first, second, third = three_passes(small)
    assert len(first) == 1  # the card
    assert second == third == []
    assert small.seen() == seen
    (reversal,) = memory(small, key).reversals
    assert (reversal.rule, reversal.verb, reversal.value) == expected
    assert reversal.by in {"bo-gh", "acc-bo"}
    assert cards(small, key)[0].count("Taken back by you, and left so") == 1


def test_an_owner_that_a_person_takes_off_stays_off(tmp_path):
    """A rule assigns its lead; the person unassigns; the rule does not insist."""
    (tmp_path / "assigning.toml").write_text(
        '[pack]\nname = "assigning"\nabout = "Owners."\n\n[[rule]]\nid = "given"\nabout = "Everything has an owner."\n'
        'on = "improvement"\nwhen = ["open", "!has_owner"]\nassign = "lead"\n'
    )
    with place(tmp_path, rules=("assigning.toml",)) as made:
        made.issue()
        made.task()
        made.once()
        assert made.seen()["acme/shop#1 owner ana-gh"] == made.seen()["OPS-1 owner ana"] == 1
        made.clock.forward(hours=1)
        made.github.unassign(1, "ana-gh", actor="ana-gh")
        made.jira.edit("OPS-1", actor="ana", assignee="")
        seen = made.seen()
        three_passes(made)
        assert made.seen() == seen
        assert [one.rule for one in memory(made, "OPS-1").reversals] == ["assigning/given"]


def test_another_due_date_is_the_persons_own(small):
    """Who moves the date has decided: it stays, and it is no reversal."""
    small.jira.edit("OPS-1", actor="bo", duedate=small.clock().date().replace(month=12, day=31))
    three_passes(small)
    assert str(small.jira.issue("OPS-1").due) == "2026-12-31"
    assert memory(small, "OPS-1").reversals == ()


def test_a_label_that_a_person_put_on_is_not_ours_to_take_off(small):
    """Our label, taken off and put on again by people, stays when its reason goes."""
    small.github.remove_label(1, "needs-owner", actor="bo-gh")
    small.once()
    small.clock.forward(hours=1)
    small.github.set_label(1, "needs-owner", actor="bo-gh")
    small.once()
    small.clock.forward(hours=1)
    small.github.assign(1, "bo-gh", actor="bo-gh")
    three_passes(small)
    assert small.seen()["acme/shop#1 label needs-owner"] == 1


def test_a_label_that_was_there_before_us_stays(tmp_path):
    """We took no part in it: it is worn, and stays when the rule no longer holds."""
    with place(tmp_path) as made:
        made.issue(labels=["needs-owner", "priority:high"])
        made.once()
        made.clock.forward(hours=1)
        made.github.assign(1, "bo-gh", actor="bo-gh")
        three_passes(made)
        assert made.seen()["acme/shop#1 label needs-owner"] == 1


def test_our_label_goes_with_its_reason(small):
    """Somebody takes the tickets: our labels are taken off on both trackers, and nothing else."""
    before = small.seen()
    small.github.assign(1, "bo-gh", actor="bo-gh")
    small.jira.edit("OPS-1", actor="bo", assignee="bo")
    three_passes(small)
    gone = before - small.seen()
    assert set(gone) == {"acme/shop#1 label needs-owner", "OPS-1 label needs-owner"}


# -- commands ----------------------------------------------------------------------------------------------------------


def say(made, key, body, name):
    """Have a person comment on a ticket."""
    if key.startswith("OPS"):
        return made.jira.comment(key, body, author=name)
    return made.github.comment(int(key.rpartition("#")[2]), body, author=f"{name}-gh")


@pytest.mark.parametrize("key", ["acme/shop#1", "OPS-1"])
def test_a_lead_may_have_a_rule_leave_a_ticket_alone(small, key):
    """The label goes, the card says who asked and until when, and nobody is answered by a comment."""
    say(small, key, BODY, "ana")
    comments = len(cards(small, key))
    three_passes(small)
    assert small.seen()[f"{key} label needs-owner"] == 0
    (ignore,) = memory(small, key).ignores
    assert (ignore.rule, str(ignore.until), ignore.because) == ("backlog/owned", "2027-01-31", "we know")
    assert len(cards(small, key)) == comments
    assert "leaves this ticket alone until 2027" in cards(small, key)[0].replace("\\", "")


@pytest.mark.parametrize("key", ["acme/shop#1", "OPS-1"])
def test_a_stranger_is_told_once_that_they_may_not(small, key):
    """Nothing is ignored, and the card says so once however often they ask."""
    say(small, key, BODY, "zoe")
    first = small.written()
    assert len(first) == 1
    say(small, key, BODY, "zoe")
    assert small.written() == []
    assert memory(small, key).ignores == ()
    assert small.seen()[f"{key} label needs-owner"] == 1
    assert "Commands are taken from" in cards(small, key)[0]


@pytest.mark.parametrize("key", ["acme/shop#1", "OPS-1"])
def test_why_is_answered_on_the_card(small, key):
    """The reasons of all rules stand on the card; no comment is added."""
    say(small, key, "/kaizen why", "ana")
    assert len(small.written()) == 1
    assert small.written() == []
    assert "owned holds" in cards(small, key)[0].replace("\\", "")


# -- forgeries ---------------------------------------------------------------------------------------------------------


@pytest.mark.fault("hostile/pasted-marker", "github")
def test_a_mark_that_somebody_copied_counts_for_nothing(small):
    """Pasted by another into another ticket, into the same one, or into their own edited comment: it is text."""
    mark = small.github.issue(1).comments[0].body
    late = small.issue("Another one", labels=["priority:high"], at=small.clock())
    small.github.comment(1, mark, author="zoe-gh")
    small.github.comment(late, mark, author="zoe-gh")
    theirs = small.github.comment(late, "hello", author="zoe-gh")
    small.once()
    small.github.edit_comment(theirs, mark)
    three_passes(small)
    assert small.seen()[f"{late.key} card"] == small.seen()["acme/shop#1 card"] == 1
    assert memory(small, late.key).episodes[0].number == 1


@pytest.mark.fault("hostile/pasted-marker", "github")
def test_our_own_mark_in_another_ticket_is_not_that_tickets(small):
    """Even under our own account a mark counts only where it was made: a copied card is no card."""
    late = small.issue("Another one", labels=["priority:high"], at=small.clock())
    copied = small.github.comment(late, small.github.issue(1).comments[0].body, author=BOT)
    three_passes(small)
    assert len([one for one in late.comments if one.author.login == BOT]) == 2
    assert copied.body == small.github.issue(1).comments[0].body


@pytest.mark.fault("hostile/pasted-marker", "cloud")
def test_a_property_that_somebody_copied_counts_for_nothing(small):
    """On Jira the mark is a property; one set by another on their comment is not ours."""
    ours = next(one for one in small.jira.issue("OPS-1").comments if one.author == BOT)
    late = small.task("Another one", at=small.clock())
    small.jira.comment(late.key, "look", author="zoe", properties=dict(ours.properties))
    small.jira.comment("OPS-1", "look", author="zoe", properties=dict(ours.properties))
    three_passes(small)
    assert small.seen()[f"{late.key} card"] == small.seen()["OPS-1 card"] == 1


# -- rules that people undo --------------------------------------------------------------------------------------------


def five_undone(made, *, of):
    """Have a rule label so many tickets, people take five of the labels off, and a pass see it; an hour passes."""
    for number in range(of):
        made.issue(f"Number {number}", labels=["priority:high"])
    made.once()
    made.clock.forward(hours=1)
    for number in range(1, 6):
        made.github.remove_label(number, "needs-owner", actor="bo-gh")
    made.once()
    made.clock.forward(hours=1)


def test_a_rule_that_people_keep_undoing_pauses_itself(tmp_path):
    """Five taken back of ten: the rule writes nothing more, its other labels stay, and the plan says why."""
    with place(tmp_path) as made:
        five_undone(made, of=10)
        made.issue("The eleventh", labels=["priority:high"], at=made.clock())
        made.once()
        made.clock.forward(days=3)
        passed = made.once()
        assert "rule backlog/owned is paused" in passed.look.plan.notes[0]
        assert made.seen()["acme/shop#11 label needs-owner"] == 0
        assert made.github.issue(11).milestone is not None
        assert made.seen()["acme/shop#10 label needs-owner"] == 1
        with made.worker() as worker:
            (paused,) = paused_rules(worker, made.clock()).values()
            told = account(worker, ("shop",), made.clock() - timedelta(days=7), made.clock())
        assert (paused.undone, paused.done, paused.until) == (5, 10, date(2026, 12, 24))
        assert told.rates["backlog/owned"] == (10, 5)
        assert any("acts again by itself by 2026-12-24" in line for line in told.could_not)
        made.clock.forward(days=28)
        made.once()
        assert made.seen()["acme/shop#11 label needs-owner"] == 1


def test_cards_are_kept_up_to_date_while_a_rule_is_paused(tmp_path):
    """The paused rule holds there as well: what the others say is written, and nothing is planned again and again."""
    with place(tmp_path) as made:
        five_undone(made, of=6)
        made.once()
        made.github.remove_label(6, "priority:high", actor="bo-gh")
        made.clock.forward(days=3)
        passed = made.once()
        with made.worker() as worker:
            assert list(paused_rules(worker, made.clock())) == ["backlog/owned"]
        assert "has no priority" in cards(made, "acme/shop#6")[0]
        assert passed.counts.get("dropped", 0) == 0
        assert [op for op in made.once().look.plan.ops if not op.shadow] == []


def test_our_own_writes_are_no_movement(tmp_path):
    """An owner's ticket that nobody touched for months is idle although we keep writing on it."""
    with place(tmp_path) as made:
        made.issue("Quiet", labels=["priority:low"], owner="bo", at=made.clock().replace(month=8))
        made.task("Quiet as well", priority="Low", owner="bo", at=made.clock().replace(month=8))
        made.once()
        assert made.seen()["acme/shop#1 ping"] == made.seen()["OPS-1 ping"] == 1
        for _ in range(3):
            made.clock.forward(days=1)
            made.once()
        assert "idle" in {one.rule.partition("/")[2] for one in memory(made, "OPS-1").episodes if one.ended is None}
        assert made.seen()["acme/shop#1 ping"] == made.seen()["OPS-1 ping"] == 1
        made.github.comment(1, "On it.", author="bo-gh")
        made.jira.comment("OPS-1", "On it.", author="bo")
        made.once()
        ended = {one.rule: one.ended for one in memory(made, "OPS-1").episodes}
        assert ended["backlog/idle"] is not None


@pytest.mark.fault("hostile/quarrelsome-bot", "github")
def test_a_quarrel_with_another_bot_ends_within_the_day(tmp_path):
    """A bot that takes the owner off and puts them on again moves us a few times, not for ever; the card says so."""
    with place(tmp_path) as made:
        issue = made.issue("Whose is it", labels=["priority:high"], owner="bo")
        made.once()
        writes = []
        for turn in range(12):
            act = made.github.assign if turn % 2 else made.github.unassign
            act(issue, "bo-gh", actor="zoe-gh")
            made.clock.forward(minutes=5)
            writes.append(len(made.written()))
        assert sum(writes[-4:]) == 0
        made.github.unassign(issue, "bo-gh", actor="zoe-gh")
        assert made.once().whole
        assert made.written() == []
        assert "keeps turning it round" in issue.comments[0].body
