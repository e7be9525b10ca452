"""Writes over real HTTP: what they change, what they leave alone, and what is no success."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from integrations.base import Draft, LabelStyle, Limit
from integrations.errors import Incomplete, NotFound, RateLimited, Rejected, Unavailable
from integrations.sandbox.faults import Fault
from rules.model import Paragraph, Prose, Text
from tests.integrations.contract import BYE, HELLO, MARKER

PRIORITIES = {"high": "P1", "low": "P3"}
STYLE = LabelStyle(name="needs owner/élan, 1", colour="d73a4a", description="Nobody owns it.")


@pytest.fixture
def issue(hub):
    """Make the one issue there is, worn by a person's label."""
    return hub.world.add_issue("issue", labels=["theirs"])


def test_a_label_is_made_as_it_was_styled(hub, issue):
    """Colour and description at first, then only put on; people's own labels stay."""
    tracker = hub.connected()
    tracker.add_label("1", STYLE)
    made = hub.world.label(STYLE.name)
    assert (made.color, made.description) == (STYLE.colour, STYLE.description)
    assert {label.name for label in issue.labels} == {"theirs", STYLE.name}
    hub.asked()
    tracker.add_label("1", STYLE)
    assert hub.asked() == ["POST /repos/acme/shop/issues/1/labels 200"]


def test_a_label_that_people_styled_stays(hub, issue):
    """It exists: it is not made again, whatever its case."""
    hub.world.label("Needs-Owner")
    tracker = hub.connected()
    tracker.add_label("1", LabelStyle(name="needs-owner", colour="000000"))
    assert [label.name for label in issue.labels] == ["theirs", "Needs-Owner"]
    assert hub.sandbox.log.count(method="POST", path="/labels$") == 1


def test_a_label_made_by_another_meanwhile_is_fine(hub, issue):
    """Between our look and our making it, somebody made it."""
    tracker = hub.connected()
    hub.world.label("race")
    hub.sandbox.fail(Fault(method="GET", path="/labels/race$", status=404))
    tracker.add_label("1", LabelStyle(name="race"))
    assert "race" in {label.name for label in issue.labels}


@pytest.mark.fault("objects/label-too-long")
def test_a_label_too_long_is_refused(hub, issue):
    """51 characters are one too many, and the issue stays as it was."""
    with pytest.raises(Rejected, match="422"):
        hub.connected().add_label("1", LabelStyle(name="x" * 51))
    assert [label.name for label in issue.labels] == ["theirs"]


def test_an_owner_that_cannot_be_is_told(hub, issue):
    """GitHub says 201 and drops the name; we do not."""
    with pytest.raises(Rejected, match="cannot be assigned"):
        hub.connected().assign("1", "nobody-at-all")


@pytest.mark.parametrize("due", [date(2026, 11, 30), date(2027, 3, 14), date(2026, 12, 31), date(2028, 2, 29)])
def test_a_milestone_is_due_on_its_day(hub, issue, due):
    """Midnight Pacific does not make it the day before."""
    tracker = hub.connected()
    assert tracker.set_due("1", due).wrote
    assert not tracker.set_due("1", due).wrote
    assert tracker.ticket("1").due == due
    assert issue.milestone.title == f"Due {due}"


def test_issues_that_are_due_together_share_a_milestone(hub, issue):
    """One a day is enough, in this pass and the next."""
    hub.world.add_issue("second")
    hub.connected().set_due("1", date(2026, 11, 30))
    hub.connected().set_due("2", date(2026, 11, 30))
    assert len(hub.world.main.milestones) == 1


def test_a_persons_milestone_is_not_replaced(hub, issue):
    """It is their plan; we say so instead."""
    hub.world.set_milestone(issue, hub.world.add_milestone("v2"))
    tracker = hub.connected()
    for due in (date(2026, 11, 30), None):
        with pytest.raises(Rejected, match="v2"):
            tracker.set_due("1", due)
    assert issue.milestone.title == "v2"


def test_a_date_field_is_written_and_read_back(hub, issue):
    """The organisation has a Target date: milestones stay out of it."""
    hub.world.add_organisation("acme")
    tracker = hub.connected()
    assert tracker.set_due("1", date(2026, 11, 30)).wrote
    assert not tracker.set_due("1", date(2026, 11, 30)).wrote
    assert tracker.ticket("1").due == date(2026, 11, 30)
    assert tracker.set_due("1", None).wrote
    assert not tracker.set_due("1", None).wrote
    assert hub.world.main.milestones == {}


def test_a_dropped_value_is_told(hub, issue):
    """GitHub answers 200 and keeps nothing."""
    hub.world.add_organisation("acme")
    tracker = hub.connected()
    hub.sandbox.fail(Fault(method="POST", path="issue-field-values", status=200, body=[]))
    with pytest.raises(Rejected, match="kept no date"):
        tracker.set_due("1", date(2026, 11, 30))


def test_a_card_carries_the_date_alone(hub, issue):
    """The config says so: nothing is sent."""
    tracker = hub.connected(due="card")
    assert not tracker.keeps_due
    assert not tracker.set_due("1", date(2026, 11, 30)).wrote
    assert hub.asked() == []


def test_a_priority_is_one_label(hub, issue):
    """The new one goes on, the others of the table come off, foreign ones stay."""
    hub.world.set_label(issue, "p3")
    tracker = hub.connected(priority_labels=PRIORITIES)
    assert tracker.ticket("1").priority == "p3"
    assert tracker.set_priority("1", "high").wrote
    assert tracker.ticket("1").labels == {"theirs", "P1"}
    assert not tracker.set_priority("1", "high").wrote
    with pytest.raises(Rejected, match="known: high, low"):
        tracker.set_priority("1", "urgent")


def test_a_comment_that_is_not_ours_to_edit(hub, issue):
    """Gone or somebody's: it is told, and no other is written."""
    tracker = hub.connected()
    with pytest.raises(NotFound):
        tracker.edit_comment("1", "4711", BYE, MARKER)
    assert issue.comments == []


def test_an_answer_about_something_else_is_no_success(hub, issue):
    """A cached or redirected answer can look like one."""
    tracker = hub.connected()
    receipt = tracker.comment("1", HELLO, MARKER)
    other = {"id": 1, "body": "x", "number": 2, "state": "open"}
    for write in (
        lambda: tracker.edit_comment("1", receipt.ref, BYE, MARKER),
        lambda: tracker.close("1", "completed"),
    ):
        hub.sandbox.fail(Fault(method="PATCH", status=200, body=other))
        with pytest.raises(Rejected):
            write()


@pytest.mark.parametrize(
    ("resolution", "expected"), [("", "completed"), ("Fixed", "completed"), ("Won't Fix", "not_planned")]
)
def test_done_comes_with_a_reason(hub, issue, resolution, expected):
    """What was given up is not "completed"."""
    tracker = hub.connected()
    tracker.transition("1", "done", resolution)
    assert tracker.ticket("1").resolution == expected
    tracker.transition("1", "active", "")
    assert (tracker.ticket("1").phase, tracker.ticket("1").resolution) == ("new", "")


def test_a_link_is_a_cross_reference_made_once(hub, issue):
    """GitHub links by mentions: one comment, however often we are asked; the other issue shows where from."""
    other = hub.world.add_issue("the other one")
    tracker = hub.connected()
    about = {
        "url": tracker.ticket(str(other.number)).url,
        "title": "acme/shop#2",
        "key": "acme/shop#2",
        "relation": "relates",
    }
    assert tracker.link("1", **about).wrote
    assert not tracker.link("1", **about).wrote
    assert len(list(tracker.comments("1"))) == 1
    assert [event.event for event in other.events if event.event == "cross-referenced"] == ["cross-referenced"]


def test_a_status_is_set_on_change_only(hub):
    """Each context has its own newest one; a long description is cut."""
    sha = hub.world.add_commit()
    tracker = hub.connected()
    say = {"sha": sha, "context": "kaizend/gate", "description": "x" * 200, "url": "https://example.com/why"}
    assert tracker.set_status(state="failure", **say).wrote
    assert not tracker.set_status(state="failure", **say).wrote
    assert tracker.set_status(state="success", **{**say, "context": "other"}).wrote
    assert not tracker.set_status(state="failure", **say).wrote
    assert tracker.set_status(state="success", **say).wrote
    assert hub.sandbox.log.count(method="POST") == 3


def test_a_filed_ticket_has_all_that_was_asked(hub):
    """Labels, owner, date by milestone, in one request that makes it; foreign text in its title is tame."""
    tracker = hub.connected()
    draft = Draft(
        title="Fix\nthis @bob" + "\u202e",
        prose=Prose((Paragraph((Text("Because."),)),)),
        labels=(LabelStyle(name="kaizen", colour="0e8a16"),),
        assignee="bob",
        due=date(2026, 12, 1),
    )
    receipt = tracker.file(draft, MARKER)
    ticket = tracker.ticket(receipt.ref)
    assert (ticket.title, ticket.labels, ticket.assignees, ticket.due) == (
        "Fix this @\u200bbob",
        {"kaizen"},
        {"bob"},
        date(2026, 12, 1),
    )
    assert (receipt.uid, receipt.key, receipt.url) == (ticket.uid, ticket.key, ticket.url)
    assert ticket.body.splitlines()[-1].startswith("<!-- kaizend op=0a1b mac=c2d3")


def test_a_ticket_is_filed_without_an_owner_who_left(hub):
    """A person whom GitHub refuses keeps no ticket from being filed; what else it refuses still does."""
    error = {"resource": "Issue", "field": "assignees", "code": "invalid"}
    body = {"message": "Validation Failed", "errors": [error]}
    hub.sandbox.fail(Fault(method="POST", path="/issues$", status=422, body=body))
    tracker = hub.connected()
    receipt = tracker.file(Draft(title="Review", prose=HELLO, assignee="bob"), MARKER)
    assert tracker.ticket(receipt.ref).assignees == frozenset()
    assert hub.sandbox.log.count(method="POST", path="/issues$") == 2
    body = {"message": "Validation Failed", "errors": [{**error, "field": "type"}]}
    hub.sandbox.fail(Fault(method="POST", path="/issues$", status=422, body=body))
    with pytest.raises(Rejected):
        tracker.file(Draft(title="Review", prose=HELLO, assignee="bob"), MARKER)
    assert len(hub.world.main.issues) == 1


def test_an_answer_that_names_another_issue_is_not_believed(hub, issue):
    """Whether ours was made is not known. It is, and is found by its marker."""
    tracker = hub.connected()
    told = {"number": issue.number, "title": issue.title, "body": "Somebody's.", "html_url": "x"}
    hub.sandbox.fail(Fault(kind="status_after", method="POST", path="/issues$", status=201, body=told))
    with pytest.raises(Unavailable, match="not our issue"):
        tracker.file(Draft(title="Of November", prose=HELLO), MARKER)
    found = [(ticket.title, mark) for ticket, mark in tracker.filed(hub.clock.now - timedelta(days=1))]
    assert found == [("Of November", MARKER)]


def test_milestones_whose_pages_never_end_are_left(hub, issue):
    """Each page names a next one: a few requests tell that they go in circles, and no second milestone is made."""
    hub.world.add_milestone("v2")
    tracker = hub.connected()
    rows = [{"number": 1, "title": "v2", "due_on": None, "state": "open", "creator": {"login": "ann"}}]
    again = {"Link": f'<{hub.sandbox.url}/api/v3/repos/acme/shop/milestones?page=2>; rel="next"'}
    hub.sandbox.fail(Fault(path="/milestones$", method="GET", status=200, body=rows, headers=again, times=9))
    with pytest.raises(Incomplete, match="circles"):
        tracker.set_due("1", date(2026, 12, 1))
    assert hub.sandbox.log.count(path="/milestones$") == 2
    assert issue.milestone is None


def test_what_others_filed_with_our_marker_is_not_ours(hub):
    """A pasted marker does not make an author; an old ticket of ours is before `since`."""
    tracker = hub.connected()
    tracker.file(Draft(title="old", prose=HELLO), MARKER)
    hub.clock.now += timedelta(days=2)
    hub.world.edit(1, title="touched today")
    hub.world.add_issue("forged", body=tracker.render(HELLO, MARKER), author="ann")
    hub.world.add_issue("unmarked", author="kaizend")
    assert list(tracker.filed(hub.clock.now - timedelta(days=1))) == []


def test_a_comment_gets_our_thumb(hub, issue):
    """Beside those of people, each kind once."""
    comment = hub.world.comment(issue, "/kaizen held", author="ann")
    hub.world.react(comment, "+1", author="bob")
    tracker = hub.connected()
    uid = next(iter(tracker.comments("1"))).uid
    assert tracker.react("1", uid, "+1").wrote
    assert not tracker.react("1", uid, "+1").wrote
    assert tracker.react("1", uid, "confused").wrote
    assert [(one.user.login, one.content) for one in comment.reactions] == [
        ("bob", "+1"),
        ("kaizend", "+1"),
        ("kaizend", "confused"),
    ]


def test_an_issue_is_pinned(hub, issue):
    """By GraphQL, which is not under the REST prefix."""
    hub.connected().pin("1")
    assert issue.pinned


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_is_a_way_takes_off_no_labels(hub, issue, name):
    """`DELETE .../labels/.` would take off all of them."""
    before = list(issue.labels)
    tracker = hub.connected()
    with pytest.raises(Rejected, match="cannot be part"):
        tracker.remove_label("1", name)
    assert hub.sandbox.log.writes() == ()
    assert issue.labels == before != []


def test_a_locked_issue_is_skipped_with_a_reason(hub, issue):
    """It is that issue's matter, not the credential's."""
    hub.world.lock(issue)
    hub.sandbox.fail(
        Fault(method="POST", status=403, body={"message": "Unable to create comment because issue is locked."})
    )
    with pytest.raises(Rejected, match="locked"):
        hub.connected().comment("1", HELLO, MARKER)


def test_content_stays_within_its_limits(hub, issue):
    """The third comment of an hour that takes two is parked; labels go on."""
    tracker = hub.connected(content_limits=(Limit(count=2, seconds=3600),))
    hub.world.label("bug")
    for _ in range(2):
        tracker.comment("1", HELLO, MARKER)
    with pytest.raises(RateLimited) as held:
        tracker.comment("1", HELLO, MARKER)
    assert not held.value.sent
    tracker.add_label("1", LabelStyle(name="bug"))
    assert len(issue.comments) == 2


def test_writes_are_a_second_apart(hub, issue):
    """By the server's own log of a pass of writes."""
    tracker = hub.connected()
    times = []
    for _ in range(3):
        tracker.comment("1", HELLO, MARKER)
        times.append(hub.clock.now)
    assert [later - earlier for earlier, later in pairwise(times)] == [timedelta(seconds=1)] * 2


@pytest.mark.fault("objects/older-server", "github")
def test_a_duplicate_is_closed_as_one(hub, issue):
    """An older server refuses the reason: then it is closed as not planned."""
    tracker = hub.connected()
    tracker.close("1", "duplicate")
    assert tracker.ticket("1").resolution == "duplicate"
    tracker.reopen("1")
    refused = {"message": "Validation Failed", "errors": [{"field": "state_reason", "code": "invalid"}]}
    hub.sandbox.fail(Fault(method="PATCH", status=422, body=refused))
    tracker.close("1", "duplicate")
    assert tracker.ticket("1").resolution == "not_planned"
