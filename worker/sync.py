"""Sync: read the trackers into the mirror; a source that fails never stops the others."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from integrations.base import Identity, Tracker
from integrations.errors import TrackerError
from worker.mirror import Mirror

Progress = Callable[[str, str, int, int | None], None]
"""Told after each page: source, stream, items so far, items expected (None: not known)."""

log = structlog.get_logger()

_SELDOM = (10_000, 20, 100)
"""When to look for garbage while pages are read: rows and nouns hold no cycles, and looking often costs 5% CPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What came of reading one source. `error` is "" for a whole read."""

    source: str
    items: int = 0
    pages: int = 0
    error: str = ""
    identity: Identity | None = None


def sync_all(
    trackers: Mapping[str, Tracker],
    mirror: Mirror,
    *,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
) -> tuple[Synced, ...]:
    """Read every source; return what came of each, in the config's order."""
    return tuple(sync_source(tracker, mirror, clock=clock, progress=progress) for tracker in trackers.values())


def sync_source(
    tracker: Tracker,
    mirror: Mirror,
    *,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
) -> Synced:
    """Read one source's streams to their end. Each page is saved with its cursor, so a cut read goes on later."""
    mirror.begin_read(tracker.name, clock())
    items = pages = 0
    identity: Identity | None = None
    error = ""
    try:
        identity = tracker.connect()
        ahead = timedelta(seconds=identity.clock_skew)
        if mirror.see_clock(tracker.name, tracker.by_clock, ahead=ahead, now=clock()):
            log.warning("a source's clock was put back: it is read from the beginning", source=tracker.name)
        with _seldom_collecting():
            for stream in tracker.streams:
                read = 0
                for page in tracker.read(stream, mirror.cursor(tracker.name, stream)):
                    mirror.save(tracker.name, stream, page, clock())
                    pages += 1
                    read += len(page.items)
                    if progress is not None:
                        progress(tracker.name, stream, read, page.expected)
                items += read
    except TrackerError as failure:
        error = str(failure)
        log.warning("source failed", source=tracker.name, why=error)
    mirror.end_read(tracker.name, clock(), error or None)
    return Synced(source=tracker.name, items=items, pages=pages, error=error, identity=identity)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
