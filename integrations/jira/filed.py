"""Finding the tickets we filed, without trusting the search index to know the newest ones.

Jira has no list of issues that is not its index, which may lag. But keys are numbers given in order. So what is older
than any index lags is searched for; of the last hours, the index says which numbers it knows, and the holes between
them and the next numbers after them are read by key, which is no index. What remains: holes of more than PROBES
numbers right after the last indexed issue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.dates import moment
from integrations.errors import Incomplete, NotFound
from integrations.jira import payloads
from integrations.jira.desk import SHAPE, Desk
from integrations.jira.payloads import MARKER, milliseconds
from integrations.jira.walks import KeyWalk, OffsetWalk, Walk, number, quoted
from rules.model import Marker, Ticket

RECENT = timedelta(hours=2)  # the index is believed to have caught up with what is older
PROBES = 5  # numbers without an issue in a row, after the last known, before we believe there are no more
HOLES = 200  # numbers without an indexed issue that are looked at one by one
_EARLIER = timedelta(minutes=15)  # for clocks that differ


class FiledSearch:
    """One look for what we filed since a time."""

    def __init__(self, desk: Desk, since: datetime) -> None:
        self._desk = desk
        self._since = since - _EARLIER
        self._recent = max(self._since, desk.clock() - RECENT - _EARLIER)
        self._key: str = desk.project["key"]

    def tickets(self) -> Iterator[tuple[Ticket, Marker]]:
        """Return our tickets with their markers: those the index knows, then those that it does not."""
        seen: set[str] = set()
        for row in self._rows():
            try:
                if row["id"] in seen or payloads.account(row["fields"].get("creator")) != self._desk.author:
                    continue
                seen.add(row["id"])
                mark = self._marker(row)
                if mark is not None:
                    yield payloads.ticket(self._desk.site, row), mark
            except SHAPE as error:
                raise self._desk.wrong("filed", error) from error

    def _rows(self) -> Iterator[dict[str, Any]]:
        try:
            yield from self._indexed(self._since, " AND creator = currentUser()")
            known = {number(row["key"]): row for row in self._indexed(self._recent)}
            yield from known.values()
            first = self._last_before_recent() + 1
            last = max(known, default=first - 1)
            holes = [one for one in range(first, last) if one not in known]
            if len(holes) > HOLES:
                what = f"{len(holes)} numbers given in the last hours are of no issue that search knows"
                raise Incomplete(f"{self._desk.name}: filed", what)
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

    def _indexed(self, since: datetime, also: str = "") -> Iterator[dict[str, Any]]:
        start = milliseconds(since)
        walk: Walk
        if self._desk.cloud:
            walk = KeyWalk(self._key, {}, f"{also} AND created >= {start}")
        else:
            walk = OffsetWalk(self._key, "created", start, {}, also)
        while not walk.done:
            yield from walk.take(self._search(walk.ask()))

    def _last_before_recent(self) -> int:
        """Return the highest number that the index knows of before the last hours."""
        jql = f"project = {quoted(self._key)} AND created < {milliseconds(self._recent)} ORDER BY key DESC"
        return max((number(row["key"]) for row in self._search({"jql": jql, "maxResults": "1"})["issues"]), default=0)

    def _search(self, params: dict[str, str]) -> dict[str, Any]:
        desk = self._desk
        if desk.cloud:
            return desk.shaped(
                "search", desk.get("search", "search", "jql", fields=desk.ticket_fields, properties=MARKER, **params)
            )
        return desk.shaped("search", desk.get("search", "search", fields=desk.ticket_fields, **params))

    def _by_number(self, one: int) -> dict[str, Any] | None:
        """Read an issue by its key; None if there is none, or if it lives elsewhere or is older than asked for."""
        try:
            row = self._desk.shaped(
                "ticket", self._desk.get("ticket", "issue", f"{self._key}-{one}", fields=self._desk.ticket_fields)
            )
        except NotFound:
            return None
        at_home = row["key"] == f"{self._key}-{one}" and moment(row["fields"]["created"]) >= self._since
        return row if at_home else None

    def _marker(self, row: Mapping[str, Any]) -> Marker | None:
        """Return an issue's marker: as Cloud's search brought it, else from the issue itself."""
        brought = row.get("properties")
        if isinstance(brought, dict) and MARKER in brought:
            return payloads.marker_of(brought[MARKER])
        try:
            found = self._desk.get("marker", "issue", row["id"], "properties", MARKER)
        except NotFound:
            return None
        return payloads.marker_of(found["value"])
