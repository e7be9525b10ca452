"""Closings: which of them say that something was done, and which only that a machine or somebody tidied up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import re2

BY_BOT, IN_BULK = "closed by a bot", "closed in bulk"
"""Why a closing does not count."""
BULK_SPAN = timedelta(minutes=10)
NEAR = timedelta(minutes=2)
"""So far apart may be when a tracker says a ticket was closed, and when its history does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """That somebody closed a ticket."""

    ticket: str  # uid
    source: str
    at: datetime
    actor: str  # "" if nobody knows


def is_bot(login: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a login is a machine's, by patterns in lower case in which * stands for anything."""
    return bool(login and patterns) and _pattern(patterns).fullmatch(login.lower()) is not None


@lru_cache(maxsize=16)
def _pattern(patterns: tuple[str, ...]) -> Any:
    """Compile patterns; by RE2: another engine takes a power of the length, a star each."""
    return re2.compile("|".join(".*".join(map(re2.escape, each.split("*"))) for each in patterns))


def in_bulk(closed: Iterable[Closed], most: int) -> Mapping[tuple[str, datetime], int]:
    """Return the closings (ticket, moment) of one person at one source, `most` or more within ten minutes.

    Each comes with how many there were at once. Where nobody knows who closed, it cannot be one person.
    """
    by_person: dict[tuple[str, str], list[Closed]] = {}
    for each in closed:
        if each.actor:
            by_person.setdefault((each.source, each.actor), []).append(each)
    found: dict[tuple[str, datetime], int] = {}
    for theirs in by_person.values():
        if len(theirs) >= most:
            for stretch in _stretches(sorted(theirs, key=lambda each: (each.at, each.ticket)), most):
                together = len({each.ticket for each in stretch})
                found |= {(each.ticket, each.at): together for each in stretch}
    return found


def _stretches(theirs: list[Closed], most: int) -> Iterator[list[Closed]]:
    """Yield the stretches in which one person's closings (oldest first) lie so close together, by a sliding window."""
    first, start, end = 0, 0, -1  # of the window; of the stretch that is being found
    within: Counter[str] = Counter()  # how often each ticket was closed in the window
    for last, each in enumerate(theirs):
        within[each.ticket] += 1
        while each.at - theirs[first].at > BULK_SPAN:
            within[theirs[first].ticket] -= 1
            if not within[theirs[first].ticket]:
                del within[theirs[first].ticket]
            first += 1
        if len(within) < most:
            continue
        if first > end:
            yield theirs[start : end + 1]
            start = first
        end = last
    yield theirs[start : end + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closers:
    """Who closed what, and which of that does not count."""

    last: Mapping[str, tuple[Closed, ...]]  # by ticket, oldest first
    bulk: Mapping[tuple[str, datetime], int]
    bots: tuple[str, ...]
    ours: frozenset[tuple[str, str]] = frozenset()  # our own accounts: source, login

    def of(self, ticket: str, at: datetime) -> Closed | None:
        """Return who closed a ticket at a time; None if its history does not tell."""
        near = [each for each in self.last.get(ticket, ()) if abs(each.at - at) <= NEAR]
        return near[-1] if near else None

    def machine(self, source: str, login: str) -> bool:
        """Tell whether a login is a machine's, ours among them."""
        return (source, login) in self.ours or is_bot(login, self.bots)

    def excluded(self, ticket: str, at: datetime) -> str:
        """Return why a closing does not count, "" if it does."""
        closed = self.of(ticket, at)
        if closed is None:
            return ""
        if self.machine(closed.source, closed.actor):
            return BY_BOT
        return IN_BULK if (closed.ticket, closed.at) in self.bulk else ""
