"""What every verb works with: the config, the clock, where to write, and the worker it opens."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import orjson
from rich.console import Console

from worker.lease import lease
from worker.logs import set_up_logs
from worker.settings import Settings, load_settings
from worker.stop import Stop
from worker.wiring import opened
from worker.worker import Worker

PLAIN_WIDTH = 160
"""Columns of a table that goes to a file or a pipe, where nothing tells how wide is wide enough."""


@dataclass(frozen=True, slots=True)
class Cli:
    """One call of the command line."""

    config: Path
    env: Mapping[str, str]
    verbose: bool = False
    stop: Stop = field(default_factory=Stop)

    def settings(self, *, level: int = logging.WARNING) -> Settings:
        """Read the config and set the logs up by it. Raises SettingsError."""
        settings = load_settings(self.config, self.env)
        self.logs(style=settings.run.log, secrets=settings.secrets(), level=level)
        for warning in settings.warnings:
            talk(f"warning: {warning}")
        return settings

    def logs(
        self, *, style: Literal["text", "json"] = "text", secrets: frozenset[str] = frozenset(), level: int
    ) -> None:
        """Send the logs to stderr, from `level` on, or all of them if asked to be verbose."""
        set_up_logs(style=style, secrets=secrets, env=self.env, level=logging.DEBUG if self.verbose else level)

    @contextmanager
    def worker(self, settings: Settings) -> Iterator[Worker]:
        """Open a worker that reads; several may at once."""
        with opened(settings, clock=now, sleep=self.stop.sleep) as worker:
            yield worker

    @contextmanager
    def working(self, settings: Settings) -> Iterator[Worker]:
        """Open a worker under the lock: only one at a time. SIGTERM and SIGINT stop it cleanly."""
        self.stop.on_signals()
        with self.worker(settings) as worker, lease(worker.database, name=settings.instance.name):
            yield worker


def now() -> datetime:
    """Return the time. The one place that asks the clock."""
    return datetime.now(UTC)


def environment() -> Mapping[str, str]:
    """Return the process's environment. The one place that reads it."""
    return dict(os.environ)


def out() -> Console:
    """Return where data goes."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, soft_wrap=False, highlight=False)


def talk(text: str) -> None:
    """Say something to whoever watches; never data."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)


def data(value: Any) -> None:
    """Print data as JSON."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())
