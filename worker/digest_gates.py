"""The gates, for digests and reviews: which are closed, since when, why, how much they hold, and which opened."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.fact_asked import Asked
from rules.fact_gates import covering
from rules.facts import kind_of
from rules.gates.model import Gate
from rules.gates.ruling import HELD
from rules.gates.states import GateState
from rules.memory import NOTHING
from rules.model import Block, Bullets, Heading, Line, Link, Paragraph, Table, Text
from rules.texts import clipped
from worker.agenda_words import more
from worker.gates.states import GateStates
from worker.worker import Worker

TITLE = "Gates"
HEAD = ("gate", "closed since", "because", "holds", "waits for")
ALL_OPEN = "All gates are open."
OPENED = "Opened again: {name}, on {day}"
UNSURE = "{name}, which is {state}: {why}"
SHADOW = " (in shadow: it holds nothing)"
MOST = 20
"""Rows and lines that are shown; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A gate and how it stands, with how many tickets wear its label."""

    gate: Gate
    state: GateState
    held: int = 0


def gates_shown(worker: Worker, about: Collection[str]) -> tuple[Shown, ...]:
    """Return the gates that have a say in some sources, as they were judged last."""
    states = GateStates(worker.database).all()
    return tuple(
        Shown(gate=gate, state=state, held=_held(worker, gate, state) if state.closed else 0)
        for gate in worker.policy.gates
        if not gate.sources or not frozenset(about).isdisjoint(gate.sources)
        for (name, _), state in states.items()
        if name == gate.id
    )


def gate_news(worker: Worker, about: Collection[str], since: datetime) -> tuple[Block, ...]:
    """Return what a digest says of gates: nothing while all are open, none opened since then and all can be judged."""
    shown = gates_shown(worker, about)
    news = any(one.state.closed or one.state.unsure for one in shown) or any(_opened(worker, shown, since))
    return gate_blocks(worker, shown, since) if news else ()


def gate_blocks(worker: Worker, shown: Sequence[Shown], since: datetime) -> tuple[Block, ...]:
    """Return a heading, the closed gates, those that opened since then, and those that cannot be judged."""
    closed = [one for one in shown if one.state.closed]
    rows = tuple(_row(worker, one) for one in closed[:MOST])
    lines = [*_opened(worker, shown, since), *_unsure(shown)]
    blocks: list[Block] = [Heading((Text(TITLE),))]
    blocks.append(Table(HEAD, rows) if rows else Paragraph((Text(ALL_OPEN),)))
    if len(closed) > MOST:
        lines = [*more(len(closed) - MOST, "closed gates"), *lines]
    if lines:
        blocks.append(Bullets((*lines[:MOST], *more(len(lines) - MOST, "such lines"))))
    return tuple(blocks)


def _held(worker: Worker, gate: Gate, state: GateState) -> int:
    """Count the tickets that a closed gate holds."""
    policy, today = worker.policy, worker.policy.calendar.today(worker.clock())
    tickets = (worker.mirror.ticket(uid) for uid in worker.ledger.within([f"{gate.id}.{HELD}"]))
    asked = (Asked(one, kind_of(one, NOTHING, policy, today), NOTHING, policy, today) for one in tickets if one)
    return sum(any(covering(one, ((gate, state),))) for one in asked)


def _row(worker: Worker, one: Shown) -> tuple[Line, ...]:
    state = one.state
    day = worker.policy.calendar.date_of(state.since).isoformat()
    name = Text(clipped(state.name))
    named: Line = (Link(name.text, state.url),) if state.url else (name,)
    shadow: Line = (Text(SHADOW),) if one.gate.mode == "shadow" else ()
    holds = "1 ticket" if one.held == 1 else f"{one.held} tickets"
    return (*named, *shadow), (Text(day),), (Text(clipped("; ".join(state.because))),), (Text(holds),), _waits(state)


def _waits(state: GateState) -> Line:
    line: list[Text | Link] = []
    for key, url, _ in state.blocking[:3]:
        line += [Text(", "), Link(key, url)] if line else [Link(key, url)]
    left = state.waiting - min(len(state.blocking), 3)
    return (*line, Text(f" and {left} more")) if left > 0 else tuple(line) or (Text("-"),)


def _opened(worker: Worker, shown: Sequence[Shown], since: datetime) -> Iterator[Line]:
    for one in shown:
        state = one.state
        if not state.closed and state.number and state.since >= since:
            day = worker.policy.calendar.date_of(state.since).isoformat()
            yield (Text(OPENED.format(name=clipped(state.name), day=day)),)


def _unsure(shown: Sequence[Shown]) -> Iterator[Line]:
    for one in shown:
        if one.state.unsure:
            state = "closed" if one.state.closed else "open"
            yield (Text(UNSURE.format(name=clipped(one.state.name), state=state, why=clipped(one.state.unsure))),)
