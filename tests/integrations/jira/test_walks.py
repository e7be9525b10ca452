"""Walks over a list that changes under them: whatever moves, comes or goes, what stays is seen."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.jira.cursor import EDGE_LIMIT, OVERLAP, Cursor, loads
from integrations.jira.payloads import milliseconds
from integrations.jira.walks import PAGE, ChangeWalk, KeyWalk, OffsetWalk, WalkError, quoted

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Rows:
    """A search's rows: id -> time in milliseconds. Answers as Jira does, by offset or by token."""

    def __init__(self, times, *, cap=1000):
        self.times = dict(enumerate(times, 1))
        self.cap = cap

    def found(self, jql):
        """Return the rows that a query finds, in its order."""
        bounds = {sign: int(at) - milliseconds(EPOCH) for sign, at in re.findall(r"(>=|<=) (\d+)", jql)}
        low, high = bounds.get(">=", -1), bounds.get("<=", 10**9)
        key = int((re.findall(r'key > "OPS-(\d+)"', jql) or ["0"])[0])
        order = (lambda row: row) if "ORDER BY key" in jql else (lambda row: (self.times[row], row))
        return sorted((row for row, at in self.times.items() if low <= at <= high and row > key), key=order)

    def row(self, number):
        """Write one row as Jira does."""
        stamp = (EPOCH + timedelta(milliseconds=self.times[number])).isoformat()
        return {"id": str(number), "key": f"OPS-{number}", "fields": {"updated": stamp, "created": stamp}}

    def answer(self, params):
        """Answer a walk's question."""
        size = min(int(params["maxResults"]), self.cap)
        found = [self.row(number) for number in self.found(params["jql"])]
        if "startAt" in params:
            start = int(params["startAt"])
            return {"issues": found[start : start + size], "total": len(found), "maxResults": size, "startAt": start}
        start = int(params.get("nextPageToken", "0"))
        rest = {"nextPageToken": str(start + size)} if start + size < len(found) else {"isLast": True}
        return {"issues": found[start : start + size], **rest}


def walk_through(walk, rows, changes):
    """Walk to the end, one change between pages; return the ids seen."""
    seen, changes = [], list(changes)
    for _ in range(400):
        fresh = walk.take(rows.answer(walk.ask()))
        seen += [int(row["id"]) for row in fresh]
        if isinstance(walk, KeyWalk) and walk.gap:
            low, high = (int(key.rpartition("-")[2]) for key in walk.gap)
            seen += [number for number in rows.times if low < number < high]
        if isinstance(walk, KeyWalk) and walk.done and walk.paged:
            seen += [number for number in rows.times if number > int(walk.last.rpartition("-")[2])]
        if walk.done:
            return seen
        if changes:
            what, which = changes.pop()
            number = which % 900 + 1
            if number in rows.times:
                if what == "touch":
                    rows.times[number] = max(rows.times.values()) + 1
                else:
                    del rows.times[number]
    raise AssertionError("the walk has no end")


TIMES = st.tuples(st.integers(0, 900), st.sampled_from([1, 2, 7, 90, 130, 450, 2_000])).map(
    lambda given: [place // given[1] for place in range(given[0])]  # so many rows, so many of them at one millisecond
)
CHANGES = st.lists(st.tuples(st.sampled_from(["touch", "delete"]), st.integers(0, 10_000)), max_size=6)
CAPS = st.sampled_from([1000, 100, 37])


@given(TIMES, CHANGES, CAPS)
def test_data_center_s_changes_are_all_seen(times, changes, cap):
    """By offset: every row that is there at the end was seen, however many share a millisecond or left on the way."""
    rows = Rows(times, cap=cap)
    seen = walk_through(OffsetWalk("OPS", "updated", milliseconds(EPOCH), {}), rows, changes)
    assert set(rows.times) <= set(seen)


@given(TIMES, CHANGES)
def test_cloud_s_changes_are_all_seen(times, changes):
    """By token: the same."""
    rows = Rows(times)
    seen = walk_through(ChangeWalk("OPS", milliseconds(EPOCH), {}), rows, changes)
    assert set(rows.times) <= set(seen)


@given(TIMES, CHANGES)
def test_cloud_s_whole_project_is_seen(times, changes):
    """By key: a row that leaves shifts the pages, and the gap that this may leave is told."""
    rows = Rows(times)
    seen = walk_through(KeyWalk("OPS", {}), rows, [one for one in changes if one[0] == "delete"])
    assert set(rows.times) <= set(seen)


@given(TIMES)
def test_a_quiet_list_is_read_once_in_few_requests(times):
    """Nothing moves: each row comes once, and pages are as many as hundreds of rows."""
    rows = Rows(range(len(times)))
    walk, asked, seen = OffsetWalk("OPS", "created", milliseconds(EPOCH), {}), 0, []
    while not walk.done:
        asked += 1
        seen += [row["id"] for row in walk.take(rows.answer(walk.ask()))]
    assert sorted(seen, key=int) == [str(number) for number in rows.times]
    assert asked == max(-(-len(times) // PAGE), 1)


@pytest.mark.parametrize("stale", [{100}, {99, 100}, {1, 50, 100, 150, 250}])
def test_a_row_whose_time_is_newer_than_its_place_hides_none(stale):
    """A stale index shows rows at their old places with their new times: the rows after them are still read."""
    rows = Rows(range(250))
    walk, seen = OffsetWalk("OPS", "updated", milliseconds(EPOCH), {}), []
    for _ in range(20):
        data = rows.answer(walk.ask())
        for row in data["issues"]:
            if int(row["id"]) in stale:
                row["fields"]["updated"] = (EPOCH + timedelta(days=1)).isoformat()
        seen += [int(row["id"]) for row in walk.take(data)]
        if walk.done:
            break
    assert walk.done
    assert set(rows.times) <= set(seen)


@pytest.mark.fault("reading/never-ending-pages", "cloud")
def test_a_server_that_names_the_same_page_for_ever_is_found_out():
    """A token that leads to itself ends the walk with an error."""
    walk = KeyWalk("OPS", {"token": "x"})
    with pytest.raises(WalkError):
        walk.take({"issues": [], "nextPageToken": "x"})


def test_a_project_key_stays_within_its_quotes():
    """What the config has as a key cannot become a query of its own."""
    assert quoted('X" OR project = "Y\\') == '"X\\" OR project = \\"Y\\\\"'


def test_a_cursor_survives_its_text():
    """What is written is read."""
    cursor = Cursor(mode="warm", mark=5, edge={"1": 4}, walk={"at": 1, "ties": ["7"]})
    assert loads(cursor.dumps()) == cursor


def test_a_cursor_stays_small():
    """Of very many recent rows the newest are remembered; those that no window shows are not."""
    mark = OVERLAP * 3
    cursor = Cursor(mode="warm", mark=mark)
    edge = cursor.with_edge([(str(number), mark - number) for number in range(EDGE_LIMIT * 2)])
    assert len(edge) == EDGE_LIMIT
    assert str(EDGE_LIMIT - 1) in edge
    assert cursor.with_edge([("old", mark - OVERLAP - 1)]) == {}
