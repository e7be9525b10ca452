"""How put-offs and promised due dates lie in their tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rules.memory import PutOff
from rules.putting_off import Noticed
from worker.rows import clean, moment, moment_or_none, when, when_or_none

SELECT_PUT_OFFS = "select uid, way, value, began, ended, before from put_offs"
SELECT_PROMISES = "select uid, due from promises"
UPSERT_PUT_OFF = """
    insert into put_offs (uid, way, value, began, ended, before) values (?, ?, ?, ?, ?, ?)
    on conflict (uid, way, value, began) do update set ended = excluded.ended
    where excluded.ended is distinct from put_offs.ended
"""
UPSERT_PROMISE = """
    insert into promises (uid, due) values (?, ?)
    on conflict (uid) do update set due = excluded.due where excluded.due <> promises.due
"""


def put_off_of(row: Any) -> PutOff:
    """Return the put-off of a row of SELECT_PUT_OFFS."""
    _, way, value, began, ended, before = row
    return PutOff(way=way, value=value, began=when(began), ended=when_or_none(ended), before=before)


def put_off_rows(found: Iterable[tuple[str, Noticed]]) -> list[tuple[Any, ...]]:
    """Return what was noticed of tickets (by uid) as rows for UPSERT_PUT_OFF."""
    return [
        (uid, each.way, clean(each.value), moment(each.began), moment_or_none(each.ended), each.before)
        for uid, one in found
        for each in one.put_offs
    ]


def promise_rows(found: Iterable[tuple[str, Noticed]]) -> list[tuple[Any, ...]]:
    """Return the new promises among what was noticed as rows for UPSERT_PROMISE."""
    return [(uid, one.promised.isoformat()) for uid, one in found if one.promised]
