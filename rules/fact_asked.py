"""What facts are found from, and what a fact is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from rules.memory import NOTHING, Memory
from rules.model import Ticket
from rules.people import calendar_of
from rules.policy import Calendar, Policy, SourceFacts

FactType = Literal["bool", "int", "double", "string", "list(string)", "map(string, int)", "map(string, double)"]
UNKNOWN_SOURCE = SourceFacts(name="", kind="github")


@dataclass(frozen=True, slots=True)
class Asked:
    """What facts are found from."""

    ticket: Ticket
    kind: str
    memory: Memory
    policy: Policy
    today: date

    @property
    def source(self) -> SourceFacts:
        """The ticket's source."""
        return self.policy.sources.get(self.ticket.source, UNKNOWN_SOURCE)

    def day(self, moment: datetime) -> date:
        """Return the calendar's date of a moment."""
        return self.policy.calendar.date_of(moment)

    @property
    def calendar(self) -> Calendar:
        """The calendar by which the ticket's workdays count."""
        return calendar_of(self.policy, self.ticket)

    def workdays(self, start: date, end: date) -> int:
        """Count the workdays after `start` up to and with `end`."""
        return self.calendar.workdays_between(start, end)

    def end(self) -> date:
        """Return the day up to which the ticket was open: the day it closed, or today."""
        return self.today if self.ticket.closed is None else self.day(self.ticket.closed)


def asked_of(policy: Policy, ticket: Ticket, *, memory: Memory = NOTHING) -> Asked:
    """Return a ticket as the table of facts takes it, for facts on which neither kind nor time has a say."""
    return Asked(ticket, "", memory, policy, policy.calendar.date_of(ticket.created))


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a condition may ask. `find` returns None when the fact is missing."""

    name: str
    type: FactType
    meaning: str
    find: Callable[[Asked], object]


def readable(text: str) -> str:
    """Return text the engine can read: NUL and lone surrogates become the replacement character."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
