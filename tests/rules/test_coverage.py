"""Coverage: domains counted by hand, now and as they stood before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rules.coverage import Coverage, Covered, coverage
from rules.memory import NOTHING, Memory, Pause
from tests.rules.factories import NOW, later, policy, ticket

SECURE, FAST = "domain:security", "domain:performance"


def improvement(number=1, *labels, **changes):
    """Return an improvement of these domains, created forty days ago."""
    worn = frozenset({"improvement", *(labels or (SECURE,))})
    return ticket(number, **({"labels": worn, "created": later(-40), "updated": later(-40)} | changes))


def closed(number=1, days=-1, **changes):
    """Return one that was closed so many days from now."""
    done = {"phase": "done", "status": "closed", "resolution": "completed", "closed": later(days)}
    return improvement(number, **(done | changes))


def covered(*tickets, at=NOW):
    """Return how the two domains stand."""
    return coverage(policy(), [(one, NOTHING) for one in tickets], at)


def test_domains_are_counted_by_hand():
    """Open, finished within thirty days and overdue; what is no improvement, or given up, does not count."""
    given = (
        improvement(1),
        improvement(2, due=date(2026, 11, 2)),
        improvement(3, due=date(2026, 11, 3)),  # due today: not late
        closed(4, days=-29),
        closed(5, days=-31),
        closed(6, days=-2, resolution="not_planned"),
        improvement(7, "feature", labels=frozenset({SECURE})),
        improvement(8, SECURE, FAST),
        improvement(9, "other", due=date(2026, 1, 1)),
        closed(10, days=-2, labels=frozenset({"improvement"})),
    )
    assert covered(*given) == Coverage(
        day=date(2026, 11, 3),
        days=30,
        domains=(
            Covered(domain="security", open=4, finished=1, overdue=1),
            Covered(domain="performance", open=1, finished=0, overdue=0),
        ),
        several=1,
        none=1,
    )


def test_a_domain_without_work_is_quiet():
    """Neither open nor finished recently; what was given up is no work."""
    assert covered().quiet == ("security", "performance")
    assert covered(closed(1)).quiet == ("performance",)
    assert covered(closed(1, resolution="Won't Do"), improvement(2, FAST)).quiet == ("security",)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-41, (0, 0)),  # before it was written
        (-40, (1, 0)),
        (-11, (1, 0)),
        (-10, (0, 1)),  # the moment at which it was closed
        (0, (0, 1)),
        (19, (0, 1)),
        (20, (0, 0)),
    ],
)
def test_the_past_is_found_again(days, expected):
    """A ticket that was open for thirty days and speaks for its domain for thirty more."""
    security = covered(closed(1, days=-10), at=later(days)).domains[0]
    assert (security.open, security.finished) == expected
    assert security.quiet is (expected == (0, 0))


def test_what_was_overdue_then_is_counted_by_the_date_it_has_now():
    """A date that had not come was not missed."""
    late = improvement(1, due=date(2026, 11, 1))
    assert [covered(late, at=later(day)).domains[0].overdue for day in (-3, -2, -1, 0)] == [0, 0, 1, 1]


def test_a_pause_puts_a_due_date_off():
    """As for the rules."""
    late = improvement(1, due=date(2026, 10, 30), blocked=True)
    paused = Memory(pauses=(Pause(began=later(-5), due=late.due),))
    assert coverage(policy(), [(late, paused)], NOW).domains[0].overdue == 0


def test_a_workflow_that_notes_no_closing_time_has_its_last_change():
    """Some of Jira's do not."""
    untimed = replace(closed(1), closed=None, updated=later(-10))
    assert covered(untimed).domains[0] == Covered(domain="security", finished=1)
    assert covered(untimed, at=later(21)).quiet == ("security", "performance")
