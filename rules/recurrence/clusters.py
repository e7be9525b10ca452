"""Clusters: tickets that are the same problem, and which of them is a report of which; each cluster has one root."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.fact_work import not_done
from rules.memory import Fix
from rules.putting_off import plain
from rules.recurrence.fixes import Closing

DUPLICATE = "duplicate"
Both = frozenset[str]
"""The uids of two tickets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A ticket of a cluster."""

    uid: str
    created: datetime
    done: bool
    resolution: str = ""
    closings: tuple[Closing, ...] = ()
    fix: Fix | None = None

    @property
    def refused(self) -> bool:
        """It was closed as not done: won't do, invalid, a duplicate."""
        return self.done and not_done(self.resolution)

    @property
    def duplicate(self) -> bool:
        """It was closed as a duplicate."""
        return self.done and plain(self.resolution) == DUPLICATE

    def fixed_at(self, at: datetime) -> datetime | None:
        """Return when it was fixed, as of a moment; None if it was open then, or its fix had not taken effect.

        Trackers tell whole seconds: what was reported in the second of a reopening was the reason for it.
        """
        if not self.closings:
            return None
        *before, last = self.closings
        if self.fix and self.fix.at and self.fix.at <= at and (last.over is None or at <= last.over):
            return self.fix.at
        return next((each.at for each in before if each.over and each.at <= at <= each.over), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """A report (by uid) and what it is a report of."""

    uid: str
    other: str
    root: str
    again: bool  # it came back after it was fixed


def clusters(edges: Iterable[Both]) -> tuple[frozenset[str], ...]:
    """Return what belongs together by pairs that are the same."""
    home: dict[str, set[str]] = {}
    for edge in edges:
        joined: set[str] = set(edge)
        for uid in edge:
            joined |= home.get(uid, set())
        home |= dict.fromkeys(joined, joined)
    return tuple({id(each): frozenset(each) for each in home.values()}.values())


def pairings(members: Iterable[Member], blocked: frozenset[Both], window: timedelta) -> tuple[Pairing, ...]:
    """Return the reports in a cluster, oldest first, each with what it is a report of.

    That is the newest earlier ticket that was open by then, or whose fix had taken effect not longer than the window
    before; else the first of the cluster. What was closed as not done is no such ticket, unless there is no other.
    """
    every = sorted(members, key=lambda each: (each.created, each.uid))
    bearers: list[Member] = []
    found: list[Pairing] = []
    for place, member in enumerate(every):
        free = [each for each in every[:place] if frozenset((each.uid, member.uid)) not in blocked]
        bearer = next((each for each in reversed(bearers) if each in free and _bears(each, member, window)), None)
        other = bearer or _first(free)
        if bearer is None and not member.refused:
            bearers.append(member)
        if other is not None:
            root = _first(free) or other
            found.append(Pairing(uid=member.uid, other=other.uid, root=root.uid, again=_again(other, member)))
    return tuple(found)


def _bears(bearer: Member, report: Member, window: timedelta) -> bool:
    fixed = bearer.fixed_at(report.created)
    return fixed is None or report.created - fixed <= window


def _first(members: Sequence[Member]) -> Member | None:
    """Return the first that was not refused, else the first that is no duplicate."""
    standing = (each for each in members if not each.refused)
    return next(standing, next((each for each in members if not each.duplicate), None))


def _again(other: Member, report: Member) -> bool:
    """Tell whether the report is of something that was fixed by then."""
    refused = other.refused or (report.refused and not report.duplicate)
    return not refused and other.fixed_at(report.created) is not None
