"""Finding the tickets we filed, without trusting the search index to know the newest ones.

Jira has no list of issues that is not its index, which may lag. But keys are numbers given in order: the index says
which issues of the time it knows; the holes between their numbers and the next numbers after them are read by key,
which is no index. What remains: holes of more than PROBES numbers right after the last indexed issue.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from integrations.errors import Incomplete, NotFound
from integrations.jira import payloads
from integrations.jira.desk import SHAPE, Desk
from integrations.jira.payloads import FIELDS, MARKER, milliseconds, moment
from integrations.jira.walks import KeyWalk, OffsetWalk, Walk, number, quoted
from rules.model import Marker, Ticket

PROBES = 5  # numbers without an issue in a row, after the last known, before we believe there are no more
HOLES = 200  # numbers without an indexed issue that are looked at one by one
_EARLIER = timedelta(minutes=15)  # for clocks that differ and an index that lags


class FiledSearch:
    """One look for what we filed since a time."""

    def __init__(self, desk: Desk, since: datetime) -> None:
        self._desk = desk
        self._since = since - _EARLIER
        self._key: str = desk.project["key"]

    def tickets(self) -> Iterator[tuple[Ticket, Marker]]:
        """Return our tickets with their markers, by key."""
        for row in self._rows():
            try:
                if payloads.account(row["fields"].get("creator")) != self._desk.author:
                    continue
                mark = self._marker(row["id"])
                if mark is not None:
                    yield payloads.ticket(self._desk.site, row), mark
            except SHAPE as error:
                raise self._desk.wrong("filed", error) from error

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Return all issues created since then: those indexed, and those found by the numbers between and after."""
        try:
            known = {number(row["key"]): row for row in self._indexed() if number(row["key"])}
            yield from known.values()
            first = min(known) if known else self._newest_number() + 1
            last = max(known, default=first - 1)
            holes = [one for one in range(first, last) if one not in known]
            if len(holes) > HOLES:
                raise Incomplete(f"{self._desk.name}: filed", f"more than {HOLES} numbers since {self._since} unknown")
            yield from (row for one in holes if (row := self._by_number(one)))
            yield from self._after(last)
        except SHAPE as error:
            raise self._desk.wrong("filed", error) from error

    def _after(self, last: int) -> Iterator[dict[str, Any]]:
        """Probe the numbers after the last known one until enough in a row have no issue."""
        missing = 0
        while missing < PROBES:
            last += 1
            row = self._by_number(last)
            missing = 0 if row else missing + 1
            if row:
                yield row

    def _indexed(self) -> Iterator[dict[str, Any]]:
        since = milliseconds(self._since)
        walk: Walk
        if self._desk.cloud:
            walk = KeyWalk(self._key, {}, f" AND created >= {since}")
        else:
            walk = OffsetWalk(self._key, "created", since, {})
        while not walk.done:
            yield from walk.take(self._search(walk.ask()))

    def _newest_number(self) -> int:
        """Return the highest number that the index knows in the project."""
        rows = self._search({"jql": f"project = {quoted(self._key)} ORDER BY key DESC", "maxResults": "1"})["issues"]
        return max((number(row["key"]) for row in rows), default=0)

    def _search(self, params: dict[str, str]) -> dict[str, Any]:
        path = ("search", "jql") if self._desk.cloud else ("search",)
        return self._desk.shaped("search", self._desk.get("search", *path, fields=FIELDS, **params))

    def _by_number(self, one: int) -> dict[str, Any] | None:
        """Read an issue by its key; None if there is none, or if it lives elsewhere or is older than asked for."""
        try:
            row = self._desk.shaped("ticket", self._desk.get("ticket", "issue", f"{self._key}-{one}", fields=FIELDS))
        except NotFound:
            return None
        at_home = row["key"] == f"{self._key}-{one}" and moment(row["fields"]["created"]) >= self._since
        return row if at_home else None

    def _marker(self, ref: str) -> Marker | None:
        try:
            found = self._desk.get("marker", "issue", ref, "properties", MARKER)
        except NotFound:
            return None
        return payloads.marker_of(found["value"])
