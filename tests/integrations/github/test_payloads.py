"""GitHub's JSON as our nouns: whole values, and what is missing or odd in them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from functools import partial

import pytest

from integrations.errors import Incomplete
from integrations.github import payloads
from integrations.github.payloads import Repository
from rules.model import Change, Comment, Deployment, Event, Marker, Release, Ticket

HOME = Repository(
    source="shop",
    host="github.com",
    id=4711,
    full_name="acme/shop",
    url="https://github.com/acme/shop",
    priorities=frozenset({"p1", "p2"}),
)
ANN, BOB = {"login": "ann", "id": 1, "type": "User"}, {"login": "bob", "id": 2, "type": "User"}
ISSUE = {
    "id": 901,
    "number": 12,
    "title": "Checkout is slow",
    "body": "since Monday",
    "state": "closed",
    "state_reason": "not_planned",
    "html_url": "https://github.com/acme/shop/issues/12",
    "user": ANN,
    "labels": [{"name": "component: cart"}, {"name": "P1"}, {"name": "bug"}],
    "assignees": [ANN, BOB],
    "milestone": {"title": "Due 2026-11-30", "due_on": "2026-11-30T08:00:00Z"},
    "type": {"name": "Bug"},
    "locked": True,
    "comments": 3,
    "created_at": "2026-11-02T09:00:00Z",
    "updated_at": "2026-11-03T09:00:00Z",
    "closed_at": "2026-11-03T08:00:00Z",
}
TICKET = Ticket(
    source="shop",
    uid="github.com/4711/issue/12",
    key="acme/shop#12",
    ref="12",
    url="https://github.com/acme/shop/issues/12",
    title="Checkout is slow",
    created=datetime(2026, 11, 2, 9, tzinfo=UTC),
    updated=datetime(2026, 11, 3, 9, tzinfo=UTC),
    phase="done",
    status="closed",
    body="since Monday",
    type="Bug",
    resolution="not_planned",
    labels=frozenset({"component: cart", "P1", "bug"}),
    components=frozenset({"cart"}),
    milestone="Due 2026-11-30",
    assignees=frozenset({"ann", "bob"}),
    reporter="ann",
    priority="P1",
    due=date(2026, 11, 30),
    closed=datetime(2026, 11, 3, 8, tzinfo=UTC),
    comments=3,
    locked=True,
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, {}),
        ({"user": None}, {"reporter": ""}),
        ({"body": None}, {"body": ""}),
        ({"assignees": []}, {"assignees": frozenset()}),
        ({"type": None}, {"type": ""}),
        ({"milestone": None}, {"milestone": "", "due": None}),
        ({"milestone": {"title": "v2", "due_on": None}}, {"milestone": "v2", "due": None}),
        (
            {"milestone": {"title": "v2", "due_on": "2026-07-01T07:00:00Z"}},
            {"milestone": "v2", "due": date(2026, 7, 1)},
        ),
        (
            {"state": "open", "state_reason": "reopened", "closed_at": None},
            {"phase": "new", "status": "open", "resolution": "", "closed": None},
        ),
        ({"state_reason": None}, {"resolution": "completed"}),
        (
            {
                "issue_dependencies_summary": {
                    "blocked_by": 0,
                    "total_blocked_by": 2,
                    "blocking": 1,
                    "total_blocking": 1,
                }
            },
            {},
        ),
        ({"issue_dependencies_summary": {"blocked_by": 1, "total_blocked_by": 2}}, {"blocked": True}),
        ({"issue_dependencies_summary": None}, {}),
        ({"labels": []}, {"labels": frozenset(), "components": frozenset(), "priority": ""}),
    ],
)
def test_an_issue_is_a_ticket(raw, expected):
    """Each field, with what GitHub leaves out."""
    assert payloads.ticket(HOME, {**ISSUE, **raw}) == dataclasses.replace(TICKET, **expected)


def test_a_pull_request_is_no_ticket():
    """Issue lists hold them."""
    assert payloads.ticket(HOME, {**ISSUE, "pull_request": {"url": "x"}}) is None


PULL = {
    **{name: ISSUE[name] for name in ("number", "title", "body", "user", "labels", "created_at", "updated_at")},
    "html_url": "https://github.com/acme/shop/pull/12",
    "state": "closed",
    "draft": False,
    "base": {"ref": "main"},
    "head": {"sha": "a" * 40},
    "merge_commit_sha": "b" * 40,
    "merged_at": "2026-11-03T08:00:00Z",
    "closed_at": "2026-11-03T08:00:00Z",
}


@pytest.mark.parametrize(
    ("raw", "state", "merge_sha"),
    [
        ({}, "merged", "b" * 40),
        ({"merged_at": None}, "closed", ""),
        ({"merged_at": None, "state": "open", "closed_at": None, "head": None, "user": None}, "open", ""),
    ],
)
def test_a_pull_request_is_a_change(raw, state, merge_sha):
    """Merged is told by its time; a test merge's commit is not one."""
    change = payloads.change(HOME, {**PULL, **raw})
    assert isinstance(change, Change)
    assert (change.uid, change.state, change.merge_sha, change.base) == (
        "github.com/4711/pull/12",
        state,
        merge_sha,
        "main",
    )
    assert change.head_sha == ("" if "head" in raw else "a" * 40)


def test_a_comment_knows_its_ticket():
    """By the number in its address; the marker is read from its last line."""
    raw = {
        "id": 7,
        "html_url": "https://github.com/acme/shop/issues/12#issuecomment-7",
        "issue_url": "https://api.github.com/repos/acme/shop/issues/12",
        "user": None,
        "body": "hi\n<!-- kaizend op=aa mac=bb -->",
        "created_at": "2026-11-02T09:00:00Z",
        "updated_at": "2026-11-02T09:00:00Z",
    }
    moment = datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert payloads.comment(HOME, raw) == Comment(
        source="shop",
        uid="github.com/4711/comment/7",
        ref="7",
        ticket=TICKET.uid,
        author="",
        created=moment,
        updated=moment,
        body=raw["body"],
        marker=Marker(op="aa", mac="bb"),
    )


@pytest.mark.parametrize(
    ("body", "edited", "kept"),
    [
        ("Nice work", False, None),
        ("/kaizen waive budget until 2026-12-01 because x", False, True),
        ("We did it.\n<!-- kaizend op=aa mac=bb -->", False, True),
        ("Nice work", True, False),
        ("/kaizen waive budget until 2026-12-01 because x", True, True),
    ],
)
def test_of_the_talk_on_a_pull_request_only_what_may_concern_us_is_kept(body, edited, kept):
    """Commands, marks of ours, and that something was edited, which may have been a command."""
    raw = {
        "id": 7,
        "html_url": "https://github.com/acme/shop/pull/12#issuecomment-7",
        "issue_url": "https://api.github.com/repos/acme/shop/issues/12",
        "user": {"login": "bob"},
        "body": body,
        "created_at": "2026-11-02T09:00:00Z",
        "updated_at": "2026-11-02T09:30:00Z" if edited else "2026-11-02T09:00:00Z",
    }
    found = payloads.comment(HOME, raw)
    assert (found.ticket, found.body) == ("github.com/4711/pull/12", body if kept else "") if found else kept is None


@pytest.mark.parametrize(
    ("raw", "what", "before", "after"),
    [
        ({"event": "labeled", "label": {"name": "bug"}}, "label", "", "bug"),
        ({"event": "unlabeled", "label": {"name": "bug"}}, "label", "bug", ""),
        ({"event": "assigned", "assignee": BOB}, "assignee", "", "bob"),
        ({"event": "unassigned", "assignee": None}, "assignee", "", ""),
        ({"event": "milestoned", "milestone": {"title": "v2"}}, "milestone", "", "v2"),
        ({"event": "demilestoned", "milestone": {"title": "v2"}}, "milestone", "v2", ""),
        ({"event": "renamed", "rename": {"from": "a", "to": "b"}}, "title", "a", "b"),
        ({"event": "closed"}, "status", "open", "closed"),
        ({"event": "reopened"}, "status", "closed", "open"),
    ],
)
def test_an_event_tells_before_and_after(raw, what, before, after):
    """Each kind that a rule may ask about."""
    whole = {"id": 5, "created_at": "2026-11-02T09:00:00Z", "actor": None, "issue": {"number": 12}, **raw}
    assert payloads.event(HOME, whole) == Event(
        source="shop",
        uid="github.com/4711/event/5",
        ticket=TICKET.uid,
        at=datetime(2026, 11, 2, 9, tzinfo=UTC),
        actor="",
        what=what,
        before=before,
        after=after,
    )


@pytest.mark.parametrize(
    "raw", [{"event": "subscribed"}, {"issue": None}, {"issue": {"number": 1, "pull_request": {}}}]
)
def test_an_event_of_no_interest(raw):
    """Subscriptions, and what belongs to a pull request or to nothing any more."""
    whole = {"id": 5, "event": "closed", "created_at": "2026-11-02T09:00:00Z", "issue": {"number": 12}, **raw}
    assert payloads.event(HOME, whole) is None


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], ""),
        (["success"], "success"),
        (["in_progress", "failure"], "failure"),
        (["success", "inactive"], "success"),
        (["inactive"], "inactive"),
    ],
)
def test_a_deployment_came_to_its_newest_state(states, expected):
    """In any order; "inactive" only says that a later one replaced it."""
    statuses = [{"id": number, "state": state} for number, state in enumerate(states)]
    assert payloads.deployment_state(statuses) == payloads.deployment_state(reversed(statuses)) == expected


def test_deployments_and_releases():
    """Their fields, one by one."""
    moment = datetime(2026, 11, 2, 9, tzinfo=UTC)
    raw = {
        "id": 3,
        "sha": "a",
        "environment": "production",
        "created_at": "2026-11-02T09:00:00Z",
        "updated_at": "2026-11-02T09:00:00Z",
    }
    assert payloads.deployment(HOME, raw, "success") == Deployment(
        source="shop",
        uid="github.com/4711/deployment/3",
        ref="3",
        sha="a",
        environment="production",
        state="success",
        created=moment,
        updated=moment,
    )
    raw = {
        "id": 4,
        "name": "",
        "tag_name": "v1",
        "html_url": "u",
        "created_at": None,
        "published_at": "2026-11-02T09:00:00Z",
        "prerelease": True,
    }
    assert payloads.release(HOME, raw) == Release(
        source="shop", uid="github.com/4711/release/4", ref="4", name="v1", url="u", released=moment, prerelease=True
    )


@pytest.mark.parametrize("name", ["number", "labels", "created_at", "updated_at", "state", "title", "html_url"])
def test_a_row_without_a_field_is_not_believed(name):
    """Incomplete, never a ticket with holes."""
    raw = {key: value for key, value in ISSUE.items() if key != name}
    with pytest.raises(Incomplete):
        payloads.each("shop: list", [raw], lambda row: payloads.ticket(HOME, row))


@pytest.mark.parametrize(
    "odd",
    [
        {"labels": None},
        {"labels": ["bug"]},
        {"created_at": "2026-13-99"},
        {"created_at": 7},
        {"milestone": {"due_on": "x"}},
        {"title": None},
        {"title": 12},
        {"html_url": None},
        {"body": ["x"]},
        {"user": {"login": None}},
        {"assignees": [{"login": 7}]},
        {"milestone": {"title": None}},
        {"comments": 2**31},
        {"comments": "3"},
        {"comments": -1},
    ],
)
def test_a_row_with_an_odd_field_is_not_believed(odd):
    """Another shape is another API."""
    with pytest.raises(Incomplete):
        payloads.each("shop: list", [{**ISSUE, **odd}], lambda row: payloads.ticket(HOME, row))


def test_a_time_without_a_zone_is_in_utc():
    """It is compared with others, which have one."""
    (found,) = payloads.each("x", [{**ISSUE, "created_at": "2026-11-02T09:00:00"}], partial(payloads.ticket, HOME))
    assert found.created == datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_a_rename_to_nothing_is_not_believed():
    """What a title was is a text."""
    raw = {"id": 1, "event": "renamed", "created_at": "2026-11-02T09:00:00Z", "actor": None, "issue": {"number": 1}}
    with pytest.raises(Incomplete):
        payloads.each("x", [{**raw, "rename": {"from": None, "to": "b"}}], partial(payloads.event, HOME))
