"""The one place for retries, pacing, pauses and budgets: every request to a tracker goes over a Line."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Literal, TypeVar

from tenacity import RetryCallState, Retrying

from integrations.base import Allowance, Budget, Limit
from integrations.errors import RateLimited, Unavailable

T = TypeVar("T")
Scope = Literal["source", "endpoint", "target"]

PATIENCE = timedelta(seconds=2)
"""A wait up to this long is slept out; a longer one parks the work."""
LONGEST = timedelta(days=1)
"""No server makes us wait longer than this: a Retry-After beyond it is clamped."""
UNSAID = timedelta(minutes=1)
"""What GitHub's documentation asks to wait at least, where a throttle does not say how long; doubled each time."""
UNSAID_LONGEST = timedelta(hours=1)
_SECONDS = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*", re.ASCII)
_WAKES = 5


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return the moment a Retry-After header names: never before `now`, never more than a day away.

    Seconds (whole or not) and HTTP dates are understood; anything else is None, as is no header.
    """
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    found = _SECONDS.fullmatch(text)
    if found:
        seconds = min(max(float(found[1]), 0.0), LONGEST.total_seconds())
        return now + timedelta(seconds=seconds)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware, now), now + LONGEST)


class Line:
    """The line to one source.

    What is handed to it as `send` performs ONE request, with a timeout, and raises only integrations.errors. `where`
    names the endpoint ("add comment"), `target` what is written to. Waits longer than two seconds are not slept out:
    they come back as RateLimited, so that the work is parked. `sleep` may raise, to stop at once. Sources that share an
    `account` at a server share its pauses and its content limits.
    """

    def __init__(  # noqa: PLR0913 - all that a line keeps to, with defaults
        self,
        *,
        source: str,
        budget: Budget,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        account: str = "",
        write_interval: float = 1.0,
        content_limits: tuple[Limit, ...] = (),
        attempts: int = 4,
        deadline: float = 60.0,
    ) -> None:
        self.source = source
        self.account = account or source
        self._content = f"{self.account}:content"
        self._budget = budget
        self._clock = clock
        self._sleep = sleep
        self._interval = timedelta(seconds=write_interval)
        self._content_limits = content_limits
        self._attempts = attempts
        self._deadline = timedelta(seconds=deadline)
        self._last_write: datetime | None = None
        self._strikes: dict[str, int] = {}  # throttles in a row, an endpoint

    def read(self, where: str, send: Callable[[], T]) -> T:
        """Send a read; again, with growing pauses, while it is Unavailable and tries and time are left."""
        return self._retrying(self._attempts)(lambda: self._send(where, "", send))

    def repeatable(
        self,
        where: str,
        send: Callable[[], T],
        *,
        content: bool = False,
        target: str = "",
        limits: tuple[Limit, ...] = (),
    ) -> T:
        """Send a write that is idempotent by itself; at most twice more while it is Unavailable."""
        retrying = self._retrying(min(3, self._attempts))
        return retrying(lambda: self._write(where, send, content=content, target=target, limits=limits))

    def once(
        self,
        where: str,
        send: Callable[[], T],
        *,
        content: bool = True,
        target: str = "",
        limits: tuple[Limit, ...] = (),
    ) -> T:
        """Send a write exactly one time, whatever comes of it."""
        return self._write(where, send, content=content, target=target, limits=limits)

    def allowance(self) -> Allowance | None:
        """Return what is left of the content limits, of those that our own pace alone would not keep; None of none."""
        now = self._clock()
        felt = [limit for limit in self._content_limits if limit.count * self._interval.total_seconds() < limit.seconds]
        rooms = [(self._budget.left(self._content, limit, now), limit) for limit in felt]
        left, limit = min(rooms, key=lambda room: (room[0], -room[1].seconds), default=(0, None))
        return Allowance(account=self.account, left=left, limit=limit) if limit else None

    def back_off(self, where: str) -> datetime:
        """Return when to come again after a throttle that does not say: a minute, doubled with each in a row."""
        wait = min(UNSAID * (1 << min(self._strikes.get(where, 0), 10)), UNSAID_LONGEST)
        return self._clock() + wait * _spread(1.0, 1.25)

    # -- one request ----------------------------------------------------------------------------------------------
    def _write(self, where: str, send: Callable[[], T], *, content: bool, target: str, limits: tuple[Limit, ...]) -> T:
        self._wait_out(where, target)  # before anything is taken from a budget
        if target and limits:
            self._spend(where, f"{self.source}:{target}", limits, scope="target")
        if content and self._content_limits:
            self._spend(where, self._content, self._content_limits, scope="source")
        self._pace()
        try:
            return self._send(where, target, send)
        finally:
            self._last_write = self._clock()

    def _send(self, where: str, target: str, send: Callable[[], T]) -> T:
        self._wait_out(where, target)
        try:
            answer = send()
        except RateLimited as limited:
            self._strikes[where] = self._strikes.get(where, 0) + 1
            self._budget.pause(self._bucket(limited.scope, where, target), limited.retry_at)
            raise
        self._strikes.pop(where, None)
        return answer

    def _bucket(self, scope: Scope, where: str, target: str) -> str:
        if scope == "endpoint":
            return f"{self.source}/{where}"
        if scope == "target" and target:
            return f"{self.source}/{target}"
        return self.account

    def _wait_out(self, where: str, target: str) -> None:
        """Sleep out a short pause that is in force; a long one is RateLimited."""
        scopes: tuple[Scope, ...] = ("source", "endpoint", "target") if target else ("source", "endpoint")
        for scope in scopes:
            bucket = self._bucket(scope, where, target)
            self._until_free(where, scope, partial(self._budget.paused_until, bucket))

    def _spend(self, where: str, bucket: str, limits: tuple[Limit, ...], *, scope: Scope) -> None:
        self._until_free(where, scope, lambda now: self._budget.spend(bucket, limits, now))

    def _until_free(self, where: str, scope: Scope, ask: Callable[[datetime], datetime | None]) -> None:
        for _ in range(_WAKES):
            now = self._clock()
            until = ask(now)
            if until is None:
                return
            if until - now > PATIENCE:
                break
            self._sleep(max((until - now).total_seconds(), 0.001))
        if until is not None:
            what = f"nothing is sent before {until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
            raise RateLimited(f"{self.source}: {where}", what, retry_at=until, scope=scope, sent=False)

    def _pace(self) -> None:
        if self._last_write is None:
            return
        wait = min(self._last_write + self._interval - self._clock(), self._interval)
        if wait > timedelta():
            self._sleep(wait.total_seconds())

    # -- again ----------------------------------------------------------------------------------------------------
    def _retrying(self, attempts: int) -> Retrying:
        ends = self._clock() + self._deadline

        def worth_it(state: RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, RateLimited):
                return error.retry_at - self._clock() <= PATIENCE
            return isinstance(error, Unavailable)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, RateLimited):
                return 0.0  # the pause it made is slept out before the next send
            return _spread(0.25, 0.5) * (1 << (state.attempt_number - 1))

        def stop(state: RetryCallState) -> bool:
            late = self._clock() + timedelta(seconds=state.upcoming_sleep) >= ends
            return late or state.attempt_number >= attempts

        return Retrying(sleep=self._sleep, stop=stop, wait=wait, retry=worth_it, reraise=True)


def _spread(least: float, most: float) -> float:
    """Draw a factor, so that those who were turned away together do not come back together; guards nothing.

    From the process's own dice: who seeds these can live the same hour twice.
    """
    return random.uniform(least, most)  # noqa: S311 - as said
