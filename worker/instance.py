"""Instance: whose database this is. Under another name nothing of ours would be known again on a tracker."""

from __future__ import annotations

from worker.database import Database
from worker.errors import DatabaseError

PREFIX = "instance: "
ANOTHER = (
    "belongs to the instance {known!r}, and the config says {name!r}: with another name all would be written a second"
    " time; put `name` in [instance] back, or give the new instance a database of its own"
)


def claim_name(database: Database, name: str) -> None:
    """Note whose database this is, if nobody did before. Raises DatabaseError if it is another's."""
    check_name(database, name)
    if _known(database) != name:
        with database.begin() as connection:
            connection.exec_driver_sql(database.sql(_CLAIM), (PREFIX + name,))


def check_name(database: Database, name: str) -> None:
    """Make sure that a database is nobody else's. Raises DatabaseError."""
    known = _known(database)
    if known not in {"", name}:
        raise DatabaseError(f"{database.name}: {ANOTHER.format(known=known, name=name)}")


def _known(database: Database) -> str:
    """Return the name of the instance whose database this is; "" if none has claimed it."""
    rows = database.rows("select name from counters where name like ? order by name", (f"{PREFIX}%",))
    return str(rows[0][0]).removeprefix(PREFIX) if rows else ""


_CLAIM = "insert into counters (name, value) values (?, 1) on conflict (name) do nothing"
