"""Recurring: what counts as coming back, as [recurrence] of the config has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """What counts as coming back."""

    window: timedelta = timedelta(days=30)  # after a fix took effect: what comes back within it is opened again
    period: timedelta = timedelta(days=180)  # over which recurrences are counted
    fingerprints: tuple[str, ...] = ()  # names of labels and lines that hold a machine's fingerprint
    machines: frozenset[str] = frozenset()  # logins of those whose texts may hold one; none: everybody's
    environments: frozenset[str] = frozenset({"production", "prod", "live"})  # lower case: where a fix takes effect
    close_duplicates: bool = False  # a report of what is known and open is closed as its duplicate
    fields: tuple[str, ...] = ()  # names of custom fields that hold a machine's fingerprint
    recent: timedelta = timedelta(days=14)  # what was reported earlier is not compared with what was before it
    kinds: frozenset[str] = frozenset({"incident", "bug"})  # lower case: kinds, issue types or labels of problems
    by_text: frozenset[str] = frozenset()  # sources in which a strong resemblance may open a ticket again
