"""A gate, on the page of its pack: when it closes and opens, what it holds and lets through, who may waive it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rules.gates.levels import BUILT_IN
from rules.gates.model import Gate, Missing, Power
from rules.pack_words import code, people, plain, quote, series, span
from rules.rule import Condition, Rule
from rules.schema_gates import GateTable, GateTestTable

HOW_TO_READ = """\
A gate is closed or open. It is judged in each pass by levels: numbers from the trackers, from `[signals]` of the config
and from metrics; `kaizend facts --levels` lists them. Where it has two lists of conditions, it closes by the one and
opens by the other, so that noise around one number does not move it. Each closing files one ticket of the kind `gate`,
which says why, what it holds and waits for, and who may waive it; when the gate opens, that ticket is closed and what
was held is let go."""
POWERS: Mapping[Power, str] = {
    "pause-features": "pauses feature development",
    "enforce-refactoring": "enforces refactoring",
    "mandate-reliability": "mandates reliability work",
    "block-releases": "blocks risky releases",
}
UNSURE: Mapping[Missing, str] = {
    "open": "it is open",
    "closed": "it is closed",
    "keep": "it stays as it was",
}


def gate_sections(table: GateTable, gate: Gate, served: str) -> Iterator[str]:
    """Yield the sections of one gate; `served` says which line of the policy it serves."""
    yield f"## {table.id}"
    yield plain(table.about)
    yield served
    yield f"**What it is:** {'; '.join(_what(gate))}."
    yield "**It closes when** all of this is true:"
    yield _clauses(gate.close_when)
    yield "**It opens when** all of this is true:" if gate.open_when else "**It opens when** that is no longer so."
    yield _clauses(gate.open_when) if gate.open_when else ""
    if asked := [level for level in BUILT_IN if level.name in gate.level_names]:
        yield "where these are asked:"
        yield "\n".join(f"- {code(level.name)}: {plain(level.meaning)}" for level in asked)
    yield "**While it is closed:**"
    yield "\n".join(f"- {line}" for line in _closed(gate))
    if table.test:
        yield "**For example:**"
        yield "\n".join(f"- {_example(test, table)}" for test in table.test)


def _what(gate: Gate) -> Iterator[str]:
    yield f"it {POWERS[gate.power]}"
    yield f"there is one for each {gate.each}, which conditions call {code('subject')}" if gate.each else "there is one"
    yield f"while it cannot be said how it is to stand, {UNSURE[gate.missing]}, and says so"
    if gate.sources:
        yield f"it has a say in {series(map(code, gate.sources))} alone"
    if gate.mode == "shadow":
        yield "it is in shadow: it is judged and shown, and holds nothing"


def _closed(gate: Gate) -> Iterator[str]:
    if gate.holds is not None:
        yield f"Pull requests are held of which {_listed(gate.holds.texts, 'and')} is true."
    elif gate.holds_changes:
        yield "All pull requests are held that it covers."
    if gate.lets:
        let = _listed([" && ".join(each.texts) for each in gate.lets], "or")
        yield f"Let through are those of which {let} is true."
    if gate.power == "block-releases":
        yield "`kaizend gate --release NAME` says no, with the reasons."
    if gate.holds_tickets is not None:
        wears = f"wear the label {code(gate.label)}"
        yield f"Tickets of which {_listed(gate.holds_tickets.texts, 'and')} is true {wears}, until it opens."
    if gate.blocking is not None:
        yield f"It waits for tickets of which {_listed(gate.blocking.texts, 'and')} is true."
    if gate.mandate is not None:
        yield f"Those get {'; '.join(_first(gate.mandate))}."
    if gate.say:
        yield f"Statuses and cards say: {quote(gate.say)}"
    yield f"{_who(gate)} may waive it." if gate.waivers else "Nobody may waive it."
    if gate.follow_up is not None:
        yield f"Each waiver files a follow-up, due {span(gate.follow_up)} after it ends."
    if gate.ceiling is not None:
        yield f"A pass that would write to more than {gate.ceiling} of the tickets writes to none, and says so."


def _first(mandate: Rule) -> Iterator[str]:
    if mandate.priority:
        yield f"the priority {mandate.priority} if theirs is lower or none"
    if mandate.assign:
        yield f"{people([mandate.assign])} as their owner if they have none"
    if mandate.due:
        yield f"a due date {span(next(iter(mandate.due.by_level.values())))} later if they have none"
    if mandate.plan:
        place = "the sprint under way" if mandate.plan == "sprint" else "the next version"
        yield f"a place in {place} in Jira if they have none"


def _who(gate: Gate) -> str:
    who = people(gate.waivers)
    return who[:1].upper() + who[1:]


def _clauses(condition: Condition) -> str:
    return "\n".join(f"- {code(clause)}" for clause in condition.texts)


def _listed(texts: Sequence[str], last: str) -> str:
    return series(map(code, texts), last)


def _example(test: GateTestTable, table: GateTable) -> str:
    """Word a test: "With `error_budget` -0.1, a gate that was open is closed."."""
    numbers = [f"{code(name)} {_number(value)}" for name, value in test.given.items()]
    given = f"With {series(numbers)}" if numbers else "With no number given"
    subject = f" for {code(test.subject)}" if table.each and test.subject != "example" else ""
    becomes = "stays" if test.was == test.expect else "becomes"
    return f"{given}{subject}, a gate that was {test.was} {becomes} {test.expect}."


def _number(value: float | Mapping[str, int | float]) -> str:
    if isinstance(value, Mapping):
        return series(f"{number} for {code(key)}" for key, number in value.items())
    return str(value)
