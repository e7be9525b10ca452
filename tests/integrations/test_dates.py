"""Dates of trackers: also those that no calendar of ours has."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from integrations.dates import day, day_in, moment

PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30", date(2026, 11, 30)),
        ("2026-11-30T00:00:00+00:00", date(2026, 11, 30)),
        ("0001-01-01", date.min),
        ("9999-12-31", date.max),
        ("20261-11-30", date.max),
        ("+20261-11-30", date.max),
    ],
)
def test_a_date_beyond_the_last_is_the_last(text, expected):
    """One slip of the pen in one ticket does not cost the whole read."""
    assert day(text) == expected


@pytest.mark.parametrize("text", ["", "2026-13-01", "2026-02-30", "soon", "-0001-01-01", "2026-1-1"])
def test_what_is_no_date_is_none(text):
    """It is not guessed at."""
    with pytest.raises(ValueError, match=r"."):
        day(text)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-11-30T08:00:00Z", date(2026, 11, 30)),
        ("2026-11-30T07:59:59Z", date(2026, 11, 29)),
        ("0001-01-01T00:00:00Z", date.min),
        ("9999-12-31T23:59:59Z", date.max),
        ("20261-11-30T08:00:00Z", date.max),
    ],
)
def test_a_day_in_a_zone_stays_in_the_calendar(stamp, expected):
    """At both its ends."""
    assert day_in(PACIFIC, stamp) == expected


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-01-01T10:00:00.000+0530", datetime(2026, 1, 1, 4, 30, tzinfo=UTC)),
        ("2026-01-01T04:30:00.250Z", datetime(2026, 1, 1, 4, 30, 0, 250_000, UTC)),
        ("2025-12-31T23:30:00.250-05:00", datetime(2026, 1, 1, 4, 30, 0, 250_000, UTC)),
        ("2026-01-01T10:00:00", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00.000+0100", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:00:00.000-0800", datetime(9999, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_time_is_utc_and_stays_in_the_calendar(stamp, expected):
    """With any offset or none."""
    assert moment(stamp) == expected
