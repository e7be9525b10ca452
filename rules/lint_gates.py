"""What is wrong with a gate that only the config can show: levels nobody has, no such people, sources or labels."""

from __future__ import annotations

from collections.abc import Iterator

from rules.gates.levels import SUBJECT, level_problems
from rules.gates.model import Gate
from rules.labels import label_problem
from rules.lint_texts import placeholders_in
from rules.people import COUNCIL, LEAD, ROLES
from rules.tables import Company
from rules.wording import meant, shown, there_is

PLACEHOLDERS = (SUBJECT,)


def gate_problems(gate: Gate, company: Company) -> Iterator[str]:
    """Yield what is wrong with a gate, each beginning with its key."""
    yield from level_problems(gate, company.signals, company.metrics)
    if SUBJECT in gate.level_names and not gate.each:
        yield "each: conditions ask for 'subject', and there is none: write each = 'service', 'component' or 'team'"
    yield from (f"say{problem}" for problem in placeholders_in(gate.say, PLACEHOLDERS if gate.each else ()))
    for key, name in (*(("sources", name) for name in gate.sources), ("source", gate.source)):
        if name and name not in company.sources:
            yield f"{key}: no source {shown(name)}{meant(name, company.sources) or there_is(tuple(company.sources))}"
    known = (LEAD, COUNCIL, *company.people)
    for name in gate.waivers:
        if name not in known:
            yield f"waivers: no person {shown(name)}{meant(name, known) or there_is(known)}"
    jira = any(source.kind == "jira" for source in company.sources.values())
    if problem := label_problem(gate.label, jira=jira):
        yield f"label: {problem}"
    yield from (f"label{problem}" for problem in placeholders_in(gate.label, ()))
    yield from _mandate(gate, company)


def _mandate(gate: Gate, company: Company) -> Iterator[str]:
    mandate, known = gate.mandate, (*ROLES, *company.people)
    if mandate is None:
        return
    if gate.blocking is None:
        yield "mandate: nobody knows for which tickets: give the gate a 'blocking'"
    if not (mandate.assign or mandate.due or mandate.priority or mandate.plan):
        yield "mandate: does nothing: give it a 'priority', 'assign', 'due' or 'plan'"
    if mandate.assign and mandate.assign not in known:
        name = mandate.assign
        yield f"mandate.assign: no role or person {shown(name)}{meant(name, known) or there_is(known)}"
