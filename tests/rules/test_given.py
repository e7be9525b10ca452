"""A ticket's history tells whether we gave it what a rule gives."""

import pytest

from rules.model import Event
from rules.told import gave
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
