"""The tests that gates carry: how each stands at the levels that are given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from rules.conditions import activate
from rules.gates.judge import judge, told_clause
from rules.gates.levels import SUBJECT, Levels, counted
from rules.gates.model import GateTest
from rules.gates.states import GateState
from rules.rule import Clause

QUOTED = re.compile(r"\[\s*[\"']([^\"']*)[\"']\s*\]")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE = ("it was closed before",)


def run_gate_test(test: GateTest) -> tuple[str, tuple[Clause, ...]]:
    """Return how the gate of a test stands, and its clauses with the values they saw.

    The trackers' numbers that the test does not give are 0; signals and metrics that it does not give have no value.
    """
    gate, subject = test.gate, test.subject
    subjects: dict[str, tuple[str, ...]] = {gate.each: (subject,)} if gate.each else {}
    texts = (*gate.close_when.texts, *(gate.open_when.texts if gate.open_when else ()))
    subjects["domain"] = tuple(key for text in texts for key in QUOTED.findall(text))
    levels = Levels(values={**test.given, **counted(_plain(test.given), subjects)})
    before = GateState(
        gate=gate.id,
        subject=subject,
        closed=test.was == "closed",
        since=EPOCH,
        number=int(test.was == "closed"),
        because=BEFORE if test.was == "closed" else (),
    )
    state = judge(gate, subject, levels, before, EPOCH)
    condition = gate.open_when if test.was == "closed" and gate.open_when else gate.close_when
    clauses = condition.explain(activate({**levels.values, SUBJECT: subject}))
    told = tuple(Clause(text=told_clause(each, levels.values, subject), holds=each.holds) for each in clauses)
    return "closed" if state.closed else "open", told


def _plain(given: Mapping[str, object]) -> dict[str, Mapping[str, int] | int]:
    return {name: value for name, value in given.items() if isinstance(value, Mapping | int)}
