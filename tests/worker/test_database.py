"""The database is made, brought up to date, kept private, and refused when it cannot be believed."""

import os
import re
import signal
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import create_engine

from rules.memory import Pause
from worker.database import open_database
from worker.errors import DatabaseError
from worker.ledger import Ledger
from worker.mirror import Mirror
from worker.schema import upgrade
from worker.tables import HEAD

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
COUNT_UP = (
    "insert into counters (name, value) values ('test', 1) on conflict (name) do update set value = counters.value + 1"
)


def test_what_was_written_is_there_after_a_restart(database_url):
    """A closed database opens again with all it held."""
    for expected in (1, 2, 3):
        with closing(open_database(database_url)) as database:
            with database.begin() as connection:
                connection.exec_driver_sql(COUNT_UP)
            assert database.rows("select value from counters") == [(expected,)]


def test_a_new_database_is_ours_alone(tmp_path):
    """Nobody else on the machine reads what trackers told us in confidence."""
    umask = os.umask(0)
    try:
        with closing(open_database(f"sqlite:///{tmp_path}/var/kaizend.db")) as database, database.begin() as connection:
            connection.exec_driver_sql(COUNT_UP)
            files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "var").iterdir()}
    finally:
        os.umask(umask)
    assert files == dict.fromkeys(["kaizend.db", "kaizend.db-wal", "kaizend.db-shm"], 0o600)
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_a_database_that_must_be_there_is_not_made(tmp_path):
    """Looking at nothing says so, and leaves nothing behind."""
    with pytest.raises(DatabaseError, match="no database yet; `kaizend sync` makes one"):
        open_database(f"sqlite:///{tmp_path}/none.db", create=False)
    assert list(tmp_path.iterdir()) == []


# -- the schema -----------------------------------------------------------------------------------------------------

SCHEMA = {
    "sqlite": "select type, name, sql from sqlite_master where name not like 'alembic%' order by name",
    "postgresql": (
        "select c.table_name, c.column_name, c.data_type, c.is_nullable, c.column_default"
        " from information_schema.columns c where c.table_schema = 'public' and c.table_name <> 'alembic_version'"
        " order by 1, 2"
    ),
}
INDEXES = "select indexdef from pg_indexes where schemaname = 'public' order by 1"


def schema(engine):
    """Return what tables, columns and indexes there are."""
    with engine.connect() as connection:
        rows = list(connection.exec_driver_sql(SCHEMA[engine.dialect.name]))
        if engine.dialect.name == "postgresql":
            rows += list(connection.exec_driver_sql(INDEXES))
    return sorted(tuple(plain(str(value)) for value in row) for row in rows)


def plain(text):
    """Return SQL without what says the same in other words: spaces, a quoted table's name, a default in brackets."""
    return re.sub(r"DEFAULT\(('[^']*')\)", r"DEFAULT\1", "".join(text.split())).replace('"tickets"', "tickets")


def emptied(url):
    """Return an engine on a database without any table."""
    engine = create_engine(url)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("drop schema public cascade")
            connection.exec_driver_sql("create schema public")
    return engine


def test_the_migrations_make_what_the_code_expects(database_url, tmp_path):
    """Migrated from nothing, the database has the very tables that a new one is given."""
    engine = emptied(database_url.replace("/var/", "/"))
    with engine.begin() as connection:
        upgrade(connection)
    migrated = schema(engine)
    engine.dispose()
    if engine.dialect.name == "sqlite":
        (tmp_path / "kaizend.db").unlink()
    emptied(database_url.replace("/var/", "/")).dispose()
    open_database(database_url.replace("/var/", "/")).close()
    made = schema(engine)
    engine.dispose()
    assert migrated == made
    assert len(made) > 25


OLD_TICKET = """
    insert into tickets (uid, revision, seen, source, key, ref, url, title, created, updated, phase, status, type,
        resolution, labels, components, milestone, assignees, reporter, priority, due, comments, locked, body)
    values ('github.com/1/issue/12', 7, 1, 'shop', 'acme/shop#12', '12', 'https://x', 'Search is slow', 1, 2, 'new',
        'open', '', '', '["improvement"]', '[]', '', '["bo"]', 'ana', '', '2026-11-30', 3, 1, 'since Monday')
"""


def test_a_database_of_the_first_version_is_migrated_with_all_it_holds(database_url):
    """A ticket that was saved by the first version is there afterwards, and is read once more for what is new."""
    engine = emptied(database_url.replace("/var/", "/"))
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.exec_driver_sql(OLD_TICKET)
        for stream in ("tickets", "comments"):
            connection.exec_driver_sql(f"insert into cursors values ('shop', '{stream}', 'far', 1)")  # noqa: S608 - ours
    engine.dispose()
    with closing(open_database(database_url.replace("/var/", "/"))) as database:
        assert database.rows("select version_num from alembic_version") == [(HEAD,)]
        mirror, ledger = Mirror(database), Ledger(database, b"k" * 32)
        [found] = mirror.tickets()
        assert (found.key, found.labels, found.due) == ("acme/shop#12", frozenset({"improvement"}), date(2026, 11, 30))
        assert (found.body, found.comments, found.locked) == ("since Monday", 3, True)
        assert (found.blocked, found.sprint) == (False, "")
        assert [mirror.cursor("shop", stream) for stream in ("tickets", "comments")] == ["", "far"]
        assert ledger.save_pauses([(found.uid, Pause(began=NOON, due=found.due))]) == 1
        assert ledger.memory([found.uid])[found.uid].pauses == (Pause(began=NOON, due=found.due),)


@pytest.mark.fault("delivery/newer-schema")
def test_a_database_of_a_newer_version_is_refused(database_url):
    """An older kaizend does not touch what it does not understand."""
    with closing(open_database(database_url)) as database, database.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    try:
        with pytest.raises(DatabaseError, match=f"newer kaizend .schema 9999, known up to {HEAD}."):
            open_database(database_url)
    finally:
        engine = create_engine(database_url)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"update alembic_version set version_num = '{HEAD}'")  # noqa: S608 - a constant
        engine.dispose()


def test_a_database_of_something_else_is_refused(tmp_path):
    """We do not move in with others."""
    engine = create_engine(f"sqlite:///{tmp_path}/other.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("create table theirs (x)")
    engine.dispose()
    with pytest.raises(DatabaseError, match="tables of something else"):
        open_database(f"sqlite:///{tmp_path}/other.db")


def test_first_starts_at_the_same_time_agree(tmp_path):
    """Of several that find no database one makes it, and all can use it."""
    start, errors = threading.Barrier(4), []

    def run():
        start.wait()
        try:
            open_database(f"sqlite:///{tmp_path}/kaizend.db").close()
        except DatabaseError as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


# -- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.fault("delivery/no-database-file")
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    """The error says how to restore; nothing is recreated."""
    path = tmp_path / "kaizend.db"
    path.write_bytes(b"not a database at all\n" * 100)
    with pytest.raises(DatabaseError, match=r"not a database.*put a backup in its place"):
        open_database(f"sqlite:///{path}")
    assert path.read_bytes() == b"not a database at all\n" * 100


@pytest.mark.fault("delivery/damaged-page")
def test_a_damaged_page_is_found_on_opening(tmp_path):
    """A database with a broken page in the middle is refused before anything is decided on it."""
    path = tmp_path / "kaizend.db"
    with closing(open_database(f"sqlite:///{path}")) as database, database.begin() as connection:
        connection.exec_driver_sql(
            "insert into counters (name, value) values (?, ?)", [(f"{n} " + "x" * 300, n) for n in range(500)]
        )
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 6000] = b"\xa5" * 6000
    path.write_bytes(whole)
    with pytest.raises(DatabaseError, match=r"damaged.*put a backup in its place"):
        open_database(f"sqlite:///{path}")
    assert path.read_bytes() == whole


def write(database, *statements):
    """Write in one transaction."""
    with database.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_a_full_disk_is_told_as_that_and_nothing_is_kept(sqlite):
    """A write that does not fit is undone as a whole."""
    too_much = "insert into counters (name, value) values (hex(zeroblob(100000)), 1)"
    with pytest.raises(DatabaseError, match="no room left"):
        write(sqlite, COUNT_UP, "pragma max_page_count = 1", too_much)
    assert sqlite.rows("select count(*) from counters") == [(0,)]


def test_a_read_only_database_is_told_as_that(sqlite):
    """The message says where to look."""
    with pytest.raises(DatabaseError, match="cannot be written"):
        write(sqlite, "pragma query_only = on", COUNT_UP)


def test_a_place_that_cannot_be_written_is_told_as_that(tmp_path):
    """A file where a folder should be."""
    (tmp_path / "var").write_text("")
    with pytest.raises(DatabaseError, match="cannot be made or written"):
        open_database(f"sqlite:///{tmp_path}/var/kaizend.db")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "not a URL"),
        ("mysql://root:hunter2@localhost/x", "only sqlite and postgresql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("postgresql://kaizend:hunter2@127.0.0.1:1/kaizend", "refused"),
    ],
)
def test_a_wrong_address_is_one_clear_line_without_the_password(url, said):
    """No error repeats the password."""
    with pytest.raises(DatabaseError, match=said) as caught:
        open_database(url)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_that_drops_us_is_told_as_that_and_used_again_when_it_is_back(postgresql_url):
    """What was under way is undone as a whole, in one clear line; the next transaction has a new connection."""
    with closing(open_database(postgresql_url)) as database, closing(open_database(postgresql_url)) as other:
        write(database, "delete from counters")
        with pytest.raises(DatabaseError) as caught:
            write_and_be_dropped(database, other)
        assert "\n" not in str(caught.value)
        assert database.rows("select count(*) from counters") == [(0,)]
        write(database, COUNT_UP)
        assert database.rows("select value from counters") == [(1,)]
        write(database, "delete from counters")


def write_and_be_dropped(database, other):
    """Lose the connection in the midst of a transaction."""
    with database.begin() as connection:
        connection.exec_driver_sql(COUNT_UP)
        backend = connection.exec_driver_sql("select pg_backend_pid()").scalar()
        other.rows("select pg_terminate_backend(?)", (backend,))
        connection.exec_driver_sql(COUNT_UP)


# -- many at once, and death ----------------------------------------------------------------------------------------


@pytest.mark.fault("delivery/contended-database")
def test_writers_wait_for_each_other(database):
    """Transactions that read first and write then never fail for having come second."""
    start, errors = threading.Barrier(4), []

    def run():
        start.wait()
        try:
            for _ in range(25):
                with database.begin() as connection:
                    connection.exec_driver_sql("select count(*) from counters").all()
                    connection.exec_driver_sql(COUNT_UP)
        except DatabaseError as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert database.rows("select value from counters") == [(100,)]


DIE = f"""
import os, signal, sys
from worker.database import open_database
database = open_database(sys.argv[1])
with getattr(database, sys.argv[2])() as connection:
    connection.exec_driver_sql({COUNT_UP!r})
with database.begin() as connection:
    connection.exec_driver_sql({COUNT_UP!r})
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("begin", ["begin", "begin_lazy"])
def test_a_killed_process_leaves_what_it_committed_and_no_more(database_url, begin):
    """Killed within a transaction: the one before it is there, it itself is not, and the database is whole."""
    died = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", DIE, database_url, begin], capture_output=True, timeout=60, check=False
    )
    assert (died.returncode, died.stderr) == (-signal.SIGKILL, b"")
    with closing(open_database(database_url)) as database:
        assert database.rows("select value from counters") == [(1,)]


def test_a_sync_loads_neither_migrations_nor_drivers_it_does_not_need(tmp_path):
    """A first sync into a new database stays small."""
    program = (
        "import sys; from worker.database import open_database; from worker.mirror import Mirror\n"
        "Mirror(open_database(sys.argv[1])).count()\n"
        "print(sorted({'alembic', 'psycopg', 'mako', 'pydantic'} & {name.split('.')[0] for name in sys.modules}))"
    )
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, f"sqlite:///{tmp_path}/kaizend.db"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout == "[]\n"
