"""What becomes of tickets, labels, people and projects under our hands, seen over whole passes."""

import unicodedata
from datetime import UTC, date, datetime

import pytest

from tests.worker.faulty import FLAVOURS, firm, rules, settled, states
from tests.worker.places import BEFORE, BOT, LATE

WEEK = {"days": 8}  # in which the lead of a ticket without an owner would be pinged


# -- GitHub -----------------------------------------------------------------------------------------------------------
@pytest.mark.fault("objects/deleted-ticket", "github")
@pytest.mark.fault("objects/transferred-ticket", "github")
@pytest.mark.parametrize("gone", ["transferred", "deleted"])
def test_a_ticket_that_is_gone_is_given_up_and_nothing_is_made_in_its_place(tmp_path, gone):
    """Its ops are dropped, the others go on, and the passes after are quiet."""
    with firm(tmp_path) as made:
        ticket = made.issue("Goes", labels=["priority:high"])
        made.issue("Stays", labels=["priority:high"])
        settled(made)
        if gone == "transferred":
            made.github.transfer_issue(ticket, made.github.add_repo("acme/elsewhere"))
        else:
            made.github.delete_issue(ticket)
        made.clock.forward(**WEEK)
        made.sandbox.log.clear()
        assert made.once().whole
        assert not [write for write in made.writes() if "/issues/1/" in write or write.endswith("/issues")]
        assert states(made)["acme/shop#1", "ping"] == "dropped"
        assert made.seen()["acme/shop#2 ping"] == 1
        settled(made)


@pytest.mark.fault("objects/locked-ticket", "github")
def test_a_locked_ticket_keeps_nothing_from_the_others(tmp_path):
    """What it does not take is refused once that day, with its reason; the other ticket gets all."""
    with firm(tmp_path) as made:
        made.github.lock(made.issue("Locked", labels=["priority:high"]), actor="ana-gh")
        made.issue("Open", labels=["priority:high"])
        passed = made.once()
        assert passed.troubles == ("1 ops failed",)
        assert states(made)["acme/shop#1", "card"] == "failed"
        assert made.seen()["acme/shop#2 card"] == 1
        settled(made, 0)


@pytest.mark.fault("objects/archived-repository", "github")
def test_an_archived_repository_is_sent_no_write_and_the_pass_says_so(tmp_path):
    """Not one refused write, however many tickets want something; taken out of the archive, it gets all of it."""
    with firm(tmp_path) as made:
        for number in range(12):
            made.issue(f"Slow {number}", labels=["priority:high"])
        made.task()
        made.github.main.archived = True
        for _ in range(2):
            made.sandbox.log.clear()
            assert "the repository is archived" in made.once().troubles[0]
            assert [write for write in made.writes() if "/repos/" in write] == []
        assert made.seen()["OPS-1 card"] == 1
        made.github.main.archived = False
        settled(made)
        assert sum(made.seen()[f"acme/shop#{number} card"] for number in range(1, 13)) == 12


@pytest.mark.fault("objects/issues-switched-off", "github")
def test_a_repository_without_issues_is_not_read_and_not_taken_for_empty(tmp_path):
    """Issues are switched off: nothing is written, nothing is given up; switched on again, all is as it was."""
    with firm(tmp_path) as made:
        made.issue("Slow", labels=["priority:high"])
        settled(made)
        made.github.main.has_issues = False
        made.clock.forward(**WEEK)
        made.sandbox.log.clear()
        assert "Issues are disabled" in made.once().troubles[0]
        assert made.writes() == []
        made.github.main.has_issues = True
        settled(made)
        assert made.seen()["acme/shop#1 ping"] == 1


@pytest.mark.fault("objects/renamed-project", "github")
def test_a_renamed_repository_goes_on_under_its_new_name(tmp_path):
    """The config still says the old one: the same tickets, the same card, written at the new address."""
    with firm(tmp_path) as made:
        made.issue("Slow", labels=["priority:high"])
        settled(made)
        made.github.rename_repo(made.github.main, "newco/store")
        made.clock.forward(**WEEK)
        written = made.written()
        assert [write.partition(" /")[2].split("/issues")[0] for write in written] == ["repos/newco/store"] * 2
        settled(made, 0)
        assert (made.seen()["newco/store#1 card"], made.seen()["newco/store#1 ping"]) == (1, 1)


@pytest.mark.fault("objects/hundred-labels", "github")
def test_a_ticket_with_a_hundred_labels_gets_the_rest(tmp_path):
    """No label fits on it any more: that is refused and told; its card comes all the same, and then there is quiet."""
    with firm(tmp_path) as made:
        made.issue("Slow", labels=[f"l{number}" for number in range(98)])
        passed = made.once()
        assert "2 ops failed" in passed.troubles
        settled(made)
        assert made.seen()["acme/shop#1 card"] == 1


@pytest.mark.fault("objects/label-in-another-case", "github")
def test_a_label_in_other_letters_is_the_same_label(tmp_path):
    """A repository that has "Needs-Owner" gets no "needs-owner" beside it; the ticket with an owner loses it."""
    with firm(tmp_path) as made:
        made.github.label("Needs-Owner")
        issue = made.issue("Slow", labels=["priority:high"])
        settled(made)
        assert made.seen()["acme/shop#1 label Needs-Owner"] == 1
        made.github.assign(issue, "bo-gh", actor="bo-gh")
        made.clock.forward(minutes=5)
        settled(made)
        assert made.seen()["acme/shop#1 label Needs-Owner"] == 0


ACCENTED = """
[[rule]]
id = "decided"
about = "What has an owner and no decision is marked."
on = "improvement"
when = ['open', '!("entschieden-für" in labels)']
label = "qualität"
"""


@pytest.mark.fault("objects/label-in-other-code-points")
@pytest.mark.fault("objects/label-in-other-code-points", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_a_label_whose_letters_are_put_together_otherwise_is_the_same_label(tmp_path, flavour, written):
    """A file or a keyboard may write an umlaut in one piece or in two: it is worn once, and a condition finds it."""
    with firm(tmp_path, flavour) as made:
        rules(made, unicodedata.normalize(written, ACCENTED))
        for label in ("qualität", "entschieden-für", "x"):
            made.issue(labels=[label])
            made.task(labels=(label,))
        settled(made)
        worn = [issue.labels for issue in made.jira.issues.values()]
        worn += [[label.name for label in issue.labels] for issue in made.issues()]
        found = [[unicodedata.normalize("NFC", name) for name in names] for names in worn]
        assert [names.count("qualität") for names in found] == [1, 0, 1] * 2
        made.jira.label("OPS-3", actor="ana", remove=["qualität"])
        made.github.remove_label(3, "qualität", actor="ana-gh")
        made.clock.forward(minutes=5)
        settled(made)
        assert "qualität" not in made.jira.issue("OPS-3").labels
        assert "qualität" not in {label.name for label in made.github.issue(3).labels}


@pytest.mark.fault("objects/renamed-label", "github")
def test_a_label_that_a_person_renames_is_not_made_again_on_the_ticket(tmp_path):
    """Renamed in the repository, it counts as taken back on the tickets that wear it."""
    with firm(tmp_path) as made:
        issue = made.issue("Slow", labels=["priority:high"])
        settled(made)
        labels = made.github.main.labels
        labels["wants-owner"] = labels.pop("needs-owner")
        labels["wants-owner"].name = "wants-owner"
        made.github.comment(issue, "I renamed it.", author="ana-gh")
        made.clock.forward(minutes=5)
        settled(made)
        assert made.seen()["acme/shop#1 label needs-owner"] == 0
        assert "Taken back" in issue.comments[0].body


@pytest.mark.fault("objects/odd-labels")
@pytest.mark.fault("objects/odd-labels", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_foreign_labels_of_any_kind_are_borne(tmp_path, flavour):
    """Commas, emoji, spaces before and after: they are read, and stay as they are."""
    odd = ["a,b", "😀", " lead", "x" * 50, "per/cent%20", "#1", "a\u202eb"]
    with firm(tmp_path, flavour) as made:
        made.issue("Slow", labels=[*odd, "priority:high"])
        made.task(labels=("a,b", "😀", "x" * 255))
        settled(made)
        assert all(made.seen()[f"acme/shop#1 label {name}"] == 1 for name in odd)


@pytest.mark.fault("objects/nearly-full-of-comments", "github")
def test_a_ticket_near_its_last_comment_is_left_to_people(tmp_path):
    """2,480 of GitHub's 2,500: no card and no ping of ours, said and not tried again; its labels still come."""
    with firm(tmp_path) as made:
        full = made.issue("Talked about", owner="bo", due=LATE)
        for _ in range(2480):
            made.github.comment(full, "Yes.", author="bo-gh", at=BEFORE)
        made.once()
        with made.worker() as worker:
            why = [entry.why for entry in worker.ledger.entries(("failed",))]
        assert all("#1 has 2480 comments, of 2,500 it can ever have" in each for each in why)
        assert why
        settled(made)
        assert (len(full.comments), made.seen()["acme/shop#1 label overdue"]) == (2480, 1)


@pytest.mark.fault("objects/milestone-of-people", "github")
def test_a_milestone_that_people_set_stays_and_the_date_goes_on_the_card(tmp_path):
    """A ticket in a sprint keeps its milestone; the card carries the due date, and from then on it counts."""
    with firm(tmp_path) as made:
        issue = made.issue("Slow", labels=["priority:high"])
        sprint = made.github.add_milestone("Sprint 12", creator="ana-gh", at=BEFORE)
        made.github.set_milestone(issue, sprint, actor="ana-gh")
        assert made.once().whole
        settled(made)
        assert (issue.milestone, made.seen()["acme/shop#1 card"]) == (sprint, 1)
        with made.worker() as worker:
            due = worker.mirror.find("acme/shop#1").due
        assert f"due date {due.isoformat()}" in issue.comments[-1].body


@pytest.mark.fault("objects/milestone-that-moves", "github")
def test_a_milestone_that_is_moved_moves_its_tickets(tmp_path):
    """GitHub does not call them changed: the next pass sees that one is late, and that it is late no more."""
    with firm(tmp_path) as made:
        iteration = made.milestone(date(2027, 3, 1))
        issue = made.issue("Slow", owner="bo", labels=["priority:high"])
        made.github.set_milestone(issue, iteration, actor="ana-gh", at=BEFORE)
        settled(made)
        assert made.seen()["acme/shop#1 label overdue"] == 0
        for day, late in ((LATE, 1), (date(2027, 3, 1), 0)):
            made.clock.forward(minutes=5)
            touched = issue.updated_at
            made.github.set_milestone_due(iteration, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
            assert issue.updated_at == touched
            settled(made)
            assert made.seen()["acme/shop#1 label overdue"] == late
        assert made.seen()["acme/shop#1 ping"] == 1


# -- Jira -------------------------------------------------------------------------------------------------------------
@pytest.mark.fault("objects/transferred-ticket")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_ticket_that_moved_to_another_project_is_left_there(tmp_path, flavour):
    """It is not ours to look after any more; the ones that stayed are."""
    with firm(tmp_path, flavour) as made:
        moved = made.task("Goes")
        made.task("Stays")
        settled(made)
        made.jira.add_project("DEV")
        made.jira.move(moved.key, "DEV", actor="ana")
        made.clock.forward(**WEEK)
        assert made.once().whole
        settled(made, 0)
        assert (made.seen()["DEV-1 ping"], made.seen()["OPS-2 ping"]) == (0, 1)


@pytest.mark.fault("objects/transferred-ticket", "cloud")
def test_a_ticket_that_moved_to_another_project_of_ours_keeps_its_card(tmp_path):
    """It is the same ticket under another key: edited from there on, nothing is said twice."""
    with firm(tmp_path) as made:
        text = made.config.read_text(encoding="utf-8")
        more = text[text.index("[sources.ops]") :].replace("sources.ops", "sources.dev").replace('"OPS"', '"DEV"')
        made.config.write_text(text.replace('"ops"]', '"ops", "dev"]') + more, encoding="utf-8")
        made.jira.add_project("DEV")
        moved = made.task("Goes")
        made.task("Stays")
        settled(made)
        made.jira.move(moved.key, "DEV", actor="ana")
        made.clock.forward(minutes=5)
        settled(made)
        made.clock.forward(**WEEK)
        settled(made)
        assert (made.seen()["DEV-1 card"], made.seen()["DEV-1 ping"]) == (1, 1)


@pytest.mark.fault("objects/renamed-project")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_renamed_project_goes_on_under_its_new_key(tmp_path, flavour):
    """The config still says the old key; card and ping are not repeated."""
    with firm(tmp_path, flavour) as made:
        made.task()
        settled(made)
        made.jira.rename_project("OPS", "RUN")
        made.clock.forward(**WEEK)
        settled(made)
        assert (made.seen()["RUN-1 card"], made.seen()["RUN-1 ping"]) == (1, 1)


@pytest.mark.fault("objects/field-on-no-screen")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_fields_that_are_on_no_screen_are_tried_once_and_keep_nothing_else_back(tmp_path, flavour):
    """One refusal a field for a whole project's tickets of a type; all cards come."""
    with firm(tmp_path, flavour) as made:
        made.jira.projects["OPS"].off_screen |= {("", "duedate"), ("", "labels")}
        for number in range(4):
            made.task(f"Late {number}")
        assert made.once().applied.counts["failed"] == 8
        assert made.sandbox.log.count(method="PUT") == 2
        settled(made)
        assert [made.seen()[f"OPS-{number} card"] for number in (1, 2, 3, 4)] == [1, 1, 1, 1]


@pytest.mark.fault("objects/one-ticket-shut")
@pytest.mark.fault("access/right-missing")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_one_ticket_that_shuts_us_out_keeps_nothing_from_the_others(tmp_path, flavour):
    """Its security level or its status forbids what the project allows: that is its own matter, told as such."""
    with firm(tmp_path, flavour) as made:
        for number in range(3):
            made.task(f"Late {number}")
        message = {"errorMessages": ["You do not have the permission to comment on this issue."]}
        made.fail("status", method="POST", path="/issue/10001/comment$", status=403, times=99, body=message)
        made.fail("status", method="PUT", path="/issue/10002$", status=403, times=99, body=message)
        assert made.once().applied.counts["failed"] == 3
        settled(made)
        assert [made.seen()[f"OPS-{number} card"] for number in (1, 2, 3)] == [0, 1, 1]
        assert made.seen()["OPS-3 label needs-owner"] == 1


def test_a_right_lost_in_the_project_is_met_a_few_times_and_given_back_it_is_used(tmp_path):
    """A dozen refusals at the very most, none of them again that day; the next day, with the right, all cards come."""
    with firm(tmp_path) as made:
        for number in range(16):
            made.task(f"Late {number}")
        made.jira.users[BOT].rights.discard("ADD_COMMENTS")
        assert not made.once().whole
        assert made.sandbox.log.count(method="POST", path="/comment$") <= 12
        made.jira.users[BOT].rights.add("ADD_COMMENTS")
        made.once()
        made.clock.forward(days=1, minutes=1)
        settled(made, 2)
        assert {made.seen()[f"OPS-{number} card"] for number in range(1, 17)} == {1}


@pytest.mark.fault("objects/project-out-of-sight")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_project_out_of_sight_is_not_taken_for_an_empty_one(tmp_path, flavour):
    """Without the right to browse, nothing is written and nothing forgotten; with it, all goes on."""
    with firm(tmp_path, flavour) as made:
        made.task()
        settled(made)
        made.jira.users[BOT].rights.discard("BROWSE_PROJECTS")
        made.clock.forward(**WEEK)
        made.sandbox.log.clear()
        assert "ops was not read" in made.once().troubles[0]
        assert made.writes() == []
        made.jira.users[BOT].rights.add("BROWSE_PROJECTS")
        settled(made)
        assert (made.seen()["OPS-1 card"], made.seen()["OPS-1 ping"]) == (1, 1)


# -- due dates that live on the card ---------------------------------------------------------------------------------
def test_a_date_on_the_card_outlives_the_database_more_than_once(tmp_path):
    """With no other place for a due date, our card is its memory: two lost databases do not put it off."""
    with firm(tmp_path, due="card") as made:
        made.issue("Slow", labels=["priority:high"])
        settled(made)
        for _ in range(2):  # the second time it is late already, and a new date would be a later one
            for file in tmp_path.rglob("*.db*"):
                file.unlink()
            settled(made)
            made.clock.forward(days=15)
            settled(made)
        with made.worker() as worker:
            assert worker.mirror.find("#1").due == date(2026, 12, 3)
        assert made.seen()["acme/shop#1 label overdue"] == 1
