"""What a person took away stays away, though only the history tells that we had given it; what we put on comes off."""

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
        for file in database.parent.glob("kaizend.db*"):
            file.unlink()
        made.clock.forward(hours=1)
        made.once()
        made.clock.forward(hours=1)
        return
    statement = "update ops set state = 'sending', standing = 0, receipt = '' where verb in (?, ?, ?, ?)"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement, ("add label", "set due", "assign", "reopen"))


def worn(desk, key):
    """Tell whether a ticket wears the label."""
    return "worn" in {getattr(label, "name", label) for label in desk.ticket(key).labels}
