"""What is kept of stated effects, in SQLite and in PostgreSQL."""

from dataclasses import replace

import pytest

from rules.memory import Statement
from rules.metrics.model import Measure, Window
from tests.worker.stores import KEY, NOW, after, page, ticket
from worker.ledger import Ledger
from worker.mirror import Mirror
from worker.outcomes.keeping import Frozen, Keeping, Row

MEASURE = Measure(
    metric="mttr",
    grain="service",
    subject="checkout",
    window=Window(start=after(days=-90), end=NOW),
    value=1.5,
    numerator=27,
    denominator=18,
    linked=(("stated", 2), ("window", 1)),
    excluded=(("still open", 3),),
)
ROW = Row(
    uid="github.com/issue/1",
    stated="mttr 2h -> 1h by 2027-03-31",
    by="bo",
    before=Frozen(measure=MEASURE, observations=(0.5, 2.0), late=3),
    frozen=NOW,
    after_ends=after(days=90),
)
JUDGED = replace(ROW, after=MEASURE, judgement="worse", judged=after(days=91), said="Numbers.\nSo it is.")


@pytest.fixture
def kept(database):
    """Return the effects of a database."""
    return Keeping(database, "sha")


def test_rows_come_back_as_they_were(kept, database):
    """Before and after it was judged; what nobody measured is none; the memory tells the newest closing's."""
    ledger, unclear = Ledger(database, KEY), Row(uid=ROW.uid, stated="zeal 1 -> 2", by="bo", problem="no metric 'zeal'")
    kept.save([ROW, unclear])
    assert set(kept.rows()) == {ROW, unclear}
    kept.save([JUDGED])
    assert kept.rows(["github.com/issue/1"])[-1] == JUDGED
    assert kept.rows(["github.com/issue/2"]) == ()
    outcome = ledger.memory([ROW.uid])[ROW.uid].outcome
    assert (outcome.stated, outcome.before, outcome.after) == (ROW.stated, MEASURE, MEASURE)
    assert (outcome.judgement, outcome.judged, outcome.said) == ("worse", JUDGED.judged, JUDGED.said)


def test_what_is_due_is_waited_for(kept):
    """What waits for its fix, and what is over; what is judged or cannot be measured is not."""
    kept.save([ROW])
    assert kept.waiting(after(days=89)) == ()
    assert kept.waiting(after(days=90)) == (ROW.uid,)
    kept.save([replace(ROW, after_ends=None)])
    assert kept.waiting(NOW) == (ROW.uid,)
    kept.save([JUDGED])
    assert kept.waiting(after(days=99)) == ()
    kept.save([replace(ROW, problem="no metric")])
    assert kept.waiting(after(days=99)) == ()


def test_closed_tickets_that_may_state_an_effect_are_read_once(kept, database):
    """By their text, or by a command; open ones and silent ones are not."""
    mirror, ledger = Mirror(database), Ledger(database, KEY)
    done = {"phase": "done", "closed": NOW}
    stating = ticket(1, body="**OUTCOME:** mttr 2h -> 1h by 2027-03-31", **done)
    mirror.save(
        "shop", "tickets", page(stating, ticket(2, **done), ticket(3, **done), ticket(4, body="Outcome: x")), NOW
    )
    said = Statement(comment="c1", what="outcome", value="mttr 2h -> 1h by 2027-03-31", by="bo", at=NOW)
    ledger.save_statements([("github.com/issue/3", said), ("github.com/issue/4", said)])
    assert [each.key for each in kept.closed(kept.bookmark.place())] == ["acme/shop#1", "acme/shop#3"]
    assert kept.waiting(NOW) == ("github.com/issue/3",)  # heard later than read, and not looked at yet
    kept.bookmark.move(mirror.revision())
    assert list(kept.closed(kept.bookmark.place())) == []
    assert Keeping(database, "another policy").bookmark.place() == -1
