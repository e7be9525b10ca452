"""The index of reports: the same however it came about, never older than asked, and made anew if it is of no use."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rules.recurrence.background import Background
from rules.recurrence.report import report_of
from worker.errors import DatabaseError
from worker.recurrence import tables
from worker.recurrence.index import Index

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BACKGROUND = Background(shares={})
TITLES = (
    "the till prints nothing",
    "carts stay empty",
    "the till has no paper",
    "login takes minutes",
    "cart total wrong",
)


def report(number, title="", body="", **more):
    """Make a report of a shop, a minute after the one before."""
    return report_of(
        uid=f"uid-{number}",
        key=f"acme/shop#{number}",
        project="acme/shop",
        created=NOW + timedelta(minutes=number),
        title=title or f"{TITLES[number % 5]} {number // 5}",
        body=body or f"TillError: broken drawer {TITLES[number % 3]}",
        reporter="ana",
        **more,
    )


@pytest.fixture
def path(tmp_path):
    """Where the index is."""
    return tmp_path / "recurrence.db"


def opened(path):
    """Open the index and close it again."""
    return closing(Index(path, BACKGROUND))


def fill(index, numbers):
    """Put reports of these numbers in."""
    with index.writing():
        for number in numbers:
            assert index.put(None if number is None else report(number))


def asked(index, number=99, **how):
    """Return what a report is compared with."""
    found = index.considered(report(number, **how))
    return [
        (one.pair.old.report, one.pair.standing, one.cluster, one.pair.matched, dict(one.pair.seen), one.pair.old.whole)
        for one in found
    ]


def contents(path):
    """Return all that is kept, in an order of its own."""
    with closing(sqlite3.connect(path)) as connection:
        return [
            sorted(connection.execute(statement).fetchall(), key=repr)
            for statement in (
                f"select {tables.COLUMNS}, closed, resolution from reports",  # noqa: S608 - names of our own
                "select * from counts",
                "select signature, uid from signed join reports on id = report",
            )
        ]


def test_kept_bit_by_bit_it_is_what_it_is_when_made_at_once(tmp_path):
    """Added one by one, changed, forgotten, over several openings: the same contents and answers as made anew."""
    bits, whole = tmp_path / "bits.db", tmp_path / "whole.db"
    for number in range(10):
        with opened(bits) as index, index.writing():
            index.put(report(number, title="was called otherwise", body="OtherError: entirely different"))
    with opened(bits) as index, index.writing():
        index.put(report(50))
        for number in range(10):
            assert index.put(report(number))
            assert not index.put(report(number))
        assert index.forget("uid-50")
        assert not index.forget("uid-50")
        assert len(index) == 10
    with opened(whole) as index:
        fill(index, range(10))
        expected = asked(index, title="the till prints nothing")
    assert contents(bits) == contents(whole)
    with opened(bits) as index:
        assert asked(index, title="the till prints nothing") == expected != []
        assert not index.fresh


def test_a_report_sees_what_was_before_it_and_never_itself(path):
    """Asked about again later, an old ticket is compared with what was there then."""
    with opened(path) as index:
        fill(index, range(10))
        assert {row[0].uid for row in asked(index, 5)} <= {f"uid-{number}" for number in range(5)}
        assert asked(index, 0) == []
        seen = [row[0].uid for row in asked(index, 5)]
    with opened(path.with_name("other.db")) as index:
        fill(index, (*range(5), *range(6, 10)))
        assert [row[0].uid for row in asked(index, 5)] == seen != []


def test_how_a_ticket_stands_and_what_it_is_one_with_are_kept(path):
    """Closed, reopened, joined: what is known counts from then on, and the first ticket names the cluster."""
    with opened(path) as index:
        fill(index, range(4))
        with index.writing():
            assert index.stand("uid-1", NOW, "Fixed")
            assert not index.stand("uid-1", NOW, "Fixed")
            assert index.join("uid-3", "uid-2")
            assert index.join("uid-1", "uid-3")
            assert not index.join("uid-1", "uid-2")
            assert not index.join("uid-1", "uid-77")
        found = {row[0].uid: row[1:3] for row in asked(index, title="till cart login 0", body="x")}
        assert (found["uid-1"][0].closed, found["uid-1"][0].resolution, found["uid-1"][1]) == (NOW, "Fixed", "uid-1")
        assert {uid: (standing.cluster, root) for uid, (standing, root) in found.items()} == {
            "uid-0": (1, "uid-0"),
            "uid-1": (3, "uid-1"),
            "uid-2": (3, "uid-1"),
            "uid-3": (3, "uid-1"),
        }
        with index.writing():
            assert index.stand("uid-1", None)
            index.forget("uid-1")
        found = {row[0].uid: row[1:3] for row in asked(index, title="till cart login 0", body="x")}
        assert (found["uid-3"][0].cluster, found["uid-3"][1]) == (2, "uid-2")


def test_a_rare_signature_and_a_named_ticket_are_candidates_without_a_word_in_common(path):
    """The full-text search is not the only way to a candidate."""
    with opened(path) as index:
        with index.writing():
            index.put(report(1, title="alpha", body="    at com.acme.Till.print(Till.java:3)\n"))
            index.put(report(2, title="beta", body="gamma"))
        found = asked(index, title="see #2", body="xyz\n    at com.acme.Till.print(Till.java:99)\n")
    assert {row[0].uid for row in found} == {"uid-1", "uid-2"}


@pytest.mark.parametrize("spoilt", [b"no database at all, but a text of some length " * 200, b"", None])
def test_an_index_that_is_lost_or_damaged_is_made_anew(path, spoilt):
    """It says that it is empty, so that it is filled from the mirror."""
    with opened(path) as index:
        assert index.fresh
        fill(index, range(5))
        with index.writing():
            index.note("revision", "7")
    path.unlink() if spoilt is None else path.write_bytes(spoilt)
    with opened(path) as index:
        assert (index.fresh, len(index), index.noted("revision")) == (True, 0, "")
        fill(index, range(5))
        assert len(index) == 5


def test_an_index_of_another_version_is_made_anew(path):
    """An older or newer layout is of no use, and nothing is lost with it."""
    with opened(path) as index:
        fill(index, range(5))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"pragma user_version = {tables.VERSION + 1}")
    with opened(path) as index:
        assert (index.fresh, len(index)) == (True, 0)


def test_what_fails_half_way_leaves_nothing(path):
    """A batch is written as a whole or not at all."""
    with opened(path) as index:
        fill(index, range(3))
        with pytest.raises(AttributeError):
            fill(index, (3, None))
        assert len(index) == 3
    assert len(contents(path)[0]) == 3


def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path):
    """It names the file and says that it may be deleted."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(DatabaseError, match=r"recurrence.db: the index of recurrences cannot be used .*deleted"):
        Index(blocked / "recurrence.db", BACKGROUND)


HOSTILE = [
    '" OR title:*',
    "NEAR(a b)",
    "'; drop table reports; --",
    "\ud800\udfff",
    "nul\0nul",
    "*^-+:(){}",
    "İstanbul ǅ ﬁ",
    "١٢",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(path, text):
    """Nothing in a ticket is a query, and nothing in it breaks the index."""
    first = replace(report(1, title=text, body=text), reporter=text, type=text, key=text, signatures=(f"m:{text}",))
    second = replace(report(2, title=text, body=text), reporter=text, named=frozenset({text}))
    with opened(path) as index:
        with index.writing():
            assert index.put(first)
            assert not index.put(first)
            index.stand("uid-1", NOW, text)
        assert len(index.considered(second)) <= 1
        with index.writing():
            assert index.put(replace(first, title=("other",)))
            assert index.forget("uid-1")
        assert contents(path)[1] == [("", 0)]


def test_a_line_of_100_kilobytes_is_one_report_like_any_other(path):
    """What is kept of it is bounded."""
    with opened(path) as index:
        fill(index, range(3))
        with index.writing():
            index.put(report(4, title="till " * 20_000, body="prints nothing " * 7_000))
        assert "uid-4" in {row[0].uid for row in asked(index, title="till prints nothing", body="till " * 20_000)}
    assert path.stat().st_size < 500_000
