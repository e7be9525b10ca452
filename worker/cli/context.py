"""What every verb works with: the config, the clock, where to write, and the worker it opens."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import orjson
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from worker.errors import LockLost
from worker.lease import TTL, lease
from worker.logs import set_up_logs
from worker.settings import Settings, load_settings
from worker.stop import Stop, Stopping
from worker.wiring import opened, opened_alone
from worker.worker import Worker

STEERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""What a terminal obeys in place of showing it, and what turns the order of letters round; all but the line's end."""
PLAIN_WIDTH = 160
"""Columns of a table that goes to a file or a pipe, where nothing tells how wide is wide enough."""


@dataclass(frozen=True, slots=True)
class Cli:
    """One call of the command line."""

    config: Path
    env: Mapping[str, str]
    verbose: bool = False
    stop: Stop = field(default_factory=Stop)
    ttl: timedelta = TTL  # of the lock

    def settings(self, *, level: int = logging.ERROR) -> Settings:
        """Read the config and set the logs up by it. Raises SettingsError.

        Verbs say themselves what went wrong: their logs begin at errors, or are whole if asked to be verbose.
        """
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

    def alone(self, settings: Settings) -> AbstractContextManager[Worker]:
        """Open a worker that knows no tracker, and so needs no credential."""
        return opened_alone(settings, clock=now, sleep=self.stop.sleep)

    def reading(self, settings: Settings) -> AbstractContextManager[Worker]:
        """Open a worker that reads; several may at once."""
        return opened(settings, clock=now, sleep=self.stop.sleep)

    @contextmanager
    def working(self, settings: Settings) -> Iterator[Worker]:
        """Open a worker under the lock: only one at a time. SIGTERM and SIGINT stop it cleanly."""
        with self.stop.on_signals(), self.reading(settings) as worker, self.locked(worker, settings):
            yield worker

    @contextmanager
    def locked(self, worker: Worker, settings: Settings) -> Iterator[None]:
        """Hold the lock. When it is lost to another worker everything stops. Raises LockHeld, LockLost."""
        lost: list[LockLost] = []

        def hear(error: LockLost) -> None:
            lost.append(error)
            self.stop.ask()

        name = settings.instance.name
        with lease(worker.database, name=name, ttl=self.ttl, lost=hear, guard=worker.guard):
            try:
                yield
            except Stopping:
                if not lost:
                    raise
        if lost:
            raise lost[0]


def now() -> datetime:
    """Return the time. The one place that asks the clock."""
    return datetime.now(UTC)


def environment() -> Mapping[str, str]:
    """Return the process's environment. The one place that reads it."""
    return dict(os.environ)


class Screen(Console):
    """A terminal, or what stands for one, that foreign text cannot steer: titles are shown, not obeyed."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Render without the control characters of texts; colours of ours are no text yet."""
        for segment in super().render(renderable, options):
            if segment.control or not STEERS.search(segment.text):
                yield segment
            else:
                yield Segment(STEERS.sub("", segment.text), segment.style)


class Out(Screen):
    """Where data and words go. A reader that has had enough is not an error."""

    def on_broken_pipe(self) -> None:
        """Pass on what rich would make an exit code of its own."""
        raise BrokenPipeError


def out(*, plain_width: int = PLAIN_WIDTH) -> Console:
    """Return where data goes: as wide as the terminal, even if only a pager's, or `plain_width` where there is none."""
    told = "COLUMNS" in os.environ or any(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    return Out(width=None if told else plain_width, soft_wrap=False, highlight=False, emoji=False)


def talk(text: str) -> None:
    """Say something to whoever watches; never data. That nobody listens any more, or a log is full, ends no pass."""
    with suppress(OSError):
        Out(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)


def data(value: Any) -> None:
    """Print data as JSON; what would steer a terminal is written as JSON escapes it."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    sys.stdout.write(STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
