"""The worker: everything a pass works with, handed from part to part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from integrations.base import NumberSource, SignalSource, Tracker
from rules.policy import Policy
from worker.database import Database
from worker.lease import Guard
from worker.ledger import Ledger
from worker.markers import Keys
from worker.mirror import Mirror
from worker.settings.tables import DigestTable, InputTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One instance at work. Nothing in it changes; what changes is in the database and in the trackers."""

    policy: Policy
    trackers: Mapping[str, Tracker]  # by source, in the config's order
    database: Database
    mirror: Mirror
    ledger: Ledger
    keys: Keys
    clock: Callable[[], datetime]  # aware, UTC
    sleep: Callable[[float], None]  # seconds; raises worker.stop.Stopping
    digests: tuple[DigestTable, ...] = ()
    inputs: Mapping[str, InputTable] = field(default_factory=dict)  # what the council decides from, by name
    signals: Mapping[str, SignalSource] = field(default_factory=dict)  # what reads them
    numbers: Mapping[str, NumberSource] = field(default_factory=dict)  # what reads the policy's signals
    index: Path = Path("recurrence.db")  # of reports, beside the database; made anew if it is lost
    grace: timedelta = timedelta(seconds=60)  # between two looks for an op in doubt
    longest_send: timedelta = timedelta()  # after so long each source has given up a request
    guard: Guard = field(default_factory=Guard)  # asks before each write whether the lock is still ours
