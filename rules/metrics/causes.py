"""Causes: which rollout an incident came of: people say so, a revert tells, or it was the last one before."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from rules.metrics.merged import Merged, Merges
from rules.metrics.model import Cause, Incident
from rules.metrics.reverts import Revert
from rules.metrics.rolled import Shipped
from rules.metrics.timeline import span_words
from rules.metrics.told import NOTHING_CAUSED

SKEW = timedelta(minutes=1)
"""So much may the clocks of two trackers be apart."""
FRESH = timedelta(days=30)
"""A change that is reverted while an incident is open may have caused it if it went out no longer before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What people say that caused an incident: keys in lower case, or NOTHING_CAUSED."""

    keys: tuple[str, ...]
    by: str  # "its text", "/kaizen caused-by (ana, 2026-11-03)"


class Causes:
    """Finds what caused incidents, among rollouts (oldest first) and merged changes."""

    def __init__(
        self, rollouts: Sequence[Shipped], merges: Merges, undone: Iterable[Revert], window: timedelta
    ) -> None:
        """Take how long before an incident a rollout is taken for its cause."""
        self._merges, self._window = merges, window
        self._reverts = sorted(undone, key=lambda each: (each.change.at, each.change.uid))
        self._lines: dict[tuple[str, str], list[Shipped]] = {}
        for each in rollouts:
            for line in (("source", each.source), *(("service", name) for name in each.rollout.subjects.services)):
                self._lines.setdefault(line, []).append(each)
        self._times = {line: [each.at for each in found] for line, found in self._lines.items()}
        self._undone_at = [each.change.at for each in self._reverts]
        self._carriers = [self.carrier(each.of) for each in self._reverts]
        self._naming: dict[str, list[int]] = {}
        for place, undone_by in enumerate(self._reverts):
            for name in undone_by.names:
                self._naming.setdefault(name, []).append(place)

    def of(
        self, incident: Incident, source: str, said: Said | None, behind: Mapping[str, Sequence[str]]
    ) -> list[Cause]:
        """Return what caused an incident of a source; the most certain way that tells something counts alone.

        `behind` gives for tickets (keys in lower case) the changes that name them.
        """
        if said is not None and said.keys:
            return list(self._stated(incident, said, behind))
        return self._by_revert(incident, source) or self._by_window(incident, source)

    # -- people say so ------------------------------------------------------------------------------------------------

    def _stated(self, incident: Incident, said: Said, behind: Mapping[str, Sequence[str]]) -> Iterator[Cause]:
        if said.keys == (NOTHING_CAUSED,):
            yield Cause(incident=incident.uid, rollout="", how="stated", evidence=f"no rollout caused it: {said.by}")
            return
        seen: set[str] = set()
        for key in said.keys:
            changes = [self._merges.by_key[each] for each in (key, *behind.get(key, ())) if each in self._merges.by_key]
            found = (self.carrier(each, incident.began) for each in changes)
            carrying = [each for each in found if each is not None]
            carrier = min(carrying, key=lambda each: each.at, default=None)
            uid = carrier.rollout.uid if carrier else ""
            if uid and uid in seen:
                continue
            seen.add(uid)
            went = f"went out with {carrier.rollout.name}" if carrier else "no rollout of it before is known"
            yield Cause(incident=incident.uid, rollout=uid, how="stated", evidence=f"{_shown(key)}: {said.by}; {went}")

    def carrier(self, change: Merged, began: datetime | None = None) -> Shipped | None:
        """Return the first rollout that held a change, before an incident; one that failed only if none else."""
        line = ("source", change.source)
        first = bisect_left(self._times.get(line, []), change.at - SKEW)
        carrying = (each for each in islice(self._lines.get(line, ()), first, None) if each.carries(change))
        failed = None
        for each in carrying:
            if began is not None and each.at > began + _slack(each):
                break
            if not each.rollout.failed:
                return each
            failed = failed or each
        return failed

    # -- a revert tells -----------------------------------------------------------------------------------------------

    def _by_revert(self, incident: Incident, source: str) -> list[Cause]:
        first = bisect_left(self._undone_at, incident.began - SKEW)
        naming = (place for place in self._naming.get(incident.key.lower(), ()) if place >= first)
        for place in naming:
            return [self._reverted(incident, place, "which names it")]
        last = bisect_right(self._undone_at, incident.resolved) if incident.resolved else len(self._reverts)
        for place in range(first, last):
            if self._suits(incident, source, self._reverts[place].of, self._carriers[place]):
                return [self._reverted(incident, place, "while it was open")]
        return []

    def _suits(self, incident: Incident, source: str, change: Merged, carrier: Shipped | None) -> bool:
        out = carrier.at if carrier else None if ("source", change.source) in self._lines else change.at
        if out is None or not incident.began - FRESH <= out <= incident.began:
            return False
        if carrier is None:
            return change.source == source
        return _touches(incident, source, carrier)

    def _reverted(self, incident: Incident, place: int, how: str) -> Cause:
        revert, carrier = self._reverts[place], self._carriers[place]
        went = f", which went out with {carrier.rollout.name}" if carrier else ""
        return Cause(
            incident=incident.uid,
            rollout=carrier.rollout.uid if carrier else "",
            how="revert",
            evidence=f"{revert.change.key} reverted {revert.of.key}{went}, {how}",
        )

    # -- it was the last one before ----------------------------------------------------------------------------------

    def _by_window(self, incident: Incident, source: str) -> list[Cause]:
        lines = [("service", name) for name in sorted(incident.subjects.services)]
        found = [last for line in lines if (last := self._last(line, incident.began)) is not None]
        if not found:
            last = self._last(("source", source), incident.began)
            found = [last] if last is not None and _touches(incident, source, last) else []
        if not found:
            return []
        last = max(found, key=lambda each: (each.at, each.rollout.uid))
        before = incident.began - last.at
        return [
            Cause(
                incident=incident.uid,
                rollout=last.rollout.uid,
                how="window",
                evidence=f"{last.rollout.name} went out {span_words(before)} before, the last one",
            )
        ]

    def _last(self, line: tuple[str, str], began: datetime) -> Shipped | None:
        place = bisect_right(self._times.get(line, []), began) - 1
        found = self._lines[line][place] if place >= 0 else None
        return found if found is not None and began - found.at <= self._window else None


def _slack(shipped: Shipped) -> timedelta:
    """Return how much later than an incident one of before may be dated: of versions only the day is known."""
    return timedelta(days=1) if shipped.rollout.kind == "version" else SKEW


def _touches(incident: Incident, source: str, shipped: Shipped) -> bool:
    """Tell whether a rollout is of a service that an incident is about; where neither is known, of its source."""
    services = shipped.rollout.subjects.services
    if services and incident.subjects.services:
        return not services.isdisjoint(incident.subjects.services)
    return shipped.source == source


def _shown(key: str) -> str:
    return key if "#" in key else key.upper()
