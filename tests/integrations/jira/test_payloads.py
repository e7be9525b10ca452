"""Payloads as Jira writes them, and the nouns they become."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.jira import payloads
from rules.model import Marker

SITE = payloads.Site(source="ops", uid="acme.atlassian.net", browse="https://acme.atlassian.net")


@pytest.mark.parametrize("ms", [0, 1, 999, 1_732_877_091_001, 1_786_931_571_179])
def test_milliseconds_are_exact(ms):
    """A millisecond is neither lost nor gained on the way to JQL."""
    at = datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
    assert payloads.milliseconds(at) == ms


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"op": "a1", "mac": "b2"}, Marker(op="a1", mac="b2")),
        ({"op": "a1", "mac": "b2", "state": "x:1", "more": 1}, Marker(op="a1", mac="b2", state="x:1")),
        ({"op": "a1"}, None),
        ({"op": "a1", "mac": ""}, None),
        ({"op": "a1", "mac": "b2", "state": None}, None),
        ("a1 b2", None),
        (None, None),
    ],
)
def test_a_marker_is_read_or_there_is_none(value, expected):
    """A property of any other shape is no marker, and no error."""
    assert expected == payloads.marker_of(value)
    assert expected == payloads.marker([{"key": "other", "value": 1}, "x", {"key": "kaizend", "value": value}])


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"field": "labels", "fromString": "a b", "toString": "b c"}, [("label", "a", ""), ("label", "", "c")]),
        ({"field": "duedate", "from": "2026-11-01", "to": None, "fromString": "x"}, [("due", "2026-11-01", "")]),
        ({"field": "assignee", "from": "7:a", "to": "7:b", "toString": "B"}, [("assignee", "7:a", "7:b")]),
        ({"field": "status", "fromString": "To Do", "toString": "Done", "from": "1"}, [("status", "To Do", "Done")]),
        ({"field": "Fix Version", "toString": "1.0"}, [("milestone", "", "1.0")]),
        ({"field": "summary", "fromString": "a", "toString": "b\0"}, [("title", "a", "b\ufffd")]),
        ({"field": "description", "fromString": "a" * 999, "toString": "b"}, [("body", "", "")]),
        ({"field": "Story Points", "fromString": None, "toString": "8" * 999}, [("story points", "", "8" * 255)]),
    ],
)  # fmt: skip
def test_a_change_is_told_in_our_words(item, expected):
    """A history item becomes events with the names that rules know, one for each label."""
    history = {"id": "5", "created": "2026-11-02T09:00:00.000+0000", "author": {"name": "ana"}, "items": [item]}
    found = list(payloads.events(SITE, "7", [history]))
    assert expected == [(one.what, one.before, one.after) for one in found]
    assert {one.ticket for one in found} == {"acme.atlassian.net/jira/issue/7"}
    assert len({one.uid for one in found}) == len(found)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"accountId": "712020:a", "displayName": "A"}, "712020:a"),
        ({"name": "ana", "key": "JIRAUSER1"}, "ana"),
        ({"displayName": "gone"}, ""),
        (None, ""),
    ],
)
def test_a_person_is_what_the_flavour_addresses_them_by(user, expected):
    """An account id on Cloud, a user name on Data Center, nobody for a deleted account."""
    assert expected == payloads.account(user)


ISSUE = {
    "id": "10001",
    "key": "OPS-1",
    "fields": {
        "summary": "Restore takes a day",
        "status": {"name": "To Do", "statusCategory": {"key": "new"}},
        "created": "2026-11-02T09:00:00.000+0000",
        "updated": "2026-11-02T09:00:00.000+0000",
    },
}
SPRINT = "com.atlassian.greenhopper.service.sprint.Sprint@1f"


def ticket(**fields):
    """Translate an issue with further fields."""
    site = payloads.Site(source="ops", uid="acme.example", browse="https://acme.example", sprint="customfield_7")
    return payloads.ticket(site, {**ISSUE, "fields": ISSUE["fields"] | fields})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ([], ""),
        ([{"id": 1, "name": "One", "state": "closed"}], ""),
        ([{"id": 2, "name": "Two", "state": "future"}, {"id": 3, "name": "Three", "state": "active"}], "Three"),
        ([{"id": 4, "name": "Four", "state": "future"}, {"id": 5, "name": "Five", "state": "future"}], "Four"),
        ([f"{SPRINT}[id=1,rapidViewId=7,state=CLOSED,name=One,goal=]"], ""),
        ([f"{SPRINT}[id=2,rapidViewId=<null>,state=ACTIVE,name=Two,startDate=<null>,sequence=2,goal=]"], "Two"),
        ([f"{SPRINT}[rapidViewId=7,state=FUTURE,name=One, two [a=b],startDate=<null>,id=3]"], "One, two [a=b]"),
        ([f"{SPRINT}[id=4,state=CLOSED,name=Sly,state=ACTIVE,goal=]"], ""),
        ([f"{SPRINT}[id=5,state=FUTURE,name=Five]", f"{SPRINT}[id=6,state=ACTIVE,name=Six]"], "Six"),
        (["a sprint", 7, f"{SPRINT}["], ""),
    ],
)
def test_the_sprint_is_the_active_or_the_next_one(value, expected):
    """As objects on Cloud and as printed Java on Data Center; one that is over does not count."""
    assert ticket(customfield_7=value).sprint == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ""),
        ([{"id": "summary", "schema": {"type": "string"}}, {"id": "x"}], ""),
        ([{"id": "customfield_7", "schema": {"custom": "com.pyxis.greenhopper.jira:gh-sprint"}}], "customfield_7"),
    ],
)
def test_the_sprints_field_is_known_by_its_kind(rows, expected):
    """Its name and number are others everywhere."""
    assert payloads.sprint_field(rows) == expected


def linked(end, inward="is blocked by", category="new"):
    """Return a link to an issue in a status."""
    other = {"id": "10002", "key": "OPS-2", "fields": {"status": {"statusCategory": {"key": category}}}}
    return {"type": {"name": "Blocks", "inward": inward, "outward": "blocks"}, end: other}


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (None, False),
        ([], False),
        ([linked("inwardIssue")], True),
        ([linked("inwardIssue", category="indeterminate")], True),
        ([linked("inwardIssue", inward="Is Blocked By")], True),
        ([linked("inwardIssue", category="done")], False),
        ([linked("outwardIssue")], False),
        ([linked("inwardIssue", inward="is cloned by")], False),
        ([linked("inwardIssue", category="done"), linked("inwardIssue")], True),
        ([{**linked("outwardIssue"), "inwardIssue": {"key": "OPS-3"}}], False),
    ],
)
def test_a_ticket_is_blocked_by_what_is_not_done(links, expected):
    """The words of the link count, not its name, and the end at which the other issue stands."""
    assert ticket(issuelinks=links).blocked is expected
