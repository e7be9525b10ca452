"""The mirror: what the trackers said last, saved a page at a time together with how far we have read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from integrations.base import Noun, Page
from rules.model import Change, Comment, Deployment, Event, Release, Ticket
from rules.reopenings import TURNS
from worker.clocks import put_back
from worker.database import Database, driver_of
from worker.mentions import keep_mentions
from worker.rows import (
    CHANGE,
    COMMENT,
    DEPLOYMENT,
    EVENT,
    RELEASE,
    TICKET,
    Shape,
    iso,
    moment,
    name_set,
    when,
    when_or_none,
)
from worker.upserts import TICKETS_SELECT, UPSERTS

N = TypeVar("N", bound=Noun)


COMMANDS = "%/kaizen%"
"""What a comment with a command for us is like, in SQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """How the last read of a source went. It was whole if it ended without an error."""

    began: datetime
    ended: datetime | None
    error: str

    @property
    def whole(self) -> bool:
        """Tell whether absence may be concluded from it."""
        return self.ended is not None and not self.error


class Mirror:
    """The trackers' tickets and what belongs to them, as last read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- reading the trackers ---------------------------------------------------------------------------------------

    def save(self, source: str, stream: str, page: Page, now: datetime) -> int:
        """Save a page and its cursor in one transaction; return how many rows it changed.

        What has not changed is not written; a ticket is never overwritten by an older version of itself.
        """
        with self._database.begin_lazy() as connection:
            changed = self._put(connection, page.items, now)
            driver = driver_of(connection)
            driver.execute(self._database.sql(_SAVE_CURSOR), (source, stream, page.cursor, moment(now)))
        return changed

    def put_ticket(self, ticket: Ticket, now: datetime) -> int:
        """Save one ticket as just read from, or written to, the primary store; return 1 if it changed."""
        with self._database.begin_lazy() as connection:
            return self._put(connection, (ticket,), now)

    def put_comments(self, comments: Sequence[Comment], now: datetime) -> int:
        """Save comments as just read from the primary store; return how many changed."""
        with self._database.begin_lazy() as connection:
            return self._put(connection, comments, now)

    def _put(self, connection: Connection, items: Sequence[Noun], now: datetime) -> int:
        kinds = dict.fromkeys(type(item) for item in items)
        return sum(self._upsert(connection, kind, [i for i in items if type(i) is kind], now) for kind in kinds)

    def _upsert(self, connection: Connection, kind: type[Noun], items: list[Any], now: datetime) -> int:
        shape, statement = UPSERTS[kind]
        rows = [shape.row(item) for item in items]
        if kind is Ticket:
            stamp = (self._next_revision(connection), moment(now))
            rows = [row + stamp for row in rows]
        cursor = driver_of(connection).cursor()
        if kind is Change:
            self._look_again(connection, keep_mentions(cursor, self._database.sql, items))
        cursor.executemany(self._database.sql(statement), rows)
        changed = int(cursor.rowcount)
        if changed > 0 and kind is not Ticket:
            cursor.execute(_NEXT_THING)
        return changed

    def _look_again(self, connection: Connection, keys: frozenset[str]) -> None:
        """Have the tickets of these keys evaluated again, if any was evaluated before: there are no others then."""
        driver = driver_of(connection)
        if not keys or driver.execute("select 1 from settled limit 1").fetchone() is None:
            return
        places = ", ".join("?" * len(keys))
        statement = f"update tickets set revision = ? where lower(key) in ({places})"  # noqa: S608 - question marks
        driver.execute(self._database.sql(statement), (self._next_revision(connection), *sorted(keys)))

    def _next_revision(self, connection: Connection) -> int:
        return int(driver_of(connection).execute(_NEXT_REVISION).fetchone()[0])

    def cursor(self, source: str, stream: str) -> str:
        """Return how far a stream was read; "" is the beginning."""
        rows = self._database.rows("select cursor from cursors where source = ? and stream = ?", (source, stream))
        return str(rows[0][0]) if rows else ""

    def see_clock(self, source: str, streams: Sequence[str], *, ahead: timedelta, now: datetime) -> bool:
        """Take note of a source's clock; True if it was put back: these streams are then read from their beginning."""
        return put_back(self._database, source, ahead=ahead, now=now, streams=streams)

    def begin_read(self, source: str, now: datetime) -> None:
        """Note that a read of a source begins: until it ends it is not whole."""
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql(_BEGIN_READ), (source, moment(now)))

    def end_read(self, source: str, now: datetime, error: str | None = None) -> None:
        """Note that a read of a source ended, wholly or (with `error`) not."""
        with self._database.begin_lazy() as connection:
            statement = self._database.sql("update reads set ended = ?, error = ? where source = ?")
            connection.exec_driver_sql(statement, (moment(now), error or "", source))

    def reads(self) -> dict[str, Read]:
        """Return how the last read of each source went."""
        rows = self._database.rows("select source, began, ended, error from reads order by source")
        return {row[0]: Read(began=when(row[1]), ended=when_or_none(row[2]), error=row[3]) for row in rows}

    def unreadable(self, sources: Iterable[str] = ()) -> dict[str, str]:
        """Return the sources whose last read was not whole, and why; those of `sources` never read are among them."""
        reads = self.reads()
        never = {source: "never read" for source in sources if source not in reads}
        return never | {name: read.error or "cut short" for name, read in reads.items() if not read.whole}

    # -- tickets ----------------------------------------------------------------------------------------------------

    def tickets(self, source: str | None = None) -> Iterator[Ticket]:
        """Stream all readable tickets, or a source's. `due` is the tracker's, else the one kept on the card."""
        if source is None:
            return map(TICKET.noun, self._database.stream(f"{TICKETS_SELECT} where buried is null"))
        return map(
            TICKET.noun, self._database.stream(f"{TICKETS_SELECT} where buried is null and source = ?", (source,))
        )

    def open(self) -> Iterator[Ticket]:
        """Stream the readable tickets that are not done."""
        where = "where phase <> 'done' and buried is null"
        return map(TICKET.noun, self._database.stream(f"{TICKETS_SELECT} {where}"))

    def ticket(self, uid: str) -> Ticket | None:
        """Return a ticket by its uid, None if it is unknown or buried."""
        rows = self._database.rows(f"{TICKETS_SELECT} where uid = ? and buried is null", (uid,))
        return TICKET.noun(rows[0]) if rows else None

    def find(self, key: str) -> Ticket | None:
        """Return the one ticket a person means by `key`: "ops-12", "acme/shop#12", or "#12" if only one has it."""
        found = self.candidates(key)
        return found[0] if len(found) == 1 else None

    def candidates(self, key: str) -> tuple[Ticket, ...]:
        """Return all tickets a person may mean by `key`."""
        wanted = key.strip()
        rows = self._database.rows(f"{TICKETS_SELECT} where lower(key) = lower(?) and buried is null", (wanted,))
        number = wanted.removeprefix("#")
        if not rows and number.isascii() and number.isdigit():
            rows = self._database.rows(
                f"{TICKETS_SELECT} where key like ? and buried is null order by key", (f"%#{number}",)
            )
        return tuple(TICKET.noun(row) for row in rows)

    def logins(self, source: str) -> frozenset[str]:
        """Return the people whom a source has shown us: who wrote, owns or commented on its tickets."""
        found = {str(row[0]) for row in self._database.rows(_WRITERS, (source, source))}
        owners = self._database.rows("select distinct assignees from tickets where source = ?", (source,))
        return frozenset(found.union(*(name_set(row[0]) for row in owners)) - {""})

    def count(self) -> int:
        """Return how many tickets can be read."""
        return int(self._database.rows("select count(*) from tickets where buried is null")[0][0])

    def changed(self, since: int) -> Iterator[Ticket]:
        """Stream the readable tickets that changed after a revision, the first created first."""
        where = "where revision > ? and buried is null order by created, uid"
        return map(TICKET.noun, self._database.stream(f"{TICKETS_SELECT} {where}", (since,)))

    def buried(self, since: int) -> Iterator[str]:
        """Stream the uids of the tickets that were buried after a revision."""
        found = self._database.stream("select uid from tickets where revision > ? and buried is not null", (since,))
        return (str(row[0]) for row in found)

    def blocked(self, source: str, limit: int) -> tuple[tuple[Ticket, datetime], ...]:
        """Return open tickets that wait for others, and when each was read last, the longest ago first."""
        statement = f"{TICKETS_SELECT} {_BLOCKED}".replace(" body from", " body, seen from", 1)
        rows = self._database.rows(statement, (source, limit))
        return tuple((TICKET.noun(row), when(row[-1])) for row in rows)

    def closed_after(self, then: datetime) -> Iterator[Ticket]:
        """Stream the tickets that are done and were closed after a moment."""
        where = "where closed > ? and phase = 'done' and buried is null"
        return map(TICKET.noun, self._database.stream(f"{TICKETS_SELECT} {where}", (moment(then),)))

    def mark_seen(self, uid: str, now: datetime) -> int:
        """Note that a ticket was read just now, changed or not; return 1 if it is there."""
        with self._database.begin_lazy() as connection:
            return connection.exec_driver_sql(self._database.sql(_MARK_SEEN), (moment(now), uid)).rowcount

    def bury(self, uid: str, now: datetime, why: str) -> int:
        """Keep a ticket that is gone or no longer for us to see, but show it no more; return 1 if it was alive."""
        return self._change(_BURY, [(moment(now), why, uid)])

    def set_card_due(self, uid: str, due: date | None) -> int:
        """Keep a due date for a ticket whose tracker has no place for one but the card; return 1 if it changed."""
        return self._change(_SET_CARD_DUE, [(iso(due), uid, iso(due))])

    # -- what is to be evaluated ------------------------------------------------------------------------------------

    def revision(self) -> int:
        """Return the number of the newest change. Take it before `unsettled` and give it to `settle` afterwards."""
        rows = self._database.rows("select value from counters where name = 'revision'")
        return int(rows[0][0]) if rows else 0

    def version(self) -> tuple[int, int]:
        """Return what differs whenever anything was changed in the mirror, or a ticket is to be looked at again."""
        rows = self._database.rows(_VERSION)
        return int(rows[0][0]), int(rows[0][1])

    def unsettled(self, policy: str, day: date) -> Iterator[Ticket]:
        """Stream the tickets that changed since they were settled, or all if the policy or the local day is new."""
        since = self._settled(policy, day)
        return map(TICKET.noun, self._database.stream(f"{TICKETS_SELECT} {_UNSETTLED}", (since,) * 6))

    def _settled(self, policy: str, day: date) -> int:
        """Return up to which revision all tickets were evaluated; -1 if none was."""
        rows = self._database.rows("select revision from settled where policy = ? and day = ?", (policy, iso(day)))
        return int(rows[0][0]) if rows else -1

    def unknown(self, source: str, author: str, policy: str, day: date) -> Iterator[Ticket]:
        """Stream those of a source's unsettled tickets whose history tells of what an author did and no op of ours.

        A label, date, priority or owner that came, and an opening. A clock may be a quarter of an hour off ours.
        """
        statement = f"{TICKETS_SELECT} {_UNSETTLED} and source = ? and {_UNKNOWN}"
        since = self._settled(policy, day)
        return map(TICKET.noun, self._database.stream(statement, (*(since,) * 6, source, author.lower())))

    def is_settled(self, policy: str, day: date) -> bool:
        """Tell whether all tickets were evaluated once, under this policy and on this local day."""
        statement = "select 1 from settled where policy = ? and day = ?"
        return bool(self._database.rows(statement, (policy, iso(day))))

    def settle(self, upto: int, policy: str, day: date) -> None:
        """Note that all tickets up to a revision were evaluated, under this policy and on this local day."""
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql("delete from settled where policy <> ?"), (policy,))
            connection.exec_driver_sql(self._database.sql(_SETTLE), (policy, iso(day), upto))

    def unsettle_all(self) -> None:
        """Have all tickets evaluated again in the next pass."""
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql("delete from settled")

    def unsettle(self, uids: Iterable[str]) -> int:
        """Have tickets evaluated again in the next pass; return how many."""
        return self._change("update tickets set revision = ? where uid = ?", [(uid,) for uid in uids])

    def _change(self, statement: str, parameters: list[tuple[Any, ...]]) -> int:
        if not parameters:
            return 0
        with self._database.begin_lazy() as connection:
            revision = self._next_revision(connection)
            rows = [(revision, *values) for values in parameters]
            return connection.exec_driver_sql(self._database.sql(statement), rows).rowcount

    # -- what belongs to them ---------------------------------------------------------------------------------------

    def comments(self, ticket: str) -> tuple[Comment, ...]:
        """Return a ticket's comments, oldest first."""
        return tuple(self._select(COMMENT, "where ticket = ? order by created, uid", (ticket,)))

    def new_comments(self) -> tuple[Comment, ...]:
        """Return the comments with a mark or a command in them that nobody looked at yet, oldest first.

        All others are noted as looked at: most comments are small talk, and on a first read there are many.
        """
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql(_SKIP), (COMMANDS,))
        return tuple(self._select(COMMENT, "where unread = 1 order by created, uid", ()))

    def mark_read(self, comments: Iterable[Comment]) -> int:
        """Note that comments were looked at, as they are given: what was edited meanwhile stays new."""
        rows = [(comment.uid, moment(comment.updated), comment.body) for comment in comments]
        if not rows:
            return 0
        with self._database.begin_lazy() as connection:
            return connection.exec_driver_sql(self._database.sql(_MARK_READ), rows).rowcount

    def events(self, ticket: str) -> tuple[Event, ...]:
        """Return what happened to a ticket, oldest first."""
        return tuple(self._select(EVENT, "where ticket = ? order by at, uid", (ticket,)))

    def turns(self, start: datetime, end: datetime) -> Iterator[Event]:
        """Stream what tells of openings and closings from `start` up to but not with `end`, oldest first."""
        where = f"where what in ({', '.join('?' * len(TURNS))}) and at >= ? and at < ? order by at, uid"
        return self._select(EVENT, where, (*TURNS, moment(start), moment(end)))

    def changes(self, source: str) -> Iterator[Change]:
        """Stream a source's changes, oldest first."""
        return self._select(CHANGE, "where source = ? order by created, uid", (source,))

    def deployments(self, source: str) -> Iterator[Deployment]:
        """Stream a source's deployments, oldest first."""
        return self._select(DEPLOYMENT, "where source = ? order by created, uid", (source,))

    def releases(self, source: str) -> Iterator[Release]:
        """Stream a source's releases, oldest first."""
        return self._select(RELEASE, "where source = ? order by created, uid", (source,))

    def _select(self, shape: Shape[N], where: str, parameters: tuple[Any, ...]) -> Iterator[N]:
        statement = f"select {', '.join(shape.columns)} from {shape.table} {where}"  # noqa: S608 - names of our own
        return map(shape.noun, self._database.stream(statement, parameters))


_WRITERS = "select reporter from tickets where source = ? union select author from comments where source = ?"
# A ticket is looked at again when one that belongs to it has changed.
_UNSETTLED = """
    where buried is null and (
        revision > ?
        or uid in (select r.uid from relations r join tickets t on t.uid = r.other where t.revision > ?)
        or uid in (select r.other from relations r join tickets t on t.uid = r.uid where t.revision > ?)
        or uid in (select r.uid from recurrences r join tickets t on t.uid = r.other where t.revision > ?)
        or uid in (select r.other from recurrences r join tickets t on t.uid = r.uid where t.revision > ?)
        or uid in (select l.uid from likenesses l join tickets t on t.uid = l.other where t.revision > ?)
    )
"""
_CLOCKS_APART = 15 * 60 * 1_000_000  # in microseconds, as times are stored
_UNKNOWN = f"""
    exists (
        select 1 from events e where e.ticket = tickets.uid and lower(e.actor) = ? and (
            (e.what in ('label', 'due', 'milestone', 'priority', 'assignee') and e.after <> '' and not exists (
                select 1 from ops o where o.uid = e.ticket and o.state = 'done' and o.changed > e.at - {_CLOCKS_APART}
                and o.value = replace(e.after, 'Due ', '')
            ))
            or (((e.what = 'resolution' and e.after = '') or (e.what = 'status' and e.after = 'open')) and not exists (
                select 1 from ops o where o.uid = e.ticket and o.state = 'done' and o.changed > e.at - {_CLOCKS_APART}
                and o.verb in ('reopen', 'take back')
            ))
        )
    )
"""  # noqa: S608 - a number of our own
_NEXT_REVISION = (
    "insert into counters (name, value) values ('revision', 1)"
    " on conflict (name) do update set value = counters.value + 1 returning value"
)
_NEXT_THING = _NEXT_REVISION.replace("'revision'", "'things'")
_VERSION = """
    select coalesce((select max(revision) from tickets), 0),
        coalesce((select value from counters where name = 'things'), 0)
"""
_SAVE_CURSOR = (
    "insert into cursors (source, stream, cursor, saved) values (?, ?, ?, ?)"
    " on conflict (source, stream) do update set cursor = excluded.cursor, saved = excluded.saved"
)
_BEGIN_READ = (
    "insert into reads (source, began, error) values (?, ?, '')"
    " on conflict (source) do update set began = excluded.began, ended = null, error = ''"
)
_BLOCKED = "where source = ? and blocked = 1 and phase <> 'done' and buried is null order by seen, created, uid limit ?"
_MARK_SEEN = "update tickets set seen = ? where uid = ?"
_BURY = "update tickets set revision = ?, buried = ?, buried_why = ? where uid = ? and buried is null"
_SET_CARD_DUE = "update tickets set revision = ?, card_due = ? where uid = ? and card_due is distinct from ?"
_SETTLE = (
    "insert into settled (policy, day, revision) values (?, ?, ?)"
    " on conflict (policy) do update set day = excluded.day, revision = excluded.revision"
)
_SKIP = "update comments set unread = 0 where unread = 1 and op = '' and body not like ?"
_MARK_READ = "update comments set unread = 0 where uid = ? and updated = ? and body = ?"
