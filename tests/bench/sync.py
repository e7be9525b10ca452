"""One sync by the real tracker, sync and mirror: `python -m tests.bench.sync URL DATABASE`."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from integrations.github.client import GithubTracker
from integrations.github.config import GithubConfig
from integrations.http import Line
from tests.bench.measure import Watch
from worker.budget import DatabaseBudget
from worker.database import open_database
from worker.mirror import Mirror
from worker.sync import sync_source


def clock() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def main(url: str, file: str) -> None:
    """Sync once, from where the database stands; report how many items came."""
    watch = Watch()
    database = open_database(f"sqlite:///{file}")
    line = Line(source="shop", budget=DatabaseBudget(database), clock=clock, sleep=time.sleep)
    config = GithubConfig(name="shop", repository="acme/shop", base_url=url, token="sandbox")
    tracker = GithubTracker(config, line, clock)
    synced = sync_source(tracker, Mirror(database), clock=clock)
    tracker.close_connections()
    database.close()
    if synced.error:
        raise SystemExit(synced.error)
    watch.report(synced.items)


if __name__ == "__main__":
    main(*sys.argv[1:])
