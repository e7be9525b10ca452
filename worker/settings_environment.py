"""What the environment says, as tables: KAIZEND_SOURCES__SHOP__TOKEN is `token` of [sources.shop]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

from worker.settings_errors import suggest
from worker.settings_tables import Tables
from worker.toml_places import Path

PREFIX = "KAIZEND_"
NOT_TABLES = ("KAIZEND_CONFIG",)
"""Variables of ours that the command line reads."""


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
                yield f"environment: {name}: no table [{table}]{suggest(table, Tables.model_fields)}"


def above(written: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the environment's tables over the file's, key by key."""
    merged = dict(written)
    for key, value in said.items():
        below = merged.get(key)
        merged[key] = above(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def variable_of(path: Path, said: Mapping[str, Any]) -> str | None:
    """Return the variable that gave the value at a path, None if it did not come from the environment."""
    value: Any = said
    for number, part in enumerate(path):
        if not isinstance(value, dict):
            return _name(path[:number])
        if part not in value:
            return None
        value = value[part]
    return _name(path)


def _name(path: Path) -> str:
    return PREFIX + "__".join(_variable(str(part)).upper() for part in path)


def _variable(name: str) -> str:
    """Write a name as it stands in a variable: '-' cannot."""
    return name.lower().replace("-", "_")
