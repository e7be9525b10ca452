"""The disk fills up at one moment of a pass after the other: nothing is sent that was not written down, nothing twice.

SQLite is told how many pages its file may have: a few more each time, so that another commit meets the end.
"""

import sqlite3
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from tests.worker.faulty import firm
from worker.errors import DatabaseError

MOST = 30
"""Pages that a pass may need."""


@contextmanager
def no_larger_than(pages):
    """Have no database file grow past so many pages, as on a disk that is full."""

    def limit(connection, _record):
        connection.execute(f"pragma max_page_count = {pages}")

    event.listen(Pool, "connect", limit)
    try:
        yield
    finally:
        event.remove(Pool, "connect", limit)


def pages(made):
    """Return how many pages the database has, and close up what was deleted in it."""
    with closing(sqlite3.connect(made.folder / "var" / "kaizend.db")) as database:
        database.execute("vacuum")
        return database.execute("pragma page_count").fetchone()[0]


def filled(made, room):
    """Make a pass with so many pages left; tell whether the disk was full, and how much had been sent."""
    made.sandbox.log.clear()
    with no_larger_than(pages(made) + room):
        try:
            made.once()
        except DatabaseError as error:
            assert "no room left on the disk" in str(error)  # noqa: PT017 - the last pass of the test fits
            return True, len([write for write in made.writes() if "graphql" not in write])
    return False, 0


@pytest.mark.fault("delivery/disk-full-at-the-claim")
@pytest.mark.fault("delivery/disk-full-at-the-end")
@pytest.mark.parametrize(("flavour", "least"), [("cloud", 0), ("dc", 1)])
def test_a_disk_that_fills_up_loses_nothing_and_repeats_nothing(tmp_path, flavour, least):
    """The pass ends with one line about the disk; with room again the next ones do what is left, once."""
    sent = []  # when the disk was full, with more and more room
    for room in range(least, MOST, 2):
        folder = tmp_path / str(room)
        folder.mkdir()
        with firm(folder, flavour) as made:
            made.once()
            made.issue("A long title " * 15, labels=["priority:high"], at=made.clock())
            made.task("A long title " * 15, at=made.clock())
            made.clock.forward(days=5)
            full, writes = filled(made, room)
            if not full:
                break
            sent.append(writes)
            for _ in range(2):
                made.clock.forward(minutes=2)
                made.once()
            assert [made.written(), made.written(whole=True)] == [[], []]
            assert set(made.marks().values()) == {1}
            assert made.seen()["acme/shop#1 card"] == made.seen()["OPS-1 card"] == 1
            assert {state for *_, state in made.ops()} <= {"done", "dropped"}
    assert (sent[0], len(sent) < MOST) == (0, True)
    assert max(sent) > 0, sent
