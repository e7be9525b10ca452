"""Three ways through a list while its rows move, each resumable from a cursor and conditional when nothing did.

`by_creation`  oldest first, by page number: rows stay where they are. For a first read; N rows in N/100 requests.
`by_update`    least recently updated first, by `since`: a row that is updated moves behind us and is met again.
`newest_first` until what is known: new rows push the others to the next page, where they are met twice.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from integrations.base import Noun, Page
from integrations.errors import Incomplete, Rejected
from integrations.github.answers import Answer
from integrations.github.circles import Circles
from integrations.github.payloads import Raw, each, stamp
from integrations.github.session import Session

State = dict[str, Any]

OVERLAP = timedelta(seconds=60)
"""A row may show up this much later than the time it carries: replicas lag, and clocks differ a little."""
_CHECKS = 5
"""How many gaps at page ends a first read looks into. Numbers of issues are dense, so a gap is a deletion's trace."""

_FAR_BACK = "pagination is limited"
"""What GitHub says (422) to a page of events too far back: what lies beyond cannot be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One page of a list."""

    answer: Answer
    items: tuple[Noun, ...]
    ids: tuple[int, ...]
    times: tuple[str, ...]  # as GitHub writes them: "2026-11-02T09:00:00Z"; in order as text, too
    open: int

    @property
    def more(self) -> bool:
        """Say whether another page follows."""
        return self.answer.has_next(len(self.ids))

    @property
    def last_page(self) -> int | None:
        """Return the number of the last page, where the server tells."""
        for part in self.answer.headers.get("link", "").split(","):
            if 'rel="last"' in part:
                number = part.partition("&page=")[2] or part.partition("?page=")[2]
                digits = number.partition(">")[0].partition("&")[0]
                return int(digits) if digits.isdigit() else None
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of a repository and how its rows are read."""

    session: Session
    endpoint: str
    path: str
    noun: Callable[[Raw], Noun | None]
    params: Mapping[str, str] = field(default_factory=dict)
    id_key: str = "id"
    time_key: str = "updated_at"

    def fetch(self, *, etag: str = "", **params: Any) -> Rows | None:
        """Read one page; None if it is what it was when the ETag was given."""
        answer = self.session.rows(self.endpoint, self.path, {**self.params, **params}, etag=etag)
        if not answer.fresh and etag:
            return None
        where = self.session.where(self.endpoint)
        rows = answer.json(where)
        items: tuple[Noun, ...] = each(where, rows, self.noun)
        try:
            return Rows(
                answer=replace(answer, told=None),  # a page's raw rows are not kept while the next is read
                items=items,
                ids=tuple([int(row[self.id_key]) for row in rows]),
                times=tuple([str(row[self.time_key]) for row in rows]),
                open=sum(1 for row in rows if row.get("state") == "open"),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Incomplete(where, f"a row has not the expected shape ({type(error).__name__}: {error})") from None

    def circles(self) -> Circles:
        """Watch a walk through this list for pages that never end."""
        return Circles(self.session.where(self.endpoint))

    def page(self, **params: Any) -> Rows:
        """Read one page, whatever we know."""
        rows = self.fetch(**params)
        if rows is None:
            raise Incomplete(self.session.where(self.endpoint), '"not modified" though nothing was known')
        return rows


def load(cursor: str) -> State:
    """Read a cursor; one that is not ours starts from the beginning."""
    try:
        state = orjson.loads(cursor or "{}")
    except orjson.JSONDecodeError:
        return {}
    return state if isinstance(state, dict) else {}


def dump(state: State) -> str:
    """Write a cursor."""
    return orjson.dumps(state).decode()


def overlapped(rows: Rows, now: datetime) -> str:
    """Return the server's time of an answer, less the overlap."""
    return stamp(rows.answer.date(now) - OVERLAP)


# -- oldest first ---------------------------------------------------------------------------------------------------
def by_creation(
    listing: Listing, state: State, now: datetime, *, believe: Callable[[int], None] = lambda _: None
) -> Generator[Page, None, State]:
    """Read everything once, page by page. Return the state: `since`, from which to read on.

    `believe` is told how many rows were open before the last page is given away; it may raise.
    """
    state = {"page": 1, "last": 0, "checks": 0, "open": 0, "newest": "", "mark": "", **state}
    circles = listing.circles()
    while True:
        rows = _unmoved(listing, state)
        circles.check(rows.ids, more=rows.more)
        state["mark"] = state["mark"] or overlapped(rows, now)
        state["open"] += rows.open
        state["last"] = rows.ids[-1] if rows.ids else state["last"]
        state["newest"] = max(state["newest"], *rows.times, "")
        expected = rows.last_page * 100 if rows.last_page else None
        if not rows.more:
            believe(state["open"])
            then = {"since": _from_here(state)}
            yield Page(items=rows.items, cursor=dump(then), expected=expected)
            return then
        state["page"] += 1
        yield Page(items=rows.items, cursor=dump(state), expected=expected)


def _unmoved(listing: Listing, state: State) -> Rows:
    """Read the state's page; step back if rows were deleted before it, so that its top is on the page before now."""
    order = {"state": "all", "sort": "created", "direction": "asc"}
    rows = listing.page(**order, page=state["page"])
    while state["page"] > 1 and state["checks"] < _CHECKS and (not rows.ids or rows.ids[0] > state["last"] + 1):
        state["checks"] += 1
        before = listing.page(**order, page=state["page"] - 1)
        if not before.ids or before.ids[-1] <= state["last"]:
            break
        state["page"] -= 1
        rows = before
    return rows


def _from_here(state: State) -> str:
    """Return from when to read on: the start of the read, or just behind the newest row if all is older.

    The latter so that a server whose Date header is ahead of its rows' times hides nothing.
    """
    if not state["newest"]:
        return str(state["mark"])
    behind = datetime.fromisoformat(state["newest"]) + timedelta(seconds=1)
    return min(str(state["mark"]), stamp(behind))


# -- least recently updated first -----------------------------------------------------------------------------------
def by_update(listing: Listing, state: State, now: datetime) -> Iterator[Page]:
    """Read what was updated since `since`, from there to the present end.

    The cursor names the last page of a `since` that lies behind the overlap, with its ETag. Whatever is updated later
    moves to that page or behind it, so that "not modified" there means that nothing has changed at all.
    """
    since, number = str(state.get("since", "")), int(state.get("page", 1))
    rows = listing.fetch(etag=state.get("etag", ""), **_since(since, number))
    if rows is None:
        return
    if number != 1:
        rows = listing.page(**_since(since, 1))
    walk = _Walk(listing, since, rows, settled=overlapped(rows, now))
    yield from walk.pages()
    yield Page(items=walk.anchored(), cursor=dump(walk.state()))


def _since(since: str, page: int) -> dict[str, Any]:
    known = {"since": since} if since else {}
    return {**known, "sort": "updated", "direction": "asc", "page": page}


class _Walk:
    """One walk to the end of a list that is sorted by update."""

    def __init__(self, listing: Listing, since: str, rows: Rows, *, settled: str) -> None:
        self._listing = listing
        self._since = since
        self._rows = rows
        self._number = 1
        self._settled = settled  # rows from here on may still be joined by earlier ones
        self._present = stamp(datetime.fromisoformat(settled) + OVERLAP)  # the server's time when the walk began
        self._met: set[int] = set()  # with this `since`
        self._recent: set[int] = set()  # from `settled` on
        self._shifted = False
        self._circles = listing.circles()  # of one second

    def pages(self) -> Iterator[Page]:
        """Go to the end; each page can be gone on from."""
        while True:
            rows = self._rows
            self._note(rows)
            yield Page(items=rows.items, cursor=dump({"since": self._since}))
            if not rows.ids or (not rows.more and len(rows.ids) < 100):
                return
            self._step(rows)

    def _note(self, rows: Rows) -> None:
        self._met.update(rows.ids)
        pairs = zip(rows.ids, rows.times, strict=True)
        self._recent.update(number for number, time in pairs if time >= self._settled)
        self._shifted = len(self._met) < 100 * (self._number - 1) + len(rows.ids)

    def _step(self, rows: Rows) -> None:
        """Go on from the newest time met; only a page that is one single second needs the next page's number."""
        if rows.times and rows.times[0] < rows.times[-1]:
            if rows.times[-1] <= self._since:
                raise Incomplete(self._listing.session.where(self._listing.endpoint), "not in the order asked for")
            self._since, self._number, self._met = rows.times[-1], 1, set()
            self._circles = self._listing.circles()
        else:
            self._circles.check(rows.ids, more=True)
            self._number += 1
        self._rows = self._listing.page(**_since(self._since, self._number))

    def anchored(self) -> tuple[Noun, ...]:
        """If the walk ended too near the present, look at the last page from behind the overlap instead."""
        if self._since <= self._settled:
            return ()
        self._since, self._number, self._shifted = self._settled, len(self._recent) // 100 + 1, False
        self._rows = self._listing.page(**_since(self._since, self._number))
        return self._rows.items

    def state(self) -> State:
        """Return where to look next time; without an ETag if the last page was not seen to be the last."""
        known = {"since": self._since}
        rows = self._rows
        if rows.more or len(rows.ids) >= 100 or self._shifted or not rows.answer.etag:
            return known
        if self._number > 1 and rows.times and rows.times[-1] >= self._present:
            return known  # within one second rows need not go to the end
        return {**known, "page": self._number, "etag": self._rows.answer.etag}


# -- newest first ---------------------------------------------------------------------------------------------------
def newest_first(
    listing: Listing, state: State, known: Callable[[Rows], bool], settle: Callable[[Rows], State]
) -> Iterator[Page]:
    """Read until a page is `known`; `settle` tells from the first page what is known once all of them are read.

    Until then the cursor carries what was known before, and the page to go on from.
    """
    old = {name: value for name, value in state.items() if name not in {"page", "next", "etag"}}
    number = int(state.get("page", 1))
    rows = listing.fetch(etag=state.get("etag", ""), page=number)
    if rows is None:
        return
    then: State = state.get("next") or {**settle(rows), "etag": rows.answer.etag}
    circles = listing.circles()
    while rows.more and not known(rows):
        circles.check(rows.ids, more=True)
        number += 1
        yield Page(items=rows.items, cursor=dump({**old, "next": then, "page": number}))
        try:
            rows = listing.page(page=number)
        except Rejected as refused:
            if _FAR_BACK not in refused.what:
                raise
            yield Page(items=(), cursor=dump(then))
            return
    yield Page(items=rows.items, cursor=dump(then))
