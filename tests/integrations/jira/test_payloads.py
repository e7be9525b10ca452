"""Payloads as Jira writes them, and the nouns they become."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.jira import payloads
from rules.model import Marker

SITE = payloads.Site(source="ops", uid="acme.atlassian.net", browse="https://acme.atlassian.net")


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-01-01T10:00:00.250+0530",
        "2026-01-01T04:30:00.250+0000",
        "2026-01-01T04:30:00.250Z",
        "2025-12-31T23:30:00.250-05:00",
        "2026-01-01T04:30:00.250",
    ],
)
def test_a_time_is_utc_whatever_its_offset(stamp):
    """Any offset, with or without a colon; none at all is UTC."""
    at = payloads.moment(stamp)
    assert (at, at.tzinfo) == (datetime(2026, 1, 1, 4, 30, 0, 250_000, UTC), UTC)


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
