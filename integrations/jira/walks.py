"""How to read all of a search while its rows move. Pure: a walk says what to ask next and is given the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from integrations.dates import moment
from integrations.jira.payloads import milliseconds

PAGE = 100
SLACK = 50  # rows that may leave between two requests by offset, without one being skipped


BACKS = 200  # how often a walk goes back, at most, for rows that left the list


class WalkError(ValueError):
    """The answers do not add up to a whole read."""


class Walk(Protocol):
    """A search, page by page."""

    done: bool

    def ask(self) -> dict[str, str]:
        """Return the parameters of the next request."""

    def take(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Take an answer; return its rows that were not there before."""

    def state(self) -> dict[str, Any]:
        """Return what a walk from here needs to know, as JSON."""


class KeyWalk:
    """Cloud, the whole project in the order of keys: each page names the next by a token.

    Where an issue leaves an earlier page, the token's page may begin one too far: `gap` then names the keys between
    which an issue may be missing. The last page, too, may end before the last issue: `paged` says that there were
    pages before it, `last` which key was the last. It is for the caller to look in both places.
    """

    def __init__(self, project: str, state: Mapping[str, Any], also: str = "") -> None:
        self._jql = f"project = {quoted(project)}{also} ORDER BY key ASC"
        self._token: str = state.get("token", "")
        self._named: set[str] = {self._token} - {""}
        self.last: str = state.get("last", "")
        self.gap: tuple[str, str] | None = None
        self.paged = bool(self.last)
        self.done = False

    def ask(self) -> dict[str, str]:
        """Ask for the page that the last one named."""
        params = {"jql": self._jql, "maxResults": str(PAGE)}
        return params | {"nextPageToken": self._token} if self._token else params

    def take(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Take a page, short or even empty: only the missing token is the end."""
        rows, token = list(data["issues"]), _next(data, self._named)
        self.gap = None
        if rows:
            first = rows[0]["key"]
            self.gap = (self.last, first) if self.last and number(first) != number(self.last) + 1 else None
            self.last = rows[-1]["key"]
        self._token, self.done, self.paged = token, not token, self.paged or bool(token)
        return rows

    def state(self) -> dict[str, Any]:
        """Return the token, which lives for seven days, and the last key."""
        return {"token": self._token, "last": self.last}


class KeysetWalk:
    """On from the time of the last row, `created` or `updated`: rows that move or leave shift no page.

    Each page asks for the rows of the last page's newest millisecond again, and for more. Where one millisecond fills a
    page, the walk goes on inside it by key. `total` is Data Center's alone, where pages are as large as asked for.
    """

    def __init__(self, project: str, order: str, since: int, state: Mapping[str, Any], also: str = "") -> None:
        self._where = f"project = {quoted(project)}{also}"
        self._order = order
        self._at: int = state.get("at", since)
        self._ties: set[str] = set(state.get("ties", ()))  # ids of the rows read at that very millisecond
        self._last: str = state.get("last", "")  # the last key, while inside one millisecond
        self._been: set[tuple[int, str]] = set()  # where the walk was before
        self.done = False

    def state(self) -> dict[str, Any]:
        """Return where the walk is, in terms that hold when rows have moved."""
        return {"at": self._at, "last": self._last} if self._last else {"at": self._at, "ties": sorted(self._ties)}

    def _jql(self) -> str:
        after = f"{self._where} AND {self._order} >= {self._at}"
        if self._last:
            return f"{after} AND {self._order} <= {self._at} AND key > {quoted(self._last)} ORDER BY key ASC"
        return f"{after} ORDER BY {self._order} ASC, key ASC"

    def _step(self, rows: list[dict[str, Any]], *, end: bool) -> list[dict[str, Any]]:
        """Go on past a page, `end` if it was its query's last; return the rows that are new."""
        fresh = [row for row in rows if not (row["id"] in self._ties and _time(row, self._order) == self._at)]
        newest = max((_time(row, self._order) for row in rows), default=self._at)
        if self._last and end:
            self._at, self._ties, self._last = self._at + 1, set(), ""
        elif self._last:
            self._last = rows[-1]["key"] if rows else self._last
        elif newest > self._at:
            self._at, self._ties = newest, {row["id"] for row in rows if _time(row, self._order) == newest}
            self.done = end
        elif rows and not end:
            self._ties, self._last = set(), rows[-1]["key"]
        else:
            self.done = end
        self._go_on(bool(rows))
        return fresh

    def _go_on(self, met: bool) -> None:
        """Note a place; a walk that met rows and is where it was before would go on for ever."""
        place = (self._at, self._last)
        if met and not self.done and place in self._been:
            raise WalkError("the pages of the search go in circles")
        self._been.add(place)


class ChangeWalk(KeysetWalk):
    """Cloud: pages of a hundred; the last has no token. A token is followed only over an empty page."""

    def __init__(self, project: str, since: int, state: Mapping[str, Any]) -> None:
        super().__init__(project, "updated", since, state)
        self._token = ""
        self._named: set[str] = set()

    def ask(self) -> dict[str, str]:
        """Ask for the rows from the last one's time on."""
        params = {"jql": self._jql(), "maxResults": str(PAGE)}
        return params | {"nextPageToken": self._token} if self._token else params

    def take(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Take a page."""
        rows, token = list(data["issues"]), _next(data, self._named)
        self._token = "" if rows else token
        if rows:
            self._named.clear()  # the next page is another query's
        return self._step(rows, end=not token)


class OffsetWalk(KeysetWalk):
    """Data Center: a short page is not the end, the offset has to reach the total.

    Should fewer rows be left than the page before promised, some left the list, or a row's time was newer than its
    place in a stale index: the walk goes on in the list before, by offset, from SLACK rows further up.
    """

    def __init__(self, project: str, order: str, since: int, state: Mapping[str, Any], also: str = "") -> None:
        super().__init__(project, order, since, state, also)
        self._start = self._backs = 0
        self._before: tuple[int, set[str], int, int] | None = None  # at, ties, offset after it, rows left after it
        self.total = 0

    def ask(self) -> dict[str, str]:
        """Ask for the rows from the last one's time on, and for those of that time again."""
        size = PAGE + (SLACK if self._start else len(self._ties))
        return {"jql": self._jql(), "startAt": str(self._start), "maxResults": str(size)}

    def take(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Take a page."""
        rows, total = list(data["issues"]), int(data["total"])
        if self._went_back(total):
            return []
        self.total = max(self.total, total)
        offset = self._start + len(rows)
        reached = self._start + max(len(rows), int(data.get("maxResults") or 0), 1)
        at, ties, inside = self._at, self._ties, bool(self._last)
        if not rows and reached < total:
            self._start = reached  # a page of rows that are all missing
            return []
        fresh = self._step(rows, end=reached >= total)
        self._before = None if inside or self._last or self.done else (at, ties, offset, total - offset)
        self._start = 0
        return fresh

    def _went_back(self, total: int) -> bool:
        if self._before is None:
            return False
        at, ties, offset, left = self._before
        self._before = None
        if left + len(self._ties) <= total:
            return False
        self._at, self._ties, self._start = at, ties, max(offset - SLACK, 0)
        self._backs += 1
        if self._backs > BACKS:
            raise WalkError("the list grows shorter with every page")
        self._been.clear()
        return True


def number(key: str) -> int:
    """Return the number in an issue's key."""
    return int(key.rpartition("-")[2])


def _time(row: Mapping[str, Any], field: str) -> int:
    return milliseconds(moment(row["fields"][field]))


def _next(data: Mapping[str, Any], named: set[str]) -> str:
    """Return the token of the page after this one, "" after the last; note it among those that were named before."""
    after = str(data.get("nextPageToken") or "")
    if data.get("isLast") is True:
        return ""
    if not after and data.get("isLast") is False:
        raise WalkError("the server says that there is more, and not where")
    if after in named:
        raise WalkError("the server names the same page again and again")
    named.update([after] if after else ())
    return after


def quoted(text: str) -> str:
    """Quote a literal for JQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
