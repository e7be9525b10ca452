"""The trackers' clocks: what counts as put back, on every database."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.base import Page
from worker.mirror import Mirror

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NONE = timedelta()
LOOKS = {
    "nothing": ([(0, NONE), (5, NONE)], False),
    "a slow answer": ([(0, NONE), (5, -2 * MINUTE), (6, 2 * MINUTE), (7, NONE)], False),
    "put forward": ([(0, NONE), (5, HOUR)], False),
    "put back": ([(0, NONE), (5, -HOUR)], True),
    "put forward and back": ([(0, NONE), (5, HOUR), (10, NONE)], True),
    "put back with ours": ([(0, NONE), (-55, NONE)], True),
    "ours put forward": ([(0, NONE), (65, -HOUR)], True),
    "ours put back": ([(0, NONE), (-55, HOUR)], False),
}


@pytest.mark.parametrize(("looks", "expected"), LOOKS.values(), ids=LOOKS.keys())
def test_a_clock_is_put_back_when_it_shows_less_than_it_would(database, looks, expected):
    """Compared with ours, and with what it showed when a page was saved; a slow answer is no difference."""
    mirror = Mirror(database)
    mirror.save("shop", "tickets", Page(items=(), cursor="far"), NOON)
    mirror.save("shop", "events", Page(items=(), cursor="far"), NOON)
    found = [
        mirror.see_clock("shop", ("tickets",), ahead=ahead, now=NOON + minutes * MINUTE) for minutes, ahead in looks
    ]
    assert found == [*[False] * (len(looks) - 1), expected]
    assert mirror.cursor("shop", "tickets") == ("" if expected else "far")
    assert mirror.cursor("shop", "events") == "far"


def test_nodes_that_disagree_cost_a_read_from_the_beginning_an_hour_at_most(database):
    """Two nodes ten minutes apart answer in turn: that is not taken for a clock put back over and over."""
    mirror = Mirror(database)
    found = []
    for turn in range(24):
        now = NOON + turn * 5 * MINUTE
        mirror.save("shop", "tickets", Page(items=(), cursor="far"), now)
        found.append(mirror.see_clock("shop", ("tickets",), ahead=10 * MINUTE * (turn % 2), now=now))
    assert sum(found) == 2
