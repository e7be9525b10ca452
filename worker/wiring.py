"""Wiring: from the settings to a worker that is ready for a pass, and back to nothing left open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256

from rules.document import build_policy

from integrations.base import Tracker
from integrations.http import Line
from integrations.registry import Config, build
from rules.policy import Policy
from worker.budget import DatabaseBudget
from worker.database import Database, open_database
from worker.ledger import Ledger
from worker.markers import Keys
from worker.mirror import Mirror
from worker.settings import Settings
from worker.worker import Worker

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]


def policy_of(settings: Settings) -> Policy:
    """Read the rule files and check them. Raises SettingsError and rules.errors.PolicyError, with all that is wrong."""
    return build_policy(settings.policy_tables(), settings.packs())


@contextmanager
def opened(settings: Settings, *, clock: Clock, sleep: Sleep) -> Iterator[Worker]:
    """Open the database and the lines to the trackers; nothing is sent yet. Closes the database at the end.

    Raises worker.errors, SettingsError, PolicyError and integrations.errors, each one clear line.
    """
    policy = policy_of(settings)
    configs = settings.source_configs()
    key = settings.instance_key()
    database = open_database(settings.database_url)
    trackers: Mapping[str, Tracker] = {}
    try:
        trackers = trackers_of(configs, database, clock=clock, sleep=sleep)
        yield Worker(
            policy=policy,
            trackers=trackers,
            mirror=Mirror(database),
            ledger=Ledger(database, key),
            keys=Keys(settings.instance.name, key),
            clock=clock,
            sleep=sleep,
            database=database,
            digests=settings.digests,
            grace=settings.instance.grace,
        )
    finally:
        for tracker in trackers.values():
            tracker.close_connections()
        database.close()


def trackers_of(
    configs: tuple[Config, ...], database: Database, *, clock: Clock, sleep: Sleep
) -> Mapping[str, Tracker]:
    """Construct the trackers, each with a line that keeps its budgets in the database."""
    budget = DatabaseBudget(database)
    trackers = {}
    for config in configs:
        line = Line(
            source=config.name,
            account=account_of(config),
            budget=budget,
            clock=clock,
            sleep=sleep,
            write_interval=config.write_interval,
            content_limits=config.content_limits,
        )
        trackers[config.name] = build(config, line, clock)
    return trackers


def account_of(config: Config) -> str:
    """Name the account whose limits a source shares with every other source it serves, without telling its secret."""
    credential = "\n".join((config.base_url, config.credential))
    return sha256(credential.encode()).hexdigest()[:12]
