"""Whose fault, and is it worth another try? Foreign exceptions become one of these at the border."""

from __future__ import annotations

from datetime import datetime
from typing import Literal


class TrackerError(Exception):
    """A tracker did not do what was asked. `where` names the source and the call, never a secret."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


class NotAllowed(TrackerError):
    """The credential is missing, wrong, expired or lacks a right (401, 403 that is no throttle). An admin must act."""


class Forbidden(NotAllowed):
    """The credential is good, and lacks the right to do this one thing (403): other requests may go well."""


class NotFound(TrackerError):
    """It is not there, or not for us to see (404, 410)."""


class Rejected(TrackerError):
    """Definitely refused and without effect (other 4xx): the same request will be refused again."""


class Taken(Rejected):
    """Refused by ourselves: a person has put something of their own where ours would go."""


class Incomplete(TrackerError):
    """A read that cannot be believed: cut short, not the expected shape, or suspiciously empty."""


class Unavailable(TrackerError):
    """No usable answer (network, 408, 409, 5xx, not JSON). `sent` False: it certainly never reached the server."""

    def __init__(self, where: str, what: str, *, sent: bool = True) -> None:
        super().__init__(where, what)
        self.sent = sent


class RateLimited(Unavailable):
    """Told, or computed by ourselves, to wait. `sent` False: our own budget said so before anything was sent."""

    def __init__(
        self,
        where: str,
        what: str,
        *,
        retry_at: datetime,
        scope: Literal["source", "endpoint", "target"] = "source",
        sent: bool = True,
    ) -> None:
        super().__init__(where, what, sent=sent)
        self.retry_at = retry_at
        self.scope = scope
