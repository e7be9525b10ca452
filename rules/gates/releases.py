"""Releases at a gate: which closed gates block one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rules.gates.changes import Said
from rules.gates.in_force import waiver_for
from rules.gates.model import Gate
from rules.gates.states import GateState, Waiver
from rules.policy import Policy

BLOCKS = "block-releases"


def judge_release(
    policy: Policy,
    states: Sequence[GateState],
    waivers: Sequence[Waiver],
    today: date,
    *,
    source: str = "",
    subject: str = "",
) -> tuple[Said, ...]:
    """Return what the gates that block releases say of one: of a source, and of a service, component or team.

    Where neither is named every such gate is asked. A waiver counts that was said on the gate's own page.
    """
    found = []
    for gate in asked_gates(policy, source):
        own = [state for state in states if state.gate == gate.id and _meant(policy, gate, state, source, subject)]
        found += [_said(gate, state, waivers, today) for state in own]
    return tuple(found)


def asked_gates(policy: Policy, source: str) -> tuple[Gate, ...]:
    """Return the gates that block releases of a source; "" is any."""
    return tuple(
        gate
        for gate in policy.gates
        if gate.power == BLOCKS and gate.mode == "on" and (not source or not gate.sources or source in gate.sources)
    )


def _meant(policy: Policy, gate: Gate, state: GateState, source: str, subject: str) -> bool:
    """Tell whether a gate's subject has to do with the release."""
    if not gate.each:
        return True
    if subject:
        return state.subject == subject
    if not source or gate.each == "component" or (gate.each == "service" and not policy.services):
        return True
    if gate.each == "team":
        return any(team.name == state.subject and source in team.sources for team in policy.teams)
    named = [service for service in policy.services if service.name == state.subject]
    return any(not service.sources or source in service.sources for service in named)


def _said(gate: Gate, state: GateState, waivers: Sequence[Waiver], today: date) -> Said:
    if not state.closed:
        return Said(gate=gate, state=state, what="open")
    waiver = waiver_for(waivers, gate.id, state.subject, (), today)
    return Said(gate=gate, state=state, what="waived" if waiver else "held", waiver=waiver)
