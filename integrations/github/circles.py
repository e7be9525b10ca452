"""Lists whose pages never end: each names a next one, and that is one that was there before."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.errors import Incomplete


class Circles:
    """Keeps the ends of each page of a list. No two pages have the same, however rows move meanwhile."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._ends: set[tuple[object, object]] = set()

    def check(self, rows: Sequence[object], *, more: bool) -> None:
        """Take a page, by what its rows are called. Raises Incomplete where more of the same is announced."""
        ends = (rows[0], rows[-1]) if rows else ("", "")
        if more and (not rows or ends in self._ends):
            raise Incomplete(self._where, "the pages of the list go in circles")
        self._ends.add(ends)
