"""How old an input is, and whether that is fresh: counted in whole days of the calendar where its limit is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import ceil

from rules.policy import Calendar

DAY = timedelta(days=1)


def age(calendar: Calendar, at: datetime, today: date) -> int:
    """Return how many days of the calendar ago something was; what is dated ahead is of today."""
    return max(0, (today - calendar.date_of(at)).days)


def fresh(calendar: Calendar, at: datetime, limit: timedelta, moment: datetime) -> bool:
    """Tell whether something was fresh at a moment."""
    if limit % DAY:
        return moment - at <= limit
    return age(calendar, at, calendar.date_of(moment)) * DAY <= limit


def fresh_on(calendar: Calendar, at: datetime, limit: timedelta, today: date) -> bool:
    """Tell whether something is fresh on a day, the whole of it: a limit of hours is rounded up to days."""
    return age(calendar, at, today) <= ceil(limit / DAY)
