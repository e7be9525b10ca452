"""What pydantic rejects in a rule file, in our words: file, rule, key, line and column, and the nearest right name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rules.metrics.table import MetricTable
from rules.schema import ReviewTable, RuleFile, TwinTable
from rules.schema_gates import GateTable
from rules.toml_text import Path, Toml
from rules.wording import meant, shown, there_is

TYPES = {
    "string_type": "a text in quotes",
    "list_type": "a list in square brackets",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "model_type": "a table",
    "dict_type": "a table",
}
SINGLE = (("rule",), ("review",), ("twin",), ("gate",), ("metric",))
"""Tables that stand in lists, so that there may be several."""
KINDS = {
    ReviewTable.__name__: "review",
    TwinTable.__name__: "twin",
    GateTable.__name__: "gate",
    MetricTable.__name__: "metric",
}
"""A model that is no rule's -> the table that it is of."""
ABOUT_KEYS = frozenset({"extra_forbidden", "missing"})  # the key is wrong or not there, not its value
LATER = frozenset({"digest"})  # tables of rule files that this version does not know


def problems_of(error: ValidationError, toml: Toml) -> tuple[str, ...]:
    """Word all that pydantic rejected, in the file's order as far as it tells."""
    return tuple(_worded(detail, toml) for detail in error.errors(include_url=False))


def problems_within(error: ValidationError, table: str) -> Iterator[tuple[Path, str]]:
    """Word what pydantic rejected in a rule's or review's keys that stand in another table, '[override."a.b"]'.

    Each comes with its path, which goes on from the table.
    """
    kind = KINDS.get(error.title, "rule")
    for detail in error.errors(include_url=False):
        path: Path = detail["loc"]
        around = path[:-1] if detail["type"] in ABOUT_KEYS else path
        at = ", ".join(part for part in (table, _dotted(around)) if part)
        yield path, f"{at}: {_told(detail, (kind, 0, *path))}"


def where(toml: Toml, path: Path) -> str:
    """Return "backlog.toml: rule 'owned', step[1].after, line 17, column 1" for a path of keys."""
    parts, rest = [], path
    if path[:1] in SINGLE and len(path) > 1 and isinstance(path[1], int):
        parts, rest = [f"{path[0]} {_called(toml, str(path[0]), path[1])}"], path[2:]
    if rest:
        parts.append(_dotted(rest))
    told = ", ".join(part for part in (*parts, toml.place(path)) if part)
    return f"{toml.file}: {told}" if told else toml.file


def _dotted(path: Path) -> str:
    """Return "step[1].after" for a path of keys."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _called(toml: Toml, kind: str, index: int) -> str:
    """Return the id of a rule, review or twin in quotes, or its number if it has none."""
    table = toml.tables[kind][index]
    name = table.get("id") if isinstance(table, Mapping) else None
    return shown(name) if isinstance(name, str) else str(index + 1)


def _worded(detail: ErrorDetails, toml: Toml) -> str:
    path: Path = detail["loc"]
    at = where(toml, path) if path else toml.file
    if detail["type"] == "extra_forbidden":
        at = _around(toml, path)
    if detail["type"] == "missing":
        at = where(toml, path[:-1]) if len(path) > 1 else toml.file
    return f"{at}: {_told(detail, path)}"


def _told(detail: ErrorDetails, path: Path) -> str:
    """Say what is wrong, without where; `path` is that of the whole file."""
    if detail["type"] == "extra_forbidden":
        return _no_key(path)
    if detail["type"] == "missing":
        return f"'{path[-1]}' is missing"
    return _rejected(detail)


def _around(toml: Toml, path: Path) -> str:
    """Return where a key is that is none: the place is its own, the path that of what it stands in."""
    around = where(Toml(toml.file, toml.tables, {}), path[:-1])
    return f"{around}, {toml.place(path)}" if path[:-1] else f"{toml.file}: {toml.place(path)}"


def _no_key(path: Path) -> str:
    name = str(path[-1])
    if len(path) == 1:
        if name in LATER:
            return f"[[{name}]] tables are not known in this version"
        return f"no table {shown(name)}{meant(name, RuleFile.model_fields) or _tables()}"
    keys = _keys(path[:-1])
    return f"no key {shown(name)}{meant(name, keys) or there_is(keys)}"


def _tables() -> str:
    *first, last = (f"[[{table}]]" for (table,) in SINGLE)
    return f": a rule file has [pack], {', '.join(first)} and {last}"


def _keys(path: Path) -> tuple[str, ...]:
    """Return the keys that the table at a path may have."""
    model: type[BaseModel] = RuleFile
    for part in path:
        if isinstance(part, str):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = _model_in(fields[part].annotation)
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _model_in(annotation: Any) -> type[BaseModel]:
    """Return the model in `Model`, `list[Model]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(arg for arg in get_args(annotation) if isinstance(arg, type) and issubclass(arg, BaseModel))


def _none_of(given: object, expected: str) -> str:
    """Word a value that is none of those that can be: "'week', 'month' or 'quarter'"."""
    if len(_quoted(expected)) == 1:
        return f"write {expected}, not {shown(str(given).lower() if isinstance(given, bool) else given)}"
    return f"{shown(given)} is not one of {expected}{meant(str(given), _quoted(expected))}"


def _rejected(detail: ErrorDetails) -> str:
    kind, context, given = detail["type"], detail.get("ctx", {}), detail["input"]
    if kind in TYPES:
        return _wrong_type(detail)
    if kind == "literal_error":
        return _none_of(given, context["expected"])
    if kind == "string_pattern_mismatch":
        return f"{shown(given)} is not a name: write small letters, digits, '-', '_' and '.'"
    if kind == "string_too_long":
        return f"longer than {context['max_length']} characters"
    if kind in ("too_short", "string_too_short"):
        return "write at least one" if kind == "too_short" else "write something between the quotes"
    return detail["msg"].removeprefix("Value error, ").replace("Input should be", "write a number")


def _wrong_type(detail: ErrorDetails) -> str:
    wanted, given = TYPES[detail["type"]], detail["input"]
    if wanted == TYPES["list_type"] and detail["loc"] in SINGLE:
        return f"write [[{detail['loc'][0]}]], with two brackets on each side"
    return f"write {wanted.replace('a text', 'one text') if isinstance(given, list) else wanted}, not {_kind_of(given)}"


def _kind_of(given: object) -> str:
    if isinstance(given, Mapping):
        return "a table"
    return "a list" if isinstance(given, list) else shown(given)


def _quoted(expected: str) -> list[str]:
    return [part.strip("' ") for part in expected.replace(" or ", ",").split(",")]
