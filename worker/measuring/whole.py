"""Wholeness: from when on the mirror knows all that happened."""

from __future__ import annotations

from datetime import datetime

from worker.measuring.past import MirrorPast
from worker.worker import Worker


def known_from(worker: Worker, past: MirrorPast, now: datetime) -> datetime | None:
    """Return from when on all is known that happened; None if it is from the beginning.

    Tickets, changes, releases and Jira's histories are read from their beginning. Of a GitHub repository only the
    newest events and states of deployments are, when it is read first: who closed what before, and what was reopened,
    is not known. A source that was never read to its end is not known at all.
    """
    policy, read = worker.policy, past.read_once()
    events, deployments = past.first_events(), past.deployments_told()
    moments = []
    for name, tracker in worker.trackers.items():
        if (name, tracker.streams[-1]) not in read:
            return now
        if policy.sources[name].kind == "github":
            first = events.get(name)
            if past.closed_before(name, first):
                moments.append(first or now)
            moments += [deployments[name]] if name in deployments else []
    return max(moments, default=None)
