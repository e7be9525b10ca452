"""The daemon: a tick that does what is due, one job never starving another, until it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import schedule
import structlog

from worker.stop import Stop, Stopping

log = structlog.get_logger()


class Job(Protocol):
    """One thing to do at every tick of its own; what is due by the calendar it finds out itself."""

    def __call__(self) -> None:
        """Do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A job and how often it is looked at."""

    seconds: int
    job: Job


def run(beats: Mapping[str, Beat], stop: Stop, *, failed: Callable[[str, BaseException], None]) -> None:
    """Run every job now and then at its beat, until a stop is asked for.

    A job that fails is reported to `failed` and looked at again at its next beat; the others go on.
    """
    scheduler = schedule.Scheduler()
    for name, beat in beats.items():
        guarded = _guarded(name, beat.job, failed)
        guarded()
        scheduler.every(beat.seconds).seconds.do(guarded)
        if stop.asked:
            return
    while not stop.asked:
        try:
            stop.sleep(min(max(scheduler.idle_seconds or 0.0, 0.05), 1.0))
        except Stopping:
            return
        scheduler.run_pending()


def _guarded(name: str, job: Job, failed: Callable[[str, BaseException], None]) -> Callable[[], None]:
    def guarded() -> None:
        try:
            job()
        except Stopping:
            log.info("stopped", job=name)
        except Exception as error:
            log.exception("job failed", job=name, why=str(error))
            failed(name, error)

    return guarded
