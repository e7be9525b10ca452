"""Keeping: what was measured before and after, and what was judged, as the table has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.memory import Judgement, Outcome
from rules.metrics.model import Measure
from rules.model import Ticket
from worker.bookmark import Bookmark
from worker.codec import noun_from_json, noun_to_json
from worker.database import Database
from worker.rows import TICKET, clean, moment, moment_or_none, when_or_none
from worker.upserts import TICKETS_SELECT

COUNTER = "outcomes "
"""What a counter's name begins with; the policy's hash follows."""
CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What was seen before, with the single values that the metric is made of."""

    measure: Measure
    observations: tuple[float, ...]
    late: int = 0  # so many days after the closing it was computed, if that is more than two


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """All that is kept of a stated effect."""

    uid: str  # the ticket's
    stated: str
    by: str
    before: Frozen | None = None
    after: Measure | None = None
    frozen: datetime | None = None  # when its last closing was seen
    after_ends: datetime | None = None
    judgement: Judgement | None = None
    judged: datetime | None = None
    said: str = ""
    problem: str = ""


class Keeping:
    """The stated effects of a database."""

    def __init__(self, database: Database, policy: str) -> None:
        self._database = database
        self.bookmark = Bookmark(database, COUNTER, policy)

    def closed(self, since: int) -> Iterator[Ticket]:
        """Stream the closed tickets that may state an effect and changed since a revision."""
        return map(TICKET.noun, self._database.stream(_CLOSED, (since, "%outcome%", "% by %")))

    def waiting(self, now: datetime) -> tuple[str, ...]:
        """Return the tickets (uids) that are to be judged now, wait for their fix, or whose effect was not seen yet."""
        return tuple(uid for (uid,) in self._database.rows(_WAITING, (moment(now),)))

    def rows(self, uids: Iterable[str] | None = None) -> tuple[Row, ...]:
        """Return what is kept of some tickets, or of all, in the order in which they were closed."""
        if uids is None:
            return tuple(map(_row, self._database.rows(f"{_SELECT} order by coalesce(frozen, 0), uid, stated")))
        wanted, found = tuple(uids), []
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            places = ", ".join("?" * len(chunk))
            found += self._database.rows(
                f"{_SELECT} where uid in ({places}) order by coalesce(frozen, 0), uid, stated", chunk
            )
        return tuple(map(_row, found))

    def save(self, rows: Iterable[Row]) -> None:
        """Save stated effects as they stand."""
        values = [
            (
                *(r.uid, clean(r.stated), clean(r.by), _text(r.before), _text(r.after), r.judgement or ""),
                *(clean(r.said), clean(r.problem)),
                *(moment_or_none(at) for at in (r.frozen, r.after_ends, r.judged)),
            )
            for r in rows
        ]
        if values:
            with self._database.begin() as connection:
                connection.exec_driver_sql(self._database.sql(_UPSERT), values)


def _text(noun: object) -> str:
    return noun_to_json(noun) if noun is not None else ""


def _row(row: Any) -> Row:
    uid, stated, by, before, after, judgement, said, problem, frozen, after_ends, judged = row
    return Row(
        uid=uid,
        stated=stated,
        by=by,
        before=noun_from_json(Frozen, before) if before else None,
        after=noun_from_json(Measure, after) if after else None,
        judgement=judgement or None,
        said=said,
        problem=problem,
        frozen=when_or_none(frozen),
        after_ends=when_or_none(after_ends),
        judged=when_or_none(judged),
    )


def outcome_of(row: Any) -> Outcome:
    """Return what a row of OUTCOMES holds."""
    kept = _row(row)
    return Outcome(
        stated=kept.stated,
        by=kept.by,
        before=kept.before.measure if kept.before else None,
        frozen=kept.frozen,
        after_ends=kept.after_ends,
        after=kept.after,
        judgement=kept.judgement,
        judged=kept.judged,
        said=kept.said,
        problem=kept.problem,
    )


_COLUMNS = "uid, stated, person, before, after, judgement, said, problem, frozen, after_ends, judged"
_SELECT = f"select {_COLUMNS} from outcomes"  # noqa: S608 - own names
OUTCOMES = _SELECT
_CLOSED = f"""
    {TICKETS_SELECT} where revision > ? and buried is null and phase = 'done' and (
        lower(body) like ? or lower(fields) like ?
        or exists (select 1 from statements s where s.uid = tickets.uid and s.what = 'outcome')
    ) order by uid
"""  # noqa: S608 - own names
_WAITING = """
    select uid from outcomes
    where judged is null and problem = '' and (after_ends is null or after_ends <= ?)
    union
    select uid from statements s
    where what = 'outcome' and not exists (select 1 from outcomes o where o.uid = s.uid)
        and exists (select 1 from tickets t where t.uid = s.uid and t.phase = 'done' and t.buried is null)
"""
_UPSERT = f"""
    insert into outcomes ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (uid, stated) do update set person = excluded.person, before = excluded.before,
        after = excluded.after, judgement = excluded.judgement, said = excluded.said, problem = excluded.problem,
        frozen = excluded.frozen, after_ends = excluded.after_ends, judged = excluded.judged
"""  # noqa: S608 - own names
