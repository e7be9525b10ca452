"""The one place for retries, pacing, pauses and budgets: every request to a tracker goes over a Line."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal, TypeVar

from tenacity import RetryCallState, Retrying

from integrations.base import Allowance, Budget, Limit
from integrations.errors import RateLimited, Unavailable
from integrations.server_clock import TOLERANCE, ServerClock, date_of, moment

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
_SEVERAL = re.compile(r"[^,]+(, [+-]?[\d.]+)+", re.ASCII)  # two headers of a name come as one
_WAKES = 5
_STRIKES = Limit(count=11, seconds=24 * 3600.0)  # throttles that are remembered


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return the moment a Retry-After header names: never before `now`, never more than a day away.

    Seconds (whole or not) and HTTP dates are understood, of several the latest; anything else is None, as is no header.
    A date is taken from that of the answer, so that it does not matter what our clock says.
    """
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    parts = [_wait(part, headers, now) for part in text.split(", ")] if _SEVERAL.fullmatch(text) else []
    waits = [wait for wait in parts or [_wait(text, headers, now)] if wait is not None]
    return now + min(max(*waits, timedelta()), LONGEST) if waits else None


def _wait(text: str, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long to wait. A date is the server's: what counts is how far it is from the date of the answer."""
    found = _SECONDS.fullmatch(text)
    if found:
        return timedelta(seconds=min(float(found[1]), LONGEST.total_seconds()))
    until = moment(text)
    return until - (date_of(headers) or now) if until else None


class Line:
    """The line to one source.

    What is handed to it as `send` performs ONE request, with a timeout, and raises only integrations.errors. `where`
    names the endpoint ("add comment"), `target` what is written to. Waits longer than two seconds are not slept out:
    they come back as RateLimited, so that the work is parked; only the distance of writes, which the config sets, is
    kept by sleeping. `sleep` may raise, to stop at once, and so may `before_write`, which is called right before each
    write leaves. Sources that share an `account` at a server share all that is kept here. What is taken from a limit
    counts from when the answer came, by the server's clock: the server counted it earlier, and so no window of its own,
    wherever it begins, holds more.
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
        before_write: Callable[[], None] = lambda: None,
    ) -> None:
        self.source = source
        self.account = account or source
        self._content = f"{self.account}:content"
        self._budget = budget
        self._clock = clock
        self._server = ServerClock(clock)
        self._sleep = sleep
        self._interval = timedelta(seconds=write_interval)
        self._content_limits = tuple(
            Limit(count=limit.count, seconds=limit.seconds + TOLERANCE.total_seconds()) for limit in content_limits
        )
        self._pace_limit = (Limit(count=1, seconds=write_interval),) if write_interval > 0 else ()
        self._attempts = attempts
        self._deadline = timedelta(seconds=deadline)
        self._before_write = before_write
        self._fine: set[str] = set()  # endpoints without a throttle since their last answer

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
        now = self._server()
        felt = [limit for limit in self._content_limits if limit.count * self._interval.total_seconds() < limit.seconds]
        rooms = [(self._budget.left(self._content, limit, now), limit) for limit in felt]
        left, limit = min(rooms, key=lambda room: (room[0], -room[1].seconds), default=(0, None))
        return Allowance(account=self.account, left=left, limit=limit) if limit else None

    def heard(self, headers: Mapping[str, str]) -> None:
        """Take the server's clock from an answer's headers, their names in lower case."""
        self._server.heard(headers)

    def hold(self, until: datetime) -> None:
        """Send nothing more for this account before `until`."""
        self._budget.pause(self.account, until)

    def back_off(self, where: str) -> datetime:
        """Return when to come again after a throttle that does not say: a minute, doubled with each in a row."""
        wait = min(UNSAID * (1 << min(self._strikes(where), 10)), UNSAID_LONGEST)
        return self._clock() + wait * _spread(1.0, 1.25)

    def _strikes(self, where: str) -> int:
        """Count the throttles in a row of an endpoint, within a day."""
        return _STRIKES.count - self._budget.left(self._struck(where), _STRIKES, self._clock())

    def _struck(self, where: str) -> str:
        return f"{self.account}/{where}:throttled"

    # -- one request ----------------------------------------------------------------------------------------------
    def _write(self, where: str, send: Callable[[], T], *, content: bool, target: str, limits: tuple[Limit, ...]) -> T:
        self._wait_out(where, target)  # before anything is taken from a budget
        taken: dict[str, datetime] = {}
        if target and limits:
            taken |= self._spend(where, f"{self.account}:{target}", limits, scope="target")
        if content and self._content_limits:
            taken |= self._spend(where, self._content, self._content_limits, scope="source")
        if self._pace_limit:
            pace = max(PATIENCE, self._interval)
            taken |= self._spend(where, f"{self.account}:writes", self._pace_limit, scope="source", patience=pace)
        self._wait_out(where, target)
        self._before_write()  # the very last thing: whatever it was that took long, it has been waited for
        try:
            return self._ask(where, target, send)
        finally:
            if taken:
                self._budget.restamp(taken, self._server())

    def _send(self, where: str, target: str, send: Callable[[], T]) -> T:
        self._wait_out(where, target)
        return self._ask(where, target, send)

    def _ask(self, where: str, target: str, send: Callable[[], T]) -> T:
        try:
            answer = send()
        except RateLimited as limited:
            self._fine.discard(where)
            self._budget.spend(self._struck(where), (_STRIKES,), self._clock())
            self._budget.pause(self._bucket(limited.scope, where, target), limited.retry_at)
            raise
        if where not in self._fine:
            self._fine.add(where)
            if self._strikes(where):
                self._budget.forget(self._struck(where))
        return answer

    def _bucket(self, scope: Scope, where: str, target: str) -> str:
        if scope == "endpoint":
            return f"{self.account}/{where}"
        if scope == "target" and target:
            return f"{self.account}/{target}"
        return self.account

    def _wait_out(self, where: str, target: str) -> None:
        """Sleep out a short pause that is in force; a long one is RateLimited."""
        scopes: tuple[Scope, ...] = ("source", "endpoint", "target") if target else ("source", "endpoint")
        for scope in scopes:
            bucket = self._bucket(scope, where, target)
            self._until_free(where, scope, partial(self._budget.paused_until, bucket))

    def _spend(
        self, where: str, bucket: str, limits: tuple[Limit, ...], *, scope: Scope, patience: timedelta = PATIENCE
    ) -> dict[str, datetime]:
        """Take one from a bucket; return when it was taken, by the server's clock."""
        ahead = self._server.ahead

        def ask(now: datetime) -> datetime | None:
            until = self._budget.spend(bucket, limits, now + ahead)
            return until and until - ahead

        return {bucket: self._until_free(where, scope, ask, patience) + ahead}

    def _until_free(
        self, where: str, scope: Scope, ask: Callable[[datetime], datetime | None], patience: timedelta = PATIENCE
    ) -> datetime:
        """Sleep out a short wait; return when it was over."""
        for wake in range(_WAKES):
            now = self._clock()
            until = ask(now)
            if until is None:
                return now
            if until - now > patience or wake == _WAKES - 1:
                break
            self._sleep(max((until - now).total_seconds(), 0.001))
        assert until is not None  # noqa: S101 - it was asked at least once
        what = f"nothing is sent before {until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        raise RateLimited(f"{self.source}: {where}", what, retry_at=until, scope=scope, sent=False)

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
