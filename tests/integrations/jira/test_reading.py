"""Reading a project over real HTTP: everything once, then what changed, and nothing missed while rows move."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from integrations.errors import Incomplete, NotAllowed, NotFound, Unavailable
from integrations.sandbox.faults import Fault
from integrations.sandbox.jira.sprints import add_sprint, plan, turn_sprint
from rules.model import Comment, Event, Release, Ticket
from tests.integrations.jira.office import FLAVOURS, MARK, SAID, START, office

LATER = timedelta(minutes=30)


def keys(items):
    """Return the keys of the tickets among items, in order."""
    return [one.key for one in items if isinstance(one, Ticket)]


def searches(requests):
    """Return the requests that search."""
    return [one for one in requests if one in {"GET search", "GET search/jql"}]


def test_a_ticket_holds_what_the_tracker_knows(jira):
    """Each field of a ticket comes from its field in Jira, times in UTC whatever offset Jira writes."""
    jira.world.offset = timezone(timedelta(hours=5, minutes=30))
    jira.world.add_component("OPS", "payments")
    jira.world.add_release("OPS", "1.0")
    issue = jira.world.add_issue(
        *("OPS", "Retry the payment"),
        reporter="ana",
        at=START,
        description="It fails *often*.",
        type="Improvement",
        priority="High",
        labels=("ci", "later"),
        components=("payments",),
        fix_versions=("1.0",),
        assignee="ana",
        due=date(2026, 11, 30),
    )
    site = jira.tracker.site.browse
    ana = jira.world.users["ana"].account_id if jira.flavour == "cloud" else "ana"
    expected = Ticket(
        source="ops",
        uid=f"{site.removeprefix('http://')}/jira/issue/{issue.id}",
        key="OPS-1",
        ref=str(issue.id),
        url=f"{site}/browse/OPS-1",
        title="Retry the payment",
        created=START,
        updated=START,
        phase="new",
        status="To Do",
        body="It fails *often*.",
        type="Improvement",
        labels=frozenset({"ci", "later"}),
        components=frozenset({"payments"}),
        milestone="1.0",
        assignees=frozenset({ana}),
        reporter=ana,
        priority="High",
        due=date(2026, 11, 30),
    )
    assert expected == jira.tracker.ticket(str(issue.id))
    items, _ = jira.read()
    assert (expected,) == items


def test_a_closed_ticket_says_when_and_how(jira):
    """A closed ticket is done, with its resolution and its time."""
    jira.add()
    jira.world.transition("OPS-1", "Close Issue", actor="ana", resolution="Won't Do", at=START)
    ticket = jira.tracker.ticket(jira.ref("OPS-1"))
    assert (ticket.phase, ticket.status, ticket.resolution, ticket.closed) == ("done", "Done", "Won't Do", START)


def test_a_cold_read_costs_a_request_a_hundred_tickets(jira):
    """Three hundred and one tickets are four pages, and a constant."""
    jira.add(301)
    jira.tracker.connect()
    jira.requests()
    items, _ = jira.read()
    assert keys(items) == [f"OPS-{one}" for one in range(1, 302)]
    first, *spent = jira.requests()
    assert first == "GET field"  # which one holds the sprint: asked once
    assert spent == searches(spent)
    assert len(spent) - 4 <= 3  # the newest change first; on Cloud the highest number, and a look past the last page


def test_a_warm_read_of_nothing_new_is_one_request(jira):
    """A second read over an unchanged project asks once and brings nothing."""
    jira.add(120)
    _, cursor = jira.read()
    jira.clock.on(days=1)
    jira.requests()
    items, again = jira.read(cursor)
    assert (items, again) == ((), cursor)
    assert len(jira.requests()) == 1


def test_a_warm_read_brings_what_changed_and_why(jira):
    """A changed ticket comes with its history and its comments, and nothing else comes."""
    jira.add(5)
    _, cursor = jira.read()
    jira.clock.on(hours=1)
    at = jira.clock()
    jira.world.edit("OPS-2", actor="ana", duedate=date(2026, 12, 1), labels=("late", "ci"))
    jira.world.comment("OPS-2", "Soon.", author="ana")
    items, cursor = jira.read(cursor)
    assert keys(items) == ["OPS-2"]
    events = [(one.what, one.before, one.after, one.at) for one in items if isinstance(one, Event)]
    assert events == [("due", "", "2026-12-01", at), ("label", "", "ci", at), ("label", "", "late", at)]
    assert [one.body for one in items if isinstance(one, Comment)] == ["Soon."]
    assert jira.read(cursor) == ((), cursor)


def test_one_in_a_hundred_changed_costs_requests_for_that_one(jira):
    """Three changed tickets of three hundred are one request."""
    jira.add(300)
    _, cursor = jira.read()
    jira.clock.on(hours=1)
    for key in ("OPS-7", "OPS-70", "OPS-170"):
        jira.world.label(key, actor="ana", add=["late"])
    jira.requests()
    items, _ = jira.read(cursor)
    assert sorted(keys(items)) == ["OPS-170", "OPS-7", "OPS-70"]
    assert len(jira.requests()) == 1


@pytest.mark.fault("reading/many-tickets")
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_cold_read_goes_on_where_it_stopped(flavour, pages):
    """A read that died after some pages is taken up by another process from the saved cursor: nothing is missed."""
    with office(flavour) as jira:
        jira.add(350)
        reading = jira.tracker.read("tickets", "")
        first = [next(reading) for _ in range(pages)]
        reading.close()
        items, _ = jira.read(first[-1].cursor)
        seen = keys([item for page in first for item in page.items]) + keys(items)
        assert seen == [f"OPS-{one}" for one in range(1, 351)]


@pytest.mark.fault("reading/moves-during-the-read")
@pytest.mark.parametrize("gone", ["OPS-3", "OPS-100"])
def test_a_ticket_that_leaves_during_a_cold_read_hides_no_other(jira, gone):
    """Deleting a ticket of a page that was read makes later pages begin one too far; none is skipped."""
    jira.add(250)
    seen = []
    for number, page in enumerate(jira.tracker.read("tickets", "")):
        seen += keys(page.items)
        if number == 0:
            jira.world.delete(gone)
    assert {f"OPS-{one}" for one in range(1, 251)} - {gone} <= set(seen)


def test_tickets_that_leave_during_a_cold_read_hide_none_at_its_end(jira):
    """Three tickets leave while the last pages are read: those that moved up past the end are read all the same."""
    jira.add(303)
    seen = []
    for number, page in enumerate(jira.tracker.read("tickets", "")):
        seen += keys(page.items)
        if number == 2:
            for key in ("OPS-1", "OPS-2", "OPS-3"):
                jira.world.delete(key)
    assert {f"OPS-{one}" for one in range(4, 304)} <= set(seen)


def test_a_cold_read_begins_anew_where_the_edge_of_a_page_left(jira):
    """The last ticket of a page is moved away, with others before it: what cannot be told apart is read again."""
    jira.world.add_project("WEB")
    jira.add(250)
    seen = []
    for number, page in enumerate(jira.tracker.read("tickets", "")):
        seen += keys(page.items)
        if number == 0:
            jira.world.move("OPS-100", "WEB", actor="ana")
            jira.world.move("OPS-99", "WEB", actor="ana")
    assert {f"OPS-{one}" for one in range(1, 251)} - {"OPS-99", "OPS-100"} <= set(seen)


@pytest.mark.fault("reading/moves-during-the-read")
def test_a_ticket_that_moves_during_a_warm_read_hides_no_other(jira):
    """Changing or deleting tickets between the pages of a warm read misses nothing."""
    jira.add(350)
    _, cursor = jira.read()
    jira.clock.on(hours=1)
    for number in range(1, 301):
        jira.world.label(f"OPS-{number}", actor="ana", add=["late"], at=jira.clock.on(seconds=1))
    seen = []
    for number, page in enumerate(jira.tracker.read("tickets", cursor)):
        seen += keys(page.items)
        if number == 0:
            jira.clock.on(seconds=1)
            jira.world.label("OPS-5", actor="ana", add=["again"])
            jira.world.delete("OPS-6")
    assert {f"OPS-{one}" for one in range(1, 301)} <= set(seen)
    assert seen.count("OPS-5") == 2


def test_a_bulk_change_within_one_millisecond_is_read_whole(jira):
    """Two hundred and fifty tickets changed at the very same moment span pages by offset, and are all there."""
    jira.add(250)
    _, cursor = jira.read()
    at = jira.clock.on(hours=1)
    for number in range(1, 251):
        jira.world.label(f"OPS-{number}", actor="ana", add=["late"], at=at)
    items, cursor = jira.read(cursor)
    assert sorted(keys(items)) == sorted(f"OPS-{one}" for one in range(1, 251))
    assert jira.read(cursor)[0] == ()


def test_what_was_imported_at_one_moment_is_read_whole(jira):
    """A cold read over tickets that were all created at once is whole."""
    jira.add(430, every=timedelta())
    items, _ = jira.read()
    assert sorted(keys(items)) == sorted(f"OPS-{one}" for one in range(1, 431))


@pytest.mark.fault("reading/account-in-another-zone")
def test_the_account_time_zone_shifts_nothing(jira):
    """Our account lives in New York: a change a minute after the last read is found, whatever JQL's wall clock says."""
    jira.add(3)
    _, cursor = jira.read()
    jira.clock.on(minutes=1)
    jira.world.label("OPS-1", actor="ana", add=["late"])
    assert keys(jira.read(cursor)[0]) == ["OPS-1"]
    window = [one.query["jql"] for one in jira.sandbox.log.entries if "updated >=" in one.query.get("jql", "")]
    start = jira.clock() - timedelta(minutes=6)
    assert all(f"updated >= {int(start.timestamp() * 1000)} " in jql for jql in window)


def test_a_change_that_the_index_shows_late_is_not_lost(jira):
    """A change that reaches the index after a newer one was read already is still read."""
    jira.add(3)
    _, cursor = jira.read()
    jira.clock.on(hours=1)
    jira.world.lag_seconds = 120
    jira.world.label("OPS-1", actor="ana", add=["late"])
    jira.world.lag_seconds = 0
    jira.clock.on(seconds=60)
    jira.world.label("OPS-2", actor="ana", add=["late"])
    items, cursor = jira.read(cursor)
    assert keys(items) == ["OPS-2"]
    jira.clock.on(seconds=90)
    assert keys(jira.read(cursor)[0]) == ["OPS-1"]


def test_a_time_from_the_future_hides_no_change(jira):
    """A ticket "changed" in 2040 by an import does not move the mark there."""
    jira.add(3)
    jira.world.label("OPS-3", actor="ana", add=["odd"], at=datetime(2040, 1, 1, tzinfo=UTC))
    _, cursor = jira.read()
    jira.clock.on(hours=1)
    jira.world.label("OPS-1", actor="ana", add=["late"])
    items, cursor = jira.read(cursor)
    assert keys(items) == ["OPS-1"]
    jira.clock.on(hours=1)
    jira.world.label("OPS-2", actor="ana", add=["late"])
    assert keys(jira.read(cursor)[0]) == ["OPS-2"]


def test_our_comments_come_with_their_markers(jira):
    """Where we commented, one more request reads the markers; strangers' comments need none."""
    jira.add(2)
    jira.tracker.connect()
    jira.world.comment("OPS-1", "A stranger's.", author="ana")
    jira.tracker.comment(jira.ref("OPS-2"), SAID, MARK)
    jira.requests()
    items, _ = jira.read()
    assert [(one.body, one.marker) for one in items if isinstance(one, Comment)] == [
        ("A stranger's.", None),
        ("This improvement has no owner.", MARK),
    ]
    assert [one for one in jira.requests() if "comment" in one] == [f"GET issue/{jira.ref('OPS-2')}/comment"]


def test_long_talk_is_read_page_by_page(jira):
    """More than a hundred comments are all read, oldest first."""
    jira.add()
    for number in range(230):
        jira.world.comment("OPS-1", f"no. {number}", author="ana")
    expected = [f"no. {number}" for number in range(230)]
    assert expected == [one.body for one in jira.tracker.comments(jira.ref("OPS-1"))]
    assert expected == [one.body for one in jira.read()[0] if isinstance(one, Comment)]


def test_a_long_history_is_read_whole_at_first_and_in_part_later(jira):
    """More than the forty entries that a search brings are paged; later only as far back as needed."""
    jira.add()
    jira.tracker.connect()
    for number in range(150):
        jira.world.edit("OPS-1", actor="ana", summary=f"title {number}", at=jira.clock.on(seconds=1))
    items, cursor = jira.read()
    assert len([one for one in items if isinstance(one, Event)]) == 150
    jira.clock.on(hours=1)
    jira.world.edit("OPS-1", actor="ana", summary="once more")
    jira.requests()
    items, _ = jira.read(cursor)
    assert [one.after for one in items if isinstance(one, Event)][-1] == "once more"
    assert len(jira.requests()) == 1


def test_releases_are_told_when_they_change(jira):
    """The versions come once, and again when one of them is released."""
    made = jira.world.add_release("OPS", "1.0")
    jira.world.add_release("OPS", "1.1", released=True, date=date(2026, 11, 1))
    items, cursor = jira.read(stream="releases")
    released = datetime(2026, 11, 1, tzinfo=UTC)
    assert [(one.name, one.released) for one in items if isinstance(one, Release)] == [("1.0", None), ("1.1", released)]
    assert jira.read(cursor, "releases") == ((), cursor)
    made.released, made.date = True, date(2026, 11, 2)
    assert len(jira.read(cursor, "releases")[0]) == 2


def test_a_moved_ticket_is_not_found_here_any_more(jira):
    """A ticket that went to another project is no longer ours to write to."""
    jira.world.add_project("WEB")
    jira.add()
    ref = jira.ref("OPS-1")
    jira.world.move("OPS-1", "WEB", actor="ana")
    with pytest.raises(NotFound, match="moved to another project and is WEB-1 now"):
        jira.tracker.ticket(ref)


def test_a_renamed_project_is_still_read(jira):
    """The old key in the config leads to the project under its new one."""
    jira.add(2)
    jira.world.rename_project("OPS", "PLAT")
    assert keys(jira.read()[0]) == ["PLAT-1", "PLAT-2"]


# -- suspicion --------------------------------------------------------------------------------------------------------


@pytest.mark.fault("reading/suddenly-empty")
def test_a_lost_permission_fails_a_warm_read_loudly(jira):
    """A project that had tickets and suddenly has none is not believed."""
    jira.add(3)
    _, cursor = jira.read()
    jira.clock.on(hours=1)
    jira.world.users["bot"].rights.discard("BROWSE_PROJECTS")
    with pytest.raises(Incomplete, match="lost permission"):
        jira.read(cursor)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_lost_permission_fails_a_cold_read_where_a_canary_is_known(flavour):
    """An empty project is believed, unless a canary says that something must be there."""
    with office(flavour) as jira:
        assert jira.read()[0] == ()
    with office(flavour, canary="OPS-1") as jira, pytest.raises(Incomplete, match="found no ticket"):
        jira.read()


@pytest.mark.fault("reading/suddenly-empty")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_canary_that_cannot_be_read_fails_the_source(flavour):
    """connect() insists on the issue that must be readable."""
    with office(flavour, canary="OPS-2") as jira:
        jira.add()
        with pytest.raises(NotAllowed, match="canary OPS-2 cannot be read"):
            jira.tracker.connect()
        jira.add()
        assert jira.tracker.connect().author


def test_the_deletion_of_the_newest_ticket_is_no_lost_permission(jira):
    """When all that the cursor remembers is gone but the project is not, the read is believed."""
    jira.add(3, every=timedelta(hours=1))
    _, cursor = jira.read()
    jira.world.delete("OPS-3")
    assert jira.read(cursor)[0] == ()


@pytest.mark.fault("reading/cut-short")
@pytest.mark.parametrize("kind", ["truncate", "halve", "html", "drop_before", "status"])
def test_a_page_that_fails_is_asked_for_again(jira, kind):
    """A read is retried within bounds, whatever befalls it."""
    jira.add(150)
    jira.sandbox.fail(Fault(path="search", times=2, after=1, kind=kind))
    assert len(keys(jira.read()[0])) == 150


def test_a_page_that_keeps_failing_ends_the_read_with_an_error(jira):
    """A read that cannot be whole raises; pages before it were handed over and their cursor holds."""
    jira.add(250)
    jira.tracker.connect()
    reading = jira.tracker.read("tickets", "")
    first = next(reading)
    jira.sandbox.fail(Fault(path="search", times=9, status=502))
    with pytest.raises(Unavailable):
        next(reading)
    jira.sandbox.faults.clear()
    jira.clock.on(hours=1)
    assert len(set(keys(first.items)) | set(keys(jira.read(first.cursor)[0]))) == 250


def test_a_token_that_expired_starts_the_read_anew():
    """Cloud's page tokens live for seven days; after that the cold read begins again by itself."""
    with office("cloud") as jira:
        jira.add(250)
        cursor = next(jira.tracker.read("tickets", "")).cursor
        old = json.loads(cursor)
        old["walk"]["token"] = "expired"
        assert len(keys(jira.read(json.dumps(old))[0])) == 250


@pytest.mark.parametrize("cursor", ["{", "[]", '{"mode": 7, "more": 1}', "\0"])
def test_a_cursor_that_cannot_be_read_is_the_beginning(jira, cursor):
    """A damaged cursor costs a cold read, and no ticket."""
    jira.add(2)
    assert keys(jira.read(cursor)[0]) == ["OPS-1", "OPS-2"]


@pytest.mark.fault("reading/another-shape")
@pytest.mark.parametrize("spoiled", [{"issues": [{"id": "1"}]}, {"issues": None}, [], {"issues": [7], "total": 1}])
def test_a_page_of_another_shape_is_not_believed(jira, spoiled):
    """JSON that is no page of issues fails the read as incomplete, with nothing of it in the message."""
    jira.add(2)
    jira.tracker.connect()
    jira.sandbox.fail(Fault(path="search", times=9, status=200, body=spoiled))
    with pytest.raises(Incomplete, match="not of the expected shape"):
        jira.read()


def test_data_center_s_short_pages_are_not_the_end():
    """A page that is short of its size, by a cap or a missing row, is followed by the next."""
    with office("dc") as jira:
        jira.world.search_cap = 30
        jira.add(200)
        assert len(set(keys(jira.read()[0]))) == 200


def test_a_blocked_ticket_and_its_sprint_are_read(jira):
    """By search and alone; when the blocker is done the ticket itself has not changed, and is no longer blocked."""
    jira.add(2)
    add_sprint(jira.world, "Sprint 6", "closed")
    add_sprint(jira.world, "Sprint 7, week 2", "active", goal="Faster, better")
    add_sprint(jira.world, "Sprint 8")
    plan(jira.world, "OPS-2", "Sprint 6", "Sprint 7, week 2", "Sprint 8", actor="ana")
    jira.world.link("OPS-1", "OPS-2", "Blocks", actor="ana")
    items, cursor = jira.read()
    tickets = [one for one in items if isinstance(one, Ticket)]
    assert [(one.blocked, one.sprint) for one in tickets] == [(False, ""), (True, "Sprint 7, week 2")]
    jira.clock.on(hours=1)
    jira.world.transition("OPS-1", "Close Issue", actor="ana")
    turn_sprint(jira.world, "Sprint 7, week 2", "closed")
    assert [one.key for one in jira.read(cursor)[0] if isinstance(one, Ticket)] == ["OPS-1"]
    alone = jira.tracker.ticket(jira.ref("OPS-2"))
    assert (alone.blocked, alone.sprint, alone.updated) == (False, "Sprint 8", tickets[1].updated)


def test_a_jira_without_sprints_has_none(jira):
    """Where the fields cannot be listed or none holds sprints, tickets are read without."""
    jira.add(1)
    jira.sandbox.fail(Fault(kind="status", status=404, path=r"/field$"))
    items, _ = jira.read()
    assert [one.sprint for one in items] == [""]
