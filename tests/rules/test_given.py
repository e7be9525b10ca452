"""A ticket's history tells whether we gave it what a rule gives."""

from dataclasses import replace
from datetime import date

import pytest

from rules.actions import AddLabel, SetDue
from rules.model import Event
from rules.told import gave, given
from tests.rules.factories import NOW, later, policy, rule, ticket

POLICY = policy(rule(label="worn"))


def event(after="worn", *, at=NOW, actor="kaizend-bot", what="label"):
    """Make something that was put on a ticket."""
    return Event(source="shop", uid="1", ticket="2", at=at, actor=actor, what=what, after=after)


@pytest.mark.parametrize(
    ("event", "changes", "expected"),
    [
        (event(), {}, True),
        (event(actor="Kaizend-Bot"), {}, True),
        (event(actor="bo-gh"), {}, False),
        (event("theirs"), {}, False),
        (event("2026-12-01", what="due"), {}, False),  # no rule sets one
        (event(at=later(-2)), {"created": later(-3)}, False),  # before the moment asked about
        (event(), {"reporter": "kaizend-bot", "created": NOW}, False),  # filed with it
        (event(), {"reporter": "kaizend-bot", "created": later(-1)}, True),
    ],
)
def test_what_we_gave_since_a_moment(event, changes, expected):
    """By us, what a rule gives, and not what the ticket was filed with."""
    assert gave(POLICY, ticket(**changes), (event,), "kaizend-bot", later(-1)) is expected


def due(before, after, actor, at):
    """Make a change of a due date."""
    told = {"source": "shop", "uid": "1", "ticket": "2", "what": "due"}
    return Event(at=at, actor=actor, before=before, after=after, **told)


@pytest.mark.parametrize(
    ("by", "since", "expected"),
    [
        ("kaizend-bot", "", [SetDue(due=date(2026, 12, 1))]),
        ("kaizend-bot", "2027-01-01", [SetDue(due=date(2026, 12, 1))]),  # as when one that was moved is put back
        ("ana", "", []),
    ],
)
def test_a_date_that_we_set_last_and_others_cleared(by, since, expected):
    """In the place of another one or of none; what people set is theirs, and so is what we set and is there."""
    events = [due(since, "2026-12-01", by, later(-2)), due("2026-12-01", "", "bo", later(-1))]
    told = given(POLICY, ticket(), events, "kaizend-bot")
    assert [one.verb for one in told] == expected
    assert [*given(POLICY, ticket(due=date(2026, 12, 1)), events[:1], "kaizend-bot")] == []


def test_a_label_that_others_took_off_may_be_ours_where_the_history_does_not_reach_back():
    """Only the newest events of a repository are read: who had put it on is not among them. A date may be anybody's."""
    off = event("", at=later(-1), actor="bo")
    off = replace(off, before="worn")
    (told,) = given(POLICY, ticket(), [off], "kaizend-bot")
    assert (told.verb, told.taken, told.sure) == (AddLabel(label="worn"), later(-1), False)
    assert [*given(POLICY, ticket(), [replace(off, actor="kaizend-bot")], "kaizend-bot")] == []
    assert [*given(POLICY, ticket(), [due("2026-12-01", "", "bo", later(-1))], "kaizend-bot")] == []
