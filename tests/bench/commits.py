"""What an op costs in the ledger: `python -m tests.bench.commits ledger|floor FILE COUNT`.

An op is claimed by one durable commit and done by another; the floor commits twice as well, by sqlite3 alone.
"""

from __future__ import annotations

import sqlite3
import sys
from datetime import UTC, datetime

from integrations.base import Receipt
from rules.actions import AddLabel, Op, Target
from tests.bench.measure import Watch
from worker.database import open_database
from worker.ledger import Ledger

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def ledger(file: str, count: int) -> None:
    """Intend ops all at once, then claim and finish each."""
    database = open_database(f"sqlite:///{file}")
    kept = Ledger(database, b"k" * 32)
    run = kept.begin_run("apply", "bench", NOW)
    ops = [made_op(number) for number in range(count)]
    watch = Watch()
    for op in kept.intend(run, ops, NOW):
        kept.sending(op, NOW)
        kept.done(op, Receipt(ref="1"), NOW)
    watch.report(count)
    database.close()


def floor(file: str, count: int) -> None:
    """Insert a row and update it, each durably."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("create table ops (id text primary key, state text, receipt text)")
    watch = Watch()
    for number in range(count):
        connection.execute("insert into ops values (?, 'sending', '')", (f"{number:024x}",))
        connection.execute("update ops set state = 'done', receipt = '1' where id = ?", (f"{number:024x}",))
    watch.report(count)
    connection.close()


def made_op(number: int) -> Op:
    """Make an op on a ticket of its own."""
    target = Target(source="shop", uid=f"github.com/1/issue/{number}", ref=str(number), key=f"acme/shop#{number}")
    return Op(
        id=f"{number:024x}",
        target=target,
        verb=AddLabel(label="needs-owner"),
        rule="backlog/owned",
        because=("workdays_open >= 2 (workdays_open = 7)",),
        before="",
        after="needs-owner",
    )


MODES = {"ledger": ledger, "floor": floor}


if __name__ == "__main__":
    MODES[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
