"""A label that a person took off stays off, though only the ticket's history tells that we had put it on."""

import sqlite3
from contextlib import closing

import pytest

from tests.worker.desk import Desk
from tests.worker.faulty import firm, settled
from tests.worker.test_people_undo import Hands

LOST = ("the database was lost, and the card was deleted", "the pass died before it heard the answer")


@pytest.mark.parametrize("flavour", ["github", "cloud", "dc"])
@pytest.mark.parametrize("how", LOST)
def test_a_label_that_the_ledger_does_not_know_of_is_not_put_on_again(tmp_path, flavour, how):
    """The ledger knows nothing of the label, or not what came of it; a person takes it off: it stays off."""
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud") as made:
        desk = Desk(made, flavour, titles=["Undone", "Nothing"], closed=[])
        hands = Hands(desk, "bo")
        assert [worn(desk, key) for key in desk.keys] == [True, True]
        first, _ = desk.keys
        forget(made, hands, first, how)
        made.clock.forward(hours=1)
        hands.label_off(first)
        made.clock.forward(hours=1)
        settled(made, passes=2, whole=True)
        assert [worn(desk, key) for key in desk.keys] == [False, True]
        with made.worker() as worker:
            undone = worker.database.rows("select rule, value from reversals")
        assert [tuple(row) for row in undone] == [("own/all", "worn")]


def forget(made, hands, key, how):
    """Have the ledger not know that the label was put on."""
    database = made.folder / "var" / "kaizend.db"
    if how == LOST[0]:
        hands.card_deleted(key)
        for file in database.parent.glob("kaizend.db*"):
            file.unlink()
        made.clock.forward(hours=1)
        made.once()
        return
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("update ops set state = 'sending', standing = 0, receipt = '' where verb = 'add label'")


def worn(desk, key):
    """Tell whether a ticket wears the label."""
    return "worn" in {getattr(label, "name", label) for label in desk.ticket(key).labels}
