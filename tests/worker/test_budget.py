"""Budgets are exact, shared and outlive the process."""

import multiprocessing
from datetime import timedelta

import pytest

from integrations.base import Limit
from tests.worker.stores import NOW, after
from worker.budget import DatabaseBudget
from worker.database import open_database

HOUR = (Limit(count=3, seconds=3600),)


@pytest.fixture
def budget(database):
    """Make an empty budget."""
    return DatabaseBudget(database)


def test_a_bucket_grants_its_limit_and_then_says_when(budget):
    """The fourth of three an hour is granted when the first leaves the window, and not a moment earlier."""
    assert [budget.spend("b", HOUR, after(minutes=n)) for n in range(3)] == [None] * 3
    assert budget.spend("b", HOUR, after(minutes=10)) == after(minutes=60)
    assert budget.spend("b", HOUR, after(minutes=60, microseconds=-1)) == after(minutes=60)
    assert budget.spend("b", HOUR, after(minutes=60)) is None
    assert budget.spend("b", HOUR, after(minutes=60)) == after(minutes=61)
    assert budget.spend("other", HOUR, NOW) is None


def test_the_strictest_of_several_limits_counts(budget):
    """A minute's limit and an hour's hold at once; what is refused takes nothing."""
    limits = (Limit(count=2, seconds=60), Limit(count=3, seconds=3600))
    assert [budget.spend("b", limits, NOW) for _ in range(2)] == [None, None]
    assert [budget.spend("b", limits, after(seconds=1)) for _ in range(9)] == [after(seconds=60)] * 9
    assert budget.spend("b", limits, after(seconds=60)) is None
    assert budget.spend("b", limits, after(seconds=61)) == after(hours=1)


def test_what_is_left_is_what_would_be_granted(budget):
    """Counting takes nothing, and agrees with what is granted then, at every moment of the window."""
    for minute in (0, 5, 40, 61, 64, 66):
        now, left = after(minutes=minute), budget.left("b", HOUR[0], after(minutes=minute))
        assert left == budget.left("b", HOUR[0], now)
        assert (budget.spend("b", HOUR, now) is None) is (left > 0)
    assert budget.left("other", HOUR[0], NOW) == 3


def test_no_window_of_any_position_is_over_its_limit(budget):
    """Asked every second, the grants of any 10 seconds are 4 at most."""
    granted = [n for n in range(60) if budget.spend("b", (Limit(count=4, seconds=10),), after(seconds=n)) is None]
    assert max(sum(start <= n < start + 10 for n in granted) for start in range(60)) == 4
    assert len(granted) == 24


def test_a_clock_set_back_does_not_make_room(budget):
    """What was spent in what is now the future still counts."""
    for _ in range(3):
        budget.spend("b", HOUR, after(minutes=10))
    assert budget.spend("b", HOUR, NOW) == after(minutes=70)


def test_nothing_is_granted_of_nothing(budget):
    """A limit of none is a way to switch writing off."""
    assert budget.spend("b", (Limit(count=0, seconds=60),), NOW) == after(seconds=60)
    assert budget.spend("b", (), NOW) is None


def test_spendings_outlive_the_process(database_url):
    """A new process knows what the last one spent and how long it must be quiet."""
    for n in range(3):
        database = open_database(database_url)
        assert DatabaseBudget(database).spend("b", HOUR, after(minutes=n)) is None
        DatabaseBudget(database).pause("b", after(hours=2))
        database.close()
    database = open_database(database_url)
    assert DatabaseBudget(database).spend("b", HOUR, after(minutes=5)) == after(hours=1)
    assert DatabaseBudget(database).paused_until("b", after(minutes=5)) == after(hours=2)
    database.close()


def test_old_spendings_are_forgotten(database, budget):
    """What no window holds any more is kept for another day, and no longer."""
    for hour in range(0, 60, 2):
        budget.spend("b", HOUR, after(hours=hour))
    assert database.rows("select count(*) from spendings") == [(13,)]


def test_a_clock_that_jumps_ahead_and_back_empties_no_bucket(budget):
    """What was taken before the jump still counts after it."""
    for _ in range(3):
        budget.spend("b", HOUR, NOW)
    assert budget.spend("b", HOUR, after(hours=9)) is None
    budget.restamp({"b": after(hours=9)}, NOW)
    assert budget.spend("b", HOUR, after(minutes=1)) == after(hours=1)


def test_a_clock_that_was_a_month_ahead_binds_nothing_once_it_is_right(budget):
    """What was taken by it counts from now, a pause that it made is none, and a new one is kept to."""
    for _ in range(3):
        budget.spend("b", HOUR, after(days=30))
    budget.pause("b", after(days=30, minutes=10))
    assert (budget.left("b", HOUR[0], NOW), budget.paused_until("b", NOW), budget.pauses(NOW)) == (3, None, {})
    assert budget.spend("b", HOUR, NOW) == after(hours=1)
    assert budget.spend("b", HOUR, after(hours=1)) is None
    budget.pause("b", after(minutes=10))
    assert budget.paused_until("b", NOW) == after(minutes=10)


def test_the_longest_pause_there_is_is_kept_to_though_the_clock_is_put_back_a_little(budget):
    """A day, and an hour that comes twice; a shorter one does not end it."""
    budget.pause("b", after(days=1))
    budget.pause("b", after(minutes=10))
    assert budget.paused_until("b", after(hours=-1)) == after(days=1)


def test_what_was_taken_counts_from_when_the_answer_came(budget):
    """The window is measured from there; other buckets, and what was taken at other times, stay as they are."""
    budget.spend("b", HOUR, NOW)
    budget.spend("b", HOUR, after(minutes=2))
    budget.spend("other", HOUR, NOW)
    budget.restamp({"b": NOW}, after(minutes=5))
    assert [budget.left("b", HOUR[0], after(minutes=n)) for n in (60, 62, 65)] == [1, 2, 3]
    assert budget.left("other", HOUR[0], after(minutes=60)) == 3
    budget.forget("b")
    assert budget.left("b", HOUR[0], after(minutes=6)) == 3


def test_a_pause_is_never_shortened(budget):
    """The longest of the waits we were told counts; it ends at its end."""
    for hours in (2, 1, 3, 2):
        budget.pause("shop", after(hours=hours))
    assert budget.paused_until("shop", NOW) == after(hours=3)
    assert budget.pauses(NOW) == {"shop": after(hours=3)}
    assert budget.paused_until("shop", after(hours=3)) is None
    assert budget.paused_until("other", NOW) is None


def spend_all(url, grants):
    """Ask for a grant every 18 seconds of an hour, as a process of its own."""
    database = open_database(url)
    budget = DatabaseBudget(database)
    limit = (Limit(count=50, seconds=3600),)
    grants.put(sum(budget.spend("b", limit, NOW + timedelta(seconds=18 * n)) is None for n in range(30)))
    database.close()


def test_processes_share_a_budget(database_url):
    """Four processes that ask for 120 of 50 an hour get 50 between them."""
    open_database(database_url).close()
    spawn = multiprocessing.get_context("forkserver")
    grants = spawn.Queue()
    processes = [spawn.Process(target=spend_all, args=(database_url, grants)) for _ in range(4)]
    for process in processes:
        process.start()
    granted = sum(grants.get(timeout=60) for _ in processes)
    for process in processes:
        process.join(30)
    grants.close()
    grants.join_thread()
    assert granted == 50
    assert [process.exitcode for process in processes] == [0] * 4
