"""Reading over real HTTP: nothing missed while rows move, and no request more than needed."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import pytest

from integrations.errors import Incomplete, NotFound, Unavailable
from integrations.sandbox.faults import Fault
from tests.integrations.contract import read_all
from tests.integrations.github.conftest import NOW, add_issues

LIST = "GET /repos/acme/shop/issues"


def refs(items) -> list[int]:
    """Return the tickets' numbers."""
    return [int(item.ref) for item in items]


@pytest.mark.fault("reading/many-tickets", "github")
@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (99, 1), (100, 1), (101, 2), (200, 2), (250, 3)])
def test_a_first_read_costs_a_request_a_hundred(hub, count, pages):
    """Plus one, which learns where to look next time, and at a full last page two to be sure that it is the last."""
    add_issues(hub.world, count)
    tracker = hub.connected()
    items, _ = read_all(tracker, "tickets")
    assert refs(items) == list(range(1, count + 1))
    assert len(hub.asked()) <= pages + 3


def test_sparse_numbers_cost_a_few_requests_more(hub):
    """Gaps at page ends are looked into, but not for ever."""
    for number in range(1, 1501):
        hub.world.add_issue("issue", number=number * 3, created_at=NOW - timedelta(days=30, minutes=-number))
    items, _ = read_all(hub.connected(), "tickets")
    assert len(items) == 1500
    assert len(hub.asked()) <= 15 + 7


@pytest.mark.fault("rates/not-modified", "github")
@pytest.mark.parametrize("stream", ["tickets", "changes", "comments", "events", "deployments", "releases"])
def test_nothing_new_is_one_conditional_request(hub, stream):
    """A second read asks once, is told "not modified", and brings nothing; so does a third."""
    world = hub.world
    add_issues(world, 120)
    for number in range(120):
        world.comment(1 + number % 7, f"comment {number}", at=NOW - timedelta(days=3, minutes=-number))
        world.set_label(number + 1, f"label-{number % 3}", at=NOW - timedelta(days=2, minutes=-number))
        world.add_pull(f"change {number}", created_at=NOW - timedelta(days=2, minutes=-number))
        world.add_deployment(world.add_commit(), state="success", at=NOW - timedelta(days=5, minutes=-number))
    world.add_release("v1", at=NOW - timedelta(days=1))
    tracker = hub.connected()
    items, cursor = read_all(tracker, stream)
    assert len(items) >= {"releases": 1, "events": 100}.get(stream, 120)
    hub.asked()
    for _ in range(2):
        items, cursor = read_all(hub.connected(), stream, cursor)
        (entry,) = hub.sandbox.log.entries
        assert (items, entry.status) == ([], 304)
        assert entry.headers["if-none-match"].startswith('W/"')  # GitHub's tags are weak, and go back as they came


def test_of_events_only_the_newest_page_is_read_at_first_and_then_all_there_are(hub):
    """History from before we came costs one request, however long; what happens since is read whole."""
    add_issues(hub.world, 350)
    for number in range(1, 351):
        hub.world.set_label(number, "old", at=NOW - timedelta(days=9, minutes=-number))
    old, cursor = read_all(hub.connected(), "events")
    assert len(hub.asked()) == 1
    assert [event.ticket.rpartition("/")[2] for event in old] == [str(number) for number in range(350, 250, -1)]
    for number in range(1, 251):
        hub.world.set_label(number, "new", at=NOW - timedelta(days=1, minutes=-number))
    new, _ = read_all(hub.connected(), "events", cursor)
    assert {event.ticket.rpartition("/")[2] for event in new if event.after == "new"} == set(map(str, range(1, 251)))


def test_one_in_a_hundred_costs_what_it_is(hub):
    """Changed tickets cost a request a page of them, and one; then nothing is new again."""
    add_issues(hub.world, 600)
    tracker = hub.connected()
    _, cursor = read_all(tracker, "tickets")
    hub.clock.now += timedelta(days=1)
    changed = list(range(1, 196))
    for number in changed:
        hub.world.edit(number, title="changed")
    hub.clock.now += timedelta(seconds=5)
    hub.asked()
    items, cursor = read_all(tracker, "tickets", cursor)
    assert {item.ref for item in items if item.title == "changed"} == {str(number) for number in changed}
    assert len(hub.asked()) <= 3
    items, cursor = read_all(tracker, "tickets", cursor)
    assert (items, len(hub.asked())) == ([], 1)
    hub.world.edit(7, title="again")
    items, _ = read_all(tracker, "tickets", cursor)
    assert "again" in {item.title for item in items}


def test_few_changes_cost_one_request(hub):
    """And what was read before they happened stays put."""
    add_issues(hub.world, 150)
    tracker = hub.connected()
    _, cursor = read_all(tracker, "tickets")
    for day in range(3):
        hub.clock.now += timedelta(days=1)
        hub.world.edit(10 + day, title=f"day {day}")
        hub.asked()
        items, cursor = read_all(tracker, "tickets", cursor)
        assert f"day {day}" in {item.title for item in items}
        assert len(hub.asked()) == 1


@pytest.mark.fault("reading/moves-during-the-read", "github")
@pytest.mark.parametrize("stream", ["tickets", "comments"])
def test_a_row_that_moves_during_the_read_is_not_missed(hub, stream):
    """People edit the oldest rows between our pages: all rows come, in their newest form."""
    add_issues(hub.world, 350)
    comments = [hub.world.comment(1, f"c{n}", at=NOW - timedelta(days=9, minutes=-n)) for n in range(350)]
    tracker = hub.connected()
    seen: dict[str, object] = {}
    for at, page in enumerate(tracker.read(stream, "")):
        seen.update({item.ref: item for item in page.items})
        hub.clock.now += timedelta(minutes=5)
        if at < 3:
            hub.world.edit(2 + at, title="moved")
            hub.world.edit_comment(comments[at], "moved")
            hub.world.add_issue("late")
            hub.world.comment(1, "late")
    if stream == "tickets":
        assert set(map(int, seen)) == set(range(1, 354))
        assert [seen[str(2 + at)].title for at in range(3)] == ["moved"] * 3
    else:
        assert len(seen) == 353
        assert [seen[str(comments[at].id)].body for at in range(3)] == ["moved"] * 3


@pytest.mark.fault("reading/moves-during-the-read", "github")
def test_a_deletion_during_the_read_hides_nothing(hub):
    """Rows slide to the page we have read already: we step back."""
    add_issues(hub.world, 350)
    tracker = hub.connected()
    seen: set[int] = set()
    for at, page in enumerate(tracker.read("tickets", "")):
        seen.update(refs(page.items))
        if at == 0:
            for number in (3, 4, 5):
                hub.world.delete_issue(number)
    assert seen == set(range(1, 351))


@pytest.mark.fault("reading/many-tickets", "github")
def test_a_read_broken_off_goes_on_where_it_was(hub):
    """Page by page, by another process: each row comes, no page twice but the last."""
    add_issues(hub.world, 350)
    cursor, seen = "", []
    for _ in range(20):
        page = next(islice(hub.connected().read("tickets", cursor), 1), None)
        if page is None:
            break
        seen += refs(page.items)
        cursor = page.cursor
    assert sorted(set(seen)) == list(range(1, 351))
    assert len(seen) <= 450


def test_a_failed_page_ends_the_read(hub):
    """What came before it has its cursor; nobody takes the rest for absent."""
    add_issues(hub.world, 250)
    tracker = hub.connected()
    hub.sandbox.fail(Fault(path="/issues$", status=502, after=1, times=4))
    pages = tracker.read("tickets", "")
    first = next(pages)
    with pytest.raises(Unavailable):
        next(pages)
    items, _ = read_all(hub.connected(), "tickets", first.cursor)
    assert set(refs(first.items) + refs(items)) == set(range(1, 251))


@pytest.mark.fault("reading/cut-short", "github")
def test_a_read_is_retried(hub):
    """Two bad answers cost two requests more, no rows."""
    add_issues(hub.world, 50)
    tracker = hub.connected()
    hub.sandbox.fail(Fault(path="/issues$", status=500, times=1))
    hub.sandbox.fail(Fault(path="/issues$", kind="halve", times=1))
    items, _ = read_all(tracker, "tickets")
    assert len(items) == 50


@pytest.mark.fault("reading/another-shape", "github")
@pytest.mark.parametrize("body", [{"message": "hello"}, ["x"], [{"number": 1}], [{"number": None, "labels": 7}]])
def test_a_page_of_another_shape_is_not_believed(hub, body):
    """JSON, but no list of issues."""
    tracker = hub.connected()
    hub.sandbox.fail(Fault(path="/issues$", status=200, body=body))
    with pytest.raises(Incomplete):
        read_all(tracker, "tickets")


@pytest.mark.fault("reading/suddenly-empty", "github")
def test_a_suspiciously_empty_read_fails(hub):
    """The repository counts open issues, the list has none: that is no truth to act on."""
    add_issues(hub.world, 3)
    tracker = hub.connected()
    hub.sandbox.fail(Fault(path="/issues$", status=200, body=[]))
    with pytest.raises(Incomplete, match="3"):
        read_all(tracker, "tickets")


def test_an_empty_repository_is_believed(hub):
    """No open issue and none listed is fine."""
    items, cursor = read_all(hub.connected(), "tickets")
    assert items == []
    assert cursor


@pytest.mark.fault("reading/suddenly-empty", "github")
@pytest.mark.parametrize("gone", [False, True])
def test_the_canary_must_be_there(hub, gone):
    """An issue that the config names must be readable, or nothing is believed."""
    add_issues(hub.world, 2)
    if gone:
        hub.world.delete_issue(2)
        with pytest.raises(Incomplete, match="canary"):
            hub.tracker(canary="2").connect()
    else:
        assert hub.tracker(canary="#2").connect().author == "kaizend"


@pytest.mark.fault("reading/change-in-the-list", "github")
def test_pull_requests_are_changes_and_no_tickets(hub):
    """Issue lists hold both; so do comments and events."""
    world = hub.world
    issue = world.add_issue("an issue")
    pull = world.add_pull("a change", base_ref="main", labels=["big"])
    world.comment(pull, "on the change")
    world.comment(issue, "on the issue")
    world.set_label(pull, "x")
    world.merge(pull)
    tracker = hub.connected()
    got = {stream: read_all(tracker, stream)[0] for stream in tracker.streams}
    assert {ticket.title for ticket in got["tickets"]} == {"an issue"}
    assert [(change.title, change.state, change.base) for change in got["changes"]][-1:] == [
        ("a change", "merged", "main")
    ]
    assert {comment.body for comment in got["comments"]} == {"on the issue"}
    assert got["comments"][0].ticket == got["tickets"][0].uid
    assert got["events"] == []
    with pytest.raises(NotFound, match="pull request"):
        tracker.ticket(str(pull.number))


def test_events_tell_what_changed(hub):
    """Who did what, from what to what; only new ones the second time."""
    world = hub.world
    issue = world.add_issue("title")
    tracker = hub.connected()
    world.set_label(issue, "bug", actor="ann")
    world.remove_label(issue, "bug", actor="bob")
    world.assign(issue, "bob", actor="ann")
    world.unassign(issue, "bob", actor="ann")
    world.edit(issue, title="new title", actor="bob")
    world.close(issue, actor="ann")
    world.reopen(issue, actor="bob")
    events, cursor = read_all(tracker, "events")
    told = [(event.what, event.before, event.after, event.actor) for event in reversed(events)]
    assert told == [
        ("label", "", "bug", "ann"),
        ("label", "bug", "", "bob"),
        ("assignee", "", "bob", "ann"),
        ("assignee", "bob", "", "ann"),
        ("title", "title", "new title", "bob"),
        ("status", "open", "closed", "ann"),
        ("status", "closed", "open", "bob"),
    ]
    assert {event.ticket for event in events} == {tracker.ticket("1").uid}
    for number in range(250):
        world.set_label(issue, f"l{number}")
    events, _ = read_all(tracker, "events", cursor)
    assert {f"l{number}" for number in range(250)} <= {event.after for event in events}


def test_a_deployment_is_watched_to_its_end(hub):
    """Its state is its newest status; an unfinished one is looked at again, "inactive" says nothing new."""
    world = hub.world
    done = world.add_deployment("a" * 40, state="success")
    world.add_deployment_status(done, "inactive")
    going = world.add_deployment("b" * 40, state="in_progress")
    tracker = hub.connected()
    items, cursor = read_all(tracker, "deployments")
    assert {item.sha[0]: item.state for item in items} == {"a": "success", "b": "in_progress"}
    world.add_deployment_status(going, "failure")
    items, cursor = read_all(tracker, "deployments", cursor)
    assert {item.sha[0]: item.state for item in items} == {"b": "failure"}
    hub.asked()
    items, _ = read_all(tracker, "deployments", cursor)
    assert len(hub.asked()) == 1
    assert items == []


def test_releases_come_without_drafts(hub):
    """A draft is nobody's yet."""
    hub.world.add_release("v1", name="One")
    hub.world.add_release("v2", draft=True)
    items, _ = read_all(hub.connected(), "releases")
    assert [item.name for item in items] == ["One"]


def test_a_date_field_goes_into_the_tickets_read(hub):
    """Where the organisation has a Target date, lists and single tickets show it; closed tickets are not asked for."""
    world = hub.world
    world.add_organisation("acme")
    add_issues(world, 3)
    world.set_field(1, "Target date", "2026-12-24")
    world.close(3)
    tracker = hub.connected()
    items, _ = read_all(tracker, "tickets")
    assert {item.ref: str(item.due) for item in items if item.due} == {"1": "2026-12-24"}
    asked = {line for line in hub.asked() if "issue-field-values" in line}
    assert asked == {f"{LIST}/{number}/issue-field-values 200" for number in (1, 2)}
    assert str(tracker.ticket("1").due) == "2026-12-24"


def test_a_renamed_repository_keeps_its_identity(hub):
    """Uids hang on the repository's id; the new name is used from the next pass on."""
    add_issues(hub.world, 130)
    before = hub.connected()
    old, cursor = read_all(before, "tickets")
    hub.world.rename_repo(hub.world.main, "acme/store")
    after = hub.connected()
    hub.world.edit(3, title="changed")
    new, _ = read_all(after, "tickets", cursor)
    assert all(line.startswith("GET /repos/acme/store/") for line in hub.asked())
    assert after.uid == before.uid
    changed = next(item for item in new if item.title == "changed")
    assert (changed.uid, changed.key) == (old[2].uid, "acme/store#3")
    whole, _ = read_all(before, "tickets")  # in the middle of a pass: redirected, the query kept
    assert len({item.uid for item in whole}) == 130


def test_what_moved_to_another_repository_is_not_found(hub):
    """A transferred issue redirects; what is there now is not this ticket."""
    add_issues(hub.world, 2)
    other = hub.world.add_repo("acme/other")
    hub.world.transfer_issue(1, other)
    tracker = hub.connected()
    with pytest.raises(NotFound, match="moved"):
        tracker.ticket("1")
    with pytest.raises(NotFound, match="moved"):
        list(tracker.comments("1"))


def test_foreign_text_no_database_takes_is_made_fit(hub):
    """NUL and lone surrogates come as U+FFFD, and do not cost the page."""
    hub.world.add_issue("x")
    raw = b'[{"number":1,"state":"open","labels":[],"title":"a\\u0000b\\ud800c","html_url":"u",'
    raw += b'"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}]'
    tracker = hub.connected()
    hub.sandbox.fail(Fault(path="/issues$", status=200, body=raw))
    assert next(tracker.read("tickets", "")).items[0].title == "a\ufffdb\ufffdc"


def test_a_blocked_ticket_is_read_as_that(hub):
    """By list and alone; when the blocker is closed the ticket itself has not changed, and is no longer blocked."""
    add_issues(hub.world, 2)
    hub.world.block(2, 1, at=NOW)
    tracker = hub.connected()
    items, _ = read_all(tracker, "tickets")
    assert {item.ref: item.blocked for item in items} == {"1": False, "2": True}
    hub.world.close(1)
    alone = tracker.ticket("2")
    assert (alone.blocked, alone.updated) == (False, items[-1].updated)
