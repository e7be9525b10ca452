"""The past: what the mirror holds of what happened, read for measuring, a few large queries at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from rules.metrics.closings import BULK_SPAN, Closed
from rules.metrics.incidents import Word
from rules.metrics.merged import Merged
from rules.metrics.model import Window
from rules.model import Deployment, Event, Release, Ticket
from worker.database import Database
from worker.recurrence.pairs import CERTAIN
from worker.rows import DEPLOYMENT, EVENT, RELEASE, TICKET, moment, name_set, when
from worker.upserts import TICKETS_SELECT

CHUNK = 500


class MirrorPast:
    """What a database holds of the past."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tickets(self, since: datetime) -> Iterator[Ticket]:
        """Stream the tickets that were not over before a moment."""
        return map(TICKET.noun, self._database.stream(f"{TICKETS_SELECT} {_NOT_OVER}", (moment(since),) * 2))

    def tickets_of(self, uids: Iterable[str]) -> Iterator[Ticket]:
        """Yield tickets by their uids."""
        statement = f"{TICKETS_SELECT} where buried is null and uid in ({{}})"
        return map(TICKET.noun, self._chunked(statement, uids))

    def closings(self, window: Window) -> Iterator[Closed]:
        """Stream who closed what within a window, and so shortly before and after that it may be one stroke."""
        around = (moment(window.start - BULK_SPAN), moment(window.end + BULK_SPAN))
        for ticket, source, at, actor in self._database.stream(_CLOSINGS, around):
            yield Closed(ticket=ticket, source=source, at=when(at), actor=actor)

    def events(self, uids: Iterable[str]) -> dict[str, list[Event]]:
        """Return what happened to tickets, oldest first."""
        columns = ", ".join(EVENT.columns)
        found: dict[str, list[Event]] = {}
        for event in map(EVENT.noun, self._chunked(f"select {columns} from events where ticket in ({{}})", uids)):  # noqa: S608 - own names
            found.setdefault(event.ticket, []).append(event)
        return {uid: sorted(events, key=lambda each: (each.at, each.uid)) for uid, events in found.items()}

    def words(self, uids: Iterable[str]) -> dict[str, list[Word]]:
        """Return who commented on tickets when; what carries a mark of ours is left out."""
        found: dict[str, list[Word]] = {}
        for ticket, created, author in self._chunked(_WORDS, uids):
            found.setdefault(ticket, []).append(Word(at=when(created), author=author))
        return found

    def same(self) -> dict[str, tuple[str, bool]]:
        """Return the tickets that are certainly reports of another one: its uid, and whether it was fixed by then."""
        rows = self._database.rows("select uid, other, again from recurrences where tier = ?", (CERTAIN,))
        return {uid: (other, bool(again)) for uid, other, again in rows}

    def twins(self) -> dict[str, str]:
        """Return the tickets that follow a twin, each with the uid of the one that leads it."""
        return dict(self._database.rows("select other, uid from relations where what = 'twin'"))

    def stated(self) -> dict[str, tuple[str, str, datetime]]:
        """Return what people commanded last to have caused tickets: the keys, who, when."""
        rows = self._database.rows(_STATED)
        return {uid: (value, person, when(at)) for uid, value, person, at in rows}

    def merges(self, since: datetime) -> Iterator[Merged]:
        """Stream what was merged since a moment."""
        for uid, source, key, url, title, base, sha, at, labels in self._database.stream(_MERGES, (moment(since),)):
            shown = {"key": key, "url": url, "title": title, "base": base, "sha": sha}
            yield Merged(uid=uid, source=source, at=when(at), labels=name_set(labels), **shown)

    def reverting(self, since: datetime) -> dict[str, str]:
        """Return the texts of the changes merged since a moment that may be reverts, by uid."""
        return dict(self._database.rows(_REVERTING, (moment(since),)))

    def behind(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """Return, for tickets (by keys in lower case), the keys of the merged changes that name them."""
        found: dict[str, list[str]] = {}
        for ticket, change in self._chunked(_BEHIND, keys):
            found.setdefault(ticket, []).append(change)
        return {ticket: sorted(changes) for ticket, changes in found.items()}

    def there_are(self, keys: Iterable[str]) -> frozenset[str]:
        """Return those of the keys (in lower case) that a change or a ticket has."""
        wanted = tuple(keys)
        changes = {row[0] for row in self._chunked("select lower(key) from changes where lower(key) in ({})", wanted)}
        alive = "select lower(key) from tickets where buried is null and lower(key) in ({})"
        return frozenset(changes.union(row[0] for row in self._chunked(alive, wanted)))

    def deployments(self, since: datetime) -> Iterator[Deployment]:
        """Stream the deployments since a moment."""
        columns = ", ".join(DEPLOYMENT.columns)
        statement = f"select {columns} from deployments where created >= ?"  # noqa: S608 - own names
        return map(DEPLOYMENT.noun, self._database.stream(statement, (moment(since),)))

    def environments(self) -> dict[str, set[str]]:
        """Return the environments of each source that anything was ever deployed to."""
        found: dict[str, set[str]] = {}
        for source, environment in self._database.rows("select distinct source, environment from deployments"):
            found.setdefault(source, set()).add(environment)
        return found

    def releases(self, since: datetime) -> Iterator[Release]:
        """Stream the releases and versions that came out since a moment."""
        columns = ", ".join(RELEASE.columns)
        statement = f"select {columns} from releases where released >= ?"  # noqa: S608 - own names
        return map(RELEASE.noun, self._database.stream(statement, (moment(since),)))

    def our_accounts(self) -> frozenset[tuple[str, str]]:
        """Return who we are at the sources, as far as our cards tell: source and login."""
        return frozenset(self._database.rows(_OURS))

    def first_events(self) -> dict[str, datetime]:
        """Return since when anything is known of what happened in each source."""
        return {source: when(at) for source, at in self._database.rows(_FIRST_EVENTS)}

    def closed_before(self, source: str, before: datetime | None) -> bool:
        """Tell whether a ticket of a source was closed before a moment, or at all."""
        limit = moment(before) if before is not None else 2**62
        return bool(self._database.rows(_CLOSED_BEFORE, (source, limit)))

    def deployments_told(self) -> dict[str, datetime]:
        """Return, by source, since when it is known what deployments came to, where of older ones it is not."""
        rows = self._database.rows(_TOLD)
        return {source: when(told) for source, told, untold in rows if told and untold and untold < told}

    def read_once(self) -> frozenset[tuple[str, str]]:
        """Return the streams of which anything was read: source and stream."""
        return frozenset(self._database.rows("select source, stream from cursors"))

    def _chunked(self, statement: str, values: Iterable[str]) -> Iterator[Any]:
        every = tuple(values)
        for start in range(0, len(every), CHUNK):
            chunk = every[start : start + CHUNK]
            yield from self._database.rows(statement.format(", ".join("?" * len(chunk))), chunk)


_NOT_OVER = """
    where buried is null and (phase <> 'done' or coalesce(closed, updated) >= ? or created >= ?)
"""
_CLOSINGS = """
    select ticket, source, at, actor from events
    where at >= ? and at < ? and (
        (what = 'status' and before = 'open' and after = 'closed')
        or (what = 'resolution' and before = '' and after <> '')
    )
"""
_WORDS = "select ticket, created, author from comments where op = '' and ticket in ({})"
_STATED = "select uid, value, person, at from statements where what = 'caused-by' order by at, comment"
_MERGES = """
    select uid, source, key, url, title, base, merge_sha, merged, labels from changes
    where state = 'merged' and merged >= ?
"""
_REVERTING = """
    select uid, body from changes where state = 'merged' and merged >= ?
    and (lower(title) like 'revert%' or lower(body) like '%revert%')
"""
_BEHIND = """
    select m.key, lower(c.key) from mentions m join changes c on c.uid = m.change
    where c.state = 'merged' and m.key in ({})
"""
_OURS = "select distinct c.source, c.author from cards k join comments c on c.ticket = k.uid and c.ref = k.ref"
_FIRST_EVENTS = "select source, min(at) from events group by source"
_CLOSED_BEFORE = """
    select 1 from tickets where source = ? and phase = 'done' and coalesce(closed, updated) < ? limit 1
"""
_TOLD = """
    select source, min(case when state <> '' then created end), min(case when state = '' then created end)
    from deployments group by source
"""
