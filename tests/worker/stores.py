"""Factories for the tests of the stores: only what matters to a case is written there."""

from datetime import UTC, date, datetime, timedelta

from integrations.base import Page
from rules.actions import AddLabel, Op, Target
from rules.model import Comment, Ticket

NOW = datetime(2026, 11, 23, 8, 30, 15, 123456, tzinfo=UTC)
TODAY = date(2026, 11, 23)
KEY = b"k" * 32


def after(**span):
    """Return the moment so long after NOW."""
    return NOW + timedelta(**span)


def ticket(number=1, **given):
    """Make a ticket of source "shop"."""
    plain = {
        "source": "shop",
        "uid": f"github.com/issue/{number}",
        "key": f"acme/shop#{number}",
        "ref": str(number),
        "url": f"https://github.example/acme/shop/issues/{number}",
        "title": f"Ticket {number}",
        "created": NOW,
        "updated": NOW,
        "phase": "new",
        "status": "open",
    }
    return Ticket(**(plain | given))


def comment(number=1, **given):
    """Make a comment on ticket 1."""
    plain = {
        "source": "shop",
        "uid": f"github.com/comment/{number}",
        "ref": str(number),
        "ticket": "github.com/issue/1",
        "author": "ana",
        "created": NOW,
        "updated": NOW,
        "body": "/kaizen why",
    }
    return Comment(**(plain | given))


def page(*items, cursor="c1"):
    """Make a page of a stream."""
    return Page(items=items, cursor=cursor)


def op(number=1, verb=None, *, on=1, **given):
    """Make an op on a ticket, by its number."""
    target = Target(source="shop", uid=f"github.com/issue/{on}", ref=str(on), key=f"acme/shop#{on}")
    plain = {
        "id": f"{number:024x}",
        "target": target,
        "verb": verb or AddLabel(label="needs-owner"),
        "rule": "backlog/owned",
        "because": ("workdays_open >= 2 (workdays_open = 7)",),
        "before": "",
        "after": "needs-owner",
    }
    return Op(**(plain | given))
