"""The rules that a gate is for tickets: the label and card of what it holds, its page, and what it mandates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from rules.conditions import compile_all
from rules.gates.model import Gate
from rules.rule import LEVELS, DueRule, Rule
from rules.schema_gates import GateTable

HELD, PAGE, FIRST = "held", "page", "first"
ANY = "any"
GATE = "gate"
"""The kind that a gate's tickets are filed as."""
PAGE_SAYS = "This gate is closed. The tickets that it waits for: {gate_waits_for}."


def rules_of(gate: Gate) -> Iterator[Rule]:
    """Yield the rules that a gate is, while it is closed; a gate in shadow is none."""
    if gate.mode == "shadow":
        return
    if gate.holds_tickets is not None:
        yield _rule(gate, HELD, f"{_quoted(gate.id)} in held_by", "It waits behind a gate that is closed.")
    if gate.mandate is not None:
        yield replace(gate.mandate, section=gate.section)
    yield _page(gate)


def _rule(gate: Gate, name: str, clause: str, about: str) -> Rule:
    return Rule(
        id=f"{gate.id}.{name}",
        pack=gate.pack,
        about=gate.about or about,
        section=gate.section,
        on=(ANY,),
        when=compile_all((clause,), where=gate.id),
        label=gate.label,
        say=gate.say or about,
        ceiling=gate.ceiling,
        gate=gate.id,
    )


def _page(gate: Gate) -> Rule:
    return Rule(
        id=f"{gate.id}.{PAGE}",
        pack=gate.pack,
        about="What the gate waits for, kept up to date.",
        section=gate.section,
        on=(ANY,),
        when=compile_all((f"gate == {_quoted(gate.id)}",), where=gate.id),
        say=PAGE_SAYS,
        gate=gate.id,
    )


def mandate_of(gate: str, pack: str, table: GateTable) -> Rule | None:
    """Return the rule by which the tickets are done first that a gate waits for; None if it mandates nothing."""
    mandate = table.mandate
    if mandate is None:
        return None
    due = DueRule(start="episode", by_level=dict.fromkeys((*LEVELS, "none"), mandate.due)) if mandate.due else None
    return Rule(
        id=f"{gate}.{FIRST}",
        pack=pack,
        about="It comes first: a gate is closed until it is done.",
        on=(ANY,),
        when=compile_all((f"{_quoted(gate)} in holds_up",), where=gate),
        say="A gate waits for this: {holds_up}. It comes before other work.",
        due=due,
        assign=mandate.assign,
        priority=mandate.priority or "",
        gate=gate,
        plan=mandate.plan,
    )


def _quoted(text: str) -> str:
    return json.dumps(text)
