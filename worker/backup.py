"""Backup: a copy of an SQLite database and its key while kaizend works, and how such a copy is put back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from worker.audit import Audit, check_end
from worker.database import Database, open_database
from worker.errors import DatabaseError, KeyFileError, NoDatabase, WorkerError
from worker.recovery import SLOT
from worker.recurrence.index import drop

KEY = ".key"
"""What follows the name of a copy where the key stands that belongs to it."""
SIDES = ("", "-wal", "-shm")
"""The endings of the files of one SQLite database."""
FOREIGN = (
    "PostgreSQL is copied by its own tools: `pg_dump --format=custom`, and `pg_restore` into an empty database; keep"
    " the key that 'key_file' names with it"
)
NO_KEY = "{key}: the copy's key is not there, nor {copy}.key: without it nothing of ours is known again"


def back_up(database: Path, key: Path | None, to: Path) -> tuple[Path, ...]:
    """Copy the database as it is at one moment, and the key beside it if that is where it is; return what was written.

    The copy appears whole or not at all, for its owner's eyes only. Raises WorkerError.
    """
    if not database.exists():
        raise NoDatabase(f"{database}: there is no database yet; `kaizend sync` makes one")
    taken = [path for path in (to, _key_of(to)) if path.exists()]
    if taken:
        raise WorkerError(f"{taken[0]}: is there already: choose another name, such as one with the date")
    written = [to]
    with _whole(to) as aside:
        _copy_pages(database, aside)
    if key is not None:
        with _whole(_key_of(to)) as aside:
            shutil.copyfile(key, aside)
        written.append(_key_of(to))
    return tuple(written)


def restore_key(copy: Path, key: Path) -> bool:
    """Put the key of a copy where kaizend looks for it, unless it is there; return True if it was put there.

    Raises KeyFileError if there is none to put there, or another one is there.
    """
    beside = _key_of(copy)
    if key.exists():
        if beside.exists() and beside.read_bytes().strip() != key.read_bytes().strip():
            other = "another key than that of the copy: move away the one that is wrong, and try again"
            raise KeyFileError(f"{key}: {other}")
        return False
    if not beside.exists():
        raise KeyFileError(NO_KEY.format(key=key, copy=copy))
    key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _whole(key) as aside:
        shutil.copyfile(beside, aside)
    return True


def restore(copy: Path, database: Path, key: bytes, index: Path, now: datetime) -> Path | None:
    """Put a copy in the database's place; return where the one before it was moved to, None if there was none.

    The copy is checked, brought up to date and told to read our marks on the trackers anew, before it takes its place.
    Whoever calls it holds the lock of the database that is there. Raises WorkerError: nothing has changed then.
    """
    if not copy.exists():
        raise NoDatabase(f"{copy}: there is no such file")
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _whole(database, over=True) as aside:
        _copy_pages(copy, aside)
        with closing(open_database(f"sqlite:///{aside}")) as opened:
            check_end(opened, key)
            _look_back(opened, key, now)
        one = aside.with_name(f"{aside.name}.one")  # one file, without the log of what was just written
        _copy_pages(aside, one)
        one.replace(aside)
        kept = _moved_away(database, now)
    drop(index)
    return kept


def look_back(database: Database, key: bytes, now: datetime) -> None:
    """Have the next pass read our marks on the trackers anew: the database was put back by other tools."""
    _look_back(database, key, now)


def _look_back(database: Database, key: bytes, now: datetime) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(database.sql("delete from slots where name like ?"), (f"{SLOT}%",))
        connection.exec_driver_sql("delete from settled")
        connection.exec_driver_sql("update leases set owner = '', expires = 0")
        Audit(database, key).append(connection, now, "restored", {})


def _key_of(copy: Path) -> Path:
    return copy.with_name(copy.name + KEY)


def _copy_pages(source: Path, to: Path) -> None:
    """Copy a database that may be in use, and make sure of the copy. Raises DatabaseError."""
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as there:
            os.close(os.open(to, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            with closing(sqlite3.connect(to)) as here:
                there.backup(here)
                here.execute("pragma journal_mode = delete")
                said = here.execute("pragma quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise DatabaseError(f"{source}: cannot be copied ({error})") from error
    if said != "ok":
        raise DatabaseError(f"{source}: is damaged ({' '.join(str(said).split())})")


def _moved_away(database: Path, now: datetime) -> Path | None:
    """Move a database with its log out of the way."""
    if not database.exists():
        return None
    away = database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}")
    for side in SIDES:
        path = Path(f"{database}{side}")
        if path.exists():
            path.rename(f"{away}{side}")
    return away


@contextmanager
def _whole(path: Path, *, over: bool = False) -> Iterator[Path]:
    """Have a file written aside, mode 0600; at the end it is on the disk and in its place. Raises WorkerError."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        yield aside
        _sync(aside)
        if over:
            aside.replace(path)
        else:
            os.link(aside, path)  # never over what is there
        _sync(path.parent)
    except OSError as error:
        raise WorkerError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        for end in (*SIDES, ".one"):
            Path(f"{aside}{end}").unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
