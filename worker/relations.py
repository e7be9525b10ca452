"""Relations: which ticket was filed from which, which is another one's twin, and what those that lead said last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rules.filing import LONGEST_LINE
from rules.memory import Kin, Lead, Related
from worker.database import Database
from worker.rows import clean, day, moment, name_set, when, when_or_none


class Relations:
    """The part of a ledger that knows what belongs together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_relation(self, uid: str, other: str, what: str, now: datetime) -> int:
        """Save that a ticket (by uid) was filed as `what` from another one; return 1 if that is news."""
        return self._write(INSERT_RELATION, [(uid, other, what, moment(now))])

    def part(self, pairs: Iterable[tuple[str, str]]) -> int:
        """Forget that tickets (by uid) lead others as their twins; return how many did."""
        return self._write("delete from relations where uid = ? and other = ? and what = 'twin'", list(pairs))

    def save_leads(self, leads: Iterable[tuple[str, Lead]]) -> int:
        """Save what the tickets that lead others (by uid) said last; return how many changed."""
        rows = [(uid, e.field, clean(e.value), e.number, int(e.settled), moment(e.at)) for uid, e in leads]
        return self._write(_UPSERT_LEAD, rows)

    def _write(self, statement: str, rows: list[tuple[Any, ...]]) -> int:
        if not rows:
            return 0
        with self._database.begin() as connection:
            return connection.exec_driver_sql(self._database.sql(statement), rows).rowcount


def related_of(row: Any) -> Related:
    """Return what a row of RELATED holds."""
    _, what, way, source, other, ref, key, url, title, phase, resolution, due, owners, closed, labels, since = row
    return Related(
        what=what,
        way=way,
        source=source,
        uid=other,
        ref=ref,
        key=key,
        url=url,
        title=title,
        phase=phase,
        resolution=resolution,
        due=day(due),
        assignees=name_set(owners),
        closed=when_or_none(closed),
        since=when(since),
        labels=name_set(labels),
    )


def kin_of(row: Any) -> Kin:
    """Return what a row of KIN holds."""
    _, what, title = row
    return Kin(what=what, title=title)


def lead_of(row: Any) -> Lead:
    """Return what a row of LEADS holds."""
    _, name, value, number, settled, at = row
    return Lead(field=name, value=value, number=number, settled=bool(settled), at=when(at))


INSERT_RELATION = """
    insert into relations (uid, other, what, at) values (?, ?, ?, ?) on conflict (uid, other) do nothing
"""
_OTHER = """
    source, ref, key, url, title, phase, resolution, coalesce(due, card_due) as due, assignees, closed, labels
    from relations join tickets on tickets.uid = {other} where buried is null
"""
RELATED = f"""
    select uid, what, way, source, other, ref, key, url, title, phase, resolution, due, assignees, closed, labels, at
    from (
        select relations.uid, what, 'filed' as way, at, other, {_OTHER.format(other="relations.other")}
        union all
        select relations.other, what, 'origin', at, relations.uid, {_OTHER.format(other="relations.uid")}
    ) as related where true
"""  # noqa: S608 - own words
_FAMILY = """
    from relations as mine
    join tickets as origin on origin.uid = mine.uid
    join relations as theirs on theirs.uid = mine.{one} and theirs.other <> mine.other and theirs.what <> 'twin'
    join tickets on tickets.uid = theirs.other
    where mine.what <> 'twin'
"""
KIN = f"""
    select uid, what, title from (
        select mine.other as uid, theirs.what, tickets.title {_FAMILY.format(one="uid")}
        union all
        select mine.uid, theirs.what, tickets.title {_FAMILY.format(one="other")}
        union all
        select relations.uid, what, title from relations join tickets on tickets.uid = relations.other
        where buried is not null and what <> 'twin'
    ) as kin where true
"""  # noqa: S608 - own words
_LEVELS = range(2, LONGEST_LINE + 1)
_COUNTED = " + ".join(f"case when r{n}.uid is null then 0 else 1 end" for n in _LEVELS)
_ABOVE = " ".join(f"left join relations as r{n} on r{n}.other = r{n - 1}.uid and r{n}.what <> 'twin'" for n in _LEVELS)
LINES = f"""
    select uid, above from (
        select r1.other as uid, 1 + {_COUNTED} as above from relations as r1 {_ABOVE} where r1.what <> 'twin'
    ) as lines where true
"""  # noqa: S608 - own words
LEADS = "select uid, field, value, number, settled, at from leads"
_UPSERT_LEAD = """
    insert into leads (uid, field, value, number, settled, at) values (?, ?, ?, ?, ?, ?)
    on conflict (uid, field) do update set
        value = excluded.value, number = excluded.number, settled = excluded.settled, at = excluded.at
"""
