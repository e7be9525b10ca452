"""Tickets that wait for others: read again once a day, and their deadlines' clocks stand still meanwhile."""

from datetime import date

import pytest

from tests.worker.places import BEFORE, company, place
from worker.blocked import MOST

THURSDAY = date(2026, 11, 26)  # two days after the first pass


@pytest.fixture
def shop(tmp_path):
    """Serve a company with a ticket on each tracker that is due on Thursday and waits for another ticket."""
    with place(tmp_path) as made:
        made.issue("Search is slow", owner="bo", due=THURSDAY, labels=["priority:high"])
        made.task("Restore takes a day", owner="bo", due=THURSDAY)
        vendor = made.github.add_issue("The vendor's fix", created_at=BEFORE, updated_at=BEFORE)
        made.github.block(1, vendor, at=BEFORE)
        made.jira.add_issue("OPS", "New tapes", reporter="bo", at=BEFORE)
        made.jira.link("OPS-2", "OPS-1", "Blocks", actor="bo")
        yield made


def passed(shop):
    """Make a pass of which a second one writes nothing; return which of the two tickets are labelled as overdue."""
    shop.once()
    assert shop.written() == []
    worn = {label.name for label in shop.github.issue(1).labels}, set(shop.jira.issue("OPS-1").labels)
    return tuple("overdue" in labels for labels in worn)


def cards(shop):
    """Return our cards on the two tickets."""
    every = (*shop.github.issue(1).comments, *shop.jira.issue("OPS-1").comments)
    return [one.body for one in every if "This comment is kept up to date" in one.body]


def unblock(shop):
    """Close both blockers; the tickets that they blocked have not changed by that."""
    before = shop.github.issue(1).updated_at, shop.jira.issue("OPS-1").updated
    shop.github.close(2)
    shop.jira.transition("OPS-2", "Close Issue", actor="bo")
    assert (shop.github.issue(1).updated_at, shop.jira.issue("OPS-1").updated) == before


def test_a_blocked_ticket_is_overdue_only_after_the_workdays_it_waited(shop):
    """Blocked on Tuesday before it is due, free again on the next Tuesday: five workdays later it is due, and late."""
    assert passed(shop) == (False, False)
    assert [card.count("The clock stands still: it waits for another ticket.") for card in cards(shop)] == [1, 1]
    shop.clock.forward(days=6)  # Monday: past the due date
    assert passed(shop) == (False, False)
    shop.clock.forward(days=1)
    unblock(shop)
    assert passed(shop) == (False, False)
    assert [card.count("The clock stands still") for card in cards(shop)] == [0, 0]
    shop.clock.forward(days=2)  # Thursday, 3 December
    assert passed(shop) == (False, False)
    shop.clock.forward(days=1)
    assert passed(shop) == (True, True)


def test_a_ticket_that_waits_outside_stands_still_as_well(shop):
    """By a label that the config names; the clock goes on when it comes off."""
    shop.configure(more='[calendar]\nwaiting = ["waiting-for-vendor"]')
    unblock(shop)
    shop.github.set_label(1, "waiting-for-vendor")
    shop.jira.label("OPS-1", actor="bo", add=["waiting-for-vendor"])
    assert passed(shop) == (False, False)
    assert [card.count("The clock stands still: it waits for somebody outside.") for card in cards(shop)] == [1, 1]
    shop.clock.forward(days=6)
    assert passed(shop) == (False, False)
    shop.github.remove_label(1, "waiting-for-vendor")
    shop.jira.label("OPS-1", actor="bo", remove=["waiting-for-vendor"])
    shop.clock.forward(days=2)  # four workdays were lost by Monday, two by Wednesday, when it is seen
    assert passed(shop) == (False, False)
    shop.clock.forward(days=5)
    assert passed(shop) == (True, True)


def test_a_ticket_that_was_late_before_it_waited_stays_late(tmp_path):
    """Being blocked is no way out of what is overdue already."""
    with company(tmp_path) as made:
        made.once()
        assert "overdue" in {label.name for label in made.github.issue(2).labels}
        made.github.block(2, made.github.add_issue("The vendor's fix"))
        made.clock.forward(days=1)
        made.once()
        assert made.written() == []
        assert "overdue" in {label.name for label in made.github.issue(2).labels}


# -- reading them again ---------------------------------------------------------------------------------------------


def asked(shop):
    """Make a pass and return how often single tickets were read: on GitHub and on Jira."""
    shop.sandbox.log.clear()
    shop.once()
    paths = [entry.path for entry in shop.sandbox.log.entries if entry.method == "GET"]
    issues = [path.rpartition("/")[0] for path in paths if path.rpartition("/")[2].isdigit()]
    return issues.count("/repos/acme/shop/issues"), issues.count("/rest/api/2/issue")


def test_a_blocked_ticket_costs_one_request_a_day(shop):
    """On the day it was read none; on the next one, then none again until the day after; none once it is free."""
    shop.once()
    shop.once()
    assert asked(shop) == (0, 0)
    for _ in range(2):
        shop.clock.forward(days=1)
        assert [asked(shop), asked(shop)] == [(1, 1), (0, 0)]
    unblock(shop)
    shop.clock.forward(days=1)
    shop.once()
    shop.clock.forward(days=1)
    shop.once()
    shop.clock.forward(days=1)
    assert asked(shop) == (0, 0)


def test_no_more_than_twenty_are_read_in_a_pass(tmp_path):
    """The longest not seen first; the others come in the passes after it, closed ones never."""
    with place(tmp_path) as made:
        blocker = made.github.add_issue("The vendor's fix", created_at=BEFORE)
        for _ in range(MOST + 6):
            made.github.block(made.github.add_issue("waits", created_at=BEFORE), blocker)
        made.github.close(2)
        made.once()
        made.clock.forward(days=1)
        assert [asked(made) for _ in range(3)] == [(20, 0), (5, 0), (0, 0)]


def test_a_blocked_ticket_that_is_gone_is_buried(shop):
    """It is asked for once, and no more."""
    shop.once()
    shop.github.delete_issue(1)
    shop.clock.forward(days=1)
    assert asked(shop)[0] == 1
    with shop.worker() as worker:
        assert worker.mirror.candidates("acme/shop#1") == ()
    shop.clock.forward(days=1)
    assert asked(shop)[0] == 0


def test_a_failure_on_the_way_is_told_and_the_rest_comes_next_time(shop):
    """The pass is not whole, and nothing is concluded about that source."""
    shop.once()
    shop.clock.forward(days=1)
    shop.fail("status", status=403, method="GET", path=r"/issues/1$")
    troubles = shop.once().troubles
    assert [trouble.partition(":")[0] for trouble in troubles] == ["source shop was not read"]
    assert [asked(shop)[0], asked(shop)[0]] == [1, 0]
