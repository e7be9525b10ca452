"""Mentions: which changes name which tickets, kept up to date as changes are saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rules.model import Change
from rules.references import tickets_named
from worker.rows import clean, moment

CHUNK = 500


def keep_mentions(cursor: Any, sql: Callable[[str], str], changes: Sequence[Change]) -> frozenset[str]:
    """Write down which tickets these changes name, just before they are saved; only new texts are read.

    Returns the keys of the tickets for which something is new: named or no longer named, or the change was merged,
    closed or opened.
    """
    known = _known(cursor, sql, [change.uid for change in changes])
    touched: set[str] = set()
    for change in changes:
        state, text, updated = known.get(change.uid, ("", None, 0))
        if moment(change.updated) < updated:  # older than what is saved, so it will not be
            continue
        new = (change.key, clean(change.title), clean(change.body))
        if text != new:
            touched |= _named(cursor, sql, change.uid) if text else set()
            touched |= _put(cursor, sql, change)
        elif state != change.state:
            touched |= _named(cursor, sql, change.uid)
        known[change.uid] = (change.state, new, moment(change.updated))
    return frozenset(touched)


def _known(cursor: Any, sql: Callable[[str], str], uids: Sequence[str]) -> dict[str, tuple[str, Any, int]]:
    found: dict[str, tuple[str, Any, int]] = {}
    for start in range(0, len(uids), CHUNK):
        chunk = tuple(uids[start : start + CHUNK])
        places = ", ".join("?" * len(chunk))
        statement = f"select uid, state, updated, key, title, body from changes where uid in ({places})"  # noqa: S608 - question marks
        cursor.execute(sql(statement), chunk)
        found |= {uid: (state, tuple(text), updated) for uid, state, updated, *text in cursor.fetchall()}
    return found


def _named(cursor: Any, sql: Callable[[str], str], change: str) -> set[str]:
    cursor.execute(sql("select key from mentions where change = ?"), (change,))
    return {row[0] for row in cursor.fetchall()}


def _put(cursor: Any, sql: Callable[[str], str], change: Change) -> set[str]:
    named = tickets_named(change.key.rpartition("#")[0], change.title, change.body)
    keys = {key for key in named if key != change.key.lower()}
    cursor.execute(sql("delete from mentions where change = ?"), (change.uid,))
    if keys:
        rows = [(change.uid, key) for key in sorted(keys)]
        cursor.executemany(sql("insert into mentions (change, key) values (?, ?)"), rows)
    return keys
