"""The database can no longer be written in the midst of a pass: locked by another program, or only to be read.

Nothing is sent that was not written down, and nothing is there twice when it can be written again.
"""

import sqlite3
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from tests.worker.faulty import firm, settled
from worker.errors import DatabaseError

SAID = {"locked": "another process kept it locked", "read-only": "cannot be written"}


class Shut:
    """What shuts the database when the first request of a method comes in, if it is told to."""

    def __init__(self, how, method):
        self.how, self.method = how, method
        self.database = None  # once the pass is to meet it
        self.holder = None
        self.closed = False

    def __call__(self, face, request):
        if self.database and not self.closed and request.method == self.method and "graphql" not in request.path:
            self.closed = True
            if self.how == "locked":
                self.holder = sqlite3.connect(self.database, isolation_level=None, timeout=30, check_same_thread=False)
                self.holder.execute("begin immediate")

    @contextmanager
    def felt(self, database):
        """Have it shut from the next such request on, while the context lasts; nobody waits long for a lock."""
        self.database = database
        event.listen(Pool, "connect", _hurry)
        event.listen(Pool, "checkout", self._given)
        try:
            yield
        finally:
            event.remove(Pool, "connect", _hurry)
            event.remove(Pool, "checkout", self._given)
            if self.holder is not None:
                self.holder.close()

    def _given(self, connection, _record, _proxy):
        if self.closed and self.how == "read-only":
            connection.execute("pragma query_only = on")


def _hurry(connection, _record):
    connection.execute("pragma busy_timeout = 50")


@pytest.mark.parametrize(
    ("how", "method", "flavour"),
    [("locked", "GET", "cloud"), ("locked", "POST", "dc"), ("read-only", "GET", "dc"), ("read-only", "POST", "cloud")],
)
def test_a_database_that_is_shut_in_a_pass_loses_nothing_and_repeats_nothing(tmp_path, how, method, flavour):
    """One line says why the pass ended; only what was written down had been sent, and the next passes find it."""
    shut = Shut(how, method)
    with firm(tmp_path, flavour, watch=shut) as made:
        made.once()
        made.issue(labels=["priority:high"], at=made.clock())
        made.task(at=made.clock())
        made.clock.forward(days=5)
        made.sandbox.log.clear()
        database = made.folder / "var" / "kaizend.db"
        with shut.felt(database), pytest.raises(DatabaseError, match=SAID[how]) as caught:
            made.once()
        assert "\n" not in str(caught.value)
        assert shut.closed
        with closing(sqlite3.connect(database)) as ledger:
            sending = ledger.execute("select count(*) from ops where state = 'sending'").fetchone()[0]
        posts = [write for write in made.writes() if write.startswith("POST") and "graphql" not in write]
        assert (len(posts), sending) == ((1, 1) if method == "POST" else (0, 0))
        settled(made, 2)
        assert made.seen()["acme/shop#1 card"] == made.seen()["OPS-1 card"] == 1
        assert {state for *_, state in made.ops()} <= {"done", "dropped"}
