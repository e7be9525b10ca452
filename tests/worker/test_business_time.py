"""Business time, through the trackers: a team's own workdays, and ladders that wait while a ticket does."""

from datetime import date

import pytest

from tests.worker.faulty import firm
from tests.worker.places import BEFORE

NORTH = """
[teams.north]
lead = "ana"
components = ["tapes"]

[teams.north.calendar]
workdays = ["monday", "tuesday", "wednesday"]
holidays = [2026-11-25]
"""


@pytest.fixture(params=["github", "cloud", "dc"])
def served(request, tmp_path):
    """Serve a company on GitHub and on one sort of Jira; return it and the tracker that is looked at."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud") as made:
        yield made, request.param


def settled(made):
    """Make a pass, and a second one that writes nothing."""
    made.once()
    assert made.written() == []


def urgent(made, tracker, component):
    """Add a critical improvement of a component, without a due date; return how to read that date."""
    if tracker == "github":
        issue = made.issue(labels=["priority:critical", f"component:{component}"], owner="bo")
        return lambda: date.fromisoformat(issue.milestone.title.removeprefix("Due "))
    made.jira.add_component("OPS", component)
    issue = made.jira.add_issue(
        "OPS",
        "Restore takes a day",
        type="Improvement",
        reporter="bo",
        assignee="bo",
        labels=("domain:reliability",),
        components=(component,),
        priority="Highest",
    )
    return lambda: issue.due


def test_a_due_date_counts_in_the_workdays_of_the_team(served):
    """Five workdays from Tuesday: for the team in the north Wednesday is off, and weeks end on Wednesdays."""
    made, tracker = served
    made.configure(more=NORTH)
    due = {name: urgent(made, tracker, name) for name in ("Tapes", "Disks")}
    settled(made)
    assert {name: read() for name, read in due.items()} == {"Tapes": date(2026, 12, 8), "Disks": date(2026, 12, 1)}


# -- ladders ----------------------------------------------------------------------------------------------------------


class Waiting:
    """An improvement that nobody owns, and another ticket that it can wait for, on one of the trackers."""

    def __init__(self, made, tracker):
        self.made, self.github = made, tracker == "github"
        if self.github:
            self.one = made.issue(labels=["priority:low"])
            self.other = made.github.add_issue("The vendor's fix", created_at=BEFORE, updated_at=BEFORE)
        else:
            self.one = made.task(priority="Low")
            self.other = made.jira.add_issue("OPS", "New tapes", reporter="bo", at=BEFORE)

    def block(self):
        """Let it wait for the other one."""
        if self.github:
            self.made.github.block(self.one, self.other)
        else:
            self.made.jira.link(self.other.key, self.one.key, "Blocks", actor="bo")

    def free(self):
        """Close the other one; the first has not changed by that."""
        if self.github:
            self.made.github.close(self.other.number)
        else:
            way = next(each.name for each in self.made.jira.ways(self.other) if each.to == "Done")
            self.made.jira.transition(self.other.key, way, actor="bo")

    def next(self):
        """Return what our card says comes next."""
        bodies = [one.body for one in self.one.comments if "This comment is kept up to date" in one.body]
        lines = [line for line in bodies[0].replace("\\", "").splitlines() if "Next:" in line]
        return lines[0].partition("Next: if nothing changes, a comment goes to ")[2]

    def pings(self):
        """Return how many pings it has got."""
        return self.made.seen()[f"{self.one.key} ping"]


def test_a_ladder_waits_while_its_ticket_does(served):
    """Five workdays without an owner, not counting those blocked: a date on the card before and after, none between."""
    made, tracker = served
    waiting = Waiting(made, tracker)
    settled(made)
    assert waiting.next() == "ana on 2026-12-01."
    made.clock.forward(days=1)  # Wednesday
    waiting.block()
    settled(made)
    assert waiting.next() == "ana 4 workdays after the clock goes on."
    made.clock.forward(days=4)
    assert made.written() == []
    made.clock.forward(days=4)
    waiting.free()  # on Thursday, 3 December: six workdays later
    settled(made)
    assert waiting.next() == "ana on 2026-12-09."
    made.clock.forward(days=5)
    assert made.written() == []
    assert waiting.pings() == 0
    made.clock.forward(days=1)
    settled(made)
    assert waiting.pings() == 1
