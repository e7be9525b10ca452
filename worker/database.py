"""The database: one SQLite file or one PostgreSQL database, opened, checked, brought up to date and written safely."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from worker.errors import DatabaseError, DatabaseGone, NoDatabase
from worker.schema import bring_up_to_date, is_current

BUSY_SECONDS = 30
"""How long a SQLite writer waits for another one before it gives up."""

Ask = Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]
"""Returns all rows of a small query: its statement, its parameters."""

RESTORE = (
    "kaizend never repairs or recreates it by itself: stop kaizend, put a backup in its place and remove the files"
    " ending in -wal and -shm; or move it away: kaizend then reads everything anew and knows its own"
    " marks in the trackers again"
)
_DAMAGED = ("file is not a database", "malformed", "file is encrypted")


def open_database(url: str, *, create: bool = True) -> Database:
    """Open the database, creating it (file mode 0600) or migrating it if need be.

    `url` is SQLAlchemy's: "sqlite:///var/kaizend.db", "postgresql://kaizend@host/kaizend". Raises DatabaseError if it
    is not there (and `create` is False), damaged, not ours or from a newer version.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise DatabaseError("database: not a URL such as sqlite:///var/kaizend.db or postgresql://host/name") from error
    if address.get_backend_name() == "sqlite":
        engine = _sqlite(address, create=create)
    elif address.get_backend_name() == "postgresql":
        engine = _postgresql(address)
    else:
        raise DatabaseError(f"database: {address.get_backend_name()!r} is not supported, only sqlite and postgresql")
    database = Database(engine)
    try:
        database.check()
        with database.connect() as connection:
            current = is_current(connection)
        if not current:
            with database.begin() as connection:
                bring_up_to_date(connection, database.name)
    except BaseException:
        database.close()
        raise
    return database


class Database:
    """An open database. Safe to share between threads; each transaction has a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self.name = engine.url.database or "" if engine.dialect.name == "sqlite" else str(engine.url)
        self.dialect = engine.dialect.name
        self._engine = engine
        self._file = _identity(self.name) if self.dialect == "sqlite" else None
        self._durable = engine.execution_options(kaizend_sync="full")
        self._lazy = engine.execution_options(kaizend_sync="normal")
        self._refusal = engine.dialect.loaded_dbapi.Error
        self.sql = lru_cache(maxsize=None)(_question_marks if self.dialect == "sqlite" else _percents)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a write transaction that is on the disk when it is committed, whatever happens to the machine."""
        self._make_sure_of_its_place()
        with self._translated(), self._durable.begin() as connection:
            yield connection

    @contextmanager
    def begin_lazy(self) -> Iterator[Connection]:
        """Open a write transaction that a power cut may undo as a whole; a killed process may not. For the mirror."""
        self._make_sure_of_its_place()
        with self._translated(), self._lazy.begin() as connection:
            yield connection

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a transaction that only reads, of one consistent state on SQLite."""
        with self._translated(), self._engine.connect() as connection:
            yield connection

    def rows(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a small query."""
        with self._translated(), self._engine.connect() as connection:
            found: list[tuple[Any, ...]] = driver_of(connection).execute(self.sql(statement), parameters).fetchall()
        return found

    @contextmanager
    def asking(self) -> Iterator[Ask]:
        """Open one transaction for many small queries; yield what asks them as `rows` does."""
        with self._translated(), self._engine.connect() as connection:
            driver = driver_of(connection)

            def ask(statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
                found: list[tuple[Any, ...]] = driver.execute(self.sql(statement), parameters).fetchall()
                return found

            yield ask

    def stream(self, statement: str, parameters: tuple[Any, ...] = ()) -> Iterator[Any]:
        """Return the rows of a large query a few at a time; the database is not held up by a slow reader."""
        with self.connect() as connection:
            if self.dialect == "sqlite":  # which hands out a few at a time by itself, at half the cost
                with closing(driver_of(connection).execute(self.sql(statement), parameters)) as cursor:
                    yield from cursor
                return
            options = {"stream_results": True, "max_row_buffer": 1000}
            with connection.exec_driver_sql(self.sql(statement), parameters, execution_options=options) as result:
                yield from result

    def check(self) -> None:
        """Make sure that SQLite's file is whole. Raises DatabaseError."""
        if self.dialect != "sqlite":
            return
        with self.connect() as connection:
            said = connection.exec_driver_sql("pragma quick_check(1)").scalar()
        if said != "ok":
            raise DatabaseError(f"{self.name}: the database is damaged ({' '.join(str(said).split())}); {RESTORE}")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _make_sure_of_its_place(self) -> None:
        """Refuse to write into a file that is no longer at its path: nobody would read it again."""
        if self._file is not None and _identity(self.name) != self._file:
            raise DatabaseGone(f"{self.name}: was replaced or removed while in use: nothing was written; start again")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _explained(self.name, error.orig) from error
        except self._refusal as error:  # from the driver itself: a connection in the making, a small query
            raise _explained(self.name, error) from error


def driver_of(connection: Connection) -> Any:
    """Return the driver's own connection, within the same transaction: for what is done at each request and page."""
    return connection.connection.driver_connection


def _question_marks(statement: str) -> str:
    return statement


def _percents(statement: str) -> str:
    return statement.replace("%", "%%").replace("?", "%s")


def _explained(name: str, error: BaseException | None) -> DatabaseError:
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    if any(word in said for word in _DAMAGED):
        return DatabaseError(f"{name}: not a database, or a damaged one ({said}); {RESTORE}")
    if "full" in said:
        return DatabaseError(f"{name}: no room left on the disk ({said}); nothing of this step was kept")
    if "readonly" in said or "unable to open" in said:
        return DatabaseError(f"{name}: cannot be written ({said}); check the file's and the folder's owner and mode")
    if "locked" in said:
        return DatabaseError(f"{name}: another process kept it locked for more than {BUSY_SECONDS} s")
    return DatabaseError(f"{name}: {said}")


def _identity(path: str) -> tuple[int, int] | None:
    """Return which file is at a path: device and inode; None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - at each write: a Path costs more than the question
    except OSError:
        return None
    return found.st_dev, found.st_ino


# -- SQLite ---------------------------------------------------------------------------------------------------------


def _sqlite(address: URL, *, create: bool) -> Engine:
    if not address.database or address.database == ":memory:":
        raise DatabaseError("database: SQLite needs a file, as in sqlite:///var/kaizend.db")
    path = Path(address.database)
    if not path.exists() and not create:
        raise NoDatabase(f"{path}: there is no database yet; `kaizend sync` makes one")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if create:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise DatabaseError(f"{path}: cannot be made or written ({error.strerror})") from error
    # isolation_level None: Python's driver must not begin transactions by itself, we say how each begins.
    engine = create_engine(
        address, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    _log_ahead(connection)
    connection.execute("pragma foreign_keys = on")


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. SQLite does not wait for a lock here, as it does elsewhere, so we do."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that turns to writing later fails at once when another has written since: begin as writer.
    sync = connection.get_execution_options().get("kaizend_sync")
    driver = driver_of(connection)
    if sync is None:
        driver.execute("begin")
        return
    driver.execute(f"pragma synchronous = {sync}")
    driver.execute("begin immediate")


# -- PostgreSQL -----------------------------------------------------------------------------------------------------


def _postgresql(address: URL) -> Engine:
    try:
        engine = create_engine(address.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise DatabaseError("database: PostgreSQL needs the extra: pip install 'kaizend[postgres]'") from error
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("kaizend_sync") == "normal":
        connection.exec_driver_sql("set local synchronous_commit = off")
