"""Business time, through the trackers: a team's own workdays, and ladders that wait while a ticket does."""

from datetime import date

import pytest

from tests.worker.faulty import firm

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
