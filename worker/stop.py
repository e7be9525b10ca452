"""Stop: how a running pass learns that it should end, and how it waits until then."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

GRACE = 8.0
"""Seconds a pass has to finish what it is at. After that the process ends as if it had been killed: by design nothing
is lost or done twice then, and what was under way is in doubt until the next start."""


class Stopping(BaseException):
    """Raised out of a wait when a stop was asked for. No error: nothing but the ends of a pass may catch it."""


class Stop:
    """A stop that may be asked for at any moment, once."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def asked(self) -> bool:
        """Tell whether somebody asked."""
        return self._event.is_set()

    def ask(self) -> None:
        """Ask for a stop."""
        self._event.set()

    def sleep(self, seconds: float) -> None:
        """Wait; raise Stopping at once when a stop is asked for."""
        if self._event.wait(max(0.0, seconds)):
            raise Stopping

    def on_signals(self) -> None:
        """Take SIGTERM and SIGINT as asking for a stop; a second one, or GRACE seconds, end the process at once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)

    def _signalled(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signal module's signature
        code = 128 + number if number == signal.SIGINT else 0
        if self.asked:
            os._exit(code or 4)
        self.ask()
        timer = threading.Timer(GRACE, os._exit, (code or 4,))
        timer.daemon = True
        timer.start()
