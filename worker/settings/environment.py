"""What the environment says, as tables: KAIZEND_SOURCES__SHOP__TOKEN is `token` of [sources.shop]."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

from worker.settings.errors import shown, suggest, table_name
from worker.settings.places import KeyPath
from worker.settings.tables import Tables

PREFIX = "KAIZEND_"
NOT_TABLES = ("KAIZEND_CONFIG",)
"""Variables of ours that the command line reads."""
WAYS = (("token", "token_file", "app"), ("key", "key_file"), ("private_key", "private_key_file"))
"""The keys that give one secret in different ways."""


class Environment(EnvSettingsSource):
    """pydantic-settings' reading of variables, from a mapping that is passed in."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        super().__init__(Tables)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self.variables.items() if name.upper().startswith(PREFIX)}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Read JSON where a list or a table is wanted; what is none stays text, and is found wrong as such."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except (ValueError, RecursionError):
            return value


def environment_tables(variables: Mapping[str, str], written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the environment's tables; names in them (of sources, people ...) as the file has them `written`."""
    tables = Environment(variables)()
    for table, inner in tables.items():
        known = written.get(table)
        if isinstance(inner, dict) and isinstance(known, dict):
            spelled = {_variable(name): name for name in known}
            tables[table] = {spelled.get(_variable(name), name): value for name, value in inner.items()}
    return tables


def stray_variables(variables: Mapping[str, str]) -> Iterator[str]:
    """Find variables with our prefix that name no table."""
    for name in sorted(variables):
        if name.upper().startswith(PREFIX) and name.upper() not in NOT_TABLES:
            table = name[len(PREFIX) :].split("__")[0].lower()
            if table not in Tables.model_fields:
                near = suggest(table, Tables.model_fields)
                yield f"environment: {shown(name)[1:-1]}: no table {table_name((table,))}{near}"


def above(written: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the environment's tables over the file's, key by key; a secret given one way puts the other ways aside."""
    merged = dict(written)
    for table, inner in said.items():
        below = merged.get(table)
        if table in {"sources", "inputs", "signals"} and isinstance(below, dict) and isinstance(inner, dict):
            merged[table] = below | {name: _over(below.get(name), source) for name, source in inner.items()}
        else:
            merged[table] = _over(below, inner)
    return merged


def _over(below: Any, said: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(said, dict)):
        return said
    aside = {key for ways in WAYS if not said.keys().isdisjoint(ways) for key in ways}
    merged = {key: value for key, value in below.items() if key not in aside or key in said}
    return merged | {key: _over(merged.get(key), value) for key, value in said.items()}


def variable_of(path: KeyPath, said: Mapping[str, Any], written: Container[KeyPath]) -> str | None:
    """Return the variable that gave the value at a path; None if the file did, whose paths are `written`."""
    value: Any = said
    for number, part in enumerate(path):
        if not isinstance(value, dict):
            return _name(path[:number])
        if part not in value:
            around = path[:number]
            return _name(around) if number == len(path) - 1 and around and around not in written else None
        value = value[part]
    return None if isinstance(value, dict) and path in written else _name(path)


def _name(path: KeyPath) -> str:
    return PREFIX + "__".join(_variable(str(part)).upper() for part in path)


def _variable(name: str) -> str:
    """Write a name as it stands in a variable: '-' cannot."""
    return name.lower().replace("-", "_")
