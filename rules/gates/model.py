"""What a gate is, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rules.governance import Section
    from rules.policy import Condition, Duration, Rule

Power = Literal["pause-features", "enforce-refactoring", "mandate-reliability", "block-releases"]
"""The four powers of the policy."""
Missing = Literal["open", "closed", "keep"]
"""What a gate does while it cannot be said whether it shall close: data is missing or stale."""
Each = Literal["", "service", "component", "team"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A [[gate]]: when it closes and opens, what it holds, what it lets through, and who may waive it."""

    id: str  # "teeth/error-budget": the pack's name, a slash, its own
    pack: str
    about: str
    section: Section | None = None
    power: Power
    each: Each = ""  # a gate for each of them; conditions call it `subject`
    close_when: Condition  # over levels: see rules.gates.levels
    open_when: Condition | None = None  # hysteresis; none: it opens when `close_when` no longer holds
    missing: Missing = "keep"
    sources: tuple[str, ...] = ()  # whose changes and tickets it holds; () for all
    holds: Condition | None = None  # over a change: which changes it holds; none: all of its sources or subject
    lets: tuple[Condition, ...] = ()  # over a change: any one that holds lets it through
    holds_tickets: Condition | None = None  # over a ticket: which tickets wear its label while it is closed
    blocking: Condition | None = None  # over a ticket: what is named as the reason, and is to be done first
    mandate: Rule | None = None  # what happens to the blocking tickets while it is closed
    label: str = "held"
    say: str = ""  # one line, on the status and the cards; may hold {subject}
    waivers: tuple[str, ...] = ()  # roles and people who may waive
    follow_up: Duration | None = None  # each waiver files one, due so long after the waiver ends
    mode: Literal["shadow", "on"] = "on"


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
