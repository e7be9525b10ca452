"""Dates and times as trackers tell them, those at the ends of the calendar and beyond it included."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_BEYOND = re.compile(r"\+?[0-9]{5,}-[0-9]{2}-[0-9]{2}")
"""A date after the year 9999, which trackers take from a slip of the pen: 20261-01-31."""


def day(text: str) -> date:
    """Read a date; one after the year 9999 is the last there is. Raises ValueError."""
    return date.max if _BEYOND.match(text) else date.fromisoformat(text[:10])


def moment(stamp: str) -> datetime:
    """Read a time with whatever offset, `2026-01-01T10:00:00.000+0530`, as UTC. Raises ValueError."""
    at = datetime.fromisoformat(stamp)
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:  # on the first or the last day there is
        return at.replace(tzinfo=UTC)


def day_in(zone: ZoneInfo, stamp: str) -> date:
    """Read the date that a time has in a zone. Raises ValueError."""
    if _BEYOND.match(stamp):
        return date.max
    at = datetime.fromisoformat(stamp)
    try:
        return at.astimezone(zone).date()
    except OverflowError:
        return at.date()
