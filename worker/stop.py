"""Stop: how a running pass learns that it should end, and how it waits until then."""

from __future__ import annotations

import math
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE = 5.0
"""Seconds that what is under way has to come to its end by itself; then it is broken off, wherever it waits."""
GRACE = 8.0
"""Seconds until the process ends as if it had been killed. By design nothing is lost or done twice then."""
KILLED = 4
"""The exit code of a process that had to end at once, unless ^C asked for it: its pass was not whole."""


class Stopping(BaseException):
    """Raised out of a wait when a stop was asked for. No error: nothing but the ends of a pass may catch it."""

    def __init__(self, number: int = 0) -> None:
        super().__init__(number)
        self.number = number  # of the signal that asked for it; 0 for none

    @property
    def interrupted(self) -> bool:
        """Tell whether somebody at a terminal asked."""
        return self.number == signal.SIGINT


class Stop:
    """A stop that may be asked for at any moment, once."""

    def __init__(self, *, patience: float = PATIENCE, grace: float = GRACE) -> None:
        self._event = threading.Event()
        self._number = 0
        self._patience = patience
        self._grace = grace

    @property
    def asked(self) -> bool:
        """Tell whether somebody asked."""
        return self._event.is_set()

    def ask(self) -> None:
        """Ask for a stop."""
        self._event.set()

    def check(self) -> None:
        """Raise Stopping if a stop was asked for."""
        if self.asked:
            raise Stopping(self._number)

    def sleep(self, seconds: float) -> None:
        """Wait; raise Stopping at once when a stop is asked for."""
        self._event.wait(max(0.0, seconds))
        self.check()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Take SIGTERM and SIGINT as asking for a stop, while the context lasts.

        What is under way may end by itself for PATIENCE seconds; then Stopping is raised in the midst of it, be it a
        request that hangs. A second signal, or GRACE seconds, end the process at once.
        """
        handlers = {signal.SIGTERM: self._asked, signal.SIGINT: self._asked, signal.SIGALRM: self._broken_off}
        with self._watched():
            before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
            try:
                yield
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                for number, handler in before.items():
                    signal.signal(number, handler or signal.SIG_DFL)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Let ^C end a question at once, while the context lasts: there is nothing to be ended well."""
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before or signal.SIG_DFL)

    def _asked(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signal module's signature
        if self.asked:
            os._exit(_code(number))
        self._number = number
        self.ask()
        signal.setitimer(signal.ITIMER_REAL, self._patience)

    def _broken_off(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as above
        raise Stopping(self._number)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Hear of signals in a thread, too: Python's handlers wait for the main one, which may hang in a C call."""
        hearing, telling = socket.socketpair()
        telling.setblocking(False)
        before = signal.set_wakeup_fd(telling.fileno(), warn_on_full_buffer=False)
        watching = threading.Thread(target=self._watch, args=(hearing,), name="stop", daemon=True)
        watching.start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            telling.close()
            watching.join()
            hearing.close()

    def _watch(self, hearing: socket.socket) -> None:
        """End the process when it lives on for GRACE seconds after it was asked to stop."""
        deadline, code = math.inf, KILLED
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                os._exit(code)
            hearing.settimeout(left if left < math.inf else None)
            try:
                heard = hearing.recv(64)
            except TimeoutError:
                continue
            if not heard:
                return
            asked = [number for number in heard if number in (signal.SIGTERM, signal.SIGINT)]
            if asked and deadline == math.inf:
                deadline, code = time.monotonic() + self._grace, _code(asked[0])


def _code(number: int) -> int:
    return 128 + number if number == signal.SIGINT else KILLED
