"""Values of a payload that have to be what a noun says: another kind is a TypeError or ValueError, and nothing kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

_MOST = 2**31 - 1
"""What a database's integer holds; nothing that is counted here comes near."""


def text_of(value: Any) -> str:
    """Return a text as it is."""
    if isinstance(value, str):
        return value
    raise TypeError(f"a text was expected, not {type(value).__name__}")


def count_of(value: Any) -> int:
    """Return how many there are."""
    if isinstance(value, int) and 0 <= value <= _MOST:
        return value
    raise ValueError(f"a count was expected, not {str(value)[:30]}")


def time_of(stamp: str) -> datetime:
    """Read a time; one without a zone is in UTC."""
    at = datetime.fromisoformat(stamp)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
