"""What is kept of open changes and of what holds them: their statuses as last seen, and waivers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from integrations.base import CommitStatus
from rules.gates.states import Waiver
from rules.model import Change, Ticket
from worker.database import Database
from worker.rows import CHANGE, TICKET, clean, moment, when, when_or_none
from worker.upserts import TICKETS_SELECT

CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A waiver as it is kept."""

    waiver: Waiver
    looked: datetime  # when its comment was last seen to be there
    withdrawn: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A command on a change that was not carried out, and what is answered."""

    change: str
    comment: str
    by: str
    reply: str


class Kept:
    """The tables of waivers and statuses, and what of the mirror they are about."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- changes ----------------------------------------------------------------------------------------------------

    def open_changes(self, source: str) -> tuple[Change, ...]:
        """Return a source's open changes with a head, oldest first."""
        return tuple(map(CHANGE.noun, self._database.rows(_OPEN_CHANGES, (source,))))

    def change(self, uid: str) -> Change | None:
        """Return a change by its uid."""
        rows = self._database.rows(_CHANGE, (uid,))
        return CHANGE.noun(rows[0]) if rows else None

    def change_called(self, key: str) -> Change | None:
        """Return the one change that a person means by its key: "acme/shop#12"."""
        rows = self._database.rows(_CALLED, (key.strip(),))
        return CHANGE.noun(rows[0]) if len(rows) == 1 else None

    def named(self, changes: Iterable[Change]) -> dict[str, tuple[Ticket, ...]]:
        """Return the tickets that changes name, by the change's uid."""
        uids = [change.uid for change in changes]
        pairs = [pair for part in _chunks(uids) for pair in self._database.rows(_in(_MENTIONS, part), tuple(part))]
        keys = sorted({key for _, key in pairs})
        rows = [row for part in _chunks(keys) for row in self._database.rows(_in(_BY_KEY, part), tuple(part))]
        tickets = {ticket.key.lower(): ticket for ticket in map(TICKET.noun, rows)}
        found: dict[str, list[Ticket]] = {}
        for uid, key in pairs:
            if key in tickets:
                found.setdefault(uid, []).append(tickets[key])
        return {uid: tuple(sorted(every, key=lambda ticket: ticket.key)) for uid, every in found.items()}

    # -- statuses ---------------------------------------------------------------------------------------------------

    def statuses(self, source: str) -> dict[str, CommitStatus]:
        """Return what was last seen on the heads of a source's changes, by the change's uid."""
        return {
            uid: CommitStatus(change=uid, sha=sha, state=state, description=description, url=url, ours=bool(ours))
            for uid, sha, state, description, url, ours in self._database.rows(_STATUSES, (source,))
        }

    def red(self) -> frozenset[str]:
        """Return the sources where a status of ours fails, as far as we know."""
        return frozenset(row[0] for row in self._database.rows(_RED))

    def save_statuses(self, source: str, seen: Iterable[CommitStatus], now: datetime) -> int:
        """Keep what stands on all open heads of a source, in place of what was known; return how many there are.

        What failed on a change that is closed now stays known: it may be opened again.
        """
        rows = [
            (
                each.change,
                source,
                each.sha,
                each.state,
                clean(each.description),
                clean(each.url),
                each.ours,
                moment(now),
            )
            for each in seen
        ]
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql(_FORGET_STATUSES), (source,))
            if rows:
                values = [(*row[:6], int(row[6]), row[7]) for row in rows]
                connection.exec_driver_sql(self._database.sql(UPSERT_STATUS), values)
        return len(rows)

    def posted(self, change: str) -> int:
        """Return how often we set a status on a change."""
        return int(self._database.rows(_POSTED, (change,))[0][0])

    # -- waivers ----------------------------------------------------------------------------------------------------

    def save_waivers(self, waivers: Iterable[Waiver], now: datetime) -> int:
        """Keep waivers; what a comment said first stays. Return how many are new."""
        new = 0
        with self._database.begin_lazy() as connection:
            for each in waivers:
                key = (each.comment, each.gate, clean(each.subject))
                told = (
                    each.target,
                    each.until.isoformat(),
                    clean(each.because),
                    clean(each.by),
                    each.place,
                    each.source,
                )
                row = (*key, *told, moment(each.at), moment(now))
                new += connection.exec_driver_sql(self._database.sql(_SAVE_WAIVER), row).rowcount
        return new

    def given(self, today: date) -> tuple[Given, ...]:
        """Return the waivers that are in force on a day: not over, not withdrawn, their comments as first written."""
        return tuple(map(_given, self._database.rows(_IN_FORCE, (today.isoformat(),))))

    def standing_since(self, since: datetime, today: date) -> tuple[Given, ...]:
        """Return the waivers in force on a day, and those over that were given since a moment."""
        return tuple(map(_given, self._database.rows(_STANDING, (today.isoformat(), moment(since)))))

    def given_since(self, since: datetime) -> tuple[Given, ...]:
        """Return the waivers that were given since then, oldest first, the withdrawn ones among them."""
        return tuple(map(_given, self._database.rows(_SINCE, (moment(since),))))

    def refused(self, since: datetime) -> tuple[Refusal, ...]:
        """Return the commands on changes since then of which no waiver came, oldest first."""
        rows = self._database.rows(_REFUSED, (moment(since),))
        return tuple(
            Refusal(change=uid, comment=comment, by=person, reply=reply) for uid, comment, person, reply in rows
        )

    def looked(self, comment: str, now: datetime) -> None:
        """Note that a waiver's comment was seen to be there."""
        self._write("update waivers set looked = ? where comment = ?", (moment(now), comment))

    def withdraw(self, comment: str, now: datetime) -> int:
        """Note that a waiver counts no more; return 1 if that is news."""
        return self._write(
            "update waivers set withdrawn = ? where comment = ? and withdrawn is null", (moment(now), comment)
        )

    def _write(self, statement: str, values: tuple[object, ...]) -> int:
        with self._database.begin_lazy() as connection:
            return connection.exec_driver_sql(self._database.sql(statement), values).rowcount


def _given(row: Any) -> Given:
    comment, gate, subject, target, until, because, person, place, source, at, looked, withdrawn = row
    waiver = Waiver(
        comment=comment,
        gate=gate,
        subject=subject,
        target=target,
        until=date.fromisoformat(until),
        because=because,
        by=person,
        at=when(at),
        source=source,
        place=place,
    )
    return Given(waiver=waiver, looked=when(looked), withdrawn=when_or_none(withdrawn))


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _in(statement: str, values: Sequence[str]) -> str:
    return f"{statement} ({', '.join('?' * len(values))})"


UPSERT_STATUS = """
    insert into statuses (uid, source, sha, state, description, url, ours, at) values (?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (uid) do update set
        source = excluded.source, sha = excluded.sha, state = excluded.state, description = excluded.description,
        url = excluded.url, ours = excluded.ours, at = excluded.at
"""
_CHANGES = f"select {', '.join(CHANGE.columns)} from changes"  # noqa: S608 - names of our own
_CHANGE = f"{_CHANGES} where uid = ?"
_CALLED = f"{_CHANGES} where lower(key) = lower(?)"
_OPEN_CHANGES = f"{_CHANGES} where source = ? and state = 'open' and head_sha <> '' order by created, uid"
_MENTIONS = "select change, key from mentions where change in"
_BY_KEY = f"{TICKETS_SELECT} where buried is null and lower(key) in"
_STATUSES = "select uid, sha, state, description, url, ours from statuses where source = ?"
_RED = """
    select distinct s.source from statuses s join changes c on c.uid = s.uid and c.state = 'open'
    where s.ours = 1 and s.state <> 'success'
"""
_FORGET_STATUSES = """
    delete from statuses where source = ? and (state = 'success' or ours = 0 or uid not in (
        select uid from changes where state <> 'open'
    ))
"""
_POSTED = "select count(*) from ops where uid = ? and verb = 'status' and state = 'done'"
_SAVE_WAIVER = """
    insert into waivers (comment, gate, subject, target, until, because, person, place, source, at, looked)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (comment, gate, subject) do nothing
"""
_WAIVERS = """
    select w.comment, w.gate, w.subject, w.target, w.until, w.because, w.person, w.place, w.source, w.at, w.looked,
        w.withdrawn
    from waivers w
"""
_KEPT_UP = f"""
    {_WAIVERS} join comments c on c.uid = w.comment and c.updated = c.created
    where w.withdrawn is null and
"""
_IN_FORCE = f"{_KEPT_UP} w.until >= ? order by w.at, w.comment"
_STANDING = f"{_KEPT_UP} (w.until >= ? or w.at >= ?) order by w.at, w.comment"
_REFUSED = """
    select a.uid, a.comment, a.person, a.reply from answers a join changes c on c.uid = a.uid
    where a.at >= ? and not exists (select 1 from waivers w where w.comment = a.comment) order by a.at, a.comment
"""
_SINCE = f"{_WAIVERS} where w.at >= ? order by w.at, w.comment"
