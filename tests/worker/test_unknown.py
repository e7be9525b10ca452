"""What a person took away stays away, though only the history tells that we had given it; what we put on comes off."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.worker.desk import Desk
from tests.worker.faulty import firm, rules, settled
from tests.worker.test_people_undo import WEARING, Hands

LOST = ("the database was lost, and the card was deleted", "the pass died before it heard the answer")
DEEDS = ("label_off", "kept_label_off", "due_cleared", "owner_off", "closed_again")


@pytest.mark.parametrize("flavour", ["github", "cloud", "dc"])
@pytest.mark.parametrize("how", LOST)
def test_what_the_ledger_does_not_know_of_is_not_given_again(tmp_path, flavour, how):
    """The ledger knows nothing of it, or not what came of it; a person takes it away: it stays away, and is counted."""
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud") as made:
        desk = Desk(made, flavour, titles=[*DEEDS[:4], "nothing"], closed=DEEDS[4:])
        hands = Hands(desk, "bo")
        forget(made, hands, desk.keys, how)
        for key in desk.keys:
            getattr(hands, desk.title(key), lambda _: None)(key)
        left = desk.stands()
        made.clock.forward(hours=1)
        settled(made, passes=2, whole=True)
        assert {desk.title(key): each for key, each in desk.stands().items()} == {
            desk.title(key): each for key, each in left.items()
        }
        with made.worker() as worker:
            undone = worker.database.rows("select rule, verb from reversals order by verb, rule, value")
        assert [tuple(row) for row in undone] == [
            ("own/all", "add label"),
            ("own/all", "add label"),
            ("own/all", "assign"),
            ("own/again", "reopen"),
            ("own/all", "set due"),
        ]


@pytest.mark.parametrize("flavour", ["github", "cloud", "dc"])
def test_a_label_that_is_worn_comes_off_though_nobody_knows_that_it_is_ours(tmp_path, flavour):
    """The database is lost and the card deleted; then the label's reason goes. One that a person put on stays."""
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud") as made:
        rules(made, WEARING)
        ours, theirs = (Titled(made, flavour).add(title) for title in ("Ours", "Theirs"))
        made.once()
        desk = Titled(made, flavour)
        hands = Hands(desk, "bo")
        hands.label_off(theirs)
        if desk.github:
            made.github.set_label(theirs, "worn", actor="zoe-gh")
        else:
            made.jira.label(theirs, actor="zoe", add=["worn"])
        forget(made, hands, desk.keys, LOST[0])
        for key in (ours, theirs):
            desk.own(key)
        made.clock.forward(hours=1)
        settled(made, passes=2)
        assert [worn(desk, key) for key in (ours, theirs)] == [False, True]


DELETED = ("before the loss", "after it", "after a pass that could not read")


@pytest.mark.parametrize("flavour", ["github", "cloud", "dc"])
@pytest.mark.parametrize("when", DELETED)
def test_a_card_that_people_deleted_is_not_written_again_by_a_database_that_never_knew_it(tmp_path, flavour, when):
    """The ticket's history tells what we did, and a card goes with all that: it had one. A new ticket gets its own."""
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud") as made:
        rules(made, WEARING)
        desk = Titled(made, flavour)
        bare, kept = desk.add("Bare"), desk.add("Kept")
        made.once()
        desk = Titled(made, flavour)
        if when == DELETED[0]:
            Hands(desk, "bo").card_deleted(bare)
        lose(made)
        if when == DELETED[2]:
            made.fail("status", status=503, times=100)
            made.once()
            made.sandbox.faults.clear()
            made.clock.forward(hours=1)
        if when != DELETED[0]:
            Hands(desk, "bo").card_deleted(bare)
        new = desk.add("New")
        settled(made, passes=2)
        desk.own(bare)  # the label comes off with its reason, and still nothing is said
        made.clock.forward(hours=1)
        settled(made, passes=2)
        assert [cards(desk, key) for key in (bare, kept, new)] == [0, 1, 1]
        assert not worn(desk, bare)


@pytest.mark.parametrize("flavour", ["github", "cloud", "dc"])
def test_a_card_that_a_copy_had_only_planned_and_people_deleted_is_not_written_again(tmp_path, flavour):
    """The copy is of a pass that died before it had sent anything to the ticket; it was restored days later."""
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud") as made:
        rules(made, WEARING)
        desk = Titled(made, flavour)
        desk.add("Known")
        made.once()
        bare, kept = desk.add("Bare"), desk.add("Kept")
        made.clock.forward(days=1)
        for method in ("POST", "PUT"):
            made.fail("status", status=429, headers={"Retry-After": "60"}, method=method, times=100)
        made.once()
        made.sandbox.faults.clear()
        database, copy = made.folder / "var" / "kaizend.db", made.folder / "copy.db"
        with closing(sqlite3.connect(database)) as connection, closing(sqlite3.connect(copy)) as other:
            connection.backup(other)
        made.clock.forward(days=4)
        other = desk.add("Other")
        made.once()
        for file in database.parent.glob("kaizend.db*"):
            file.unlink()
        shutil.copy(copy, database)
        Hands(desk, "bo").card_deleted(bare)
        made.clock.forward(hours=1)
        settled(made, passes=2, whole=True)
        assert [cards(desk, key) for key in (bare, kept, other)] == [0, 1, 1]


@pytest.mark.parametrize("flavour", ["github", "cloud", "dc"])
def test_what_our_account_did_before_we_came_is_no_sign_of_a_card(tmp_path, flavour):
    """A script put the same label on with the same account, months ago: the ticket gets its card, also after a loss."""
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud") as made:
        rules(made, WEARING)
        desk = Titled(made, flavour)
        old, other = desk.add("Old"), desk.add("Other")
        if desk.github:
            made.github.set_label(old, "worn", actor=made.bot)
            made.github.assign(old, "bo-gh", actor="bo-gh")
        else:
            made.jira.label(old, actor=made.bot, add=["worn"])
            made.jira.edit(old, actor="bo", assignee="bo")
        made.clock.forward(days=40)
        made.once()
        assert [cards(desk, key) for key in (old, other)] == [0, 1]
        lose(made)
        if desk.github:
            made.github.unassign(old, "bo-gh", actor="bo-gh")
        else:
            made.jira.edit(old, actor="bo", assignee="")
        settled(made, passes=2)
        assert [cards(desk, key) for key in (old, other)] == [1, 1]


class Titled(Desk):
    """Tickets on one tracker, and rules of their own."""

    def __init__(self, made, flavour):
        self.made, self.github = made, flavour == "github"
        self.keys = [one.number for one in made.issues()] if self.github else [*made.jira.issues]

    def own(self, key):
        """Have a person take a ticket."""
        if self.github:
            self.made.github.assign(key, "bo-gh", actor="bo-gh")
        else:
            self.made.jira.edit(key, actor="bo", assignee="bo")


def forget(made, hands, keys, how):
    """Have the ledger not know what was done."""
    database = made.folder / "var" / "kaizend.db"
    if how == LOST[0]:
        for key in keys:
            hands.card_deleted(key)
        lose(made)
        made.once()
        made.clock.forward(hours=1)
        return
    statement = "update ops set state = 'sending', standing = 0, receipt = '' where verb in (?, ?, ?, ?)"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement, ("add label", "set due", "assign", "reopen"))


def lose(made):
    """Lose the database."""
    for file in (made.folder / "var").glob("kaizend.db*"):
        file.unlink()
    made.clock.forward(hours=1)


def cards(desk, key):
    """Count a ticket's cards."""
    bodies = [one.body for one in desk.ticket(key).comments]
    return sum("where this ticket stands" in body for body in bodies)


def worn(desk, key):
    """Tell whether a ticket wears the label."""
    return "worn" in {getattr(label, "name", label) for label in desk.ticket(key).labels}
