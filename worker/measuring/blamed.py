"""Blamed: the changes and tickets that a comment names as the cause of an incident, as far as there are any."""

from __future__ import annotations

from rules.metrics.told import PULL
from rules.model import Ticket
from rules.references import tickets_named
from worker.measuring.past import MirrorPast
from worker.worker import Worker

WORD = "caused-by"


def causes_there_are(worker: Worker, ticket: Ticket, text: str) -> frozenset[str]:
    """Return the keys, in lower case, of the changes and tickets that a comment with such a command names."""
    if WORD not in text.lower():
        return frozenset()
    plain = PULL.sub("/issues/", text)
    return MirrorPast(worker.database).there_are(tickets_named(ticket.key.rpartition("#")[0], plain, plain.upper()))
