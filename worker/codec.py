"""Verbs, ops and plans as JSON and back, loss-free: for the ledger and for saved plan files."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

from rules.actions import Op, Plan, Verb
from worker.errors import CodecError
from worker.rows import sound

VERSION = 1
"""Of saved plans; a file of another version is refused."""

_TAG = "is"
T = TypeVar("T")


def plan_to_json(plan: Plan) -> str:
    """Return a plan as the text of a plan file."""
    whole = {"file": "kaizend plan", "version": VERSION, "plan": _encoded(plan)}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def plan_from_json(text: str) -> Plan:
    """Return the plan of a plan file. Raises CodecError."""
    whole = _parsed(text)
    if not isinstance(whole, dict) or whole.get("file") != "kaizend plan":
        raise CodecError("plan: this is not a file saved by `kaizend plan --out`")
    if whole.get("version") != VERSION:
        raise CodecError(f"plan: saved in version {whole.get('version')!r} of the format, not {VERSION}: plan again")
    return cast("Plan", _decoded(Plan, whole.get("plan"), "plan"))


def op_to_json(op: Op) -> str:
    """Return an op, its verb and all, as JSON."""
    return orjson.dumps(_encoded(op)).decode()


def op_from_json(text: str) -> Op:
    """Return the op of a JSON text. Raises CodecError."""
    return cast("Op", _decoded(Op, _parsed(text), "op"))


def verb_to_json(verb: Verb) -> str:
    """Return a verb as JSON."""
    return orjson.dumps(_encoded(verb)).decode()


def verb_from_json(text: str) -> Verb:
    """Return the verb of a JSON text. Raises CodecError."""
    return cast("Verb", _decoded(Verb, _parsed(text), "verb"))


def noun_to_json(noun: object) -> str:
    """Return a dataclass, whatever it is, as JSON."""
    return orjson.dumps(_encoded(noun)).decode()


def noun_from_json(kind: type[T], text: str) -> T:
    """Return the dataclass of a JSON text. Raises CodecError."""
    return cast("T", _decoded(kind, _parsed(text), kind.__name__))


def to_json(values: Mapping[str, Any]) -> str:
    """Return plain values as JSON, in one order."""
    return orjson.dumps(_encoded(values), option=orjson.OPT_SORT_KEYS).decode()


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CodecError(f"not JSON: {error}") from error


def _encoded(value: Any) -> Any:  # noqa: PLR0911 - one line a shape
    if isinstance(value, str):
        return sound(value)
    if is_dataclass(value):
        return {_TAG: type(value).__name__} | {f.name: _encoded(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(map(sound, value))
    if isinstance(value, (tuple, list)):
        return [_encoded(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _encoded(item) for key, item in value.items()}
    return value


def _decoded(kind: Any, raw: Any, where: str) -> Any:
    """Make of raw JSON what its annotation says; `where` names the place in errors."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(kind), raw, where)
    if origin is Literal:
        return _checked(raw in get_args(kind) and isinstance(raw, str), raw, where)
    if origin in (tuple, frozenset):
        items = _checked(isinstance(raw, list), raw, where)
        if origin is tuple and Ellipsis not in get_args(kind):
            pairs = zip(get_args(kind), items, strict=False)
            return _checked(len(items) == len(get_args(kind)), raw, where) and tuple(
                _decoded(inner, item, where) for inner, item in pairs
            )
        inner = get_args(kind)[0]
        return origin(_decoded(inner, item, f"{where}[{place}]") for place, item in enumerate(items))
    if is_dataclass(kind):
        return _built(cast("type[Any]", kind), raw, where)
    return _plain(kind, raw, where)


def _one_of(kinds: tuple[type[Any], ...], raw: Any, where: str) -> Any:
    if raw is None and types.NoneType in kinds:
        return None
    classes: dict[str, type[Any]] = {kind.__name__: kind for kind in kinds if is_dataclass(kind)}
    if not classes:
        return _decoded(next(kind for kind in kinds if kind is not types.NoneType), raw, where)
    tag = raw.get(_TAG) if isinstance(raw, dict) else None
    if tag not in classes:
        raise CodecError(f"{where}: {tag!r} is none of {', '.join(sorted(classes))}")
    return _built(classes[tag], raw, where)


def _built(kind: type[T], raw: Any, where: str) -> T:
    if not isinstance(raw, dict) or raw.get(_TAG) != kind.__name__:
        raise CodecError(f"{where}: not a {kind.__name__}")
    hints, needed = _fields_of(cast("Any", kind))
    given = raw.keys() - {_TAG}
    if given - hints.keys() or needed - given:
        wrong = ", ".join(sorted((given - hints.keys()) | (needed - given)))
        raise CodecError(f"{where}: {kind.__name__} with unknown or missing {wrong}")
    return kind(**{name: _decoded(hints[name], raw[name], f"{where}.{name}") for name in given})


@cache
def _fields_of(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    needed = (f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING)
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind)}, frozenset(needed)


def _plain(kind: Any, raw: Any, where: str) -> Any:
    if kind in (datetime, date):
        try:
            value = kind.fromisoformat(raw)
        except (TypeError, ValueError) as error:
            raise CodecError(f"{where}: {raw!r} is not a {kind.__name__}") from error
        aware = kind is date or value.tzinfo is not None
        return _checked(aware, raw, where) and value
    if kind is float and type(raw) is int:
        return float(raw)
    return _checked(type(raw) is kind, raw, where)


def _checked(fits: bool, raw: Any, where: str) -> Any:
    if not fits:
        raise CodecError(f"{where}: {str(raw)[:60]!r} does not belong here")
    return raw
