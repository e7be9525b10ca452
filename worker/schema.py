"""The schema's version: a new database is made in one go, an older one is migrated, a newer one is refused."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from worker.errors import DatabaseError
from worker.tables import HEAD, METADATA

MIGRATIONS = Path(__file__).parent / "migrations"

_NAMES = {
    "sqlite": "select name from sqlite_master where type = 'table'",
    "postgresql": "select tablename from pg_tables where schemaname = current_schema()",
}
_LOCK = 0x6B61697A656E64  # "kaizend": the advisory lock under which two first starts take turns


def is_current(connection: Connection) -> bool:
    """Tell, by reading only, whether the database has the newest schema."""
    tables = {row[0] for row in connection.exec_driver_sql(_NAMES[connection.dialect.name])}
    return "alembic_version" in tables and _version(connection) == HEAD


def bring_up_to_date(connection: Connection, name: str) -> None:
    """Make or migrate the tables within the caller's write transaction. Raises DatabaseError, naming the database."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_LOCK})")
    tables = {row[0] for row in connection.exec_driver_sql(_NAMES[connection.dialect.name])}
    if not tables:
        _make(connection)
        return
    if "alembic_version" not in tables:
        raise DatabaseError(f"{name}: it holds tables of something else; give kaizend a database of its own")
    found = _version(connection)
    if found != HEAD:
        _migrate(connection, name, found)


def _version(connection: Connection) -> str:
    return str(connection.exec_driver_sql("select version_num from alembic_version").scalar())


def _make(connection: Connection) -> None:
    # What the migrations make of nothing, without loading them: a test keeps the two equal.
    if connection.dialect.name == "postgresql":
        _same_conditions()
    METADATA.create_all(connection, checkfirst=False)
    connection.exec_driver_sql(
        "create table alembic_version"
        " (version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num))"
    )
    connection.exec_driver_sql(f"insert into alembic_version (version_num) values ('{HEAD}')")  # noqa: S608 - a constant


def _same_conditions() -> None:
    # Said here, not in the tables: the word alone loads the PostgreSQL dialect, 2 MB that SQLite has no use for.
    for index in (index for table in METADATA.tables.values() for index in table.indexes):
        index.dialect_kwargs["postgresql_where"] = index.dialect_options["sqlite"]["where"]


def _migrate(connection: Connection, name: str, found: str) -> None:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - 12 MB that only a migration needs

    known = {script.revision for script in ScriptDirectory(MIGRATIONS).walk_revisions()}
    if found not in known:
        raise DatabaseError(f"{name}: made by a newer kaizend (schema {found}, known up to {HEAD}): upgrade kaizend")
    upgrade(connection)


def upgrade(connection: Connection, version: str = "head") -> None:
    """Run the migrations that are missing, up to a version, within the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - 12 MB that only a migration needs
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, version)
