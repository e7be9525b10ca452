"""The trail shows when somebody changed it."""

import threading

import pytest

from tests.worker.stores import KEY, NOW
from worker.audit import Audit, AuditResult, verify


@pytest.fixture
def trail(database):
    """Write a trail of five rows."""
    audit = Audit(database, KEY)
    for number in range(1, 6):
        with database.begin() as connection:
            audit.append(connection, NOW, "done", {"op": number, "why": "\u00e9\0\ud800"})
    return database


def execute(database, *statements):
    """Tamper."""
    with database.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_an_untouched_trail_is_whole(trail):
    """Five rows, none bad; an empty trail is whole as well."""
    assert verify(trail, KEY) == AuditResult(rows=5)


def test_an_empty_trail_is_whole(database):
    """Nothing was done yet."""
    assert verify(database, KEY) == AuditResult(rows=0)


@pytest.mark.fault("hostile/edited-audit-row")
@pytest.mark.parametrize(
    ("tampering", "bad", "why"),
    [
        (["update audit set body = '{}' where seq = 3"], 3, "row 3 was edited"),
        (["update audit set at = at + 1 where seq = 3"], 3, "row 3 was edited"),
        (["update audit set kind = 'failed' where seq = 3"], 3, "row 3 was edited"),
        (["update audit set hash = previous where seq = 3"], 3, "row 3 was edited"),
        (["delete from audit where seq = 3"], 3, "row 3 is missing"),
        (["delete from audit where seq = 1"], 1, "row 1 is missing"),
        (["delete from audit where seq = 3", "update audit set seq = seq - 1 where seq > 3"], 3, "does not follow"),
        (
            [
                "update audit set seq = 9 where seq = 2",
                "update audit set seq = 2 where seq = 3",
                "update audit set seq = 3 where seq = 9",
            ],
            2,
            "row 2 does not follow row 1",
        ),
        (["delete from audit where seq > 3"], 4, "rows 4 to 5 are cut off"),
        (["delete from audit"], 1, "rows 1 to 5 are cut off"),
        (["delete from audit where seq > 3", "update audit_head set seq = 3"], 3, "the head was edited"),
        (["delete from audit_head"], 5, "the head is missing"),
    ],
    ids=["body", "time", "kind", "hash", "hole", "start", "closed up", "swapped", "cut", "all", "head", "no head"],
)
def test_tampering_is_told_with_the_first_bad_row(trail, tampering, bad, why):
    """Edited, removed, re-ordered or cut off: the row is named."""
    execute(trail, *tampering)
    result = verify(trail, KEY)
    assert (result.ok, result.bad) == (False, bad)
    assert why in result.why


def test_another_key_does_not_fit(trail):
    """Who does not have the key cannot write a trail that passes."""
    assert verify(trail, b"j" * 32).bad == 1


def test_two_writers_keep_one_chain(database):
    """Rows that two write at the same time follow one another."""
    audit, start = Audit(database, KEY), threading.Barrier(3)

    def write():
        start.wait()
        for number in range(15):
            with database.begin() as connection:
                audit.append(connection, NOW, "done", {"op": number})

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert verify(database, KEY) == AuditResult(rows=45)


def test_a_row_goes_with_its_transaction(trail):
    """What is rolled back leaves no row and no hole."""

    def fail(connection):
        Audit(trail, KEY).append(connection, NOW, "done", {})
        raise KeyError

    with pytest.raises(KeyError), trail.begin() as connection:
        fail(connection)
    assert verify(trail, KEY) == AuditResult(rows=5)
