"""What an incident's text tells: written in many ways, by people and by forms, and not to be trusted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.calendar import WorkCalendar
from rules.metrics.told import NOTHING_CAUSED, SILENCE, Told, causes_named, told_by

BERLIN = WorkCalendar("Europe/Berlin").instant
TEN = datetime(2026, 11, 2, 10, tzinfo=UTC)
SHOP = "acme/shop"


def told(text, repository=SHOP):
    """Read a text as it is read in Berlin."""
    return told_by(text, repository, BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "Began: 2026-11-02 10:00 UTC",
        "began 2026-11-02 10:00Z",
        "**Began:** 2026-11-02T10:00:00Z",
        "- Started: 2026-11-02, 11:00 in the morning",
        "Started at: 2026-11-02 at 11:00",
        "* *Began:* 2026-11-02 11:00",
        "| Began | 2026-11-02 12:00 +02:00 |",
        "### Began\n\n2026-11-02 11:00\n\n### Impact\n\nAll carts",
        "h3. Began\n2026-11-02 05:00-0500",
        "It hurts.\r\nBegan: 2026-11-02 10:00:59.5 GMT\r\nBegan: 2026-11-03 10:00",
    ],
)
def test_when_it_began_is_written_in_many_ways(text):
    """Without a zone the time is the company's; the first line counts."""
    assert told(text) == Told(began=TEN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It began on Monday.",
        "### Began\n\n_No response_",
        "`Began: 2026-11-02 10:00`",
        "```\nBegan: 2026-11-02 10:00\n```",
        "{code}\nBegan: 2026-11-02 10:00\n{code}",
        "<!-- Began: 2026-11-02 10:00 -->",
        "We began: 2026-11-02 10:00",
        "Began-ish: 2026-11-02 10:00",
        "The outage was caused by #12",
        "Caused by a config change, see #12",
        "Caused by",
    ],
)
def test_what_is_not_told_is_not_read_into_it(text):
    """Prose, code, comments that nobody sees, forms left empty."""
    assert told(text) == SILENCE


def test_all_that_is_told():
    """Each on a line of its own."""
    text = "Began: 2026-11-02 10:00Z\nDetected: 2026-11-02 10:10Z\nMitigated: 2026-11-02 12:30Z\nCaused by: #12"
    assert told(text) == Told(
        began=TEN,
        detected=TEN + timedelta(minutes=10),
        resolved=TEN + timedelta(hours=2, minutes=30),
        causes=("acme/shop#12",),
    )


@pytest.mark.parametrize(
    "value",
    ["2026-11-02", "2026-11-02 10", "2026-13-02 10:00", "2026-11-02 25:00", "2026-11-02 10:00 PST", "2026-11-02 noon"],
)
def test_what_is_meant_as_a_time_and_is_none_is_doubted(value):
    """A zone that we do not know is no reason to guess."""
    found = told(f"Began: {value}")
    assert found.began is None
    assert found.doubts == (f"'{value}' is no time: write it like '2026-11-02 10:00' or '... 10:00Z'.",)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("#12", ("acme/shop#12",)),
        ("PR #12, which was merged too early", ("acme/shop#12",)),
        ("the deployment of acme/web#3 and #4", ("acme/web#3", "acme/shop#4")),
        ("https://github.example/acme/web/pull/7", ("acme/web#7",)),
        ("OPS-4", ("ops-4",)),
        ("none", (NOTHING_CAUSED,)),
        ("No deployment: the disk was full", (NOTHING_CAUSED,)),
        ("nonesuch", ()),
        ("something like #12", ()),
        ("", ()),
    ],
)
def test_what_caused_it_is_named_first(words, expected):
    """What a sentence names later may be anything."""
    assert causes_named(words, SHOP) == expected


def test_a_number_alone_means_nothing_where_there_is_no_repository():
    """In Jira."""
    assert causes_named("#12", "") == ()


@given(some.text(alphabet="Began:Caused by #1-\n|*_` 2026T10+Z", max_size=400))
def test_no_text_is_too_much(text):
    """Whatever is written, something is made of it."""
    found = told(text)
    assert found.began is None or found.began.tzinfo is UTC


def test_a_time_that_autumn_repeats_is_the_first():
    """On 2026-10-25 Berlin has 02:30 twice."""
    assert told("Began: 2026-10-25 02:30").began == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert told("Began: 2026-10-25 02:30 +01:00").began == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
