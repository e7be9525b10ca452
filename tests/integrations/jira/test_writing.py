"""Writing over real HTTP: comments and tickets once and marked, everything else so that twice is as good as once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from integrations.base import Draft, LabelStyle
from integrations.errors import Incomplete, NotFound, Rejected, Unavailable
from integrations.sandbox.faults import Fault
from integrations.sandbox.jira.records import Transition
from rules.model import Marker, Paragraph, Prose, Text
from tests.integrations.jira.office import FLAVOURS, MARK, SAID, office

LATE = LabelStyle(name="late")
LEVELS = {"critical": "Highest", "high": "High"}


def person(jira, login):
    """Return a person as the flavour names them."""
    return jira.world.users[login].account_id if jira.flavour == "cloud" else login


@pytest.fixture
def shop(jira):
    """Open an office with one issue, connected, nothing counted yet."""
    jira.add()
    jira.tracker.connect()
    jira.requests()
    return jira


def writes(jira):
    """Return the bodies of the writes so far."""
    return [json.loads(one.body) for one in jira.sandbox.log.writes()]


def test_a_comment_carries_its_marker_in_the_same_request(shop):
    """One POST brings text and marker; the receipt says where it is."""
    ref = shop.ref("OPS-1")
    receipt = shop.tracker.comment(ref, SAID, MARK)
    value = {"op": MARK.op, "mac": MARK.mac, "state": MARK.state}
    body = {"body": "This improvement has no owner.", "properties": [{"key": "kaizend", "value": value}]}
    assert writes(shop) == [body]
    [read] = shop.tracker.comments(ref)
    assert (read.ref, read.uid, read.author, read.marker) == (receipt.ref, receipt.uid, shop.tracker.author, MARK)


def test_a_comment_can_be_edited_with_its_marker(shop):
    """An edit replaces text and marker; the same edit again sends nothing."""
    ref = shop.ref("OPS-1")
    made = shop.tracker.comment(ref, SAID, MARK)
    text, mark = Prose((Paragraph((Text("It has one now."),)),)), Marker(op=MARK.op, mac="ff")
    assert shop.tracker.edit_comment(ref, made.ref, text, mark).wrote
    [read] = shop.tracker.comments(ref)
    assert (read.body, read.marker) == ("It has one now.", mark)
    shop.requests()
    assert not shop.tracker.edit_comment(ref, made.ref, text, mark).wrote
    assert shop.sandbox.log.writes() == ()


@pytest.mark.parametrize("status", [400, 403])
def test_a_card_is_edited_without_mail_where_the_server_lets_us(status):
    """Cloud can be told to notify nobody of an edit; where it refuses that, the edit is made all the same."""
    with office("cloud") as jira:
        jira.add()
        ref = jira.ref("OPS-1")
        made = jira.tracker.comment(ref, SAID, MARK)
        jira.sandbox.fail(Fault(method="PUT", path="/comment/", status=status))
        for mac in ("f1", "f2"):
            jira.tracker.edit_comment(ref, made.ref, SAID, Marker(op=MARK.op, mac=mac))
        asked = [one.query.get("notifyUsers") for one in jira.sandbox.log.matching(method="PUT")]
        assert asked == ["false", None, None]
        assert jira.world.issue("OPS-1").comments[0].properties["kaizend"]["mac"] == "f2"


def test_a_server_whose_edits_drop_properties_gets_the_marker_apart(shop):
    """Where the edit of a comment does not take the marker along, it is put beside it."""
    ref = shop.ref("OPS-1")
    made = shop.tracker.comment(ref, SAID, MARK)
    comment = shop.world.issue("OPS-1").comments[0]
    mark = Marker(op=MARK.op, mac="ff")
    shop.sandbox.fail(Fault(method="PUT", path="/issue/.*/comment/", status=200, body={}))
    shop.tracker.edit_comment(ref, made.ref, SAID, mark)
    assert comment.properties["kaizend"] == {"op": MARK.op, "mac": "ff"}


def test_a_comment_that_was_deleted_is_not_found(shop):
    """Editing a card that a person deleted says so."""
    ref = shop.ref("OPS-1")
    made = shop.tracker.comment(ref, SAID, MARK)
    shop.world.delete_comment("OPS-1", int(made.ref))
    with pytest.raises(NotFound):
        shop.tracker.edit_comment(ref, made.ref, SAID, MARK)


def test_a_stranger_s_marker_property_of_another_shape_is_no_marker(shop):
    """Anybody may write a property; what is no marker is none."""
    for value in ("x", 7, None, [], {"op": 1, "mac": "a"}, {"op": "", "mac": "a"}, {"op": "a"}):
        shop.world.comment("OPS-1", "Mine.", author="ana", properties={"kaizend": value})
    assert {one.marker for one in shop.tracker.comments(shop.ref("OPS-1"))} == {None}


def test_labels_go_on_and_off_one_at_a_time(shop):
    """A label is added or removed alone, the others stay; what is so already sends nothing."""
    ref = shop.ref("OPS-1")
    shop.world.label("OPS-1", actor="ana", add=["ci"])
    assert shop.tracker.add_label(ref, LATE).wrote
    assert not shop.tracker.add_label(ref, LATE).wrote
    assert shop.world.issue("OPS-1").labels == ("ci", "late")
    assert shop.tracker.remove_label(ref, "late").wrote
    assert not shop.tracker.remove_label(ref, "late").wrote
    assert shop.world.issue("OPS-1").labels == ("ci",)
    assert writes(shop) == [{"update": {"labels": [{"add": "late"}]}}, {"update": {"labels": [{"remove": "late"}]}}]


@pytest.mark.parametrize(("name", "right"), [("needs owner", "needs-owner"), (" a\tb ", "a-b"), ("", "needs-owner")])
def test_a_label_that_jira_has_no_word_for_is_refused_before_sending(shop, name, right):
    """Jira's labels have no blanks: the error says which form would be right, and nothing is sent."""
    with pytest.raises(Rejected, match=f"as in '{right}'"):
        shop.tracker.add_label(shop.ref("OPS-1"), LabelStyle(name=name))
    with pytest.raises(Rejected, match=f"as in '{right}'"):
        shop.tracker.file(Draft(title="x", prose=SAID, labels=(LabelStyle(name=name),)), MARK)
    assert shop.requests() == []


def test_a_due_date_is_set_and_cleared(shop):
    """The due date is a plain date; none clears it."""
    ref, due = shop.ref("OPS-1"), date(2026, 11, 30)
    assert shop.tracker.set_due(ref, due).wrote
    assert shop.world.issue("OPS-1").due == due
    assert not shop.tracker.set_due(ref, due).wrote
    assert shop.tracker.set_due(ref, None).wrote
    assert shop.world.issue("OPS-1").due is None


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_priority_is_set_by_the_table(flavour):
    """A level becomes the native priority of the config; one that has none is refused before sending."""
    with office(flavour, priority_names=LEVELS) as jira:
        jira.add()
        assert jira.tracker.set_priority(jira.ref("OPS-1"), "critical").wrote
        assert jira.world.issue("OPS-1").priority == "Highest"
        assert not jira.tracker.set_priority(jira.ref("OPS-1"), "critical").wrote
        with pytest.raises(Rejected, match="no priority is configured for 'low': priority_names has critical, high"):
            jira.tracker.set_priority(jira.ref("OPS-1"), "low")


def test_a_person_becomes_the_assignee(shop):
    """By account id on Cloud, by name on Data Center; whoever is it already stays it silently."""
    ref, ana = shop.ref("OPS-1"), person(shop, "ana")
    assert shop.tracker.assign(ref, ana).wrote
    assert shop.world.issue("OPS-1").assignee == "ana"
    assert not shop.tracker.assign(ref, ana).wrote
    with pytest.raises(Rejected):
        shop.tracker.assign(ref, "nobody-knows")


def test_a_field_that_is_not_on_the_screen_is_named_and_not_tried_again(shop):
    """The refusal names the field; the next ticket of the type is spared the request, other fields still work."""
    shop.add(2)
    shop.world.projects["OPS"].off_screen = {("Task", "duedate")}
    for key in ("OPS-1", "OPS-2"):
        with pytest.raises(Rejected, match=r"duedate.*screen"):
            shop.tracker.set_due(shop.ref(key), date(2026, 11, 30))
    assert shop.sandbox.log.count(method="PUT") == 1
    assert shop.tracker.add_label(shop.ref("OPS-1"), LATE).wrote


# -- the workflow -----------------------------------------------------------------------------------------------------


@pytest.mark.fault("objects/resolution-required", "cloud", "dc")
@pytest.mark.parametrize(("reason", "resolution"), [("completed", "Done"), ("not_planned", "Won't Do")])
def test_a_ticket_is_closed_and_reopened(shop, reason, resolution):
    """Closing takes the way that leads to done, with the resolution it asks for; reopening clears it."""
    ref, issue = shop.ref("OPS-1"), shop.world.issue("OPS-1")
    assert shop.tracker.close(ref, reason).wrote
    assert (issue.status, issue.resolution) == ("Done", resolution)
    assert not shop.tracker.close(ref, reason).wrote
    assert shop.tracker.reopen(ref).wrote
    assert (issue.status, issue.resolution) == ("To Do", "")
    assert not shop.tracker.reopen(ref).wrote


def test_a_ticket_moves_to_a_phase(shop):
    """A move names the phase, and for done the resolution."""
    ref, issue = shop.ref("OPS-1"), shop.world.issue("OPS-1")
    assert shop.tracker.transition(ref, "active", "").wrote
    assert issue.status == "In Progress"
    assert shop.tracker.transition(ref, "done", "duplicate").wrote
    assert (issue.status, issue.resolution) == ("Done", "Duplicate")
    assert not shop.tracker.transition(ref, "done", "").wrote


@pytest.mark.fault("objects/no-way-there", "cloud", "dc")
def test_where_no_way_leads_there_the_ways_there_are_are_named(shop):
    """A workflow without the transition refuses with the names that exist, and nothing is written."""
    shop.world.transitions = (Transition(id="7", name="Start", sources=frozenset({"To Do"}), to="In Progress"),)
    with pytest.raises(
        Rejected, match=r"from To Do: no transition leads to done; there are: 'Start' \(to In Progress\)"
    ):
        shop.tracker.close(shop.ref("OPS-1"), "completed")
    end = Transition(id="7", name="Close Issue", sources=frozenset({"To Do"}), to="Done", requires_resolution=True)
    shop.world.transitions = (end,)
    with pytest.raises(Rejected, match="'Close Issue' asks for a resolution out of"):
        shop.tracker.transition(shop.ref("OPS-1"), "done", "Abandoned")
    assert shop.sandbox.log.writes() == ()


def test_a_reopened_ticket_keeps_its_resolution_only_where_it_must(shop):
    """A workflow that leaves the resolution, on a screen that does not have the field, reopens all the same."""
    ref, issue = shop.ref("OPS-1"), shop.world.issue("OPS-1")
    shop.tracker.close(ref, "completed")
    shop.world.transitions = (Transition(id="7", name="Back", sources=frozenset({"Done"}), to="In Progress"),)
    assert shop.tracker.reopen(ref).wrote
    assert issue.status == "In Progress"


def test_there_are_no_commit_statuses():
    """Jira has no changes, and is not even asked."""
    with office("cloud") as jira:
        assert list(jira.tracker.statuses("kaizend/gate")) == []


def test_a_commit_status_is_refused():
    """Jira has none, and says so before anything is sent."""
    with office("cloud") as jira, pytest.raises(Rejected, match="Jira has no commit statuses"):
        jira.tracker.set_status(sha="a" * 40, context="kaizend/gate", state="success", description="", url="")


def test_nothing_is_pinned():
    """Jira pins no issues: nothing is sent."""
    with office("cloud") as jira:
        assert not jira.tracker.pin("10001").wrote
        assert jira.requests() == []


# -- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relation", "kind", "ours"),
    [("relates", "Relates", "inward"), ("blocks", "Blocks", "inward"), ("is blocked by", "Blocks", "outward")],
)
def test_tickets_of_one_jira_are_linked_once(shop, relation, kind, ours):
    """A link is made in the direction its words have, and asked for again is not made again."""
    shop.add()
    ref, other = shop.ref("OPS-1"), shop.world.issue("OPS-2")
    about = {"url": f"{shop.tracker.site.browse}/browse/OPS-2", "title": "", "key": "OPS-2", "relation": relation}
    assert shop.tracker.link(ref, **about).wrote
    assert not shop.tracker.link(ref, **about).wrote
    [link] = other.links
    assert (link.type, getattr(link, ours)) == (kind, int(ref))


def test_a_relation_that_jira_does_not_know_is_refused_with_those_it_does(shop):
    """The error names the types of link there are."""
    shop.add()
    with pytest.raises(Rejected, match="no type of link is called 'hates'; there are: Blocks, Cloners"):
        shop.tracker.link(shop.ref("OPS-1"), url="", title="", key="OPS-2", relation="hates")


@pytest.mark.parametrize("key", ["", "OPS-2", "acme/shop#12"])
def test_a_page_is_linked_by_a_global_id(shop, key):
    """What lives elsewhere becomes a remote link: one, however often it is asked for, with its newest title."""
    ref, url = shop.ref("OPS-1"), "https://github.example/acme/shop/issues/12"
    about = {"url": url, "key": key, "relation": "mentioned in"}
    assert shop.tracker.link(ref, title="Retry [~admin]", **about).wrote
    assert not shop.tracker.link(ref, title="Retry [~admin]", **about).wrote
    assert shop.tracker.link(ref, title="Retry\nonce", **about).wrote
    [link] = shop.world.issue("OPS-1").remote_links
    assert (link.url, link.title) == (url, "Retry once")


def test_only_web_addresses_are_linked(shop):
    """A link to nowhere is refused before sending."""
    with pytest.raises(Rejected, match="begins with https://"):
        shop.tracker.link(shop.ref("OPS-1"), url="javascript:x", title="x", key="", relation="relates")
    assert shop.requests() == []


# -- filing -----------------------------------------------------------------------------------------------------------


def test_a_ticket_is_filed_with_its_marker(shop):
    """One POST makes the ticket with everything it needs; it is found again by its marker."""
    due = date(2026, 11, 30)
    draft = Draft(
        title="Review of\nNovember " + "x" * 300,
        prose=SAID,
        labels=(LATE,),
        assignee=person(shop, "ana"),
        due=due,
        type="Review",
    )
    receipt = shop.tracker.file(draft, MARK)
    issue = shop.world.issue(receipt.key)
    assert (issue.type, issue.labels, issue.assignee, issue.due) == ("Review", ("late",), "ana", due)
    assert issue.summary.startswith("Review of November xxx")
    assert len(issue.summary) == 255
    ticket = shop.tracker.ticket(receipt.ref)
    assert (ticket.uid, ticket.key, ticket.url) == (receipt.uid, receipt.key, receipt.url)
    assert [(ticket, MARK)] == list(shop.tracker.filed(shop.clock() - timedelta(minutes=1)))


def test_a_ticket_is_filed_without_what_its_type_has_no_place_for(shop):
    """A due date that is not on the screen is left out; the ticket is filed all the same, and only one."""
    shop.world.projects["OPS"].off_screen = {("Task", "duedate")}
    draft = Draft(title="Review", prose=SAID, due=date(2026, 11, 30), labels=(LATE,))
    for expected in (2, 1):
        shop.requests()
        receipt = shop.tracker.file(draft, MARK)
        assert shop.sandbox.log.count(method="POST") == expected
        assert shop.world.issue(receipt.key).labels == ("late",)
    assert len(shop.world.issues) == 3


def test_a_ticket_is_filed_without_an_owner_who_left(shop):
    """Somebody who cannot be assigned keeps no ticket from being filed; what else is refused still does."""
    owner = person(shop, "ana")
    shop.world.users["ana"].active = False
    draft = Draft(title="Review", prose=SAID, assignee=owner, due=date(2026, 11, 30), labels=(LATE,))
    shop.requests()
    issue = shop.world.issue(shop.tracker.file(draft, MARK).key)
    assert (issue.assignee, issue.due, issue.labels) == ("", date(2026, 11, 30), ("late",))
    assert shop.sandbox.log.count(method="POST") == 2
    with pytest.raises(Rejected, match="issuetype"):
        shop.tracker.file(replace(draft, type="Wish"), MARK)
    assert len([one for one in shop.world.issues.values() if one.summary == "Review"]) == 1


def test_a_ticket_of_an_unknown_type_is_refused(shop):
    """What cannot be filed is refused in the server's words, naming the field."""
    with pytest.raises(Rejected, match="issuetype"):
        shop.tracker.file(Draft(title="x", prose=SAID, type="Wish"), MARK)


def test_a_ticket_that_the_index_does_not_show_yet_is_found(shop):
    """Right after filing, search knows nothing: reading by number finds it, so that it is not filed twice."""
    shop.add(3)
    shop.world.lag_seconds = 600
    receipts = [shop.tracker.file(Draft(title=f"Review {n}", prose=SAID), MARK) for n in range(3)]
    shop.world.lag_seconds = 0
    found = list(shop.tracker.filed(shop.clock() - timedelta(minutes=1)))
    assert [ticket.key for ticket, _ in found] == [one.key for one in receipts]


def test_a_ticket_that_the_index_shows_out_of_turn_is_found(shop):
    """A hole among the indexed numbers is looked into."""
    shop.world.lag_seconds = 600
    receipt = shop.tracker.file(Draft(title="Review", prose=SAID), MARK)
    shop.world.lag_seconds = 0
    shop.add(2)
    assert [receipt.key] == [ticket.key for ticket, _ in shop.tracker.filed(shop.clock() - timedelta(minutes=1))]


def test_a_hidden_ticket_just_before_those_that_search_knows_is_found(shop):
    """The newest numbers are indexed, ours right before them is not, older ones are: it is read by its number."""
    shop.clock.on(days=1)
    shop.world.lag_seconds = 600
    receipt = shop.tracker.file(Draft(title="Review", prose=SAID), MARK)
    shop.world.lag_seconds = 0
    shop.add(2, every=timedelta())
    assert [receipt.key] == [ticket.key for ticket, _ in shop.tracker.filed(shop.clock() - timedelta(days=400))]


def test_looking_back_a_year_reads_our_own_tickets_alone(shop):
    """A look over a long time is by our account, and costs no more for what others filed."""
    shop.add(250, every=timedelta(days=1))
    receipt = shop.tracker.file(Draft(title="Review", prose=SAID), MARK)
    shop.clock.on(days=90)
    shop.requests()
    assert [receipt.key] == [ticket.key for ticket, _ in shop.tracker.filed(shop.clock() - timedelta(days=400))]
    assert len(shop.requests()) <= 10


def test_only_our_own_marked_tickets_of_the_time_count_as_filed(shop):
    """A stranger's ticket with our property, ours without one, and an old one are not among them."""
    value = {"op": MARK.op, "mac": MARK.mac}
    shop.world.add_issue("OPS", "forged", reporter="ana", properties={"kaizend": value})
    shop.world.add_issue("OPS", "unmarked", reporter="bot")
    old = shop.clock() - timedelta(days=3)
    shop.world.add_issue("OPS", "old", reporter="bot", at=old, properties={"kaizend": value})
    shop.world.add_issue("OPS", "ours", reporter="ana", creator="bot", properties={"kaizend": value})
    found = list(shop.tracker.filed(shop.clock() - timedelta(hours=1)))
    assert [ticket.title for ticket, _ in found] == ["ours"]


def test_a_look_for_what_we_filed_that_fails_finds_nothing_out(shop):
    """A failed read raises: it is no evidence that nothing was filed."""
    shop.sandbox.fail(Fault(path="search", times=9, status=502))
    with pytest.raises(Unavailable):
        list(shop.tracker.filed(shop.clock()))


def test_too_many_unknown_numbers_are_no_evidence(shop):
    """Where hundreds of numbers are unaccounted for, the look says that it was not whole."""
    shop.world.projects["OPS"].count += 300
    shop.add()
    with pytest.raises(Incomplete, match="numbers"):
        list(shop.tracker.filed(shop.clock() - timedelta(hours=1)))


# -- who we are -------------------------------------------------------------------------------------------------------


def test_connect_says_who_we_are_and_what_we_lack(shop):
    """Our id as it stands on comments, the server, missing and excess rights, and the clocks' difference."""
    bot = shop.world.users["bot"]
    bot.rights.discard("LINK_ISSUES")
    bot.rights.add("ADMINISTER_PROJECTS")
    identity = shop.tracker.connect()
    assert identity.author == person(shop, "bot")
    assert identity.server == ("Jira Cloud" if shop.flavour == "cloud" else "Jira Data Center 10.3.2")
    assert identity.missing == ("LINK_ISSUES: to link",)
    assert identity.excess == ("ADMINISTER_PROJECTS: kaizend never needs it",)
    assert (identity.time_zone, identity.clock_skew) == ("America/New_York", 0)
    assert len(shop.requests()) == 4


@pytest.mark.parametrize("somebodys", [True, False])
def test_an_answer_that_names_another_ticket_is_not_believed(shop, somebodys):
    """A person's, or one of ours: whether what we sent was made is not known. It was, and is found by its marker."""
    if not somebodys:
        shop.tracker.file(Draft(title="Of October", prose=SAID), replace(MARK, op="0ct0"))
    other = list(shop.world.issues.values())[-1]
    answer = {"id": other.id, "key": other.key, "self": "x"}
    shop.sandbox.fail(Fault(kind="status_after", method="POST", path="/issue$", status=201, body=answer))
    with pytest.raises(Unavailable, match="not our ticket"):
        shop.tracker.file(Draft(title="Of November", prose=SAID), MARK)
    found = [ticket.title for ticket, mark in shop.tracker.filed(shop.clock() - timedelta(minutes=1)) if mark == MARK]
    assert found == ["Of November"]


def test_a_ticket_whose_summary_a_workflow_changes_at_once_is_known_by_its_marker(shop):
    """It is ours all the same; and one that the server does not show yet is believed."""
    shop.sandbox.fail(Fault(path="/issue/", method="GET", status=404))
    made = shop.tracker.file(Draft(title="Of November", prose=SAID), MARK)
    shop.world.edit(made.key, actor="ana", summary="[Reviews] Of November")
    answer = {"id": made.ref, "key": made.key, "self": "x"}
    shop.sandbox.fail(Fault(method="POST", path="/issue$", status=201, body=answer))
    assert shop.tracker.file(Draft(title="Of November", prose=SAID), MARK) == made
