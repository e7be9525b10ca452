"""Business time and slots."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import (
    FIRST,
    LAST,
    Rhythm,
    WorkCalendar,
    month_slot,
    parse_duration,
    quarter_slot,
    slot_start,
    week_slot,
)
from rules.errors import CalendarError
from rules.rule import Duration

BERLIN = WorkCalendar("Europe/Berlin", country="DE", subdivision="BY")
PATIENT = settings(deadline=None, max_examples=60)
DAYS_KNOWN = st.dates(FIRST, LAST)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 days", Duration(3, "days")),
        ("1 day", Duration(1, "days")),
        ("5 workdays", Duration(5, "workdays")),
        (" 2  weeks ", Duration(2, "weeks")),
        ("0 days", Duration(0, "days")),
    ],
)
def test_a_duration_is_a_count_and_a_unit(text, expected):
    """What people write as a span of time is read as it is meant."""
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("5 workday s", "'5 workday s' is not a duration: write '3 days', '5 workdays' or '2 weeks'"),
        ("5 workdys", "no unit 'workdys' in the duration '5 workdys' (did you mean 'workdays'?)"),
        ("-1 days", "'-1 days' is not a duration: write '3 days', '5 workdays' or '2 weeks'"),
        ("99999 days", "'99999 days' is longer than 3660 days"),
        (5, "'5' is not a duration: write '3 days', '5 workdays' or '2 weeks'"),
        ("\u0665 days", "'\u0665 days' is not a duration: write '3 days', '5 workdays' or '2 weeks'"),  # an Arabic five
    ],
)
def test_a_wrong_duration_says_what_would_be_right(text, problem):
    """Anything else than a count and a unit is refused with the right form."""
    with pytest.raises(CalendarError) as caught:
        parse_duration(text)
    assert caught.value.problems == (problem,)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 11, 2), date(2026, 11, 2), 0),
        (date(2026, 11, 2), date(2026, 11, 3), 1),
        (date(2026, 11, 6), date(2026, 11, 9), 1),  # over a weekend
        (date(2026, 11, 7), date(2026, 11, 8), 0),  # within it
        (date(2026, 12, 23), date(2026, 12, 28), 2),  # Christmas Day is a Friday
        (date(2026, 11, 3), date(2026, 11, 2), -1),
        (date(2024, 2, 28), date(2024, 3, 1), 2),  # a leap day
    ],
)
def test_workdays_leave_out_weekends_and_holidays(start, end, expected):
    """The start does not count, the end does."""
    assert BERLIN.workdays_between(start, end) == expected


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        (date(2026, 11, 2), Duration(20, "workdays"), date(2026, 11, 30)),
        (date(2026, 11, 7), Duration(1, "workdays"), date(2026, 11, 9)),
        (date(2026, 11, 7), Duration(0, "workdays"), date(2026, 11, 9)),
        (date(2026, 11, 9), Duration(0, "workdays"), date(2026, 11, 9)),
        (date(2026, 12, 23), Duration(2, "workdays"), date(2026, 12, 28)),
        (date(2024, 2, 28), Duration(1, "days"), date(2024, 2, 29)),
        (date(2026, 12, 31), Duration(2, "weeks"), date(2027, 1, 14)),
        (date(9999, 12, 30), Duration(5, "days"), date.max),
        (date(9999, 12, 30), Duration(5, "workdays"), date.max),
    ],
)
def test_workdays_land_on_a_workday(start, duration, expected):
    """Days and weeks count as they are; workdays end on one; nothing runs past the last day there is."""
    assert BERLIN.add(start, duration) == expected


def test_a_company_has_days_off_and_days_on_of_its_own():
    """Closed days are no workdays, worked ones are, and both go before the country's."""
    own = WorkCalendar(closed=frozenset({date(2026, 11, 3)}), worked=frozenset({date(2026, 11, 7)}))
    week = [date(2026, 11, 2) + timedelta(days=day) for day in range(7)]
    assert [own.is_workday(day) for day in week] == [True, False, True, True, True, True, False]


def test_a_countrys_saturday_at_work_is_a_workday_unless_the_company_is_closed():
    """In China some Saturdays are worked to make up for a long holiday."""
    saturday = date(2026, 10, 10)
    china, closed = WorkCalendar(country="CN"), WorkCalendar(country="CN", closed=frozenset({saturday}))
    assert (china.is_workday(saturday), closed.is_workday(saturday)) == (True, False)


def test_the_week_is_the_countrys_unless_it_is_given():
    """In Saudi Arabia people rest on Friday and Saturday."""
    sunday = date(2026, 11, 8)
    saudi, fixed = WorkCalendar(country="SA"), WorkCalendar(country="SA", week=frozenset({0, 1, 2, 3, 4}))
    assert (saudi.is_workday(sunday), fixed.is_workday(sunday)) == (True, False)


@pytest.mark.fault("time/no-such-zone")
@pytest.mark.parametrize(
    ("given_names", "problem"),
    [
        ({"zone": "Europe/Berln"}, "no time zone 'Europe/Berln' (did you mean 'Europe/Berlin'?)"),
        ({"zone": "../etc/passwd"}, "no time zone '../etc/passwd'"),
        ({"zone": "Europe"}, "no time zone 'Europe'"),
        ({"country": "XX"}, "country: no holidays known for the country 'XX'"),
        ({"subdivision": "BE"}, "subdivision: 'BE' is of no country: name its country, too"),
        ({"country": "DE", "subdivision": "ZZ"}, "subdivision: the country 'DE' has no subdivision 'ZZ'"),
    ],
)
def test_unknown_places_are_refused(given_names, problem):
    """Zones and countries are checked when the calendar is made."""
    with pytest.raises(CalendarError) as caught:
        WorkCalendar(given_names.pop("zone", "UTC"), **given_names)
    assert caught.value.problems[0].startswith(problem)


def test_a_date_is_the_zones():
    """Shortly before midnight in UTC it is the next day in Berlin."""
    assert BERLIN.today(datetime(2026, 11, 2, 23, 30, tzinfo=UTC)) == date(2026, 11, 3)


@PATIENT
@given(start=DAYS_KNOWN, middle=DAYS_KNOWN, end=DAYS_KNOWN)
def test_counts_of_workdays_add_up(start, middle, end):
    """From a to c is from a to b and from b to c, in whatever order they come."""
    whole = BERLIN.workdays_between(start, end)
    assert whole == BERLIN.workdays_between(start, middle) + BERLIN.workdays_between(middle, end)


@PATIENT
@given(start=st.dates(FIRST, date(2070, 1, 1)), count=st.integers(1, 1000))
def test_adding_workdays_is_counting_them_backwards(start, count):
    """`add` and `workdays_between` agree, and the day found is a workday."""
    end = BERLIN.add(start, Duration(count, "workdays"))
    assert (BERLIN.workdays_between(start, end), BERLIN.is_workday(end)) == (count, True)


@PATIENT
@given(start=st.dates(), end=st.dates())
def test_no_date_there_is_breaks_the_calendar(start, end):
    """Dates far outside the table count, too, and in the right direction."""
    counted = BERLIN.workdays_between(start, end)
    assert (counted >= 0) if end >= start else (counted <= 0)


@pytest.mark.fault("time/year-end")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), ("2026-W48", "2026-11", "2026-Q4")),
        (date(2026, 12, 31), ("2026-W53", "2026-12", "2026-Q4")),
        (date(2027, 1, 1), ("2026-W53", "2027-01", "2027-Q1")),
        (date(2024, 12, 30), ("2025-W01", "2024-12", "2024-Q4")),
        (date(2024, 2, 29), ("2024-W09", "2024-02", "2024-Q1")),
    ],
)
def test_slots_are_named_by_wall_date(day, expected):
    """At the end of a year the week's year may be another than the day's."""
    assert (week_slot(day), month_slot(day), quarter_slot(day)) == expected


@pytest.mark.fault("time/year-end")
@PATIENT
@given(day=st.dates(date(1, 1, 1), date(9998, 12, 31)))
def test_a_slots_first_day_lies_in_it(day):
    """Every slot's name leads back to the slot."""
    names = [(week_slot, week_slot(day)), (month_slot, month_slot(day)), (quarter_slot, quarter_slot(day))]
    assert all(named(slot_start(slot)) == slot for named, slot in names)


@pytest.mark.parametrize("slot", ["2026-W54", "2025-W53", "2026-13", "2026-Q5", "2026", "", "2026-W48x"])
def test_what_names_no_slot_is_refused(slot):
    """A made-up slot has no first day."""
    with pytest.raises(CalendarError, match="is not a slot"):
        slot_start(slot)


@pytest.mark.parametrize(
    ("slot", "rhythm", "expected"),
    [
        ("2026-W48", Rhythm("week"), datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-W13", Rhythm("week", 7, time(2, 30)), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # skipped by spring
        ("2026-W43", Rhythm("week", 7, time(2, 30)), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice in autumn
        ("2026-02", Rhythm("month", 31), datetime(2026, 2, 28, 8, tzinfo=UTC)),
        ("2026-Q3", Rhythm("quarter", 15), datetime(2026, 7, 15, 7, tzinfo=UTC)),
    ],
)
def test_a_slot_falls_due_at_one_moment(slot, rhythm, expected):
    """Wall-clock time that does not exist, or exists twice, is still one moment."""
    assert BERLIN.moment(slot, rhythm) == expected


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_slot_is_due_once_however_often_one_looks(day):
    """Looked at each half hour through a night when clocks change, a slot falls due exactly once."""
    rhythm = Rhythm("week", 7, time(2, 30))
    looks = [
        datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=4) + timedelta(minutes=30 * n)
        for n in range(24)
    ]
    due = [slot for after, now in pairwise(looks) for slot, _ in BERLIN.due_slots(rhythm, after=after, now=now)]
    assert due == [week_slot(day)]


def test_slots_that_were_missed_are_told_in_order():
    """After three weeks away each slot is named once, over the end of a year with a 53rd week."""
    slots = BERLIN.due_slots(
        Rhythm("week"), after=datetime(2026, 12, 21, 8, tzinfo=UTC), now=datetime(2027, 1, 11, 8, tzinfo=UTC)
    )
    assert [slot for slot, _ in slots] == ["2026-W53", "2027-W01", "2027-W02"]
