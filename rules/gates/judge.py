"""Judging gates: how each stands at the levels there are. Pure, and the same as often as it is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rules.conditions import activate
from rules.gates.levels import SUBJECT, Levels
from rules.gates.model import Gate
from rules.gates.states import GateState
from rules.rule import Clause, Condition

PARTIAL = "{why}: it stays as it is"
LEFT = {"open": "open until that is known", "closed": "closed until that is known", "keep": "it stays as it is"}
"""What is done while it cannot be said."""
INDEXED = r"\b{name}\s*\[\s*(?:\"([^\"]*)\"|'([^']*)'|(subject))\s*\]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a list of clauses says."""

    holds: bool | None
    because: tuple[str, ...]
    lacking: tuple[str, ...] = ()  # the levels that have no value, each with why


def judge(gate: Gate, subject: str, levels: Levels, before: GateState | None, now: datetime) -> GateState:
    """Return how a gate stands for a subject now; `before` is how it stood, None if it was never judged.

    A closing goes on until the gate opens: it keeps its number, its beginning and its reasons, whatever the levels do
    in between. What the trackers' numbers say is not believed while a source was not read wholly.
    """
    state = before or GateState(gate=gate.id, subject=subject, closed=False, since=now, number=0)
    if levels.partial and (gate.close_when.names | _opening(gate).names) - levels.outside:
        closed = before.closed if before else gate.missing == "closed"
        return _unsure(state, PARTIAL.format(why=levels.partial), closed, now)
    values = activate({**levels.values, SUBJECT: subject})
    closing = _said(gate.close_when, values, levels, subject)
    if not state.closed:
        return _while_open(gate, state, closing, now)
    return _while_closed(gate, state, closing, _opens(gate, closing, values, levels, subject), now)


def _while_open(gate: Gate, state: GateState, closing: _Said, now: datetime) -> GateState:
    if closing.holds is None:
        return _unsure(state, _worded(gate, closing), gate.missing == "closed", now)
    return _closed(state, closing.because, now) if closing.holds else _open(state, now)


def _while_closed(gate: Gate, state: GateState, closing: _Said, opening: _Said, now: datetime) -> GateState:
    """Return how a closed gate stands: one that only closed for want of data opens as if it had not."""
    if state.because == (state.unsure,):
        if closing.holds is None:
            return _unsure(state, _worded(gate, closing), gate.missing != "open", now)
        return replace(state, because=closing.because, unsure="", looked=now) if closing.holds else _open(state, now)
    if opening.holds is None:
        return _unsure(state, _worded(gate, opening), gate.missing != "open", now)
    return _open(state, now) if opening.holds else replace(state, unsure="", looked=now)


def _opens(gate: Gate, closing: _Said, values: object, levels: Levels, subject: str) -> _Said:
    """Return whether a closed gate opens: by its own clauses, else when it would not close any more."""
    if gate.open_when is not None:
        return _said(gate.open_when, values, levels, subject)
    return replace(closing, holds=None if closing.holds is None else not closing.holds)


def _opening(gate: Gate) -> Condition:
    return gate.open_when or gate.close_when


def _closed(state: GateState, because: tuple[str, ...], now: datetime, unsure: str = "") -> GateState:
    number = state.number + 1
    fresh = GateState(gate=state.gate, subject=state.subject, closed=True, since=now, number=number)
    return replace(fresh, because=because, unsure=unsure, looked=now)


def _open(state: GateState, now: datetime) -> GateState:
    since = now if state.closed else state.since
    return replace(state, closed=False, since=since, because=(), unsure="", blocking=(), waiting=0, looked=now)


def _unsure(state: GateState, why: str, closed: bool, now: datetime) -> GateState:
    if closed and not state.closed:
        return _closed(state, (why,), now, why)
    if not closed and state.closed:
        return replace(_open(state, now), unsure=why)
    blind = state.because == (state.unsure,)
    return replace(state, because=(why,) if closed and blind else state.because, unsure=why, looked=now)


def _worded(gate: Gate, said: _Said) -> str:
    why = "; ".join(said.lacking) or "a condition cannot be judged"
    return f"{why}: {LEFT[gate.missing]}"


# -- clauses ----------------------------------------------------------------------------------------------------------


def _said(condition: Condition, values: object, levels: Levels, subject: str) -> _Said:
    clauses = condition.explain(values)
    told = tuple(told_clause(clause, levels.values, subject) for clause in clauses)
    if any(clause.holds is False for clause in clauses):
        return _Said(holds=False, because=told)
    unknown = [clause for clause in clauses if clause.holds is None]
    if not unknown:
        return _Said(holds=True, because=told)
    lacking = (why for clause in unknown for why in _lacking(clause, levels, subject))
    return _Said(holds=None, because=told, lacking=tuple(dict.fromkeys(lacking)))


def told_clause(clause: Clause, values: Mapping[str, object], subject: str) -> str:
    """Word a clause with the values that it looked at: `error_budget[subject] < 0.0 (error_budget["pay"] = -0.12)`."""
    seen = []
    for name, _ in clause.values:
        level = values.get(name)
        if isinstance(level, Mapping):
            seen += [f'{name}["{key}"] = {_number(level[key])}' for key in _keys(clause, name, subject) if key in level]
        elif name != SUBJECT and level is not None:
            seen.append(f"{name} = {_number(level)}")
    return f"{clause.text} ({', '.join(seen)})" if seen else clause.text


def _keys(clause: Clause, name: str, subject: str) -> list[str]:
    """Return the keys by which a clause asks for a level, each once."""
    found = re.finditer(INDEXED.format(name=re.escape(name)), clause.text)
    return list(dict.fromkeys(subject if match[3] else match[1] or match[2] or "" for match in found))


def _lacking(clause: Clause, levels: Levels, subject: str) -> list[str]:
    missing = []
    for name, _ in clause.values:
        level = levels.values.get(name)
        if name == SUBJECT:
            continue
        if level is None:
            missing.append(levels.without(name, "") or f"nothing is known of {name}")
        elif isinstance(level, Mapping):
            keys = (key for key in _keys(clause, name, subject) if key not in level)
            missing += [levels.without(name, key) or f"{name} has no value{_of(key)}" for key in keys]
    return missing


def _of(key: str) -> str:
    return f" for {key}" if key else ""


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
