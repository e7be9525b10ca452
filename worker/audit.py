"""The audit trail: what was decided and done, each row chained to the one before it by a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from worker.codec import to_json
from worker.database import Database
from worker.errors import DatabaseError
from worker.rows import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """What came of a check of the trail: the rows it holds and, if it was tampered with, the first bad one."""

    rows: int
    bad: int | None = None
    why: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether the trail is as it was written."""
        return self.bad is None


class Audit:
    """The trail of a database, written within the caller's transactions."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._sql = database.sql
        self._key = key

    def append(self, connection: Connection, at: datetime, kind: str, body: Mapping[str, Any]) -> None:
        """Add a row."""
        self.extend(connection, at, kind, (body,))

    def extend(self, connection: Connection, at: datetime, kind: str, bodies: Iterable[Mapping[str, Any]]) -> int:
        """Add a row for each body; return how many. The head's row is locked until the caller commits."""
        texts = [to_json(body) for body in bodies]
        if not texts:
            return 0
        seq, previous = connection.exec_driver_sql(self._sql(_LOCK_HEAD)).one()
        rows = []
        for text in texts:
            seq += 1
            link = row_hash(self._key, seq, moment(at), kind, text, previous)
            rows.append((seq, moment(at), kind, text, previous, link))
            previous = link
        connection.exec_driver_sql(self._sql(_INSERT), rows)
        connection.exec_driver_sql(self._sql(_MOVE_HEAD), (seq, previous, head_mac(self._key, seq, previous)))
        return len(rows)


def verify(database: Database, key: bytes) -> AuditResult:
    """Check the whole trail: rows edited, removed, added, re-ordered or cut off at the end.

    Rows cut off are told by the head, which is kept apart: not if somebody puts an older head back as well.
    """
    heads = database.rows("select seq, hash, mac from audit_head where name = 'head'")
    count, seq, previous, marked = 0, 0, "", ""
    for row in database.stream("select seq, at, kind, body, previous, hash from audit order by seq"):
        count += 1
        wrong = _wrong(key, row, seq, previous)
        if wrong:
            return AuditResult(rows=count, bad=seq + 1, why=wrong)
        seq, previous = row[0], row[5]
        marked = row[5] if heads and row[0] == heads[0][0] else marked
    if not heads:
        return AuditResult(rows=count, bad=seq if count else None, why="the head is missing" if count else "")
    if not hmac.compare_digest(head_mac(key, heads[0][0], heads[0][1]).encode(), str(heads[0][2]).encode()):
        return AuditResult(rows=count, bad=int(heads[0][0]), why="the head was edited, or the key is not this trail's")
    if heads[0][0] > seq:
        return AuditResult(rows=count, bad=seq + 1, why=f"rows {seq + 1} to {heads[0][0]} are cut off")
    if heads[0][1] != marked:
        return AuditResult(rows=count, bad=int(heads[0][0]), why="the head is not that of this row")
    return AuditResult(rows=count)


def check_end(database: Database, key: bytes) -> None:
    """Make sure that the end of the trail is as we left it, without reading the rest. Raises DatabaseError.

    Under another key nothing of ours would be known again on a tracker, and everything would be written twice.
    """
    heads = database.rows("select seq, hash, mac from audit_head where name = 'head'")
    rows = database.rows("select seq, at, kind, body, previous, hash from audit order by seq desc limit 1")
    if not heads and not rows:
        return
    seq, link, mac = heads[0] if heads else (0, "", "")
    fits = hmac.compare_digest(head_mac(key, seq, link).encode(), str(mac).encode())
    if fits and rows and (rows[0][0], rows[0][5]) == (seq, link) and not _wrong(key, rows[0], seq - 1, rows[0][4]):
        return
    raise DatabaseError(f"{database.name}: {WRONG_END}")


WRONG_END = (
    "the instance's key is not the one that it was written with, or the end of its audit trail was changed: put the key"
    " back from the backup of that time; `kaizend audit verify` names what was changed"
)


def _wrong(key: bytes, row: Any, before: int, previous: str) -> str:
    seq, at, kind, body, said, link = row
    if seq != before + 1:
        return f"row {before + 1} is missing"
    if said != previous:
        return f"row {seq} does not follow row {before}"
    if not hmac.compare_digest(row_hash(key, seq, at, kind, body, previous).encode(), str(link).encode()):
        return f"row {seq} was edited, or the key is not this trail's"
    return ""


def row_hash(key: bytes, seq: int, at: int, kind: str, body: str, previous: str) -> str:
    """Return the hash that chains a row: HMAC-SHA256 over all of it and the hash before it."""
    return hmac.new(key, orjson.dumps([seq, at, kind, body, previous]), hashlib.sha256).hexdigest()


def head_mac(key: bytes, seq: int, link: str) -> str:
    """Return the proof that the trail had this head once."""
    return hmac.new(key, orjson.dumps(["head", seq, link]), hashlib.sha256).hexdigest()


_LOCK_HEAD = (
    "insert into audit_head (name, seq, hash, mac) values ('head', 0, '', '')"
    " on conflict (name) do update set seq = audit_head.seq returning seq, hash"
)
_INSERT = "insert into audit (seq, at, kind, body, previous, hash) values (?, ?, ?, ?, ?, ?)"
_MOVE_HEAD = "update audit_head set seq = ?, hash = ?, mac = ? where name = 'head'"
