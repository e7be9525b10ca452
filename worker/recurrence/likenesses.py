"""Likenesses: which reports were compared with what was before, what they resemble, and what people made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from rules.memory import LIKENESS, Likeness
from rules.model import Ticket
from rules.recurrence.judge import REMEMBERED
from rules.recurrence.trust import STRONG, Given
from worker.bookmark import Bookmark
from worker.database import Database
from worker.relations import related_of
from worker.rows import TICKET, clean, moment, when
from worker.upserts import TICKETS_SELECT

COUNTER = "likeness/"
"""How the counter of what was looked at begins; the policy's hash follows: what a problem is, is its matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A report, and an earlier ticket that it resembles, by their uids."""

    uid: str
    other: str
    rank: int  # 0 is the most probable
    tier: str
    probability: float
    signatures: tuple[str, ...]
    words: tuple[str, ...]
    at: datetime
    shadow: bool = False
    reopens: bool = False

    @property
    def both(self) -> frozenset[str]:
        """The two tickets."""
        return frozenset((self.uid, self.other))

    @property
    def acted(self) -> bool:
        """Tell whether something is done about it."""
        return self.tier == STRONG and not self.shadow


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What people did shows that a resemblance was right or wrong."""

    uid: str
    other: str
    tier: str
    signature: str
    why: str
    by: str
    correct: bool
    acted: bool
    at: datetime


class Likenesses:
    """The likenesses of a database."""

    def __init__(self, database: Database, policy: str) -> None:
        self._database = database
        self.bookmark = Bookmark(database, COUNTER, policy)

    def fresh(self, since: int, created: datetime) -> tuple[Ticket, ...]:
        """Return the open tickets that changed after a revision and were reported after a moment, never compared yet.

        What we filed ourselves is no report.
        """
        rows = self._database.rows(f"{TICKETS_SELECT} {_FRESH}", (since, moment(created)))
        return tuple(TICKET.noun(row) for row in rows)

    def save(self, found: Iterable[Found], judged: Iterable[tuple[Ticket, float]], now: datetime) -> None:
        """Save what reports resemble; `judged` are the reports, each with the best probability."""
        rows = [_row(each) for each in found]
        marks = [(ticket.uid, ticket.source, top, moment(now)) for ticket, top in judged]
        with self._database.begin() as connection:
            for statement, values in ((_UPSERT, rows), (_MARK, marks)):
                if values:
                    connection.exec_driver_sql(self._database.sql(statement), values)

    def all(self) -> tuple[Found, ...]:
        """Return all that was found, oldest first."""
        return tuple(_found(row) for row in self._database.rows(f"{_ALL} order by l.at, l.uid, l.rank"))

    def acted_upon(self) -> tuple[Found, ...]:
        """Return the strong matches about which something was done, whatever people said since."""
        rows = self._database.rows(f"{_ALL} where l.tier = ? and l.shadow = 0 order by l.at, l.uid", (STRONG,))
        return tuple(_found(row) for row in rows)

    def concerned(self, since: int) -> bool:
        """Tell whether a ticket changed since a revision that resembles another one, or is resembled."""
        return bool(self._database.rows(_CONCERNED, (since,)))

    def tops(self, source: str) -> tuple[float, ...]:
        """Return the best probabilities of a source's newest reports, oldest first."""
        rows = self._database.rows(
            "select top from judged where source = ? order by at desc, uid limit ?", (source, REMEMBERED)
        )
        return tuple(row[0] for row in reversed(rows))

    def verdicts(self) -> dict[frozenset[str], Verdict]:
        """Return what people made of likenesses, by the two tickets, oldest first."""
        rows = self._database.rows(f"{_VERDICTS} order by v.at, v.uid, v.other")
        found = (_verdict(row) for row in rows)
        return {frozenset((each.uid, each.other)): each for each in found}

    def given(self, source: str) -> tuple[Given, ...]:
        """Return the verdicts on a source's reports, oldest first."""
        return tuple(each for each, _ in self.given_at(source))

    def given_at(self, source: str) -> tuple[tuple[Given, datetime], ...]:
        """Return the same, each with its moment."""
        rows = self._database.rows(f"{_VERDICTS} where t.source = ? order by v.at, v.uid, v.other", (source,))
        return tuple(
            (Given(tier=each.tier, correct=each.correct, acted=each.acted, signature=each.signature), each.at)
            for each in map(_verdict, rows)
        )

    def save_verdicts(self, verdicts: Iterable[Verdict]) -> None:
        """Save what people made of likenesses."""
        rows = [
            (v.uid, v.other, v.tier, clean(v.signature), v.why, clean(v.by), int(v.correct), int(v.acted), moment(v.at))
            for v in verdicts
        ]
        if rows:
            with self._database.begin() as connection:
                connection.exec_driver_sql(self._database.sql(_UPSERT_VERDICT), rows)


def likeness_of(row: Any) -> Likeness:
    """Return what a row of LIKENESSES holds."""
    _, _, shadow, probability, tier, signatures, words, at, *ticket, labels, closed = row
    return Likeness(
        other=related_of((None, LIKENESS, "origin", *ticket, closed, labels, at)),
        tier=tier,
        probability=probability,
        signatures=tuple(orjson.loads(signatures)),
        words=tuple(orjson.loads(words)),
        at=when(at),
        shadow=bool(shadow),
    )


def _row(found: Found) -> tuple[Any, ...]:
    decided = (found.rank, int(found.shadow), int(found.reopens), found.probability, found.tier)
    return (found.uid, found.other, *decided, _listed(found.signatures), _listed(found.words), moment(found.at))


def _found(row: Sequence[Any]) -> Found:
    uid, other, rank, tier, shadow, reopens, probability, signatures, words, at = row
    return Found(
        uid=uid,
        other=other,
        rank=rank,
        tier=tier,
        probability=probability,
        signatures=tuple(orjson.loads(signatures)),
        words=tuple(orjson.loads(words)),
        at=when(at),
        shadow=bool(shadow),
        reopens=bool(reopens),
    )


def _verdict(row: Sequence[Any]) -> Verdict:
    uid, other, tier, signature, why, by, correct, acted, at = row
    said = {"tier": tier, "signature": signature, "why": why, "by": by}
    return Verdict(uid=uid, other=other, correct=bool(correct), acted=bool(acted), at=when(at), **said)


def _listed(texts: Iterable[str]) -> str:
    return orjson.dumps([clean(text) for text in texts]).decode()


_FRESH = """
    where revision > ? and created > ? and phase <> 'done' and buried is null
        and uid not in (select uid from judged) and uid not in (select other from relations where what <> 'twin')
    order by created, uid
"""
_UPSERT = """
    insert into likenesses (uid, other, rank, shadow, reopens, probability, tier, signatures, words, at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (uid, other) do nothing
"""
_MARK = "insert into judged (uid, source, top, at) values (?, ?, ?, ?) on conflict (uid) do nothing"
_ALL = """
    select l.uid, l.other, l.rank, l.tier, l.shadow, l.reopens, l.probability, l.signatures, l.words, l.at
    from likenesses l
"""
_VERDICTS = """
    select v.uid, v.other, v.tier, v.signature, v.why, v.person, v.correct, v.acted, v.at
    from verdicts v join tickets t on t.uid = v.uid
"""
_CONCERNED = """
    select 1 from tickets where revision > ?
        and (uid in (select uid from likenesses) or uid in (select other from likenesses)) limit 1
"""
_UPSERT_VERDICT = """
    insert into verdicts (uid, other, tier, signature, why, person, correct, acted, at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (uid, other) do update set
        why = excluded.why, person = excluded.person, correct = excluded.correct, at = excluded.at
"""
LIKENESSES = """
    select uid, rank, shadow, probability, tier, signatures, words, at, source, other, ref, key, url, title, phase,
        resolution, due, assignees, labels, closed
    from (
        select l.uid, l.rank, l.shadow, l.probability, l.tier, l.signatures, l.words, l.at, o.source, l.other, o.ref,
            o.key, o.url, o.title, o.phase, o.resolution, coalesce(o.due, o.card_due) as due, o.assignees, o.labels,
            o.closed
        from likenesses l join tickets o on o.uid = l.other and o.buried is null
        left join verdicts v on v.uid = l.uid and v.other = l.other
        where v.uid is null
    ) as resembling where true
"""
