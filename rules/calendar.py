"""Business time: workdays, holidays and the slots of periodic things, in one time zone."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import ceil, floor
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import holidays

from rules.errors import CalendarError
from rules.rule import Duration, Every, Rhythm, Unit
from rules.wording import meant, shown

MONDAY_TO_FRIDAY = frozenset(range(5))
FIRST, LAST = date(1980, 1, 1), date(2079, 12, 31)  # holidays are known within; outside, days count by the week's share
LONGEST_DURATION = 3660  # days, workdays or weeks: about ten years of days
UNITS: dict[str, Unit] = {
    "day": "days",
    "days": "days",
    "workday": "workdays",
    "workdays": "workdays",
    "week": "weeks",
    "weeks": "weeks",
}


def parse_duration(text: object) -> Duration:
    """Read "5 workdays", "3 days" or "1 week". Raises CalendarError with the right form."""
    match = re.fullmatch(r"([0-9]{1,6}) +([a-z]+)", text.strip()) if isinstance(text, str) else None
    if match is None:
        raise CalendarError(f"{shown(text)} is not a duration: write '3 days', '5 workdays' or '2 weeks'")
    count, unit = int(match[1]), match[2]
    if unit not in UNITS:
        raise CalendarError(f"no unit {shown(unit)} in the duration {shown(text)}{meant(unit, UNITS)}")
    if count > LONGEST_DURATION:
        raise CalendarError(f"{shown(text)} is longer than {LONGEST_DURATION} {UNITS[unit]}")
    return Duration(count, UNITS[unit])


def week_slot(day: date) -> str:
    """Name the ISO week of a day: "2026-W48"."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def month_slot(day: date) -> str:
    """Name the month of a day: "2026-11"."""
    return f"{day.year:04d}-{day.month:02d}"


def quarter_slot(day: date) -> str:
    """Name the quarter of a day: "2026-Q4"."""
    return f"{day.year:04d}-Q{(day.month + 2) // 3}"


def slot_start(slot: str) -> date:
    """Return the first day of a slot. Raises CalendarError if it names none."""
    try:
        if match := re.fullmatch(r"([0-9]{4})-W([0-9]{2})", slot):
            return date.fromisocalendar(int(match[1]), int(match[2]), 1)
        if match := re.fullmatch(r"([0-9]{4})-Q([1-4])", slot):
            return date(int(match[1]), 3 * int(match[2]) - 2, 1)
        if match := re.fullmatch(r"([0-9]{4})-([0-9]{2})", slot):
            return date(int(match[1]), int(match[2]), 1)
    except ValueError as error:
        raise CalendarError(f"{shown(slot)} is not a slot: {error}") from error
    raise CalendarError(f"{shown(slot)} is not a slot: write '2026-W48', '2026-11' or '2026-Q4'")


SLOTS: dict[Every, tuple[Callable[[date], str], timedelta]] = {  # a slot's name, and a step that lands in the next one
    "week": (week_slot, timedelta(days=7)),
    "month": (month_slot, timedelta(days=31)),
    "quarter": (quarter_slot, timedelta(days=92)),
}


class WorkCalendar:
    """Workdays of a country, with a company's own holidays and workdays. Satisfies `rules.policy.Calendar`."""

    def __init__(
        self,
        zone: str = "UTC",
        *,
        country: str = "",
        subdivision: str = "",
        closed: frozenset[date] = frozenset(),
        worked: frozenset[date] = frozenset(),
        week: frozenset[int] = frozenset(),
    ) -> None:
        """Take the names of zone and country, the company's own days off and on, and the weekdays worked.

        Weekdays count from 0, Monday; none given means the country's, or Monday to Friday.
        """
        self.zone = zone_of(zone)
        if country:
            _check_country(country, subdivision)
        elif subdivision:
            raise CalendarError(f"subdivision: {shown(subdivision)} is of no country: name its country, too")
        self._table = _workdays(country, subdivision, closed, worked, week)
        self._first = FIRST.toordinal()
        self._share = self._table[-1] / len(self._table)

    def today(self, now: datetime) -> date:
        """Return the date in the calendar's zone."""
        return self.date_of(now)

    def date_of(self, moment: datetime) -> date:
        """Return the zone's date of an aware moment."""
        try:
            return moment.astimezone(self.zone).date()
        except OverflowError:  # in the first and last hours of all time
            return moment.date()

    def instant(self, wall: datetime) -> datetime:
        """Return the moment, in UTC, of a naive date and time of day in the zone; of a repeated one, the first."""
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def workdays_between(self, start: date, end: date) -> int:
        """Count the workdays after `start` up to and with `end`; negative if `end` is earlier."""
        return self._until(end) - self._until(start)

    def is_workday(self, day: date) -> bool:
        """Say whether people work on that day."""
        return self._until(day) > self._until(max(day, FIRST) - timedelta(days=1))

    def add(self, start: date, duration: Duration) -> date:
        """Return the date `duration` after `start`; workdays land on a workday. Stops at the last day there is."""
        try:
            if duration.unit == "workdays":
                return self._workday_after(start, duration.count)
            return start + timedelta(days=duration.count * (7 if duration.unit == "weeks" else 1))
        except OverflowError:
            return date.max

    def moment(self, slot: str, rhythm: Rhythm) -> datetime:
        """Return when the slot falls due, in UTC.

        A wall time that spring skips falls due that much later; of one that autumn repeats, the first counts.
        """
        day = slot_start(slot)
        if rhythm.every == "week":
            day += timedelta(days=rhythm.day - 1)
        else:
            day = day.replace(day=min(rhythm.day, monthrange(day.year, day.month)[1]))
        return datetime.combine(day, rhythm.at, tzinfo=self.zone).astimezone(UTC)

    def due_slots(self, rhythm: Rhythm, *, after: datetime, now: datetime) -> Iterator[tuple[str, datetime]]:
        """Yield the slots that fell due after `after`, up to and with `now`, oldest first, each with its moment."""
        name, length = SLOTS[rhythm.every]
        start, last = slot_start(name(self.date_of(after))), self.date_of(now)
        while start <= last:
            slot = name(start)
            due = self.moment(slot, rhythm)
            if after < due <= now:
                yield slot, due
            start = slot_start(name(start + length))

    def _until(self, day: date) -> int:
        """Count the workdays since the table's first day; outside the table by the week's share."""
        index = day.toordinal() - self._first
        if 0 <= index < len(self._table):
            return self._table[index]
        if index < 0:
            return floor(index * self._share)
        return self._table[-1] + floor((index - len(self._table) + 1) * self._share)

    def _workday_after(self, start: date, count: int) -> date:
        if count == 0 and self.is_workday(start):
            return start
        wanted = self._until(start) + max(count, 1)
        if start < FIRST or wanted > self._table[-1]:
            return start + timedelta(days=ceil(count / self._share))
        return date.fromordinal(self._first + bisect_left(self._table, wanted))


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone. Raises CalendarError with the nearest right name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = meant(name, available_timezones())
        raise CalendarError(f"no time zone {shown(name)}{near}: write one like 'Europe/Berlin'") from error


def _check_country(country: str, subdivision: str) -> None:
    known = holidays.list_supported_countries()
    if country not in known:
        raise CalendarError(f"country: no holidays known for the country {shown(country)}: write an ISO code like 'DE'")
    if subdivision and subdivision not in known[country]:
        near = meant(subdivision, known[country])
        raise CalendarError(f"subdivision: the country '{country}' has no subdivision {shown(subdivision)}{near}")


@lru_cache(maxsize=64)
def _workdays(
    country: str, subdivision: str, closed: frozenset[date], worked: frozenset[date], week: frozenset[int]
) -> array[int]:
    """Return, for each day from FIRST to LAST, how many workdays there were from FIRST up to and with it."""
    off, on = set(closed), set(worked)
    if country:
        years = range(FIRST.year, LAST.year + 1)
        public = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
        off |= public.keys()
        on |= public.weekend_workdays - closed
        week = week or frozenset(range(7)) - public.weekend
    week = week or MONDAY_TO_FRIDAY
    table, count = array("l"), 0
    for ordinal in range(FIRST.toordinal(), LAST.toordinal() + 1):
        day = date.fromordinal(ordinal)
        count += day in on or (day.weekday() in week and day not in off)
        table.append(count)
    return table
