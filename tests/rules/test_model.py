"""The nouns: what making them promises."""

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from rules.model import Ticket, quick_ticket
from tests.rules.factories import ticket


def test_a_ticket_made_quickly_is_a_ticket_like_any_other():
    """It equals the one made slowly, whatever its fields, and nothing can be written to it."""
    slow = ticket(labels=frozenset({"a"}), body="text", comments=3)
    quick = quick_ticket(**{one.name: getattr(slow, one.name) for one in fields(slow)})
    assert (type(quick), quick, hash(quick), repr(quick)) == (Ticket, slow, hash(slow), repr(slow))
    assert replace(quick, title="other") == replace(slow, title="other")
    with pytest.raises(FrozenInstanceError):
        quick.title = "other"


def test_a_ticket_made_quickly_has_the_same_defaults():
    """What may be left out may be left out."""
    needed = {name: getattr(ticket(), name) for name in ("source", "uid", "key", "ref", "url", "title")}
    needed |= {"created": ticket().created, "updated": ticket().updated, "phase": "new", "status": "open"}
    assert quick_ticket(**needed) == Ticket(**needed)
    with pytest.raises(TypeError):
        quick_ticket(title="alone")
