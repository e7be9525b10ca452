"""Putting off, over months on each tracker: asked for, taken back once, explained, followed up, woken, counted."""

from datetime import date, timedelta

import pytest

from integrations.sandbox.jira.records import Status, Transition
from tests.worker.faulty import firm
from tests.worker.places import BOT
from tests.worker.test_commands import Desk
from tests.worker.test_people_win import memory

RULES = ("pack:backlog", "pack:deferral")
FAR = date(2027, 3, 1)
WAYS = ("label", "declined", "due", "status")
TRACKERS = ("github", "cloud", "dc")
CASES = [(tracker, way) for tracker in TRACKERS for way in WAYS if (tracker, way) != ("github", "status")]
"""GitHub has no statuses."""
BACK = 7  # days after a Tuesday: five workdays


class Put(Desk):
    """A ticket that a person puts off, and takes up again."""

    def __init__(self, made, kind):
        put_on_hold(made.jira, "new" if kind == "dc" else "indeterminate")
        super().__init__(made, kind)
        self.promise = self.due()
        self.bo = {"github": "bo-gh", "cloud": "acc-bo", "dc": "bo"}[kind]

    def off(self, way):
        """Have bo put it off."""
        getattr(self, f"_{way}")()
        self.made.clock.forward(minutes=5)

    def _label(self):
        if self.github:
            self.made.github.set_label(self.issue.number, "deferred", actor="bo-gh")
        else:
            self.made.jira.label(self.key, actor="bo", add=["deferred"])

    def _declined(self):
        if self.github:
            self.made.github.close(self.issue.number, actor="bo-gh", reason="not_planned")
        else:
            self._way("Close Issue", resolution="Won't Do")

    def _done(self):
        if self.github:
            self.made.github.close(self.issue.number, actor="bo-gh")
        else:
            self._way("Close Issue", resolution="Done")

    def _due(self):
        if self.github:
            far = self.made.milestone(FAR, f"Due {FAR}")  # of ours: one of people's would stay
            self.made.github.set_milestone(self.issue.number, far, actor="bo-gh")
        else:
            self.made.jira.edit(self.key, actor="bo", duedate=FAR)

    def _status(self):
        self._way("Put on Hold")

    def _way(self, name, resolution=""):
        self.made.jira.transition(self.key, name, actor="bo", resolution=resolution)

    def is_off(self, way):
        """Tell whether it shows that it is put off."""
        labels = {one.name for one in self.issue.labels} if self.github else set(self.issue.labels)
        is_open = self.issue.state == "open" if self.github else self.issue.status != "Done"
        shows = {"label": "deferred" in labels, "declined": not is_open, "due": self.due() != self.promise}
        shows["status"] = not self.github and self.issue.status == "On Hold"
        return shows[way]

    def wears(self, label):
        """Tell whether it wears a label."""
        return self.made.seen()[f"{self.key} label {label}"] == 1

    def pings(self):
        """Return who was pinged on it by rules of the pack, each time."""
        ours = [one for one in self.issue.comments if (one.author.login if self.github else one.author) == BOT]
        texts = [one.body for one in ours if "where this ticket stands" not in one.body and "deferral/" in one.body]
        return [next(name for name in ("ana", "bo", "kim") if self._mention(name) in text) for text in texts]

    def _mention(self, name):
        return f"@{name}-gh" if self.github else f"[~{name}]" if self.kind == "dc" else f"[~accountid:acc-{name}]"

    def days(self, count):
        """Let days pass, each with a pass that ends at the fixed point."""
        for _ in range(count):
            self.made.clock.forward(days=1, hours=-1)
            self.settled()
            assert self.made.written(whole=True) == []

    def follow_ups(self):
        """Return what was filed on either tracker, as (title, owners, due)."""
        found = [one for one in self.made.github.main.issues.values() if one.author.login == BOT]
        here = [
            (one.title, {each.login for each in one.assignees}, one.milestone.title if one.milestone else "")
            for one in found
        ]
        there = [one for one in self.made.jira.issues.values() if one.creator == BOT]
        return here + [(one.summary, {one.assignee}, str(one.due)) for one in there]


def put_on_hold(world, category):
    """Give a Jira the status On Hold, and ways there and back."""
    world.statuses["On Hold"] = Status(id="10100", name="On Hold", category=category)
    world.transitions += (
        Transition(id="61", name="Put on Hold", sources=frozenset({"To Do", "In Progress"}), to="On Hold"),
        Transition(id="71", name="Resume", sources=frozenset({"On Hold"}), to="In Progress"),
        Transition(id="81", name="Give Back", sources=frozenset({"On Hold"}), to="To Do"),
    )


@pytest.fixture(params=TRACKERS)
def desk(request, tmp_path):
    """Serve a ticket of bo's on GitHub, on Jira Cloud and on Jira Data Center, after two quiet passes on a Tuesday."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=RULES) as made:
        yield Put(made, request.param)


@pytest.mark.parametrize(("desk", "way"), CASES, indirect=["desk"])
def test_what_is_put_off_without_a_word_is_asked_for_and_taken_back_once(desk, way):
    """The owner at once, the lead, taken back after a week; what a person does again stays, for the council."""
    desk.off(way)
    desk.settled()
    assert desk.wears("deferral-unexplained")
    assert desk.pings() == ["bo"]
    assert "What is missing: reason, date." in desk.card()
    desk.days(BACK - 1)
    assert desk.is_off(way)
    assert desk.pings() == ["bo", "ana"]
    desk.days(1)
    assert not desk.is_off(way)
    assert not desk.wears("deferral-unexplained")
    assert "no longer put off: " in desk.card()
    desk.off(way)
    desk.days(1)
    assert desk.is_off(way)
    assert desk.wears("deferral-disputed")
    assert [undo.verb for undo in desk.memory().reversals if undo.rule == "deferral/unexplained"] == ["take back"]
    assert {undo.by for undo in desk.memory().reversals if undo.verb == "take back"} == {desk.bo}
    assert desk.pings() == ["bo", "ana", "kim"]
    desk.days(5)
    assert desk.is_off(way)
    assert desk.pings() == ["bo", "ana", "kim"]


@pytest.mark.parametrize("ways", [("declined", "done"), ("done", "declined")], ids="-then-".join)
@pytest.mark.parametrize("flavour", TRACKERS)
def test_what_people_close_again_in_another_way_stays_closed(tmp_path, flavour, ways):
    """Opened again by one rule, and closed in a way against which there is another one: that one only asks."""
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud", rules=(*RULES, "pack:forbidden")) as made:
        desk = Put(made, flavour)
        for way, is_off in zip(ways, (False, True), strict=True):
            desk.off(way)
            desk.settled()
            assert desk.is_off("declined")
            desk.days(BACK + 1)
            assert desk.is_off("declined") == is_off
        assert desk.wears("no-evidence" if ways[-1] == "done" else "deferral-unexplained")


@pytest.mark.parametrize(("desk", "way"), CASES, indirect=["desk"])
def test_what_is_explained_is_followed_up_and_wakes_on_its_day(desk, way):
    """With a reason, an owner and a date nobody is asked again; a follow-up waits for the day; then it comes back."""
    until = date(2027, 1, 12)
    desk.off(way)
    desk.settled()
    desk.say(f"/kaizen defer until {until} because the supplier is late", name="bo")
    desk.settled()
    assert not desk.wears("deferral-unexplained")
    (follow_up,) = desk.follow_ups()
    assert follow_up[0].startswith(f"Take up again on {until}: ")
    assert str(until) in follow_up[2]
    assert follow_up[1] == {"bo-gh" if desk.github else "bo"}
    assert [(one.what, one.way) for one in desk.memory().related] == [("follow-up", "filed")]
    assert "bo: until 2027-01-12 because the supplier is late" in desk.card()
    asked = len(desk.pings())
    for _ in range(6):
        desk.made.clock.forward(days=7)
        desk.settled()
    assert len(desk.pings()) == asked
    assert way == "due" or desk.is_off(way)
    desk.days((until - desk.made.clock().date()).days)
    assert desk.pings()[asked:] == ["bo"]
    assert way == "due" or not desk.is_off(way)
    assert "and that day has come" in desk.card()
    assert len(desk.follow_ups()) == 1


def test_the_third_deferral_goes_to_the_council(desk):
    """Twice by command, once without a word: each counts."""
    day = desk.made.clock().date()
    for turn in (1, 2):
        desk.say(f"/kaizen defer until {day + timedelta(days=21 * turn)} because of number {turn}")
        desk.settled()
        desk.made.clock.forward(days=21)
        desk.settled()
        assert not desk.wears("deferred-thrice")
    desk.made.clock.forward(days=14)
    desk.off("label")
    desk.settled()
    assert desk.wears("deferred-thrice")
    assert desk.pings().count("kim") == 1
    assert "because of number 1" in desk.card()
    assert len(desk.follow_ups()) == 2


def test_a_lost_database_takes_nothing_back_a_second_time(desk):
    """The card remembers that a person has done it again; what was said is read again in the comments."""
    desk.off("label")
    desk.settled()
    desk.days(BACK)
    assert not desk.is_off("label")
    desk.off("label")
    desk.days(1)
    desk.lose()
    desk.made.once()
    desk.days(9)
    assert desk.is_off("label")
    assert desk.wears("deferral-disputed")


def test_a_milestone_of_peoples_is_left_to_them(tmp_path):
    """Kaizend never replaces it: the date stays, and the council hears of it."""
    with firm(tmp_path, rules=RULES) as made:
        desk = Put(made, "github")
        made.github.set_milestone(desk.issue.number, made.milestone(FAR), actor="bo-gh")
        desk.days(8)
        assert desk.issue.milestone.title == f"Iteration {FAR}"
        assert desk.wears("deferral-unexplained")
        desk.days(7)
        assert desk.pings() == ["bo", "ana", "kim"]
        assert memory(made, desk.key).reversals == ()


def test_what_was_put_off_long_before_kaizend_came_is_left_alone(tmp_path):
    """What is closed for more than a month is; a label that is worn still is asked for."""
    with firm(tmp_path, rules=RULES) as made:
        old = made.issue("Old", labels=["priority:high"], owner="bo", at=made.clock() - timedelta(days=90))
        made.github.close(old.number, actor="bo-gh", reason="not_planned", at=made.clock() - timedelta(days=60))
        made.issue("Worn", labels=["priority:high", "later"], owner="bo")
        made.once()
        assert made.written() == []
        assert made.seen()["acme/shop#1 label deferral-unexplained"] == 0
        assert made.seen()["acme/shop#2 label deferral-unexplained"] == 1


def test_the_digest_shows_the_debt(tmp_path):
    """How many are put off, how often, and how many of them nobody explained."""
    with firm(tmp_path, rules=RULES, digests=True) as made:
        desk = Put(made, "cloud")
        desk.off("label")
        desk.say(f"/kaizen defer until {FAR} because the supplier is late", name="bo")
        desk.settled()
        made.issue("Worn", labels=["priority:high", "later"], owner="bo", at=made.clock())
        made.clock.forward(days=6)
        desk.settled()
        texts = [one.body for issue in made.jira.issues.values() for one in issue.comments if "digest" in one.body]
        shown = texts[-1].replace("\\", "")
        assert "h3. Deferral debt" in shown
        assert (
            "*2 improvements are put off*, 2 times in all; *1* of them without a reason, an owner or a date." in shown
        )
        assert f"once since 2026-11-24, until {FAR}" in shown
        assert "nobody said why, until when or for whom" in shown
