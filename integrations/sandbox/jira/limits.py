"""What the server lets through: writes to one issue, requests of one account."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime

from integrations.sandbox.jira.records import Issue, User
from integrations.sandbox.jira.world import JiraWorld
from integrations.sandbox.wire import Response

CLOUD_BODY = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
DC_BODY = b"<html><head><title>429</title></head><body><h1>Too many requests</h1></body></html>"


class Limits:
    """Sliding windows over the world's limits; a refused request is not counted."""

    def __init__(self, world: JiraWorld) -> None:
        self.world = world
        self._writes: dict[int, deque[datetime]] = {}
        self._requests: dict[str, deque[datetime]] = {}

    def write(self, issue: Issue, now: datetime, *, cloud: bool) -> Response | None:
        """Count a write to an issue. Returns the refusal if it is one too many."""
        times = self._writes.setdefault(issue.id, deque())
        waits = [_wait(times, limit, now) for limit in (self.world.write_limit, self.world.long_write_limit) if limit]
        wait = max(waits, default=0.0)
        if wait <= 0:
            times.append(now)
            return None
        headers = {"Retry-After": str(math.ceil(wait)), "RateLimit-Reason": "jira-per-issue-on-write"}
        if cloud:
            return Response(status=429, json=CLOUD_BODY, headers={**headers, "X-RateLimit-NearLimit": "true"})
        return Response(status=429, body=DC_BODY, content_type="text/html;charset=UTF-8", headers=headers)

    def request(self, user: User, now: datetime) -> tuple[dict[str, str], Response | None]:
        """Count a request of an account (Data Center). Returns the headers for any answer, and the refusal if any."""
        limit = self.world.user_limit
        if limit is None:
            return {}, None
        count, seconds = limit
        times = self._requests.setdefault(user.login, deque())
        wait = _wait(times, limit, now)
        if wait <= 0:
            times.append(now)
        left = max(0, count - sum(1 for at in times if (now - at).total_seconds() < seconds))
        headers = {
            "X-RateLimit-Limit": str(count),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-FillRate": str(count),
            "X-RateLimit-Interval-Seconds": str(math.ceil(seconds)),
            "retry-after": str(max(0, math.ceil(wait))),
        }
        if wait <= 0:
            return headers, None
        return headers, Response(status=429, body=DC_BODY, content_type="text/html;charset=UTF-8", headers=headers)


def _wait(times: deque[datetime], limit: tuple[int, float], now: datetime) -> float:
    """Seconds until one more fits, 0 or less if it does now. Keeps the last few hundred times only."""
    count, seconds = limit
    while len(times) > 500:
        times.popleft()
    recent = [at for at in times if (now - at).total_seconds() < seconds]
    if len(recent) < count:
        return 0.0
    return seconds - (now - recent[-count]).total_seconds()
