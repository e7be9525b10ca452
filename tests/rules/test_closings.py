"""Which closings count: not those of machines, nor those of one stroke."""

from datetime import timedelta

import pytest

from rules.metrics.closings import BY_BOT, IN_BULK, Closed, Closers, in_bulk, is_bot
from tests.rules.factories import NOW


def closed(ticket, minutes=0, actor="ana", source="shop"):
    """Return that somebody closed a ticket, so many minutes from now."""
    return Closed(ticket=str(ticket), source=source, at=NOW + timedelta(minutes=minutes), actor=actor)


@pytest.mark.parametrize(
    ("login", "patterns", "expected"),
    [
        ("dependabot[bot]", ("*[bot]",), True),
        ("Renovate[Bot]", ("*[bot]",), True),
        ("b", ("*[bot]",), False),
        ("svc-deploy", ("svc-*", "ci"), True),
        ("my-svc-deploy", ("svc-*", "ci"), False),
        ("ci", ("svc-*", "ci"), True),
        ("anything", ("*",), True),
        ("", ("*",), False),
        ("ana", (), False),
        ("a.b", ("a?b",), False),
    ],
)
def test_a_machine_is_known_by_its_login(login, patterns, expected):
    """Only * stands for anything; brackets are brackets."""
    assert is_bot(login, patterns) is expected


def test_three_within_ten_minutes_are_a_stroke():
    """By one person, of different tickets; the edge belongs to it."""
    stroke = [closed(1), closed(2, 5), closed(3, 10)]
    others = [closed(4, 21), closed(5, 3, actor="bo"), closed(6, 4, source="ops"), closed(7, 1, actor="")]
    assert in_bulk([*others, *stroke], 3) == {(each.ticket, each.at): 3 for each in stroke}


def test_a_stroke_goes_on_while_closings_lie_close_together():
    """Five, each four minutes after the one before: any three of them are within ten minutes."""
    stroke = [closed(number, 4 * number) for number in range(5)]
    assert in_bulk(stroke, 3) == {(each.ticket, each.at): 5 for each in stroke}


def test_two_strokes_are_told_apart():
    """Three, then half an hour of nothing, then four."""
    first = [closed(number, number) for number in range(3)]
    second = [closed(number, 30 + number) for number in range(10, 14)]
    expected = {(each.ticket, each.at): 3 for each in first} | {(each.ticket, each.at): 4 for each in second}
    assert in_bulk([*second, *first], 3) == expected


def test_one_ticket_that_is_closed_again_and_again_is_no_stroke():
    """Different tickets count."""
    assert in_bulk([closed(1, minute) for minute in range(9)], 3) == {}


def test_nobody_knows_who_closed_it():
    """Unknown people may be several."""
    assert in_bulk([closed(number, actor="") for number in range(9)], 3) == {}


def test_a_closing_counts_unless_a_machine_or_a_stroke_made_it():
    """The history may be seconds apart from the ticket; a closing that it does not know counts."""
    every = [closed(1), closed(2, actor="ci[bot]"), closed(3, actor="kaizend"), closed(4, 60), closed(4, 600)]
    last = {each.ticket: tuple(one for one in every if one.ticket == each.ticket) for each in every}
    bulk = {("4", NOW + timedelta(minutes=600)): 20}
    closers = Closers(last=last, bulk=bulk, bots=("*[bot]",), ours=frozenset({("shop", "kaizend")}))
    near = NOW + timedelta(seconds=3)
    assert [closers.excluded(ticket, near) for ticket in "123"] == ["", BY_BOT, BY_BOT]
    assert closers.excluded("4", NOW + timedelta(minutes=60)) == ""
    assert closers.excluded("4", NOW + timedelta(minutes=600)) == IN_BULK
    assert closers.excluded("4", NOW + timedelta(minutes=90)) == ""
    assert closers.excluded("9", NOW) == ""
