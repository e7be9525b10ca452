"""Signals: how old a number is, whether it is stale, whom it is about, and how a past is filled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.metrics.model import Sample
from rules.policy import Service, SignalFacts
from rules.signals import (
    MOST_SAMPLES,
    MOST_STEPS,
    Latest,
    latest_of,
    plain,
    spoken,
    step_over,
    strange_subjects,
    subject_of,
)
from tests.rules.factories import NOW, policy

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BUDGET = SignalFacts(name="error_budget", fresh=HOUR, every=15 * MINUTE, history=90 * DAY, keep=400 * DAY)
KNOWN = replace(policy(), services=(Service(name="Checkout"), Service(name="search")))


@pytest.mark.parametrize(
    ("fresh", "age", "stale", "said"),
    [
        (HOUR, timedelta(seconds=3), False, "-0.2, less than a minute old"),
        (HOUR, timedelta(seconds=-60), False, "-0.2, less than a minute old"),
        (HOUR, 12 * MINUTE, False, "-0.2, 12 minutes old"),
        (HOUR, HOUR, False, "-0.2, 1 hour old"),
        (HOUR, HOUR + timedelta(seconds=1), True, "-0.2, 1 hour old, which is stale: older than 1 hour"),
        (HOUR, 3 * DAY, True, "-0.2, 3 days old, which is stale: older than 1 hour"),
        (35 * DAY, 35 * DAY + 2 * HOUR, False, "-0.2, 35 days old"),
        (35 * DAY, 36 * DAY, True, "-0.2, 36 days old, which is stale: older than 35 days"),
    ],
)
def test_a_number_is_stale_once_it_is_older_than_fresh(fresh, age, stale, said):
    """Limits of days are counted in days of the calendar, as those of inputs are."""
    sample = Sample(signal="error_budget", subject="checkout", at=NOW - age, value=-0.2)
    found = latest_of(policy(), replace(BUDGET, fresh=fresh), sample, NOW)
    assert found == Latest(value=-0.2, at=NOW - age, stale=stale, said=said)


@pytest.mark.parametrize(
    ("named", "expected"),
    [("checkout", "Checkout"), ("CHECKOUT", "Checkout"), ("Search", "search"), ("Serch", "Serch"), ("", "")],
)
def test_a_subject_is_the_service_however_it_is_written(named, expected):
    """What is no service stays as it is, to be told."""
    assert subject_of(KNOWN, named) == expected


def test_without_services_subjects_are_in_lower_case_as_components_are():
    """Every component is a service of its own name."""
    assert subject_of(policy(), "Checkout") == "checkout"
    assert strange_subjects(policy(), frozenset({"anything"})) == ()


def test_a_subject_that_is_no_service_is_strange():
    """The whole is not."""
    assert strange_subjects(KNOWN, frozenset({"", "Checkout", "serch", "cart"})) == ("cart", "serch")


@pytest.mark.parametrize(
    ("span", "every", "subjects", "expected"),
    [
        (90 * DAY, 15 * MINUTE, 1, HOUR),
        (90 * DAY, 15 * MINUTE, 100, 6 * HOUR),
        (90 * DAY, 15 * MINUTE, 1000, DAY),
        (3 * HOUR, 15 * MINUTE, 20, 15 * MINUTE),
        (3 * HOUR, timedelta(seconds=30), 20, MINUTE),
        (30 * DAY, 2 * DAY, 1, 2 * DAY),
        (400 * DAY, 15 * MINUTE, 1000, 4 * DAY),
        (timedelta(0), 15 * MINUTE, 0, 15 * MINUTE),
    ],
)
def test_a_past_is_filled_as_densely_as_it_is_read_but_never_with_too_much(span, every, subjects, expected):
    """So that neither the server nor the database is asked for millions of numbers."""
    step = step_over(span, every, subjects)
    assert step == expected
    assert span / step <= MOST_STEPS
    assert span / step * subjects <= MOST_SAMPLES + subjects


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (59 * MINUTE, "59 minutes"),
        (HOUR, "1 hour"),
        (89 * MINUTE, "89 minutes"),
        (90 * MINUTE, "2 hours"),
        (DAY, "24 hours"),
        (47 * HOUR, "47 hours"),
        (48 * HOUR, "2 days"),
        (35 * DAY, "35 days"),
    ],
)
def test_a_time_is_said_in_one_unit(span, expected):
    """As people say it."""
    assert spoken(span) == expected


def test_a_number_is_written_shortly_with_its_unit():
    """A percent sign stands close."""
    assert [plain(0.123456789), plain(4.5, "of 5"), plain(87.0, "%"), plain(-12000000.0)] == [
        "0.123457",
        "4.5 of 5",
        "87%",
        "-1.2e+07",
    ]
