"""The server's clock: limits are counted by it, so that no jump of our own clock opens a budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

TOLERANCE = timedelta(seconds=2)
"""A Date header is whole seconds, and takes its time to come: what differs by no more is the same."""
FARTHEST = timedelta(days=1)
"""No server's clock is farther from ours than this: what says so is wrong itself."""
YEARS = range(1970, 2300)
"""A Date header of another year is a fault, however wrong our own clock may be."""


class ServerClock:
    """The time as the newest answer's Date header told it; our own until one did."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.ahead = timedelta()  # of our clock

    def __call__(self) -> datetime:
        """Return the server's time."""
        return self._clock() + self.ahead

    def heard(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer's headers, their names in lower case. A cache's old answer (Age) tells nothing."""
        date = None if "age" in headers else date_of(headers)
        if date is None:
            return
        ahead = date + timedelta(seconds=0.5) - self._clock()
        if abs(ahead - self.ahead) > TOLERANCE and abs(ahead) <= FARTHEST:
            self.ahead = ahead


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """Return the moment that a Date header names; None for none, for one that is no date, and for one in no near age.

    What is left can be reckoned with: no margin leads past the ends of what a datetime holds.
    """
    found = moment(next((value for name, value in headers.items() if name.lower() == "date"), ""))
    return found if found and found.year in YEARS else None


def moment(text: str) -> datetime | None:
    """Return the moment, in UTC, that an HTTP date names; None for what is none."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
