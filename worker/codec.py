"""Verbs, ops and plans as JSON and back, loss-free: for the ledger and for saved plan files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any, TypeVar, cast

import orjson

from rules.actions import Op, Plan, Verb
from worker.decoding import TAG, decoded
from worker.errors import CodecError
from worker.rows import sound

VERSION = 1
"""Of saved plans; a file of another version is refused."""

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
    return cast("Plan", decoded(Plan, whole.get("plan"), "plan"))


def op_to_json(op: Op) -> str:
    """Return an op, its verb and all, as JSON."""
    return orjson.dumps(_encoded(op)).decode()


def op_from_json(text: str) -> Op:
    """Return the op of a JSON text. Raises CodecError."""
    return cast("Op", decoded(Op, _parsed(text), "op"))


def verb_to_json(verb: Verb) -> str:
    """Return a verb as JSON."""
    return orjson.dumps(_encoded(verb)).decode()


def verb_from_json(text: str) -> Verb:
    """Return the verb of a JSON text. Raises CodecError."""
    return cast("Verb", decoded(Verb, _parsed(text), "verb"))


def noun_to_json(noun: object) -> str:
    """Return a dataclass, whatever it is, as JSON."""
    return orjson.dumps(_encoded(noun)).decode()


def noun_from_json(kind: type[T], text: str) -> T:
    """Return the dataclass of a JSON text. Raises CodecError."""
    return cast("T", decoded(kind, _parsed(text), kind.__name__))


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
        return {TAG: type(value).__name__} | {f.name: _encoded(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(map(sound, value))
    if isinstance(value, (tuple, list)):
        return [_encoded(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _encoded(item) for key, item in value.items()}
    return value
