"""Words that agendas and digests share: tickets as links, their owners, and what a list leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.model import Block, Bullets, Heading, Line, Link, Paragraph, Text, Ticket
from rules.people import called
from rules.policy import Policy
from rules.texts import clipped

MOST = 10
"""Lines of a list that are shown; the rest is counted."""
LONGEST = 120
"""Characters of a title that are shown."""


def link(ticket: Ticket) -> Link:
    """Return a link to a ticket, called by its key."""
    return Link(ticket.key, ticket.url)


def titled(ticket: Ticket, words: str = "") -> Line:
    """Return a ticket's link and title, and some words behind them."""
    behind = f": {words}" if words else ""
    return (link(ticket), Text(f" {clipped(ticket.title, LONGEST)}{behind}"))


def owners(names: Sequence[str]) -> str:
    """Word who owns a ticket."""
    return " and ".join(names) or "no owner"


def owners_of(policy: Policy, source: str, logins: Iterable[str]) -> str:
    """Word who owns a ticket, by the names people call each other by."""
    return owners(sorted(called(policy, source, login) for login in logins))


def more(count: int, what: str) -> tuple[Line, ...]:
    """Return the line that counts what is left out, if anything is."""
    return ((Text(f"and {count} more {what}"),),) if count > 0 else ()


def listed(title: str, lines: Sequence[Line], what: str, *, none: str) -> tuple[Block, ...]:
    """Return a heading and the first lines of a list, the rest counted as so many more of `what`; or `none`."""
    head = Heading((Text(title),))
    if not lines:
        return (head, Paragraph((Text(none),)))
    return (head, Bullets((*lines[:MOST], *more(len(lines) - MOST, what))))


def times(count: int) -> str:
    """Word how often: "3 times"."""
    return "once" if count == 1 else f"{count} times"
