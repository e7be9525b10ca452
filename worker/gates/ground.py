"""The ground on which gates are judged: while it is the same, so is how they stand, and nothing need be walked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from rules.gates.levels import metric_names
from worker.signals import latest
from worker.worker import Worker

HOUR = 3600
"""Seconds after which gates are judged anew though nothing was read: the days that metrics look back on move on."""


def ground(worker: Worker, now: datetime) -> str:
    """Return in short what gates are judged by: policy, hour, what was read of trackers and signals, and what was not.

    What the ledger learns is not in it: whoever carries something out forgets the ground.
    """
    policy = worker.policy
    parts = (
        (policy.sha, policy.calendar.today(now).isoformat(), int(now.timestamp()) // HOUR),
        worker.mirror.version(),
        sorted(worker.mirror.unreadable(worker.trackers).items()),
        *_signals(worker, now),
    )
    return sha256(repr(parts).encode()).hexdigest()[:16]


def _signals(worker: Worker, now: datetime) -> Iterator[tuple[object, ...]]:
    names = frozenset(name for gate in worker.policy.gates for name in gate.level_names)
    measured = bool(names & metric_names(worker.policy.metrics))  # of all numbers, not of the newest alone
    if not measured and names.isdisjoint(worker.policy.signals):
        return
    for name, numbers in latest(worker, now).items():
        for subject, one in numbers.items():
            at, said = one.at if measured else None, one.said if one.stale else ""
            yield name, subject, one.value, at, said
