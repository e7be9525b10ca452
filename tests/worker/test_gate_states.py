"""How gates stood is kept, on SQLite and PostgreSQL, and so is what came back."""

from dataclasses import replace

import pytest

from rules.gates.states import GateState
from tests.worker.stores import NOW, after, page, ticket
from worker.gates.states import GateStates
from worker.mirror import Mirror
from worker.recurrence.pairs import Pair, Pairs

CLOSED = GateState(
    gate="gates/error-budget",
    subject="checkout",
    closed=True,
    since=NOW,
    number=3,
    because=('error_budget[subject] < 0.0 (error_budget["checkout"] = -0.2)', "and «more»"),
    unsure="error_budget of checkout: stale",
    looked=after(minutes=5),
    blocking=(("OPS-1", "https://jira.example/OPS-1", "Down, again"), ("acme/shop#2", "https://x.example/2", "")),
    waiting=12,
    page="github.com/issue/9",
    url="https://github.example/9",
)
OPEN = GateState(gate="gates/releases", subject="", closed=False, since=NOW, number=0, looked=NOW)


@pytest.fixture
def states(database):
    """Return the states of a fresh database."""
    return GateStates(database)


def test_what_is_saved_is_what_is_read(states):
    """Whole, by gate and subject; the newest state counts."""
    assert states.all() == {}
    assert states.save([CLOSED, OPEN]) == 2
    opened = replace(CLOSED, closed=False, because=(), blocking=(), waiting=0, unsure="", looked=after(hours=1))
    other = replace(CLOSED, subject="search\0")
    assert states.all() == {(each.gate, each.subject): each for each in (CLOSED, OPEN)}
    states.save([opened, other])
    known = states.all()
    assert known["gates/error-budget", "checkout"] == opened
    assert len(known) == 3


def test_what_came_back_is_what_had_been_fixed(states, database):
    """Since a moment, and as far as it can still be read."""
    mirror, pairs = Mirror(database), Pairs(database)
    every = [ticket(number, created=after(days=number)) for number in range(1, 6)]
    mirror.save("shop", "tickets", page(*every), NOW)
    made = {"other": "github.com/issue/1", "root": "acme/shop#1", "signal": "link", "evidence": "a link", "at": NOW}
    pairs.save([Pair(uid=f"github.com/issue/{number}", again=number != 3, **made) for number in (2, 3, 4, 5)])
    mirror.bury("github.com/issue/5", NOW, "gone")
    assert [each.key for each in states.came_back(after(days=0))] == ["acme/shop#2", "acme/shop#4"]
    assert [each.key for each in states.came_back(after(days=3))] == ["acme/shop#4"]


def test_a_gate_is_in_force_once_its_page_is_there_or_it_was_looked_at_again():
    """In the look in which it closes its page is filed first."""
    fresh = replace(CLOSED, page="", url="", looked=NOW)
    assert [fresh.in_force, replace(fresh, page="x").in_force, replace(fresh, looked=after(seconds=1)).in_force] == [
        False,
        True,
        True,
    ]
    assert OPEN.in_force is False
