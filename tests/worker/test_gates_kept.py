"""What is kept of statuses and waivers: the same on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from integrations.base import CommitStatus, Page
from rules.gates.states import Waiver
from rules.memory import Answer
from rules.model import Change, Comment
from tests.rules.factories import ticket
from worker.gates.kept import Kept, Refusal
from worker.ledger import Ledger
from worker.mirror import Mirror

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOON.date()
PULL = "github.com/1/pull/7"


def change(number=7, **values):
    """Return an open change that names a ticket."""
    usual = {"source": "shop", "uid": f"github.com/1/pull/{number}", "key": f"acme/shop#{number}", "ref": str(number)}
    usual |= {"url": "", "title": "Fix #12", "created": NOON, "updated": NOON, "state": "open", "head_sha": "a" * 40}
    return Change(**(usual | values))


def comment(uid="c1", **values):
    """Return a comment on the change."""
    usual = {"source": "shop", "uid": uid, "ref": "1", "ticket": PULL, "author": "ana-gh", "body": "/kaizen waive"}
    return Comment(**(usual | {"created": NOON, "updated": NOON} | values))


def waiver(**values):
    """Return a waiver that was said in it."""
    usual = {"comment": "c1", "gate": "own/budget", "subject": "", "target": PULL, "until": TODAY, "because": "x"}
    return Waiver(**(usual | {"by": "ana-gh", "at": NOON, "source": "shop", "place": PULL} | values))


@pytest.fixture
def mirror(database):
    """Return a mirror with a change, a closed one, a ticket and comments."""
    made = Mirror(database)
    items = (change(), change(8, state="closed"), ticket(12), comment(), comment("c2"))
    made.save("shop", "all", Page(items=items, cursor=""), NOON)
    return made


def test_open_changes_come_with_the_tickets_they_name(database, mirror):
    """Those of other states are left out; a key is found whatever its case."""
    kept = Kept(database)
    assert kept.open_changes("shop") == (change(),)
    assert {uid: [each.key for each in some] for uid, some in kept.named([change()]).items()} == {
        PULL: ["acme/shop#12"]
    }
    assert kept.change_called(" ACME/shop#8 ") == change(8, state="closed")
    assert kept.change("nobody") is None


def test_what_stands_on_the_heads_replaces_what_was_known(database, mirror):
    """A source at a time; red are those where a status of ours fails on an open change."""
    kept = Kept(database)
    red = CommitStatus(change=PULL, sha="a" * 40, state="failure", description="Held", url="x", ours=True)
    kept.save_statuses("shop", [red], NOON)
    kept.save_statuses("other", [replace(red, change="github.com/2/pull/1", ours=False)], NOON)
    assert kept.statuses("shop") == {PULL: red}
    assert kept.red() == {"shop"}
    kept.save_statuses("shop", [], NOON)
    assert (kept.statuses("shop"), kept.red()) == ({}, frozenset())


def test_what_failed_on_a_closed_change_stays_known(database, mirror):
    """It may be opened again; what was fine is forgotten."""
    kept = Kept(database)
    red = CommitStatus(
        change="github.com/1/pull/8", sha="a" * 40, state="failure", description="Held", url="", ours=True
    )
    kept.save_statuses("shop", [red], NOON)
    assert kept.red() == frozenset()
    kept.save_statuses("shop", [], NOON)
    assert kept.statuses("shop") == {red.change: red}
    kept.save_statuses("shop", [replace(red, state="success")], NOON)
    kept.save_statuses("shop", [], NOON)
    assert kept.statuses("shop") == {}


def test_a_waiver_is_kept_once_and_counts_while_its_comment_stands(database, mirror):
    """Not after its day, not once its comment was edited, and not when it was withdrawn."""
    kept = Kept(database)
    assert kept.save_waivers([waiver()], NOON) == 1
    assert kept.save_waivers([waiver(because="something else")], NOON) == 0
    assert [each.waiver for each in kept.given(TODAY)] == [waiver()]
    assert kept.given(date(2026, 11, 25)) == ()
    edited = comment(updated=NOON + timedelta(minutes=1), body="never mind")
    mirror.put_comments([edited], NOON)
    assert kept.given(TODAY) == ()
    kept.save_waivers([waiver(comment="c2")], NOON)
    assert kept.withdraw("c2", NOON) == 1
    assert kept.withdraw("c2", NOON) == 0
    assert kept.given(TODAY) == ()
    assert [each.withdrawn for each in kept.given_since(NOON)] == [None, NOON]


def test_what_is_refused_on_changes_is_known_by_its_answer(database, mirror):
    """What became a waiver is not among it."""
    kept, ledger = Kept(database), Ledger(database, b"key")
    answers = [Answer(comment=uid, command="/kaizen waive", by="bo-gh", at=NOON, reply="No.") for uid in ("c1", "c2")]
    ledger.save_answers((PULL, answer) for answer in answers)
    kept.save_waivers([waiver()], NOON)
    assert kept.refused(NOON) == (Refusal(change=PULL, comment="c2", by="bo-gh", reply="No."),)
    assert kept.refused(NOON + timedelta(seconds=1)) == ()
