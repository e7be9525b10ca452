"""The secrets of a config, from the environment or from files of their own."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from worker.settings.errors import SettingsError, table_name
from worker.settings.files import read_secret, too_open
from worker.settings.places import KeyPath, Say
from worker.settings.tables import GithubTable, JiraTable, PrometheusInput, PrometheusSignal, Tables
from worker.settings.values import sqlite_file

SHORTEST_KEY = 16  # characters


@dataclass(frozen=True, slots=True)
class Offer:
    """The two ways a secret may be given: itself, or a file that holds it."""

    table: KeyPath
    key: str
    value: SecretStr | None
    file: str


@dataclass
class Credentials:
    """What was found by table, what is wrong by table, and `warnings` of files that are open to too many."""

    found: dict[KeyPath, SecretStr] = field(default_factory=dict)
    problems: dict[KeyPath, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def lacks(self, table: KeyPath, problem: str) -> None:
        """Remember why a table's secret cannot be used."""
        self.problems.setdefault(table, []).append(problem)

    def text(self, *table: str) -> str:
        """Return a table's secret, "" if it has none."""
        secret = self.found.get(table)
        return secret.get_secret_value() if secret else ""


def read_credentials(tables: Tables, folder: Path, say: Say) -> Credentials:
    """Read every secret the tables name. `say` words a fault with the place of its path."""
    credentials = Credentials()
    for name, source in tables.sources.items():
        path = ("sources", name)
        app = isinstance(source, GithubTable) and source.app is not None
        given = [key for key in ("token", "token_file", "app") if getattr(source, key, None)]
        if len(given) > 1:
            both = " and ".join(f"'{key}'" for key in given)
            credentials.lacks(path, say(path, f"[sources.{name}]: {both} are given: choose one"))
        elif not given:
            credentials.lacks(path, say(path, f"[sources.{name}]: {_how_to_give(name, source)}"))
        elif not app:
            _take(Offer(path, "token", source.token, source.token_file), folder, credentials, say)
    for offer in _other_offers(tables):
        _take(offer, folder, credentials, say)
    return credentials


def _how_to_give(name: str, source: GithubTable | JiraTable) -> str:
    variable = f"KAIZEND_SOURCES__{name.upper().replace('-', '_')}__TOKEN"
    app = ", or 'app'" if isinstance(source, GithubTable) else ""
    return f"no credential: set {variable} in the environment, or 'token_file'{app} here"


def _other_offers(tables: Tables) -> Iterator[Offer]:
    """List the Apps' private keys, the tokens of inputs and signals, and the instance's key."""
    for name, source in tables.sources.items():
        if isinstance(source, GithubTable) and source.app:
            app = source.app
            yield Offer(("sources", name, "app"), "private_key", app.private_key, app.private_key_file)
    for name, table in tables.inputs.items():
        if isinstance(table, PrometheusInput) and (table.token or table.token_file):
            yield Offer(("inputs", name), "token", table.token, table.token_file)
    for name, signal in tables.signals.items():
        if isinstance(signal, PrometheusSignal) and (signal.token or signal.token_file):
            yield Offer(("signals", name), "token", signal.token, signal.token_file)
    if tables.instance.key or tables.instance.key_file:
        yield Offer(("instance",), "key", tables.instance.key, tables.instance.key_file)


def _take(offer: Offer, folder: Path, credentials: Credentials, say: Say) -> None:
    """Add what an offer holds to the credentials, or why it holds nothing."""
    table = table_name(offer.table)
    if bool(offer.value) == bool(offer.file):
        wrong = "both are given: choose one" if offer.value else "neither is given"
        credentials.lacks(offer.table, say(offer.table, f"{table}: '{offer.key}' and '{offer.key}_file': {wrong}"))
        return
    try:
        secret = offer.value.get_secret_value().strip("\r\n") if offer.value else _read(offer, folder, credentials, say)
    except SettingsError as error:
        for problem in error.problems:
            credentials.lacks(offer.table, say((*offer.table, f"{offer.key}_file"), problem))
        return
    fault = _unfit(offer.key, secret)
    if fault:
        credentials.lacks(offer.table, say((*offer.table, offer.key), f"{table}: '{offer.key}' {fault}"))
    else:
        credentials.found[offer.table] = SecretStr(secret)


def _read(offer: Offer, folder: Path, credentials: Credentials, say: Say) -> str:
    """Read an offer's file; warn of one that is open to too many. Raises SettingsError."""
    file, what = folder / offer.file, f"{table_name(offer.table)}: '{offer.key}_file': {offer.file}"
    secret = read_secret(file, what)
    if too_open(file):
        warning = say((*offer.table, f"{offer.key}_file"), f"{what} is open to too many: chmod 600 it")
        credentials.warnings.append(warning)
    return secret


def _unfit(key: str, secret: str) -> str:
    """Say why a secret cannot be one, without quoting it."""
    if key == "key":
        return f"must have at least {SHORTEST_KEY} characters" if len(secret) < SHORTEST_KEY else ""
    if key == "private_key":
        return "" if "PRIVATE KEY-----" in secret else "must be a PEM file: '-----BEGIN RSA PRIVATE KEY-----' ..."
    return "" if secret.isascii() and secret.isprintable() and " " not in secret else "must be one word, without spaces"


def instance_key(tables: Tables, folder: Path, credentials: Credentials) -> bytes:
    """Return the key our markers are signed with; make it beside an SQLite database where there is none yet.

    Raises SettingsError if the key that is named cannot be used, if the one beside a database is gone, or if none is
    named with PostgreSQL, which several machines may share.
    """
    if ("instance",) in credentials.problems:
        raise SettingsError(credentials.problems["instance",])
    given = credentials.text("instance")
    if given:
        return given.encode()
    database = sqlite_file(tables.instance.database.get_secret_value(), folder)
    if database is None:
        raise SettingsError(["[instance]: PostgreSQL needs 'key_file' or KAIZEND_INSTANCE__KEY: workers share the key"])
    path = database.with_name("kaizend.key")
    if not path.exists():
        if database.exists() and database.stat().st_size:
            lost = "the instance's key is gone: restore it; a new one would not know what kaizend wrote before"
            raise SettingsError([f"{path}: {lost}"])
        _make_key(path)
    return read_secret(path, str(path)).encode()


def _make_key(path: Path) -> None:
    """Write a new random key, whole or not at all; one that another process wrote meanwhile stays."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".key-") as file:  # mode 0600
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
            os.link(file.name, path)
    except FileExistsError:
        return
    except OSError as error:
        raise SettingsError([f"{path}: the instance's key cannot be written: {error.strerror}"]) from None
