"""Done needs evidence: what is closed with nothing to show is asked for, reopened once, and then left to people."""

from datetime import date

import pytest

from rules.memory import Work
from tests.worker.places import place
from tests.worker.test_people_win import cards, memory

LATER = date(2027, 3, 31)
KEYS = ("acme/shop#1", "OPS-1")


@pytest.fixture
def small(tmp_path):
    """Serve a company with an improvement on each tracker that lacks nothing, after a pass; bo owns both."""
    with place(tmp_path, rules=("pack:backlog", "pack:forbidden"), due="card") as made:
        made.issue("Search is slow", labels=["priority:high"], owner="bo")
        made.task("Restore takes a day", owner="bo", due=LATER)
        settle(made)
        made.clock.forward(hours=1)
        yield made


def settle(made):
    """Make a pass that ends at the fixed point; return its writes."""
    writes = made.written()
    assert made.written() == []
    assert made.written(whole=True) == []
    return writes


def close(made, *, reason="completed", resolution="Done"):
    """Have bo close both."""
    made.github.close(1, actor="bo-gh", reason=reason)
    made.jira.transition("OPS-1", way_out(made), actor="bo", resolution=resolution)


def way_out(made):
    """Return the name of the transition that closes OPS-1."""
    return next(one.name for one in made.jira.ways(made.jira.issue("OPS-1")) if one.to == "Done")


def is_open(made):
    """Tell of each ticket whether it is open."""
    return made.github.issue(1).state == "open", made.jira.issue("OPS-1").status != "Done"


def worn(made, label):
    """Tell of each ticket whether it wears a label."""
    return tuple(made.seen()[f"{key} label {label}"] == 1 for key in KEYS)


def pings(made):
    """Return how many pings each ticket has got."""
    return tuple(made.seen()[f"{key} ping"] for key in KEYS)


def test_what_is_closed_without_evidence_is_reopened_once(small):
    """Asked at once, reopened two workdays later, and once a person closes it again it stays closed, and is told so."""
    close(small)
    settle(small)
    assert worn(small, "no-evidence") == (True, True)
    assert pings(small) == (1, 1)
    assert all("it is reopened on 2026-11-26" in cards(small, key)[0].replace("\\", "") for key in KEYS)
    small.clock.forward(days=1)
    settle(small)
    assert is_open(small) == (False, False)
    small.clock.forward(days=1)
    settle(small)
    assert is_open(small) == (True, True)
    assert worn(small, "no-evidence") == (False, False)
    assert pings(small) == (1, 1)
    assert all("reopened, on 2026-11-26" in cards(small, key)[0].replace("\\", "") for key in KEYS)
    assert small.jira.issue("OPS-1").resolution == ""
    small.clock.forward(hours=1)
    close(small)
    settle(small)
    assert pings(small) == (2, 2)
    for _ in range(7):
        small.clock.forward(days=5)
        settle(small)
    assert is_open(small) == (False, False)
    assert [cards(small, key)[0].count("Taken back by you, and left so") for key in KEYS] == [1, 1]
    assert [memory(small, key).reversals[0].by for key in KEYS] == ["bo-gh", "acc-bo"]
    assert pings(small) == (3, 3)  # the council's, after three weeks
    assert worn(small, "no-evidence") == (False, False)  # it was long ago by now


def test_a_merged_change_that_names_the_ticket_is_evidence(small):
    """The mirror finds it in its title or text, of whatever repository; the tickets are closed and nothing is said."""
    body = "It fixes https://acme.example/browse/OPS-1 as well."
    small.github.add_pull("Cache the search (#1)", author="bo-gh", body=body, merged_at=small.clock())
    close(small)
    settle(small)
    assert worn(small, "no-evidence") == (False, False)
    assert [[work.key for work in memory(small, key).work] for key in KEYS] == [["acme/shop#2"]] * 2
    small.clock.forward(days=3)
    settle(small)
    assert is_open(small) == (False, False)


def test_evidence_that_comes_late_ends_it(small):
    """A change that is merged later makes the tickets it names be looked at again: the label goes at once."""
    change = small.github.add_pull("Cache the search", author="bo-gh", body="For #1 and OPS-1.")
    close(small)
    settle(small)
    assert worn(small, "no-evidence") == (True, True)
    small.clock.forward(hours=1)
    small.github.merge(change, actor="bo-gh")
    settle(small)
    assert worn(small, "no-evidence") == (False, False)
    small.clock.forward(days=3)
    settle(small)
    assert is_open(small) == (False, False)


def test_a_change_that_was_given_up_is_no_evidence(small):
    """It names the tickets, and was closed unmerged."""
    change = small.github.add_pull("Cache the search", author="bo-gh", body="For #1 and OPS-1.")
    small.github.close(change, actor="bo-gh")
    close(small)
    settle(small)
    assert worn(small, "no-evidence") == (True, True)


def test_what_was_given_up_needs_none(small):
    """Closed as not planned, or as what won't be done."""
    close(small, reason="not_planned", resolution="Won't Do")
    settle(small)
    assert worn(small, "no-evidence") == (False, False)


def test_a_reopening_that_is_refused_changes_nothing_else(small):
    """The label and the card stay as they are until it is open; a day later it is tried again."""
    close(small)
    settle(small)
    small.clock.forward(days=2)
    seen = small.seen()
    small.fail("status", method="PATCH", path="/issues/1", status=422)
    small.fail("status", method="POST", path="/transitions", status=400)
    small.once()
    assert is_open(small) == (False, False)
    assert small.seen() == seen
    small.clock.forward(days=1, hours=1)
    settle(small)
    assert is_open(small) == (True, True)


def test_a_lost_database_does_not_reopen_again(small):
    """The card tells that it was reopened: closed again, it stays closed."""
    close(small)
    settle(small)
    small.clock.forward(days=2)
    settle(small)
    assert is_open(small) == (True, True)
    for file in (small.folder / "var").glob("kaizend.db*"):
        file.unlink()
    small.clock.forward(hours=1)
    settle(small)
    close(small)
    for _ in range(2):
        small.clock.forward(days=2)
        settle(small)
    assert is_open(small) == (False, False)


def test_a_ticket_knows_the_changes_that_name_it(small):
    """All of them with their state, as they are now."""
    small.github.add_pull("One for #1", author="bo-gh")
    merged = small.github.add_pull("Two for #1", author="bo-gh", merged_at=small.clock())
    small.once()
    one, two = memory(small, "acme/shop#1").work
    assert isinstance(one, Work)
    assert (one.key, one.state, one.merged) == ("acme/shop#2", "open", None)
    assert (two.key, two.state, bool(two.merged)) == (merged.key, "merged", True)
    small.github.edit(2, title="One for nobody")
    small.once()
    assert [work.key for work in memory(small, "acme/shop#1").work] == ["acme/shop#3"]
