"""What is wrong with a config, one line a problem, and never a value: it may be a secret."""

from __future__ import annotations

import types
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from worker.settings.places import KeyPath, Place

LONGEST_NAME = 60
KINDS: dict[str | int, tuple[str, ...]] = {
    "sources": ("github", "jira"),
    "inputs": ("tracker", "prometheus", "csv", "json", "url"),
    "signals": ("prometheus", "csv", "json"),
}
"""The tables of which there are several kinds, and what `kind` may be."""
FAULTS = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "date_type": "must be a date, as in 2026-12-24",
    "date_parsing": "must be a date, as in 2026-12-24",
    "date_from_datetime_parsing": "must be a date, as in 2026-12-24",
    "date_from_datetime_inexact": "must be a date without a time",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must be at most {max_length} characters",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "too_long": "must have {max_length} elements",
}
"""pydantic's error types -> what is wrong, without the value."""


class SettingsError(Exception):
    """The config cannot be used. `problems` holds one printable line each, in the order of the file."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(printable(problem) for problem in problems)
        super().__init__("\n".join(self.problems))


def suggest(given: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the nearest known name, or nothing."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(given[:LONGEST_NAME].lower(), by_lower, n=1, cutoff=0.6)
    return f" (did you mean {shown(by_lower[near[0]])}?)" if near else ""


def shown(name: str) -> str:
    """Quote a name for a message: printable, and not endless."""
    cut = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 3] + "..."
    return f"'{printable(cut)}'"


def printable(text: str) -> str:
    """Escape what would break a line or colour a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def locate(file: str, place: Place | None) -> str:
    """Say where in a file: `config.toml: line 3, column 1`."""
    return f"{file}: line {place.line}, column {place.column}" if place else file


def table_name(path: KeyPath) -> str:
    """Write a path to a table as the file does: `[sources.shop]`, `[[digest]] 2`."""
    if len(path) == 2 and isinstance(path[1], int):
        return f"[[{path[0]}]] {path[1] + 1}"
    return f"[{'.'.join(shown(str(part))[1:-1] for part in path)}]"


def where(path: KeyPath) -> str:
    """Write a path to a value: `[sources.shop]: 'timeout': element 2`."""
    numbers = [at for at, part in enumerate(path) if isinstance(part, int)]
    if path[:1] == ("digest",):
        end = min(len(path), 2)
    elif numbers:
        end = numbers[0] - 1
    else:
        end = max(1, len(path) - 1)
    inner = [f"element {part + 1}" if isinstance(part, int) else shown(part) for part in path[end:]]
    return ": ".join([table_name(path[:end]), *inner])


def word(error: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> str:
    """Word one of pydantic's errors about the value at `path` of `model`, without the value."""
    if error["type"] == "extra_forbidden":
        return unknown(str(path[-1]), path[:-1], model)
    if error["type"].startswith("union_tag"):
        *most, last = (f"'{kind}'" for kind in KINDS.get(str(path[0]), ("",)))
        return f"{table_name(path)}: 'kind' must be {', '.join(most)} or {last}"
    return f"{where(path)} {_fault(error)}"


def _fault(error: ErrorDetails) -> str:
    """Say what is wrong with a value: "must be a whole number"."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        names = context["expected"].split("'")[1::2]  # pydantic's list: "'a', 'b' or 'c'"
        return f"must be {context['expected']}{suggest(str(error['input']), names)}"
    return FAULTS.get(kind, "is not valid").format(**context)


def unknown(name: str, parents: KeyPath, model: type[BaseModel]) -> str:
    """Word a key that no table of this kind has, with the nearest right one."""
    known = keys_of(model, parents)
    if not parents:
        return f"no table {table_name((name,))}{suggest(name, known)}"
    hint = f": another kind of {str(parents[0]).rstrip('s')} has it" if name in known else suggest(name, known)
    return f"{table_name(parents)}: no key {shown(name)}{hint}"


def keys_of(model: type[BaseModel], path: KeyPath) -> tuple[str, ...]:
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
