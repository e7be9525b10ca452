"""Wholeness: from when on the mirror knows all that happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rules.policy import Policy
from worker.measuring.past import MirrorPast

LAST = "releases"
"""The stream that every tracker is read to the end with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """From when on all is known; None if it is from the beginning."""

    tickets: datetime | None = None  # what was reported and closed, and when
    closings: datetime | None = None  # and who closed it, and whether it was opened again
    rollouts: datetime | None = None  # what came of deployments


def known(policy: Policy, past: MirrorPast, now: datetime) -> Known:
    """Return from when on all is known that happened.

    Tickets, changes, releases and Jira's histories are read from their beginning. Of a GitHub repository only the
    newest events and states of deployments are, when it is read first: who closed what before, and what was reopened,
    is not known. A source that was never read to its end is not known at all.
    """
    read = past.read_once()
    if any((name, LAST) not in read for name in policy.sources):
        return Known(tickets=now, closings=now, rollouts=now)
    rollouts = past.deployments_told()
    return Known(
        closings=max(_closings(policy, past, now), default=None),
        rollouts=max((at for name, at in rollouts.items() if name in policy.sources), default=None),
    )


def _closings(policy: Policy, past: MirrorPast, now: datetime) -> Iterator[datetime]:
    events = past.first_events()
    for name, source in policy.sources.items():
        first = events.get(name)
        if source.kind == "github" and past.closed_before(name, first):
            yield first or now
