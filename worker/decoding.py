"""Decoding: JSON made into what an annotation says; how is found out once for each annotation."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

from worker.errors import CodecError

TAG = "is"
"""The key under which the name of an object's class stands."""

Decoder = Callable[[Any], Any]


class _Misfit(Exception):
    """Something does not belong where it stands; the place is completed on the way out."""

    def __init__(self, said: str) -> None:
        self.said = said
        self.place = ""


def decoded(kind: Any, raw: Any, where: str) -> Any:
    """Make of raw JSON what its annotation says; `where` names the place. Raises CodecError."""
    try:
        return _decoder(kind)(raw)
    except _Misfit as misfit:
        raise CodecError(f"{where}{misfit.place}: {misfit.said}") from misfit.__cause__


@cache
def _decoder(kind: Any) -> Decoder:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of(inner)
    if origin is Literal:
        words = frozenset(inner)
        return lambda raw: raw if isinstance(raw, str) and raw in words else _refuse(raw)
    if origin is tuple and Ellipsis not in inner:
        return _fixed(inner)
    if origin in (tuple, frozenset):
        return _several(origin, inner[0])
    return _class(kind) if is_dataclass(kind) else _plain(kind)


def _one_of(kinds: tuple[Any, ...]) -> Decoder:
    classes = {kind.__name__: kind for kind in kinds if _is_class(kind)}
    maybe = types.NoneType in kinds
    other = next(kind for kind in kinds if kind is not types.NoneType)

    def decode(raw: Any) -> Any:
        if raw is None and maybe:
            return None
        if not classes:
            return _decoder(other)(raw)
        tag = raw.get(TAG) if isinstance(raw, dict) else None
        if tag not in classes:
            raise _Misfit(f"{tag!r} is none of {', '.join(sorted(classes))}")
        return _decoder(classes[tag])(raw)

    return decode


def _is_class(kind: Any) -> bool:
    return is_dataclass(kind)


def _several(make: Callable[[Any], Any], kind: Any) -> Decoder:
    def decode(raw: Any) -> Any:
        if not isinstance(raw, list):
            _refuse(raw)
        item = _decoder(kind)
        return make([_at(f"[{place}]", item, each) for place, each in enumerate(raw)])

    return decode


def _fixed(kinds: tuple[Any, ...]) -> Decoder:
    def decode(raw: Any) -> Any:
        if not isinstance(raw, list) or len(raw) != len(kinds):
            _refuse(raw)
        return tuple(_decoder(kind)(each) for kind, each in zip(kinds, raw, strict=True))

    return decode


def _class(kind: Any) -> Decoder:
    hints = get_type_hints(kind)
    known = {field.name: hints[field.name] for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}

    def decode(raw: Any) -> Any:
        if not isinstance(raw, dict) or raw.get(TAG) != kind.__name__:
            raise _Misfit(f"not a {kind.__name__}")
        given = raw.keys() - {TAG}
        if given - known.keys() or needed - given:
            wrong = ", ".join(sorted((given - known.keys()) | (needed - given)))
            raise _Misfit(f"{kind.__name__} with unknown or missing {wrong}")
        return kind(**{name: _at(f".{name}", _decoder(known[name]), raw[name]) for name in given})

    return decode


def _at(place: str, decode: Decoder, raw: Any) -> Any:
    try:
        return decode(raw)
    except _Misfit as misfit:
        misfit.place = place + misfit.place
        raise


def _plain(kind: Any) -> Decoder:
    if kind in (datetime, date):
        return _moment(kind)

    def decode(raw: Any) -> Any:
        if kind is float and type(raw) is int:
            return float(raw)
        return raw if type(raw) is kind else _refuse(raw)

    return decode


def _moment(kind: Any) -> Decoder:
    def decode(raw: Any) -> Any:
        try:
            value = kind.fromisoformat(raw)
        except (TypeError, ValueError) as error:
            raise _Misfit(f"{raw!r} is not a {kind.__name__}") from error
        return value if kind is date or value.tzinfo is not None else _refuse(raw)

    return decode


def _refuse(raw: Any) -> NoReturn:
    raise _Misfit(f"{str(raw)[:60]!r} does not belong here")
