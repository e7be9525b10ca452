"""The demo's folder: made anew by every demo, and nothing in it touched that no demo made."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from worker.errors import LockHeld, WorkerError

CONFIG = "config.toml"
MADE_BY = "# Made by `kaizend demo`, which makes it anew each time it is played in this folder.\n"
"""The first line of a demo's config: only what stands beside it may be removed."""
LOCK = "var/demo.lock"
MADE = (CONFIG, "var/kaizend.db", "var/kaizend.db-wal", "var/kaizend.db-shm", "var/kaizend.key")
"""All that a demo leaves."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that is the demo's alone for the moment."""

    folder: Path

    def write(self, config: str) -> Path:
        """Write the config and return where it is."""
        file = self.folder / CONFIG
        file.write_text(MADE_BY + config, encoding="utf-8")
        return file


@contextmanager
def made_anew(folder: Path) -> Iterator[Place]:
    """Clear what an earlier demo left, and keep every other demo out while the context lasts.

    Raises WorkerError if there is something that no demo made, LockHeld if another demo is being played there.
    """
    try:
        _refuse_others(folder)
        (folder / LOCK).parent.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise _unusable(folder, error) from error
    with lock:
        _lock(lock.fileno(), folder)
        try:
            for name in MADE:
                (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(folder, error) from error
        yield Place(folder)


def _unusable(folder: Path, error: OSError) -> WorkerError:
    return WorkerError(f"{error.filename or folder}: {error.strerror}: name another folder with --folder")


def _refuse_others(folder: Path) -> None:
    config = folder / CONFIG
    if config.exists() and not config.read_text("utf-8", "replace").startswith(MADE_BY):
        raise WorkerError(f"{config}: no demo made this, so it stays: name another folder with --folder")
    if not config.exists() and any((folder / name).exists() for name in MADE):
        raise WorkerError(f"{folder}: holds a database that no demo made: name another folder with --folder")


def _lock(number: int, folder: Path) -> None:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise LockHeld(f"{folder}: another demo is being played in it: wait, or name another with --folder") from error
