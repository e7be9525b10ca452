"""The verbs that copy the database and put a copy back: backup, restore."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from worker.backup import FOREIGN, back_up, look_back, restore, restore_key
from worker.cli.context import Cli, now, talk
from worker.database import open_database
from worker.errors import DatabaseError, NoDatabase, WorkerError
from worker.lease import TTL, acquire, utc_now
from worker.recurrence.keeping import index_file
from worker.settings import Settings

NEXT = "the next pass looks for our marks before it writes anything: `kaizend plan` shows what it would write"
NAMELESS = "restore: name the copy, as in `kaizend restore FILE`; only PostgreSQL is put back by tools of its own"


def backup(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="Where the copy goes; the key goes beside it.")]
) -> None:
    """Copy the database and its key, while kaizend works. For SQLite; PostgreSQL has tools of its own."""
    cli: Cli = context.obj
    settings = cli.settings()
    if settings.database_file is None:
        raise WorkerError(FOREIGN)
    for path in back_up(settings.database_file, _key_beside(settings), file):
        typer.echo(path)
    if _key_beside(settings) is None:
        talk("the key is not among them: [instance] has it from elsewhere; keep a copy of it with these")


def restore_(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A copy that `kaizend backup` made.")] = None,
) -> None:
    """Put a copy of the database back. With PostgreSQL, after its own tools have done so: without a file.

    What was there is moved away, not removed. What was done since the copy is known again by its marks.
    """
    cli: Cli = context.obj
    settings = cli.settings()
    database = settings.database_file
    if database is None:
        if file is not None:
            raise WorkerError(FOREIGN)
        _look_back(cli, settings)
        return
    if file is None:
        raise WorkerError(NAMELESS)
    beside = _key_beside(settings)
    if beside is not None and restore_key(file, beside):
        talk(f"{beside}: the key of the copy")
    key = settings.instance_key()
    _hold(settings)
    kept = restore(file, database, key, index_file(database, settings.folder), now())
    if kept is not None:
        talk(f"what was there before is {kept}")
    talk(f"restored from {file}; {NEXT}")


def _look_back(cli: Cli, settings: Settings) -> None:
    with cli.alone(settings) as worker, cli.locked(worker, settings):
        look_back(worker.database, worker.keys.key, now())
    talk(NEXT)


def _hold(settings: Settings) -> None:
    """Take the lock of the database that is there, which ends with this process. One that is damaged nobody works on.

    Raises LockHeld. The file is closed again: SQLite must not have it open while it is moved.
    """
    try:
        database = open_database(settings.database_url, create=False)
    except NoDatabase:
        return
    except DatabaseError as error:
        talk(f"nobody is asked for the lock: {error}")
        return
    with closing(database):
        acquire(database, name=settings.instance.name, ttl=TTL, now=utc_now())


def _key_beside(settings: Settings) -> Path | None:
    """Return the key's file beside the database, None if the config has the key from elsewhere."""
    instance, database = settings.instance, settings.database_file
    return None if instance.key or instance.key_file or database is None else database.with_name("kaizend.key")
