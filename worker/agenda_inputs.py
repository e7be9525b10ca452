"""The inputs, as a digest and a review show them: the newest of each, how old it is, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rules.model import Block, Heading, Line, Link, Table, Text
from worker.inputs import InputState

TITLE = "What the council decides from"
HEAD = ("input", "newest", "age", "state")
WIDEST = 100
"""Characters of what an input says that are shown."""


def input_blocks(states: Sequence[InputState]) -> tuple[Block, ...]:
    """Return a heading and a table: of each input the newest with a link to it, its age and state. Nothing for none."""
    if not states:
        return ()
    rows = tuple(((Text(one.name),), _newest(one), (Text(_age(one)),), (Text(standing(one)),)) for one in states)
    return (Heading((Text(TITLE),)), Table(HEAD, rows))


def _newest(one: InputState) -> Line:
    said = one.said if len(one.said) <= WIDEST else f"{one.said[: WIDEST - 1]}…"
    if not said:
        return (Text("-"),)
    return (Link(said, one.url),) if one.url else (Text(said),)


def _age(one: InputState) -> str:
    return "-" if one.age is None else _days(one.age)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def standing(one: InputState) -> str:
    """Say in a few words how an input stands."""
    if one.missing:
        return "not configured: a decision without it is not valid"
    if one.error:
        return f"not read: {one.error}"
    if one.at is None:
        return "nothing yet"
    if one.fresh:
        return "fresh"
    return f"stale: older than {_span(one.limit)}" if one.limit is not None else "stale"


def _span(limit: timedelta) -> str:
    hours = round(limit.total_seconds() / 3600)
    return _days(limit.days) if hours % 24 == 0 or hours > 72 else f"{hours} hours"
