"""Who says of whom that it is its twin, and who leads whom: kept on both kinds of databases."""

import pytest

from rules.memory import Lead, Statement
from tests.worker.stores import KEY, NOW, after, page, ticket
from worker.claims import Claims
from worker.ledger import Ledger
from worker.mirror import Mirror

ONE, TWO = "github.com/issue/1", "github.com/issue/2"


@pytest.fixture
def mirror(database):
    """Make a mirror with two tickets: the first says that the second is its twin."""
    made = Mirror(database)
    made.save("shop", "tickets", page(ticket(1, body="TWIN: #2"), ticket(2, body="alone")), NOW)
    return made


def test_tickets_that_tell_of_twins_are_found_when_they_change(database, mirror):
    """By their texts, by what they said before, and by commands."""
    claims, ledger = Claims(database), Ledger(database, KEY)
    assert claims.read_up_to() == -1
    assert [each.uid for each in claims.telling(-1)] == [ONE]
    claims.keep(ONE, {"acme/shop#2": NOW})
    claims.note_read(mirror.revision())
    claims.note_read(mirror.revision())
    assert list(claims.telling(claims.read_up_to())) == []
    mirror.put_ticket(ticket(1, body="no more", updated=after(hours=1)), NOW)
    assert [each.body for each in claims.telling(claims.read_up_to())] == ["no more"]
    said = Statement(comment="c1", what="twin", value="acme/shop#1", by="bo", at=NOW)
    ledger.save_statements([(TWO, said)])
    claims.note_read(mirror.revision())
    mirror.unsettle([TWO])
    assert [each.uid for each in claims.telling(claims.read_up_to())] == [TWO]


def test_claims_are_kept_as_they_are_said(database, mirror):
    """The oldest first; what is not said any more goes; a key is looked up until it is known."""
    claims = Claims(database)
    assert claims.keep(TWO, {"acme/shop#1": after(hours=2)}) == 1
    assert claims.keep(ONE, {"acme/shop#2": after(hours=1), "ops-9": NOW}) == 2
    assert claims.keep(ONE, {"acme/shop#2": after(hours=9), "ops-7": NOW}) == 1
    assert set(claims.unknown()) == {"acme/shop#1", "acme/shop#2", "ops-7"}
    assert claims.known_since(claims.unknown(), -1) == {"acme/shop#1", "acme/shop#2"}
    assert claims.known_since(claims.unknown(), mirror.revision()) == frozenset()
    for key, uid in (("acme/shop#1", ONE), ("acme/shop#2", TWO)):
        claims.found(key, uid)
    assert claims.pairs() == ((ONE, TWO), (TWO, ONE))
    assert claims.unknown() == ("ops-7",)


def test_who_leads_whom_and_what_it_said_is_remembered(database, mirror):
    """The follower knows its leader, as the mirror has it, and the leader what follows; twins alone may part."""
    ledger, claims = Ledger(database, KEY), Claims(database)
    mirror.put_ticket(ticket(1, updated=after(hours=1), phase="done", closed=after(hours=1)), NOW)
    assert [ledger.save_relation(ONE, TWO, "twin", NOW) for _ in range(2)] == [1, 0]
    (leader,) = ledger.memory([TWO])[TWO].related
    assert (leader.way, leader.uid, leader.what) == ("origin", ONE, "twin")
    assert (leader.phase, leader.closed, leader.since) == ("done", after(hours=1), NOW)
    first = Lead(field="due", value="2026-12-01", number=1, at=NOW)
    second = Lead(field="due", value="a\0b", number=2, at=after(hours=1), settled=True)
    for lead in (first, second):
        ledger.save_leads([(TWO, lead)])
    assert ledger.memory([TWO])[TWO].leads == (
        Lead(field="due", value="a\ufffdb", number=2, at=after(hours=1), settled=True),
    )
    assert claims.relations() == {(ONE, TWO): "twin"}
    assert ledger.part([(TWO, ONE)]) == 0
    assert ledger.part([(ONE, TWO)]) == 1
    ledger.save_relation(ONE, TWO, "review", NOW)
    assert ledger.part([(ONE, TWO)]) == 0
    assert ledger.memory([ONE])[ONE].related[0].way == "filed"
