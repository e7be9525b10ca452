"""Every schema that was released is brought up to date with all it holds, and goes on where it was.

A company lives for some days on a database of today; what an older version had room for is put into a database of that
version, as its own rows. The tracker shows all that was done: after the migration nothing of it is done again.
"""

import signal
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from sqlalchemy import create_engine, inspect

from tests.worker.faulty import firm, rules
from tests.worker.test_database import OLD_TICKET
from tests.worker.test_restored import RULES, heat, tickets
from worker.database import open_database
from worker.schema import upgrade
from worker.tables import HEAD

OLD = [f"{number:04}" for number in range(1, int(HEAD))]
KEY = "0123456789abcdef"


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Serve a company that lived for a week, and is at rest."""
    with firm(tmp_path_factory.mktemp("lived"), digests=True) as made:
        more = made.text["more"]
        rules(made, RULES.partition("[[review]]")[0])
        made.configure(more=more, rules='"own.toml", "pack:deferral"')
        made.env = {"KAIZEND_INSTANCE__KEY": KEY}
        hot, late = tickets(made, "Hot", "hot"), tickets(made, "Late")
        made.once()
        made.clock.forward(hours=1)
        made.jira.comment(late[1].key, "/kaizen defer until 2027-03-01 because the vendor is late", author="bo")
        made.github.comment(late[0], "/kaizen ignore hot because it is known", author="ana-gh")
        made.github.remove_label(hot[0], "marked", actor="ana-gh", at=made.clock())
        for days in (0, 3, 3):
            made.clock.forward(days=days, hours=1)
            made.once()
        heat(made, False, hot[1])
        made.once()
        assert made.written() == []
        yield made


def rows_of(connection, table, columns):
    """Return the rows of a table, in some order that is always the same."""
    said = connection.exec_driver_sql(f"select {', '.join(columns)} from {table}")  # noqa: S608 - names of our own
    return sorted((tuple(row) for row in said), key=repr)


def anew(url, version):
    """Make an empty database of an older version; return its engine."""
    engine = create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("drop schema public cascade")
            connection.exec_driver_sql("create schema public")
        upgrade(connection, version)
    return engine


def aged(lived, url, version):
    """Make a database of an older version that holds what the company lived through.

    Return its rows as table -> (columns, rows), and the tables whose one row is made up, as the company has none.
    """
    engine, source = anew(url, version), create_engine(f"sqlite:///{lived.folder}/var/kaizend.db")
    kept, made_up = {}, set()
    with engine.begin() as old, source.connect() as new:
        told = inspect(old)
        for table in set(told.get_table_names()) - {"alembic_version"}:
            columns = {column["name"]: str(column["type"]) for column in told.get_columns(table)}
            rows = rows_of(new, table, columns)
            if not rows:
                rows = [tuple(f"{name} of {table}" if kind == "TEXT" else 7 for name, kind in columns.items())]
                made_up.add(table)
            put(old, table, columns, rows)
            kept[table] = (tuple(columns), rows_of(old, table, columns))
    for each in (engine, source):
        each.dispose()
    return kept, made_up


def put(old, table, columns, rows):
    """Insert rows; what counts them by itself goes on after them."""
    marks = ", ".join(["?" if old.dialect.name == "sqlite" else "%s"] * len(columns))
    old.exec_driver_sql(f"insert into {table} ({', '.join(columns)}) values ({marks})", rows)  # noqa: S608 - ours
    if old.dialect.name == "postgresql" and table in ("runs", "spendings"):
        old.exec_driver_sql(f"select setval(pg_get_serial_sequence('{table}', 'id'), 1000)")


def emptied(url, tables):
    """Take the rows that are made up out again: they tell of nothing that is there."""
    with closing(open_database(url)) as database, database.begin() as connection:
        for table in tables:
            connection.exec_driver_sql(f"delete from {table}")  # noqa: S608 - names of our own


@pytest.mark.parametrize("version", OLD)
def test_every_released_schema_keeps_what_it_holds_and_repeats_nothing(lived, database_url, version):
    """Each row of each table is there afterwards, and a pass on it writes nothing: all was done before."""
    url = database_url.replace("/var/", "/")
    kept, made_up = aged(lived, url, version)
    del kept["cursors"]  # some are begun anew, for what tickets tell since
    with closing(open_database(url)) as database:
        assert database.rows("select version_num from alembic_version") == [(HEAD,)]
        with database.connect() as connection:
            assert {
                table: (columns, rows_of(connection, table, columns)) for table, (columns, _) in kept.items()
            } == kept
    emptied(url, made_up)
    before, lived.env = dict(lived.env), lived.env | {"KAIZEND_INSTANCE__DATABASE": url}
    try:
        assert [lived.written(), lived.written(whole=True)] == [[], []]
        assert set(lived.marks().values()) == {1}
    finally:
        lived.env = before


def fill(url, version):
    """Make a database of an older version with one ticket."""
    engine = anew(url, version)
    with engine.begin() as connection:
        connection.exec_driver_sql(OLD_TICKET)
    engine.dispose()


DIE = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from worker.database import open_database
done = []
@event.listens_for(Engine, "after_cursor_execute")
def count(connection, cursor, statement, *rest):
    done.append(statement)
    if statement.lstrip().upper().startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
open_database(sys.argv[1])
"""
SEAMS = ["UPDATE ALEMBIC_VERSION", "DELETE FROM CURSORS"]


@pytest.mark.parametrize("seam", SEAMS)
def test_a_migration_that_is_killed_half_way_has_not_begun(database_url, seam):
    """All steps of all versions are one transaction: after a kill in it the next start migrates from where it was."""
    url = database_url.replace("/var/", "/")
    fill(url, "0001")
    died = subprocess.run([sys.executable, "-c", DIE, url, seam], capture_output=True, timeout=60, check=False)  # noqa: S603 - our own program
    assert (died.returncode, died.stderr) == (-signal.SIGKILL, b"")
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select version_num from alembic_version").scalar() == "0001"
        assert "gates" not in inspect(connection).get_table_names()
    engine.dispose()
    with closing(open_database(url)) as database:
        assert database.rows("select title from tickets") == [("Search is slow",)]
        assert database.rows("select version_num from alembic_version") == [(HEAD,)]


def test_two_that_migrate_at_the_same_time_agree(database_url):
    """One migrates, the others wait for it and find nothing left to do."""
    url = database_url.replace("/var/", "/")
    fill(url, "0002")
    start, errors = threading.Barrier(3), []

    def run():
        start.wait()
        try:
            open_database(url).close()
        except Exception as error:  # noqa: BLE001 - all are wrong
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    with closing(open_database(url)) as database:
        assert database.rows("select version_num from alembic_version") == [(HEAD,)]
        assert database.rows("select title from tickets") == [("Search is slow",)]
