"""The settings: config.toml, with the environment above it and secrets from files of their own."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError

from integrations.inputs.registry import InputConfig
from integrations.numbers.registry import NumberConfig
from worker.settings.checks import findings
from worker.settings.credentials import Credentials, instance_key, read_credentials
from worker.settings.environment import above, environment_tables, stray_variables, variable_of
from worker.settings.errors import KINDS, SettingsError, locate, word
from worker.settings.files import parse_toml, read_matching, read_pack, read_text
from worker.settings.places import KeyPath, Place, Say, nearest, places
from worker.settings.sources import (
    SourceConfig,
    input_config,
    number_config,
    signal_facts,
    source_config,
    source_facts,
)
from worker.settings.tables import (
    DOMAINS,
    DigestTable,
    DomainTable,
    InputTable,
    Instance,
    JiraTable,
    Run,
    Tables,
)
from worker.settings.values import sqlite_file

FOR_RULES = {
    *(
        "calendar",
        "deferral",
        "recurrence",
        "ceilings",
        "people",
        "teams",
        "services",
        "metrics",
        "council",
        "commands",
        "kinds",
        "labels",
    ),
    *("file", "override"),
}
"""The tables that the policy is made of as they are."""
HOW_TO_START = "no such file: start with `cp config.example.toml {name}`, or name yours with --config"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A config that has been read and checked. Secrets show only in what `source_configs` and `secrets` return."""

    name: str  # of the config file, as errors show it; "environment" if there is none
    folder: Path  # what relative paths start from
    tables: Tables
    credentials: Credentials = field(repr=False)
    say: Say = field(repr=False)  # words a fault with the place of its path in the file

    @property
    def instance(self) -> Instance:
        """Return [instance]."""
        return self.tables.instance

    @property
    def run(self) -> Run:
        """Return [run]."""
        return self.tables.run

    @property
    def metrics_file(self) -> Path | None:
        """Return where each pass leaves its metrics, None if nowhere."""
        return self.folder / self.run.metrics_file if self.run.metrics_file else None

    @property
    def digests(self) -> tuple[DigestTable, ...]:
        """Return all of [[digest]]."""
        return self.tables.digest

    @property
    def inputs(self) -> dict[str, InputTable]:
        """Return all of [inputs], by name."""
        return self.tables.inputs

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what is not wrong, but should not stay so; one line each."""
        return tuple(self.credentials.warnings)

    @property
    def database_url(self) -> str:
        """Return the database's address for SQLAlchemy, an SQLite file's path made absolute. May hold a password."""
        url = self.instance.database.get_secret_value()
        file = sqlite_file(url, self.folder)
        return f"sqlite:///{file}" if file else url

    @property
    def database_file(self) -> Path | None:
        """Return the SQLite database's file, None with PostgreSQL."""
        return sqlite_file(self.instance.database.get_secret_value(), self.folder)

    def instance_key(self) -> bytes:
        """Return the key our markers are signed with, made on first use. Raises SettingsError."""
        return instance_key(self.tables, self.folder, self.credentials)

    def policy_tables(self) -> dict[str, Any]:
        """Return what `rules.document.build_policy` wants to know, as plain tables."""
        plain = self.tables.model_dump(
            mode="python",
            by_alias=True,
            include=FOR_RULES,
        )
        plain["domains"] = {name: domain.model_dump() for name, domain in _domains(self.tables).items()}
        plain["sources"] = {name: source_facts(source) for name, source in self.tables.sources.items()}
        plain["signals"] = {name: signal_facts(signal) for name, signal in self.tables.signals.items()}
        return {name: _with_lists(table) for name, table in plain.items()}

    def packs(self) -> tuple[tuple[str, str], ...]:
        """Read the rule files, as (file name, text), each once. Raises SettingsError with everything unreadable."""
        files: dict[str, str] = {}
        problems: list[str] = []
        for number, pattern in enumerate(self.instance.rules):
            try:
                if pattern.startswith("pack:"):
                    found = [read_pack(pattern.removeprefix("pack:"))]
                else:
                    found = read_matching(pattern, self.folder)
                files.update(_unless_other(files, found))
            except SettingsError as error:
                path = ("instance", "rules", number)
                problems += [self.say(path, f"[instance]: 'rules': {problem}") for problem in error.problems]
        if problems:
            raise SettingsError(problems)
        return tuple(files.items())

    def source_configs(self) -> tuple[SourceConfig, ...]:
        """Return what the adapters need, credentials included. Raises SettingsError for those that are missing."""
        self._need_credentials()
        fields = tuple(dict.fromkeys((*self.tables.recurrence.fields, *self.tables.metrics.outcome_fields)))
        sources = self.tables.sources.items()
        return tuple(source_config(name, source, self.credentials, fields=fields) for name, source in sources)

    def input_configs(self) -> tuple[InputConfig, ...]:
        """Return what reads the inputs that the mirror does not have. Raises SettingsError as `source_configs`."""
        self._need_credentials()
        inputs = self.tables.inputs.items()
        found = (input_config(name, table, self.folder, self.credentials) for name, table in inputs)
        return tuple(config for config in found if config is not None)

    def number_configs(self) -> tuple[NumberConfig, ...]:
        """Return what reads the signals. Raises SettingsError as `source_configs`."""
        self._need_credentials()
        signals = self.tables.signals.items()
        return tuple(number_config(name, table, self.folder, self.credentials) for name, table in signals)

    def _need_credentials(self) -> None:
        if self.credentials.problems:
            raise SettingsError(line for lines in self.credentials.problems.values() for line in lines)

    def secrets(self) -> frozenset[str]:
        """Return every secret value, for the logs to leave out."""
        password = urlsplit(self.instance.database.get_secret_value()).password or ""
        found = {secret.get_secret_value() for secret in self.credentials.found.values()}
        basic = {
            b64encode(f"{source.email}:{self.credentials.text('sources', name)}".encode()).decode()
            for name, source in self.tables.sources.items()
            if isinstance(source, JiraTable) and source.email
        }
        return frozenset({*found, *basic, password, unquote(password)} - {""})


def _unless_other(files: Mapping[str, str], found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what was found; the same file twice is fine, two of one name are not. Raises SettingsError."""
    twice = [name for name, text in found if files.get(name, text) != text]
    if twice:
        raise SettingsError([f"there are two different files named {name}" for name in twice])
    return found


def load_settings(path: Path | None, env: Mapping[str, str]) -> Settings:
    """Read the config file (None: there is only the environment). Raises SettingsError with all that is wrong."""
    shown = path.name if path else "environment"
    text = read_text(path, str(path), missing=HOW_TO_START.format(name=shown)) if path else ""
    written = parse_toml(text, shown)
    said = environment_tables(env, written)
    say = _speaker(shown, places(text), said)
    problems = list(stray_variables(env))
    try:
        tables = Tables(**above(written, said))
    except ValidationError as error:
        raise SettingsError(sorted([*_worded(error, say), *problems], key=_line_number)) from None
    problems += [say(place, what) for place, what in findings(tables)]
    if problems:
        raise SettingsError(sorted(problems, key=_line_number))
    folder = path.absolute().parent if path else Path.cwd()
    credentials = read_credentials(tables, folder, say)
    return Settings(name=shown, folder=folder, tables=tables, credentials=credentials, say=say)


def _speaker(shown: str, written: Mapping[KeyPath, Place], said: Mapping[str, Any]) -> Say:
    """Make the function that puts a fault's place in front of it."""

    def say(path: KeyPath, what: str) -> str:
        variable = variable_of(path, said, written)
        if variable:
            return f"environment: {variable}: {what}"
        return f"{locate(shown, nearest(written, path))}: {what}"

    return say


def _worded(error: ValidationError, say: Say) -> Iterator[str]:
    """Word all of pydantic's errors."""
    for fault in error.errors(include_url=False):
        path = tuple(part for part in fault["loc"] if part != "[key]")
        if path[0] in KINDS and len(path) > 2 and path[2] in KINDS[path[0]]:
            path = (*path[:2], *path[3:])  # pydantic puts the chosen kind into the way
        yield say(path, word(fault, path, Tables))


def _line_number(problem: str) -> int:
    """Find the line a problem is in; what has none comes first."""
    match = re.match(r"[^:]*: line (\d+)", problem)
    return int(match[1]) if match else 0


def _with_lists(value: Any) -> Any:
    """Turn tuples into lists, as TOML has them, and compose letters, as the rules and the trackers' names have them."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_with_lists(key): _with_lists(inner) for key, inner in value.items()}
    return [_with_lists(inner) for inner in value] if isinstance(value, tuple) else value


def _domains(tables: Tables) -> dict[str, DomainTable]:
    """Return the policy's six domains and those of the config, each with its label."""
    given = {name: DomainTable() for name in DOMAINS} | tables.domains
    return {
        name: domain if domain.label else domain.model_copy(update={"label": f"domain:{name}"})
        for name, domain in given.items()
    }
