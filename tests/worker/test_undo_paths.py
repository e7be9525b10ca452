"""Undo, path by path: labels that were taken off, put-offs, pings that may not be deleted, digests, gates' tickets."""

import pytest

from integrations.sandbox.jira.sprints import add_sprint
from tests.worker.desk import Desk, undone
from tests.worker.faults import Fault
from tests.worker.faulty import firm, rules, settled
from tests.worker.gated import GATE, MANDATE, budget, gate, incident
from tests.worker.gatehouse import gatehouse
from tests.worker.places import BOT, place
from tests.worker.test_deferral import BACK, RULES, Put
from tests.worker.test_recurrence import SAME, by_fingerprint, fixed
from tests.worker.test_recurrence_duplicates import WANTED, pair

TRACKERS = ("github", "cloud", "dc")
PUT_OFFS = [("github", "label"), ("cloud", "declined"), ("dc", "due"), ("github", "declined"), ("cloud", "status")]
OWNED = """
[[rule]]
id = "owned"
about = "It has an owner."
on = "improvement"
when = ["open", "!has_owner"]
label = "worn"
"""


@pytest.fixture
def made(request, tmp_path):
    """Serve such a company."""
    flavour = request.getfixturevalue("flavour")
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud") as served:
        yield served


def days(made, count=3):
    """Let days pass, each with a pass, up to the fixed point."""
    for _ in range(count):
        made.clock.forward(days=1)
        made.once()
    settled(made)


@pytest.mark.parametrize("flavour", TRACKERS)
def test_a_label_that_we_took_off_goes_on_again_and_stays(made, flavour):
    """Its rule no longer holds, and yet it is not taken off again."""
    rules(made, OWNED)
    one = made.issue() if flavour == "github" else made.task()
    made.once()
    if flavour == "github":
        made.github.assign(one, "bo-gh", actor="bo-gh")
    else:
        made.jira.edit(one.key, actor="bo", assignee="bo")
    made.clock.forward(hours=1)
    made.once()
    name = f"{one.key} label worn"
    assert made.seen()[name] == 0
    made.clock.forward(hours=1)
    assert [op.name for op in undone(made).plan.ops] == ["add label"]
    assert made.seen()[name] == 1
    days(made)
    assert made.seen()[name] == 1


@pytest.mark.parametrize(("flavour", "way"), PUT_OFFS)
def test_what_we_took_back_is_put_off_again(tmp_path, flavour, way):
    """As people had it, and no rule takes it back anew; a status is left to people, with the reason."""
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud", rules=RULES) as made:
        desk = Put(made, flavour)
        desk.off(way)
        desk.settled()
        desk.days(BACK)
        assert not desk.is_off(way)
        made.clock.forward(hours=1)
        found = undone(made)
        why = {left.why for left in found.left if left.op.name == "take back"}
        assert why == ({"the status On Hold is to be set by hand"} if way == "status" else set())
        assert desk.is_off(way) is (way != "status")
        desk.days(BACK + 2)
        assert desk.is_off(way) is (way != "status")


@pytest.mark.parametrize("flavour", TRACKERS)
def test_a_ping_that_may_not_be_deleted_is_struck_out(made, flavour):
    """Its text goes, once; it is not posted again, and neither tried nor edited anew."""
    desk = Desk(made, flavour)
    made.fail("status", method="DELETE", path="/comments?/", times=99, status=403)
    desk.undo()
    ours = [one.body for one in desk.ticket(desk.first).comments]
    assert sum("This comment was taken back." in body for body in ours) == 1
    assert desk.shown(desk.first) == desk.blank[desk.first]
    made.sandbox.log.clear()
    assert desk.undo().plan.ops == ()
    assert made.writes() == []
    days(made)
    assert [one.body for one in desk.ticket(desk.first).comments][1:] == ours[1:]


def test_a_digest_is_taken_back_and_not_posted_again(tmp_path):
    """What was posted is deleted, and the ticket that was filed for it closed; the next week has its own."""
    with place(tmp_path, digests=True) as made:
        made.once()
        made.clock.forward(hours=1)
        assert {left.why for left in undone(made).left} == set()
        for _ in range(2):
            homes = [one for one in made.issues() if one.author.login == BOT]
            tasks = [one for one in made.jira.issues.values() if one.creator == BOT]
            assert [(one.state, one.state_reason) for one in homes] == [("closed", "not_planned")]
            assert [one.status for one in tasks] == ["Done"]
            assert [digests(one) for one in (*homes, *tasks)] == [0, 0]
            days(made)
        days(made, 5)
        assert [digests(one) for one in (*homes, *tasks)] == [1, 1]


def digests(ticket):
    """Return how many comments of a ticket are digests."""
    return sum("Improvement digest" in one.body for one in ticket.comments)


def test_a_gates_ticket_is_taken_back(tmp_path):
    """It is closed as not planned, and not filed again; the gate stands as its numbers do, and opens with them."""
    with gatehouse(tmp_path) as made:
        made.stand(closed=True)
        feature = made.pull()
        made.settle()
        page = made.page()
        made.clock.forward(hours=1)
        whys = {left.op.name: left.why for left in undone(made).left}
        assert whys["status"] == "the next pass sets it as the gate then stands"
        days(made)
        assert (page.state, page.state_reason) == ("closed", "not_planned")
        assert sum("Gate closed" in one.title for one in made.issues()) == 1
        assert made.status(feature).startswith("failure: Held by budget")
        made.stand(closed=False)
        days(made, 1)
        assert made.status(feature).startswith("success")
        assert page.state == "closed"


def recurring(folder, flavour):
    """Return a company whose rules are about what comes back."""
    return firm(folder, "dc" if flavour == "dc" else "cloud", rules=("pack:recurrence",))


@pytest.mark.parametrize("flavour", TRACKERS)
def test_a_reopening_is_taken_back_with_its_links(tmp_path, flavour):
    """What was opened because it came back is closed again, the links go, and neither is done anew, ever."""
    with recurring(tmp_path, flavour) as made:
        fault = Fault(made, flavour)
        old = fixed(fault, body=SAME)
        new = by_fingerprint(fault, old)
        fault.settle()
        assert fault.is_open(old)
        fault.wait()
        undone(made)
        assert (fault.is_open(old), fault.pings(old), links(fault, new)) == (False, 0, 0)
        days(made)
        fault.lose()
        days(made)
        assert (fault.is_open(old), fault.pings(old), links(fault, new)) == (False, 0, 0)


@pytest.mark.parametrize("flavour", TRACKERS)
def test_a_closing_as_a_duplicate_is_taken_back(tmp_path, flavour):
    """It is open again and stays so, also with a lost database."""
    with recurring(tmp_path, flavour) as made:
        made.configure(more=WANTED)
        fault = Fault(made, flavour)
        _, new = pair(fault)
        fault.wait()
        undone(made)
        assert fault.is_open(new)
        days(made)
        fault.lose()
        days(made)
        assert fault.is_open(new)


def links(fault, number):
    """Return how many links a report has that a tracker keeps; on GitHub the cards name what belongs together."""
    return 0 if fault.github else len(fault.ticket(number).links)


@pytest.mark.parametrize("flavour", TRACKERS[1:])
def test_a_link_that_we_removed_is_made_again(tmp_path, flavour):
    """It went with an objection, and it stays when that run is taken back."""
    with recurring(tmp_path, flavour) as made:
        fault = Fault(made, flavour)
        old = fixed(fault, body=SAME)
        new = by_fingerprint(fault, old)
        fault.settle()
        fault.say(new, f"/kaizen not-same {fault.key(old)}")
        fault.wait()
        fault.settle()
        assert links(fault, new) == 0
        fault.wait()
        undone(made)
        assert links(fault, new) == 1
        days(made)
        assert (fault.is_open(old), links(fault, new)) == (True, 1)


@pytest.mark.parametrize("flavour", TRACKERS[1:])
def test_a_priority_goes_back_to_what_it_was(tmp_path, flavour):
    """What a gate waited for was raised, and planned for a sprint: that is left to people, with the reason."""
    with firm(tmp_path, flavour) as made:
        gate(made, GATE + MANDATE.replace("{ ", '{ plan = "sprint", '))
        add_sprint(made.jira, "Sprint 1", "active")
        _, key = incident(made)
        budget(made, -0.2)
        made.clock.forward(minutes=20)
        settled(made)
        issue = made.jira.issue(key)
        assert (issue.priority, issue.sprints) == ("High", ("Sprint 1",))
        made.clock.forward(hours=1)
        whys = {left.op.name: left.why for left in undone(made).left}
        assert whys["plan"] == "a sprint is left to those who plan it"
        for _ in range(2):
            assert (issue.priority, issue.sprints, issue.assignee, issue.due) == ("Low", ("Sprint 1",), "", None)
            days(made, 2)
