"""The streams of a repository: which list each reads, and how far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from integrations.base import Page
from integrations.errors import Incomplete, NotFound
from integrations.github import payloads
from integrations.github.issue_fields import IssueFields
from integrations.github.moved_dates import MovedDates
from integrations.github.paging import (
    OVERLAP,
    Listing,
    Rows,
    State,
    by_creation,
    by_update,
    dump,
    load,
    newest_first,
    overlapped,
)
from integrations.github.payloads import Raw, Repository
from integrations.github.session import Session
from rules.model import Deployment, Ticket

NAMES = ("milestones", "tickets", "changes", "comments", "events", "deployments", "releases")
BY_CLOCK = ("tickets", "changes", "comments")
_FIELD_READS = 400
"""How many tickets' issue fields a read asks for, one request each: GitHub's lists do not carry them."""
_STATE_READS = 100
"""How many deployments' statuses a read asks for, the newest ones."""
_UNFINISHED = frozenset({"", "pending", "queued", "in_progress", "waiting"})
_WATCHED = 20
_WATCHED_FOR = timedelta(days=3)


@dataclass(slots=True)
class Reader:
    """One pass's reading of one repository."""

    session: Session
    repository: Repository
    open_count: int
    fields: IssueFields | None = None

    def read(self, stream: str, cursor: str) -> Iterator[Page]:
        """Read a stream from a cursor to its present end."""
        streams: Mapping[str, Callable[[State], Iterator[Page]]] = {
            "milestones": self._milestones,
            "tickets": self._tickets,
            "changes": self._changes,
            "comments": self._comments,
            "events": self._events,
            "deployments": self._deployments,
            "releases": self._releases,
        }
        return streams[stream](load(cursor))

    def _listing(self, stream: str, path: str, noun: Callable[[Repository, Raw], Any], **more: Any) -> Listing:
        return Listing(
            session=self.session,
            endpoint=f"list {stream}",
            path=f"/repos/{self.repository.full_name}/{path}",
            noun=partial(noun, self.repository),
            **more,
        )

    # -- tickets and comments ---------------------------------------------------------------------------------------
    def _milestones(self, state: State) -> Iterator[Page]:
        read = MovedDates(
            session=self.session,
            path=f"/repos/{self.repository.full_name}/milestones",
            issues=lambda number: self._tickets_by({"milestone": str(number), "state": "open"}),
        )
        return self._filled(read.read(state))

    def _tickets(self, state: State) -> Iterator[Page]:
        return self._filled(self._ticket_pages(state))

    def _tickets_by(self, params: Mapping[str, str]) -> Listing:
        return self._listing("tickets", "issues", payloads.ticket, params=params, id_key="number")

    def _filled(self, pages: Iterator[Page]) -> Iterator[Page]:
        if self.fields is None or not (self.fields.due or self.fields.named):
            return pages
        return self._with_fields(pages, self.fields)

    def _ticket_pages(self, state: State) -> Iterator[Page]:
        listing = self._tickets_by({"state": "all"})
        if "since" not in state:
            state = yield from by_creation(listing, state, self.session.clock(), believe=self._believe)
        yield from by_update(listing, state, self.session.clock())

    def _believe(self, listed: int) -> None:
        """Refuse a first read without open rows (pull requests among them) where the repository counts some."""
        if self.open_count and not listed:
            what = f"no open issue was listed, but the repository says it has {self.open_count}"
            raise Incomplete(self.session.where("list tickets"), what)

    def _with_fields(self, pages: Iterator[Page], fields: IssueFields) -> Iterator[Page]:
        """Put in the fields: of those tickets that are to have them, as many as a read may ask for."""
        left = _FIELD_READS
        for page in pages:
            items = list(page.items)
            for at, item in enumerate(items):
                if left and isinstance(item, Ticket) and fields.wanted(item, self.session.clock()):
                    left -= 1
                    items[at] = fields.filled(item)
            yield replace(page, items=tuple(items))

    def _comments(self, state: State) -> Iterator[Page]:
        listing = self._listing("comments", "issues/comments", payloads.comment)
        return by_update(listing, state, self.session.clock())

    # -- changes ----------------------------------------------------------------------------------------------------
    def _changes(self, state: State) -> Iterator[Page]:
        now = self.session.clock()
        if "since" not in state:
            cold = self._listing("changes", "pulls", payloads.change, id_key="number")
            state = yield from by_creation(cold, {**state, "checks": 99}, now)
        order = {"state": "all", "sort": "updated", "direction": "desc"}
        listing = self._listing("changes", "pulls", payloads.change, id_key="number", params=order)
        since = str(state["since"])

        def settle(rows: Rows) -> State:
            """From now on, what is updated after the newest row or the overlap, whichever is earlier."""
            return {"since": max(since, min(overlapped(rows, now), *rows.times[:1]))}

        yield from newest_first(listing, state, lambda rows: bool(rows.times) and rows.times[-1] < since, settle)

    # -- events, deployments, releases --------------------------------------------------------------------------------
    def _events(self, state: State) -> Iterator[Page]:
        """Read what happened since the last read; at first only the newest page.

        A repository has several events an issue. What they tell is who changed what of ours, and we came just now.
        """
        listing = self._listing("events", "issues/events", payloads.event, time_key="created_at")
        first, seen = "seen" not in state, int(state.get("seen", 0))
        return newest_first(listing, state, lambda rows: first or rows.ids[-1] <= seen, partial(_newest, seen))

    def _deployments(self, state: State) -> Iterator[Page]:
        seen = int(state.get("seen", 0))
        read = _Deployments(self.session, self.repository, seen)
        listing = self._listing("deployments", "deployments", read.noun, time_key="created_at")
        watched = {int(number): None for number in state.get("watched", ())}
        cursor = dump(state)
        for page in newest_first(listing, state, lambda rows: rows.ids[-1] <= seen, partial(_newest, seen)):
            cursor = page.cursor
            yield page
        again = [found for number in watched if (found := read.again(number))]
        unfinished = read.unfinished(again)
        after = {**load(cursor), "watched": unfinished}
        if again or dump(after) != cursor:
            yield Page(items=tuple(again), cursor=dump(after))

    def _releases(self, state: State) -> Iterator[Page]:
        listing = self._listing("releases", "releases", payloads.release, time_key="created_at")
        return newest_first(listing, state, lambda _: False, lambda _: {})


def _newest(seen: int, rows: Rows) -> State:
    return {"seen": max(seen, *rows.ids, 0)}


class _Deployments:
    """Deployments with what they came to, which only their statuses tell."""

    def __init__(self, session: Session, repository: Repository, seen: int) -> None:
        self._session = session
        self._repository = repository
        self._seen = seen
        self._left = _STATE_READS
        self._new: list[Deployment] = []

    def noun(self, repository: Repository, raw: Raw) -> Deployment | None:
        """Read one that was not seen before."""
        if int(raw["id"]) <= self._seen:
            return None
        state = self._state(raw["id"]) if self._left else ""
        self._left -= 1 if self._left else 0
        found = payloads.deployment(repository, raw, state)
        self._new.append(found)
        return found

    def again(self, number: int) -> Deployment | None:
        """Read one that had not come to its end."""
        path = f"/repos/{self._repository.full_name}/deployments/{number}"
        try:
            raw = self._session.get("deployment", path).json(self._session.where("deployment"))
            state = self._state(number)
        except NotFound:
            return None
        rows = payloads.each(
            self._session.where("deployment"), [raw], lambda row: payloads.deployment(self._repository, row, state)
        )
        return rows[0]

    def unfinished(self, again: list[Deployment]) -> list[int]:
        """Return those to look at again: the newest of the last days, a few."""
        now = self._session.clock()
        young = [d for d in [*self._new, *again] if d.state in _UNFINISHED and now - d.created < _WATCHED_FOR + OVERLAP]
        return sorted({int(d.ref) for d in young}, reverse=True)[:_WATCHED]

    def _state(self, number: int) -> str:
        path = f"/repos/{self._repository.full_name}/deployments/{number}/statuses"
        where = self._session.where("deployment statuses")
        rows = self._session.rows("deployment statuses", path).json(where)
        return payloads.deployment_state(payloads.each(where, rows, lambda row: row))
