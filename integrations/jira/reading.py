"""Reading a project: everything once, then what changed, a page at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integrations.base import Noun, Page
from integrations.dates import moment
from integrations.errors import Incomplete, NotFound, Rejected
from integrations.jira import payloads
from integrations.jira.cursor import OVERLAP, Cursor, loads
from integrations.jira.desk import SHAPE, Desk
from integrations.jira.history import History
from integrations.jira.payloads import milliseconds
from integrations.jira.walks import ChangeWalk, KeyWalk, OffsetWalk, Walk, WalkError, number, quoted
from integrations.server_clock import date_of
from rules.model import Comment, Ticket

_SKEW = timedelta(minutes=1)  # of nodes among themselves; well under the overlap
_SEARCH = "search"
_TALK_PAGE = 100  # comments; Cloud gives no more at once


class Reading(Desk):
    """The reading half of a tracker."""

    streams: tuple[str, ...] = ("tickets", "releases")
    by_clock: tuple[str, ...] = ("tickets",)

    def read(self, stream: str, cursor: str) -> Iterator[Page]:
        """Read a stream from a cursor to its present end."""
        return self._releases(cursor) if stream == "releases" else self._tickets(loads(cursor))

    def ticket(self, ref: str) -> Ticket:
        """Read one ticket. One that was moved to another project is not found here any more."""
        raw = self.get("ticket", "issue", ref, fields=self.ticket_fields)
        try:
            home = raw["fields"]["project"]
            if str(home["id"]) != str(self.project["id"]):
                raise NotFound(f"{self.name}: ticket", f"it was moved to another project and is {raw['key']} now")
            return payloads.ticket(self.site, raw)
        except SHAPE as error:
            raise self.wrong("ticket", error) from error

    def comments(self, ref: str) -> Iterator[Comment]:
        """Read a ticket's comments with their markers, oldest first, page by page."""
        start, total = 0, 1
        while start < total:
            page = self.get(
                "comments",
                *("issue", ref, "comment"),
                startAt=str(start),
                maxResults=str(_TALK_PAGE),
                orderBy="created",
                expand="properties",
            )
            try:
                yield from [payloads.comment(self.site, ref, one) for one in page["comments"]]
                total = page["total"]
                start += len(page["comments"])
                if not page["comments"] and start < total:
                    raise Incomplete(f"{self.name}: comments", f"{start} came, of {total} that there are")
            except SHAPE as error:
                raise self.wrong("comments", error) from error

    # -- tickets --------------------------------------------------------------------------------------------------
    def _tickets(self, cursor: Cursor) -> Iterator[Page]:
        if not self._server:
            self.greet()  # Cloud or not decides how to search
        if cursor.asked != (asked := self.asked):
            cursor = Cursor(asked=asked)
        for last in (False, True):
            read = self._warm if cursor.mode == "warm" else self._cold
            try:
                yield from read(cursor)
            except Rejected:
                if last:
                    raise
                # The saved token has expired, or the issue at the edge of a page has left: this read once more.
                cursor = replace(cursor, walk=None) if cursor.mode == "warm" else Cursor(asked=asked)
            else:
                return

    def _newest(self) -> int:
        """Return when the newest believable change of the project was, by Jira's clock; 0 if it has no ticket."""
        newest, latest = self._newest_before(""), self._latest()
        if newest <= latest:
            return newest
        return self._newest_before(f" AND updated <= {latest}") or latest - OVERLAP

    def _newest_before(self, limit: str) -> int:
        jql = f"project = {quoted(self.project['key'])}{limit} ORDER BY updated DESC"
        data = self._search({"jql": jql, "maxResults": "1"})
        try:
            return max((_updated(row) for row in data["issues"]), default=0)
        except SHAPE as error:
            raise self.wrong(_SEARCH, error) from error

    def _cold(self, cursor: Cursor) -> Iterator[Page]:
        """Read the whole project in an order that does not change: by key (Cloud), by creation (Data Center)."""
        if cursor.walk is None:
            cursor = replace(cursor, mark=self._newest())
        walk: Walk
        if self.cloud:
            walk = KeyWalk(self.project["key"], cursor.walk or {})
        else:
            walk = OffsetWalk(self.project["key"], "created", 0, cursor.walk or {})
        expected = self._about_how_many() if self.cloud else None
        while not walk.done:
            rows = self._take(walk)
            known = [(row["id"], _updated(row)) for row in rows]
            cursor = replace(cursor, rows=cursor.rows + len(rows), edge=cursor.with_edge(known), walk=walk.state())
            if walk.done:
                self._believable(cursor)
                cursor = replace(cursor, mode="warm", walk=None)
            expected = walk.total if isinstance(walk, OffsetWalk) else expected
            yield Page(items=self._nouns([(row, 0) for row in rows]), cursor=cursor.dumps(), expected=expected)

    def _warm(self, cursor: Cursor) -> Iterator[Page]:
        """Read what changed since the mark, less the overlap, and was not read in that state before."""
        walk: Walk
        key, since = self.project["key"], cursor.since
        state = cursor.walk or {}
        walk = ChangeWalk(key, since, state) if self.cloud else OffsetWalk(key, "updated", since, state)
        seen, mark = bool(state), cursor.mark
        while not walk.done:
            rows = self._take(walk)
            seen = seen or bool(rows)
            known = [(row["id"], _updated(row)) for row in rows]
            fresh = [
                (row, max(since, cursor.edge.get(row["id"], 0)))
                for row, one in zip(rows, known, strict=True)
                if not cursor.knows(*one)
            ]
            latest = self._latest()
            mark = max([mark, *(at for _, at in known if at <= latest)])
            cursor = replace(cursor, edge=cursor.with_edge(known), walk=walk.state())
            if walk.done:
                if not seen and cursor.edge:
                    self._not_vanished()
                cursor = replace(cursor, mark=mark, walk=None)
                cursor = replace(cursor, edge=cursor.with_edge(()))
            yield Page(items=self._nouns(fresh), cursor=cursor.dumps())

    def _take(self, walk: Walk) -> list[dict[str, Any]]:
        """Ask for the next page of a walk."""
        data = self._search({**walk.ask(), "expand": "changelog"})
        try:
            rows = walk.take(data)
            return [*self._passed_over(walk, rows), *rows] if isinstance(walk, KeyWalk) else rows
        except WalkError as error:
            raise Incomplete(f"{self.name}: {_SEARCH}", str(error)) from error
        except SHAPE as error:
            raise self.wrong(_SEARCH, error) from error

    def _passed_over(self, walk: KeyWalk, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Read what a page of a walk by key may have passed over, because issues before it left the project."""
        found: list[dict[str, Any]] = []
        project = f"project = {quoted(self.project['key'])}"
        if walk.gap:
            last, first = walk.gap
            between = f"{project} AND key >= {quoted(last)} AND key <= {quoted(first)} ORDER BY key ASC"
            page = self._search({"jql": between, "maxResults": "100", "expand": "changelog"})
            keys = [row["key"] for row in page["issues"]]
            if page.get("nextPageToken") or keys[:1] != [last] or keys[-1:] != [first]:
                raise Rejected(f"{self.name}: {_SEARCH}", "the issues at the edge of a page have left the project")
            found += page["issues"][1:-1]
        if walk.done and walk.paged:
            page = self._search({"jql": f"{project} ORDER BY key DESC", "maxResults": "100", "expand": "changelog"})
            known = number(walk.last) if walk.last else 0
            seen = {row["id"] for row in rows}
            found += [row for row in page["issues"] if number(row["key"]) > known and row["id"] not in seen]
        return found

    def _about_how_many(self) -> int | None:
        """Return the highest number in the project: Cloud tells no total, and a progress bar is content with this."""
        jql = f"project = {quoted(self.project['key'])} ORDER BY key DESC"
        data = self._search({"jql": jql, "maxResults": "1"})
        try:
            return max((number(row["key"]) for row in data["issues"]), default=0)
        except SHAPE:
            return None

    def _search(self, params: dict[str, str]) -> dict[str, Any]:
        path = ("search", "jql") if self.cloud else ("search",)
        return self.shaped(_SEARCH, self.get(_SEARCH, *path, fields=self.ticket_fields, **params))

    def _nouns(self, rows: list[tuple[dict[str, Any], int]]) -> tuple[Noun, ...]:
        """Translate rows, each with the time from which on its history is wanted: tickets, events and comments."""
        found: list[Noun] = []
        history = History(self)
        for row, since in rows:
            try:
                found.append(payloads.ticket(self.site, row))
                found += payloads.events(self.site, row["id"], history.of(row, since))
                found += self._talk(row)
            except SHAPE as error:
                raise self.wrong(_SEARCH, error) from error
        return tuple(found)

    def _talk(self, row: dict[str, Any]) -> list[Comment]:
        """Return an issue's comments; those embedded carry no markers, so where one is ours they are read apart."""
        talk = row["fields"].get("comment") or {}
        embedded = talk.get("comments") or []
        whole = len(embedded) >= talk.get("total", 0)
        if whole and not any(payloads.account(one.get("author")) == self.author for one in embedded):
            return [payloads.comment(self.site, row["id"], one) for one in embedded]
        try:
            return list(self.comments(row["id"]))
        except NotFound:
            return []  # deleted since the search

    # -- suspicion --------------------------------------------------------------------------------------------------
    def _believable(self, cursor: Cursor) -> None:
        """Refuse a cold read that found nothing where something must be."""
        if cursor.rows == 0 and (self.config.canary or cursor.mark):
            what = "a read of the whole project found no ticket: a lost permission, or an index being rebuilt"
            raise Incomplete(f"{self.name}: {_SEARCH}", what)

    def _not_vanished(self) -> None:
        """Make sure that a project that had tickets still has some, when not even those we know were found."""
        if not self._newest():
            what = "no ticket is found where there were some: a lost permission, or an index being rebuilt"
            raise Incomplete(f"{self.name}: {_SEARCH}", what)

    def _latest(self) -> int:
        """Return the latest time that can be believed of a change: what is later is a wrong clock's or an import's."""
        now = self.clock()
        return milliseconds(max(now, server_time(self.session.headers.get("date", ""), now)) + _SKEW)

    # -- releases ---------------------------------------------------------------------------------------------------
    def _releases(self, cursor: str) -> Iterator[Page]:
        """Read the versions: one small list, told only when it differs."""
        rows = self.get("versions", "project", self.config.project, "versions")
        try:
            key = self.project["key"]
            items = tuple(payloads.release(self.site, key, row) for row in rows)
        except SHAPE as error:
            raise self.wrong("versions", error) from error
        digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
        yield Page(items=() if cursor == digest else items, cursor=digest, expected=len(items))


def server_time(date_header: str, otherwise: datetime) -> datetime:
    """Read a Date header."""
    return date_of({"date": date_header}) or otherwise


def _updated(row: dict[str, Any]) -> int:
    return milliseconds(moment(row["fields"]["updated"]))
