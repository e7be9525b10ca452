"""Which tickets are counted as load, support and finished work, when, and what of it is left out."""

from datetime import timedelta

import pytest

from rules.memory import NOTHING
from rules.metrics.closings import Closed, Closers
from rules.metrics.items import ItemCounter
from rules.metrics.model import Window
from rules.policy import Counting
from tests.rules.factories import NOW, conditions, policy, ticket

WEEK = Window(start=NOW, end=NOW + timedelta(days=7))
DAY = timedelta(days=1)
STALE = Closed(ticket="github.com/issue/12", source="shop", at=NOW + DAY, actor="stale[bot]")
NOBODY = Closers(last={}, bulk={}, bots=("*[bot]",))
COUNTING = Counting(
    load=conditions('"page" in labels', 'kind != "incident"'),
    support=conditions('"support" in labels || title == "Help"'),
)


def counted(kind="", closers=NOBODY, counting=COUNTING, **given):
    """Return what a ticket is counted as: (kind, when, what is left out)."""
    counter = ItemCounter(policy(counting=counting), WEEK, closers, NOW.date())
    of = ticket(**given)
    return [(item.kind, item.at, item.excluded) for item in counter.of(of, kind, NOTHING)]


def done(at, resolution="completed"):
    """Return the fields of a ticket that was closed then."""
    return {"phase": "done", "closed": at, "resolution": resolution}


@pytest.mark.parametrize(
    ("labels", "kind", "expected"),
    [
        ({"page"}, "", ["load"]),
        ({"support"}, "", ["support"]),
        ({"page", "support"}, "", ["load", "support"]),
        ({"page"}, "incident", []),
        ({"bug"}, "", []),
    ],
)
def test_load_and_support_are_what_the_config_says(labels, kind, expected):
    """A ticket may be both."""
    found = counted(kind, labels=frozenset(labels), created=NOW)
    assert found == [(each, NOW, "") for each in expected]


@pytest.mark.parametrize(
    ("created", "expected"),
    [(NOW - timedelta(microseconds=1), 0), (NOW, 1), (WEEK.end - timedelta(microseconds=1), 1), (WEEK.end, 0)],
)
def test_they_count_when_they_were_filed(created, expected):
    """With the window's start, without its end."""
    assert len(counted(labels=frozenset({"page"}), created=created)) == expected


def test_a_duplicate_is_left_out():
    """And counted as left out; what was declined was work all the same."""
    pages = {"labels": frozenset({"page"}), "created": NOW}
    assert counted(**pages, **done(NOW + DAY, "Duplicate")) == [("load", NOW, "closed as duplicate")]
    assert counted(**pages, **done(NOW + DAY, "not_planned")) == [("load", NOW, "")]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("improvement", "improvement"), ("feature", "other"), ("", "other"), ("incident", None), ("review", None)],
)
def test_finished_work(kind, expected):
    """By when it was closed; incidents and meetings are no work that is planned."""
    found = counted(kind, **done(NOW + DAY))
    assert found == ([(expected, NOW + DAY, "")] if expected else [])


def test_what_was_not_done_is_no_finished_work():
    """Nor what was finished at another time."""
    assert counted(**done(NOW + DAY, "Won't Do")) == []
    assert counted(**done(NOW - DAY)) == []
    assert counted(**done(WEEK.end)) == []


def test_what_a_machine_closed_is_left_out():
    """And counted as left out."""
    closers = Closers(last={STALE.ticket: (STALE,)}, bulk={}, bots=("*[bot]",))
    assert counted("improvement", closers, **done(NOW + DAY)) == [("improvement", NOW + DAY, "closed by a bot")]


def test_nothing_is_load_where_the_config_says_so():
    """With an empty list."""
    assert counted(counting=Counting(), labels=frozenset({"page", "support"}), created=NOW) == []


def test_tickets_that_are_alike_are_judged_once():
    """And each is counted for itself."""
    counting = Counting(load=conditions('"page" in labels'))
    counter = ItemCounter(policy(counting=counting), WEEK, NOBODY, NOW.date())
    every = [ticket(number, labels=frozenset({label}), created=NOW) for number, label in enumerate(["page", "bug"] * 2)]
    found = [item.uid for each in every for item in counter.of(each, "", NOTHING)]
    assert found == ["github.com/issue/0", "github.com/issue/2"]
