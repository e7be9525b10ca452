"""Tickets, people and comments that go while we look after them, seen over whole passes on each tracker."""

import pytest

from tests.worker.faulty import FLAVOURS, firm, rules, settled, states
from tests.worker.places import LATE
from worker.cycle import Watching, once

ASKED = """
[[rule]]
id = "asked"
about = "Each improvement is asked for."
on = "improvement"
when = ["open"]
say = "Please look."

[[rule.step]]
after = "0 days"
ping = ["lead"]
"""
WEEK = {"days": 8}  # in which the lead of a ticket without an owner would be pinged


@pytest.mark.fault("objects/deleted-ticket")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_ticket_that_is_deleted_in_jira_is_given_up(tmp_path, flavour):
    """Its ops are dropped, the others go on, and nothing is made in its place."""
    with firm(tmp_path, flavour) as made:
        gone, stays = made.task("Goes"), made.task("Stays")
        settled(made)
        made.jira.delete(gone.key)
        made.clock.forward(**WEEK)
        assert made.once().whole
        assert states(made)["OPS-1", "ping"] == "dropped"
        settled(made, 0)
        assert made.seen()[f"{stays.key} ping"] == 1
        assert len(made.jira.issues) == 1


@pytest.mark.fault("objects/ticket-out-of-sight")
@pytest.mark.fault("objects/ticket-out-of-sight", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_ticket_that_is_hidden_from_us_is_given_up_and_shown_again_goes_on(tmp_path, flavour):
    """A security level or a lost right hides one: nothing is made in its place; its card is still the one it has."""
    with firm(tmp_path, flavour) as made:
        made.issue("Hidden", labels=["priority:high"])
        made.task("Hidden")
        made.task("Seen")
        settled(made)
        for path in ("/issues/1$", "/issue/10001$", "/issues/1/", "/issue/10001/"):
            made.fail("status", path=path, status=404, times=999)
        made.clock.forward(**WEEK)
        assert made.once().whole
        assert states(made)["acme/shop#1", "ping"] == states(made)["OPS-1", "ping"] == "dropped"
        assert made.seen()["OPS-2 ping"] == 1
        made.sandbox.faults.clear()
        made.github.comment(1, "Here again.", author="bo-gh")
        made.jira.comment("OPS-1", "Here again.", author="bo")
        made.clock.forward(minutes=5)
        settled(made)
        assert [made.seen()[f"{key} card"] for key in ("acme/shop#1", "OPS-1", "OPS-2")] == [1, 1, 1]


@pytest.mark.fault("objects/full-of-comments", "github")
def test_a_ticket_that_takes_no_comment_any_more_keeps_nothing_from_the_others(tmp_path):
    """It is no throttle and no missing right: its own comments fail and rest, its labels come, the others get all."""
    with firm(tmp_path) as made:
        full = made.issue("Full", labels=["priority:high"])
        made.issue("Not full", labels=["priority:high"])
        made.github.comment_limit = full.comments_ever = 1000
        made.github.issue(2).comments_ever = 0
        passed = made.once()
        assert passed.troubles == ("1 ops failed",)
        assert states(made)["acme/shop#1", "card"] == "failed"
        settled(made, 0)
        assert made.seen()["acme/shop#2 card"] == made.seen()["acme/shop#1 label needs-owner"] == 1


@pytest.mark.fault("objects/changed-before-the-write", "cloud")
def test_what_somebody_does_in_jira_before_our_write_is_not_done_again(tmp_path):
    """They take it while the pass writes to another ticket: no label asks for an owner, nor does the card."""
    with firm(tmp_path) as made:
        made.task("First")
        made.task("Second")
        taken = []

        def meddle(op):
            if not taken:
                taken.append(made.jira.edit("OPS-2", actor="bo", assignee="bo"))

        with made.worker() as worker:
            passed = once(worker, made.stop, watching=Watching(carried=meddle))
        assert passed.applied.counts["dropped"] == 2
        settled(made)
        assert (made.seen()["OPS-2 label needs-owner"], made.seen()["OPS-2 card"]) == (0, 1)
        assert "Nobody owns" not in made.jira.issue("OPS-2").comments[0].body


# -- people -----------------------------------------------------------------------------------------------------------
@pytest.mark.fault("objects/person-who-left")
@pytest.mark.fault("objects/person-who-left", "github")
@pytest.mark.parametrize("how", ["deactivated", "deleted"])
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_assignee_who_left_breaks_nothing(tmp_path, flavour, how):
    """Nobody is assigned in their place; the ladder goes its way to the lead."""
    with firm(tmp_path, flavour) as made:
        made.issue("Late", owner="bo", due=LATE)
        made.task("Late", owner="bo", due=LATE)
        settled(made)
        person = "unknown" if how == "deleted" else "bo"
        if how == "deleted":  # somebody without a name stands in their place
            rename(made, "bo", person)
            made.jira.users[person].account_id = person
        made.github.user(made.login(person)).assignable = made.jira.users[person].active = False
        made.clock.forward(**WEEK)
        settled(made)
        assert (made.seen()["acme/shop#1 ping"], made.seen()["OPS-1 ping"]) == (2, 2)
        assert made.seen()[f"OPS-1 owner {person}"] == made.seen()[f"acme/shop#1 owner {made.login(person)}"] == 1


@pytest.mark.fault("objects/renamed-person")
@pytest.mark.fault("objects/renamed-person", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_person_who_is_renamed_is_called_by_the_new_name(tmp_path, flavour):
    """The owner as the ticket has them; nothing is assigned, taken off, or said twice."""
    with firm(tmp_path, flavour) as made:
        made.issue("Late", owner="bo", due=LATE)
        made.task("Late", owner="bo", due=LATE)
        settled(made)
        before = made.seen()
        rename(made, "bo", "robert")
        made.clock.forward(minutes=5)
        settled(made)
        assert made.seen() - before == {"acme/shop#1 owner robert-gh": 1, "OPS-1 owner robert": 1}
        made.clock.forward(days=30)
        made.issue("Later", owner="robert", due=LATE, at=made.clock())
        made.task("Later", owner="robert", due=LATE, at=made.clock())
        settled(made)
        assert "@robert-gh" in made.github.issue(2).comments[-1].body
        assert ("[~robert]" if flavour == "dc" else "[~accountid:acc-bo]") in made.jira.issue("OPS-2").comments[-1].body


def rename(made, old, new):
    """Give somebody another name on both trackers; somebody says so on the tickets that they own."""
    user = made.github.users.pop(made.login(old))
    user.login = made.login(new)
    made.github.users[user.login] = user
    person = made.jira.users.pop(old)
    person.login = person.name = new
    made.jira.users[new] = person
    for issue in made.jira.issues.values():
        issue.assignee = new if issue.assignee == old else issue.assignee
        issue.reporter = new if issue.reporter == old else issue.reporter
        issue.creator = new if issue.creator == old else issue.creator
        made.jira.comment(issue.key, "They have another name.", author="ana")
    for issue in made.issues():
        made.github.comment(issue, "They have another name.", author="ana-gh")


def test_the_place_of_a_ping_that_is_refused_is_another_ones_in_the_same_pass(tmp_path):
    """A person may be pinged once a week, and the first ticket is locked: the ping of the second one does not wait."""
    with firm(tmp_path) as made:
        rules(made, ASKED)
        made.configure(rules='"own.toml"', more="[ceilings]\nperson = 1\n")
        locked, other = made.issue("Locked").number, made.issue("Open").number
        made.github.lock(locked, actor="ana-gh")
        made.once()
        assert [made.seen()[f"acme/shop#{number} ping"] for number in (locked, other)] == [0, 1]
