"""The daemon: a tick that does what is due, one job never starving another, until it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import schedule
import structlog

from integrations.errors import TrackerError
from worker.errors import DatabaseGone, LockLost, WorkerError
from worker.stop import Stop, Stopping

log = structlog.get_logger()

LONGEST_WAIT = 1.0
"""Seconds between two looks at the clock: it may be set, and the machine may sleep."""

Failed = Callable[[str, BaseException], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A job and how often it is looked at. What is due by the calendar the job finds out itself."""

    seconds: int
    job: Callable[[], None]


def run(beats: Mapping[str, Beat], stop: Stop, *, failed: Failed) -> None:
    """Run every job now and then at its beat, until a stop is asked for.

    A job that fails is reported to `failed` and looked at again at its next beat; the others go on. Raises LockLost
    and DatabaseGone.
    """
    scheduler = schedule.Scheduler()
    try:
        for name, beat in beats.items():
            stop.check()
            _run(name, beat.job, failed)
            scheduler.every(beat.seconds).seconds.do(_run, name, beat.job, failed)
        while True:
            stop.sleep(min(max(scheduler.idle_seconds or 0.0, 0.05), LONGEST_WAIT))
            if (scheduler.idle_seconds or 0.0) > min(beat.seconds for beat in beats.values()) + LONGEST_WAIT:
                log.warning("the clock was put back: the jobs are run now, not when it is as late again as it was")
                scheduler.run_all()
            scheduler.run_pending()
    except Stopping:
        log.info("stopped")


def _run(name: str, job: Callable[[], None], failed: Failed) -> None:
    """Run a job; what it raises ends it alone, but for a stop, a lost lock and a lost database."""
    try:
        job()
    except (LockLost, DatabaseGone):
        raise
    except (WorkerError, TrackerError) as error:
        log.error("job failed", job=name, why=str(error))  # noqa: TRY400 - expected: its line says all
        failed(name, error)
    except Exception as error:
        log.exception("job failed", job=name, why=str(error))
        failed(name, error)
