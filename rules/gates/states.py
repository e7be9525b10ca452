"""How a gate stands, and what is let through it for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """How a gate stands for a subject."""

    gate: str
    subject: str  # "" where the gate has none
    closed: bool
    since: datetime
    number: int  # counts its closings from 1: the episode
    because: tuple[str, ...] = ()  # the clauses that held, with their values
    unsure: str = ""  # why it cannot be said, and what is done then; "" if it can
    looked: datetime | None = None
    blocking: tuple[tuple[str, str, str], ...] = ()  # key, url, title of the tickets that it waits for, the first few
    waiting: int = 0  # how many these are in all
    page: str = ""  # uid of the ticket of this closing; "" while none is filed
    url: str = ""  # of that ticket

    @property
    def in_force(self) -> bool:
        """Tell whether it acts: in the look in which it closes, its page is filed first, for all else to name it."""
        return self.closed and (bool(self.page) or self.looked is None or self.looked > self.since)

    @property
    def name(self) -> str:
        """What it is called beside others: "gates/error-budget (checkout)"."""
        return f"{self.gate} ({self.subject})" if self.subject else self.gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """That somebody lets something through a closed gate for a time."""

    comment: str  # the command's comment uid
    gate: str
    subject: str
    target: str  # uid of the change or ticket it was said on; "" if it counts for all that the gate holds
    until: date
    because: str
    by: str
    at: datetime
    source: str = ""  # where it was said
    place: str = ""  # uid of the change or ticket it was said on, `target` or not
