"""Changes at a gate: which it covers, which it holds, and what lets one through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, assert_never

from rules.conditions import activate
from rules.gates.change_facts import (
    CHANGE_TYPES,
    Looked,
    Seen,
    facts_of_change,
    parts_of,
    services_of_change,
    team_of_change,
)
from rules.gates.in_force import waiver_for
from rules.gates.model import Gate
from rules.gates.states import GateState, Waiver
from rules.policy import Policy

__all__ = ["CHANGE_TYPES", "Said", "facts_of_change", "judge_change", "subjects_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a gate says of a change that it covers."""

    gate: Gate
    state: GateState
    what: Literal["open", "held", "let", "waived"]
    clause: str = ""  # of `lets`, for what is let through
    waiver: Waiver | None = None


def judge_change(
    policy: Policy, it: Seen, states: Sequence[GateState], waivers: Sequence[Waiver], today: date
) -> tuple[Said, ...]:
    """Return what the gates that cover a change say of it, as they stand, in the policy's order."""
    found: list[Said] = []
    for gate in policy.gates:
        if at(policy, gate, it.change.source):
            subjects = subjects_of(policy, it, gate)
            own = [state for state in states if state.gate == gate.id and state.subject in subjects]
            asked = [Looked(policy=policy, it=it, gate=gate, state=state, today=today) for state in own]
            found += [_said(each, waivers) for each in asked if _holds(each)]
    return tuple(found)


def _said(asked: Looked, waivers: Sequence[Waiver]) -> Said:
    gate, state = asked.gate, asked.state
    if not state.closed:
        return Said(gate=gate, state=state, what="open")
    let = _let(asked)
    if let:
        return Said(gate=gate, state=state, what="let", clause=let)
    waiver = waiver_for(waivers, gate.id, state.subject, asked.it.uids, asked.today)
    return Said(gate=gate, state=state, what="waived" if waiver else "held", waiver=waiver)


def at(policy: Policy, gate: Gate, source: str) -> bool:
    """Tell whether a gate may hold changes of a source."""
    facts = policy.sources.get(source)
    if facts is None or facts.kind != "github" or gate.mode != "on":
        return False
    if not gate.holds_changes or (gate.sources and source not in gate.sources):
        return False
    return _may_have_subjects(policy, gate, source)


def _may_have_subjects(policy: Policy, gate: Gate, source: str) -> bool:
    """Tell whether changes of a source can count for one of what the gate is closed for."""
    if gate.each == "service" and policy.services:
        return any(not each.sources or source in each.sources for each in policy.services)
    if gate.each == "team":
        return any(source in team.sources or team.components for team in policy.teams)
    return True


def subjects_of(policy: Policy, it: Seen, gate: Gate) -> tuple[str, ...]:
    """Return the subjects for which a gate may hold a change."""
    match gate.each:
        case "":
            return ("",)
        case "service":
            return tuple(services_of_change(policy, it))
        case "component":
            return tuple(parts_of(policy, it))
        case "team":
            return (team_of_change(policy, it.change),)
        case _:
            assert_never(gate.each)


def _holds(asked: Looked) -> bool:
    holds = asked.gate.holds
    return holds is None or holds.holds(activate(facts_of_change(asked, holds.names)))


def _let(asked: Looked) -> str:
    """Return the clauses by which a gate lets a change through, "" if there are none."""
    names = frozenset[str]().union(*(each.names for each in asked.gate.lets))
    facts = activate(facts_of_change(asked, names))
    return next((" and ".join(each.texts) for each in asked.gate.lets if each.holds(facts)), "")
