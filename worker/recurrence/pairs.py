"""Pairs: which report is a report of what, who objected, when fixes took effect; as the tables have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rules.memory import Fix, Objection, Recurrence
from worker.database import Database
from worker.relations import related_of
from worker.rows import clean, moment, moment_or_none, when, when_or_none

CERTAIN = "A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A report and what it is a report of, by uids."""

    uid: str
    other: str
    root: str
    signal: str
    evidence: str
    again: bool
    at: datetime  # when it was said; of a machine's word, when the report was made
    tier: str = CERTAIN
    ahead: int = 0  # so many more comments people wrote on the report than on the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """That two tickets (by uid) are not the same."""

    uid: str
    other: str
    why: str
    by: str
    at: datetime

    @property
    def both(self) -> frozenset[str]:
        """The two tickets."""
        return frozenset((self.uid, self.other))


class Pairs:
    """The pairs of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self) -> dict[str, Pair]:
        """Return the pairs, by report."""
        found = {}
        for uid, other, root, tier, signal, evidence, again, at, ahead in self._database.rows(_PAIRS):
            shown = {"root": root, "tier": tier, "signal": signal, "evidence": evidence}
            found[uid] = Pair(uid=uid, other=other, again=bool(again), at=when(at), ahead=ahead, **shown)
        return found

    def save(self, pairs: Iterable[Pair]) -> None:
        """Save pairs."""
        rows = [
            (p.uid, p.other, p.root, p.tier, p.signal, clean(p.evidence), int(p.again), moment(p.at), p.ahead)
            for p in pairs
        ]
        self._write(_UPSERT_PAIR, rows)

    def forget(self, uids: Iterable[str]) -> None:
        """Forget the pairs of reports."""
        self._write("delete from recurrences where uid = ?", [(uid,) for uid in uids])

    def denials(self) -> tuple[Denial, ...]:
        """Return who is not the same as whom, because people objected."""
        rows = self._database.rows("select uid, other, why, person, at from objections order by at, uid, other")
        return tuple(Denial(uid=r[0], other=r[1], why=r[2], by=r[3], at=when(r[4])) for r in rows)

    def deny(self, denials: Iterable[Denial]) -> None:
        """Save objections; the first one to a pair counts."""
        rows = [(d.uid, d.other, d.why, clean(d.by), moment(d.at)) for d in denials]
        self._write(_INSERT_DENIAL, rows)

    def admit(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Forget objections: somebody said since that the two are the same."""
        self._write("delete from objections where uid = ? and other = ?", list(pairs))

    def fixes(self) -> dict[str, Fix]:
        """Return when fixes took effect, by ticket."""
        rows = self._database.rows("select uid, at, how from fixes")
        return {uid: Fix(at=when_or_none(at), how=how) for uid, at, how in rows}

    def save_fixes(self, fixes: Iterable[tuple[str, Fix]]) -> None:
        """Save when fixes took effect."""
        self._write(_UPSERT_FIX, [(uid, moment_or_none(fix.at), clean(fix.how)) for uid, fix in fixes])

    def forget_fixes(self, uids: Iterable[str]) -> None:
        """Forget when fixes took effect."""
        self._write("delete from fixes where uid = ?", [(uid,) for uid in uids])

    def waiting(self) -> bool:
        """Tell whether a fix is yet to take effect: a deployment may have come."""
        return bool(self._database.rows("select 1 from fixes where at is null limit 1"))

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            with self._database.begin() as connection:
                connection.exec_driver_sql(self._database.sql(statement), list(rows))


def recurrence_of(row: Any) -> Recurrence:
    """Return what a row of RECURRENCES holds."""
    _, way, direct, created, root, tier, signal, evidence, again, ahead, at, *rest = row
    *ticket, labels, born, closed, priority = rest
    phase = ticket[6]
    related = (None, "recurrence", way, *ticket, closed, labels, at)
    return Recurrence(
        other=related_of(related),
        created=when(created),
        root=root,
        tier=tier,
        signal=signal,
        evidence=evidence,
        at=when(at),
        again=bool(again),
        direct=bool(direct),
        took=when(closed) - when(born) if phase == "done" and closed is not None else timedelta(),
        priority=priority,
        ahead=ahead,
    )


def objection_of(row: Any) -> Objection:
    """Return what a row of OBJECTIONS holds."""
    _, other, source, key, url, why, by, at = row
    return Objection(uid=other, source=source, key=key, url=url, why=why, by=by, at=when(at))


def fix_of(row: Any) -> Fix:
    """Return what a row of FIXES holds."""
    return Fix(at=when_or_none(row[1]), how=row[2])


_PAIRS = "select uid, other, root, tier, signal, evidence, again, at, ahead from recurrences"
_UPSERT_PAIR = """
    insert into recurrences (uid, other, root, tier, signal, evidence, again, at, ahead)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (uid) do update set other = excluded.other, root = excluded.root, tier = excluded.tier,
        signal = excluded.signal, evidence = excluded.evidence, again = excluded.again, at = excluded.at,
        ahead = excluded.ahead
"""
_INSERT_DENIAL = """
    insert into objections (uid, other, why, person, at) values (?, ?, ?, ?, ?) on conflict (uid, other) do nothing
"""
_UPSERT_FIX = """
    insert into fixes (uid, at, how) values (?, ?, ?)
    on conflict (uid) do update set at = excluded.at, how = excluded.how
"""
RECURRENCES = """
    select uid, way, direct, created, root, tier, signal, evidence, again, ahead, at, source, far, ref, key, url,
        title, phase, resolution, due, assignees, labels, born, closed, priority
    from (
        select p.uid, p.way, p.direct, report.created, root.key as root, p.tier, p.signal, p.evidence, p.again,
            p.ahead, p.at, o.source, p.far, o.ref, o.key, o.url, o.title, o.phase, o.resolution,
            coalesce(o.due, o.card_due) as due, o.assignees, o.labels, o.created as born, o.closed, o.priority
        from (
            select uid, 'origin' as way, 1 as direct, uid as report, other as far, root, tier, signal, evidence, again,
                ahead, at from recurrences
            union all
            select other, 'filed', 1, uid, uid, root, tier, signal, evidence, again, ahead, at from recurrences
            union all
            select root, 'filed', 0, uid, uid, root, tier, signal, evidence, again, ahead, at from recurrences
            where root <> other
        ) as p
        join tickets o on o.uid = p.far and o.buried is null
        join tickets report on report.uid = p.report
        join tickets root on root.uid = p.root
    ) as recurring where true
"""
OBJECTIONS = """
    select uid, far, source, key, url, why, person, at from (
        select o.uid, o.other as far, t.source, t.key, t.url, o.why, o.person, o.at
        from objections o join tickets t on t.uid = o.other
        union all
        select o.other, o.uid, t.source, t.key, t.url, o.why, o.person, o.at
        from objections o join tickets t on t.uid = o.uid
    ) as objecting where true
"""
FIXES = "select uid, at, how from fixes"
