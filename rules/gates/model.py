"""What a gate is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from rules.governance import Section
from rules.rule import Clause, Condition, Duration, Rule

Power = Literal["pause-features", "enforce-refactoring", "mandate-reliability", "block-releases"]
"""The four powers of the policy."""
HOLDING: frozenset[Power] = frozenset({"pause-features", "enforce-refactoring"})
"""Those over changes."""
Missing = Literal["open", "closed", "keep"]
"""What a gate does while it cannot be said whether it shall close: data is missing or stale."""
Each = Literal["", "service", "component", "team"]


class TicketCondition(Protocol):
    """A condition over a ticket that may ask for the `subject` a gate is closed for, too."""

    texts: tuple[str, ...]
    names: frozenset[str]

    def holds(self, facts: object) -> bool:
        """Judge fast, as any condition; `facts` has the subject among it."""

    def explain(self, facts: object) -> tuple[Clause, ...]:
        """Judge every clause on its own, as any condition."""

    def fits(self, asked: Any, subject: str) -> bool:
        """Tell whether it holds for a ticket, as `rules.fact_asked.Asked` has it, and a subject."""


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
    holds_tickets: TicketCondition | None = None  # over a ticket: which tickets wear its label while it is closed
    blocking: TicketCondition | None = None  # over a ticket: what is named as the reason, and is to be done first
    mandate: Rule | None = None  # what happens to the blocking tickets while it is closed
    label: str = "held"
    say: str = ""  # one line, on the status and the cards; may hold {subject}
    waivers: tuple[str, ...] = ()  # roles and people who may waive
    waive_for: Duration | None = None  # how long a waiver may last; none: 14 days
    follow_up: Duration | None = None  # each waiver files one, due so long after the waiver ends
    source: str = ""  # where its tickets are filed; as [file.gate] says if empty, else the config's first source
    mode: Literal["shadow", "on"] = "on"
    ceiling: int | None = None  # as a rule's, for the tickets it holds

    @property
    def called(self) -> Literal["gate"]:
        """What its file calls it."""
        return "gate"

    @property
    def level_names(self) -> frozenset[str]:
        """The names that its conditions ask for, `subject` among them."""
        return self.close_when.names | (self.open_when.names if self.open_when else frozenset())

    @property
    def holds_changes(self) -> bool:
        """Tell whether it holds changes; a gate that is no power over them does so only if it says which."""
        return self.holds is not None or self.power in HOLDING


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTest:
    """A `[[gate.test]]`: the levels that are given, and how the gate is expected to stand."""

    gate: Gate
    subject: str
    given: Mapping[str, object]  # level -> a number, or numbers by key
    was: Literal["open", "closed"]
    expect: Literal["open", "closed"]
    where: str  # "gates.toml: gate 'error-budget', test 1"
