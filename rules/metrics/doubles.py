"""Doubles: which of several reports of one incident is the one that counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubles:
    """What tells that tickets are about the same as others; all by uid."""

    same: Mapping[str, tuple[str, bool]]  # certainly another one's, and whether that one was over by then
    twins: Mapping[str, str]  # the one that leads

    def near(self, uids: Iterable[str]) -> frozenset[str]:
        """Return the tickets that these are about, and those that those are about in turn."""
        found: set[str] = set()
        coming = {far for uid in uids for far, _ in self._ways(uid)}
        while coming:
            found |= coming
            coming = {far for uid in coming for far, _ in self._ways(uid)} - found
        return frozenset(found)

    def of(self, uid: str, incidents: Collection[str]) -> tuple[str, bool] | None:
        """Return which of the living incidents a ticket is about, and whether that was over; None if it counts itself.

        Where tickets are about each other in a ring, as a twin that is said to be the same as its follower, one counts.
        """
        found = self._first(uid, incidents)
        if found is None or found[1] or uid != min(self._ring(uid, incidents), default=""):
            return found
        return None

    def _ways(self, uid: str) -> Iterator[tuple[str, bool]]:
        """Yield what tells of a ticket: a twin is one report with its twin, whatever came back with both."""
        if uid in self.twins:
            yield self.twins[uid], False
        if uid in self.same:
            yield self.same[uid]

    def _first(self, uid: str, incidents: Collection[str]) -> tuple[str, bool] | None:
        return next((way for way in self._ways(uid) if way[0] in incidents), None)

    def _ring(self, uid: str, incidents: Collection[str]) -> frozenset[str]:
        """Return the tickets that lead from one back to itself; none if it is in no ring."""
        passed, here = {uid}, uid
        while (way := self._first(here, incidents)) is not None and not way[1]:
            here = way[0]
            if here == uid:
                return frozenset(passed)
            if here in passed:
                break
            passed.add(here)
        return frozenset()
