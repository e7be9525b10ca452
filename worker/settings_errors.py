"""What is wrong with a config, one line a problem, and never a value: it may be a secret."""

from __future__ import annotations

import types
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from worker.toml_places import Path, Place

MUST = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "date_type": "a date, as in 2026-12-24",
    "date_parsing": "a date, as in 2026-12-24",
    "date_from_datetime_parsing": "a date, as in 2026-12-24",
    "date_from_datetime_inexact": "a date without a time",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "not empty",
    "too_short": "not empty",
}
"""pydantic's error types -> what a value must be."""


class SettingsError(Exception):
    """The config cannot be used. `problems` holds one line each, in the order of the file."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def suggest(given: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the nearest known name, or nothing."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(given.lower(), by_lower, n=1, cutoff=0.6)
    return f" (did you mean '{by_lower[near[0]]}'?)" if near else ""


def locate(file: str, place: Place | None) -> str:
    """Say where in a file: `config.toml: line 3, column 1`."""
    return f"{file}: line {place.line}, column {place.column}" if place else file


def table_name(path: Path) -> str:
    """Write a path to a table as the file does: `[sources.shop]`, `[[digest]] 2`."""
    names = ""
    for part in path:
        names = f"[[{names}]] {part + 1}" if isinstance(part, int) else f"{names}.{part}" if names else part
    return names if names.startswith("[[") else f"[{names}]" if names else "the file"


def word(error: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    """Word one of pydantic's errors about the value at `path` of `model`, without the value."""
    *parents, last = path
    if error["type"] == "extra_forbidden":
        return unknown(str(last), tuple(parents), model)
    if error["type"].startswith("union_tag"):
        return f"{table_name(path)}: 'kind' must be 'github' or 'jira'"
    name = f"{table_name(tuple(parents))}: {_element(last)}" if parents else f"[{last}]"
    return f"{name} {_fault(error)}"


def _fault(error: ErrorDetails) -> str:
    """Say what is wrong with a value: "must be a whole number"."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        names = context["expected"].split("'")[1::2]  # pydantic's list: "'a', 'b' or 'c'"
        return f"must be {context['expected']}{suggest(str(error['input']), names)}"
    return f"must be {MUST[kind].format(**context)}" if kind in MUST else "is not valid"


def unknown(name: str, parents: Path, model: type[BaseModel]) -> str:
    """Word a key that no table of this kind has, with the nearest right one."""
    known = keys_of(model, parents)
    if not parents:
        return f"no table [{name}]{suggest(name, known)}"
    return f"{table_name(parents)}: no key '{name}'{suggest(name, known)}"


def keys_of(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """Return the keys of the table that stands at a path; for a choice of tables those of all of them."""
    kinds: list[Any] = [model]
    for part in path:
        kinds = [inner for kind in kinds for inner in _inside(kind, part)]
    tables = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return tuple(field.alias or name for table in tables for name, field in table.model_fields.items())


def _inside(kind: Any, part: str | int) -> list[Any]:
    """Return the types a step of a path may lead to."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        found = [field.annotation for name, field in kind.model_fields.items() if (field.alias or name) == part]
        return [member for annotation in found for member in _members(annotation)]
    return [member for inner in get_args(kind) for member in _members(inner)]


def _members(kind: Any) -> list[Any]:
    """Take the wrapping off a type: what is annotated, what is one of a union."""
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0])
    if get_origin(kind) in {Union, types.UnionType}:
        return [member for inner in get_args(kind) for member in _members(inner)]
    return [kind]


def _element(last: str | int) -> str:
    """Name a key, or an element of the list under a key."""
    return f"'{last}'" if isinstance(last, str) else f"element {last + 1}"
