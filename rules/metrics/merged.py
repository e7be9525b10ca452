"""Merges: the changes that went into branches, to be looked up by time, commit and key."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A merged change."""

    uid: str
    source: str
    key: str
    url: str
    title: str
    base: str  # the branch it went into
    sha: str
    at: datetime
    labels: frozenset[str] = frozenset()


class Merges:
    """Merged changes of all sources."""

    def __init__(self, changes: Iterable[Merged]) -> None:
        """Take the changes in any order."""
        self.all = sorted(changes, key=lambda each: (each.at, each.uid))
        self.by_key = {each.key.lower(): each for each in self.all}
        self._by_sha = {(each.source, each.sha): each for each in self.all if each.sha}
        self._by_branch: dict[tuple[str, str], list[Merged]] = {}
        for each in self.all:
            self._by_branch.setdefault((each.source, each.base), []).append(each)
        self._times = {branch: [each.at for each in line] for branch, line in self._by_branch.items()}
        busy = Counter((each.source, each.base) for each in self.all)
        self._busiest = {source: base for (source, base), _ in sorted(busy.items(), key=lambda one: (one[1], one[0]))}

    def of(self, source: str, sha: str) -> Merged | None:
        """Return the change whose merge made a commit."""
        return self._by_sha.get((source, sha))

    def beginning(self, source: str, sha: str) -> Merged | None:
        """Return the change whose merge made a commit whose hash begins so; None for none or several."""
        found = [each for (home, known), each in self._by_sha.items() if home == source and known.startswith(sha)]
        return found[0] if len(found) == 1 else None

    def between(self, source: str, base: str, after: datetime, until: datetime) -> Sequence[Merged]:
        """Return what went into a branch after one moment up to another, oldest first."""
        line = self._by_branch.get((source, base), [])
        times = self._times.get((source, base), [])
        return line[bisect_right(times, after) : bisect_right(times, until)]

    def main_branch(self, source: str) -> str:
        """Return the branch of a source that most changes go into, "" if none is known."""
        return self._busiest.get(source, "")
