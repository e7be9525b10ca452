"""Milestones that people moved: GitHub does not say that their issues have changed, so those are read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from integrations.base import Page
from integrations.errors import Incomplete
from integrations.github.circles import Circles
from integrations.github.paging import Listing, State, dump
from integrations.github.session import Session

_ENDPOINT = "list milestones"
Told = dict[str, list[str]]
"""What issues are told of their milestones: number -> title and due time, "" for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDates:
    """One read of a repository's milestones, and of the open issues in those that changed."""

    session: Session
    path: str
    issues: Callable[[int], Listing]  # the open issues of a milestone, by its number

    def read(self, state: State) -> Iterator[Page]:
        """Yield the issues of the milestones that differ from what is known; the first read only learns what there is.

        Known are the milestones, closed ones too, and the ETag of each page of the open ones. A read that is broken
        off begins anew: it is short.
        """
        known: Told = state.get("told", {})
        tags, now = self._open(list(state.get("tags", ())))
        for number in sorted(name for name, told in now.items() if known.get(name, told) != told):
            yield from self._issues(int(number), state)
        after = {"told": {**known, **now}, "tags": tags}
        if after != state:
            yield Page(items=(), cursor=dump(after))

    def _open(self, tags: list[list[Any]]) -> tuple[list[list[Any]], Told]:
        """Return each page's ETag and whether another follows, and the milestones of the pages that are new."""
        where, found, told = self.session.where(_ENDPOINT), list[list[Any]](), Told()
        circles = Circles(where)
        while True:
            tag, more = tags[len(found)] if len(found) < len(tags) else ("", False)
            params = {"state": "open", "page": len(found) + 1}
            answer = self.session.rows(_ENDPOINT, self.path, params, etag=tag)
            if answer.fresh or not tag:
                rows = answer.json(where)
                page = _told(where, rows)
                tag, more = answer.etag, answer.has_next(len(rows))
                circles.check([*page], more=more)
                told |= page
            found.append([tag, more])
            if not more:
                return found, told

    def _issues(self, number: int, state: State) -> Iterator[Page]:
        listing, page = self.issues(number), 1
        circles = listing.circles()
        while True:
            rows = listing.page(page=page)
            circles.check(rows.ids, more=rows.more)
            yield Page(items=rows.items, cursor=dump(state))
            if not rows.more:
                return
            page += 1


def _told(where: str, rows: Any) -> Told:
    if not isinstance(rows, list):
        raise Incomplete(where, f"expected a list, got {type(rows).__name__}")
    try:
        return {str(int(row["number"])): [str(row["title"]), str(row.get("due_on") or "")] for row in rows}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Incomplete(where, "a milestone has not the expected shape") from None
