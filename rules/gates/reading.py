"""A `[[gate]]` of a rule file as a gate, with its tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rules.conditions import compile_all
from rules.errors import ConditionError
from rules.fact_asked import FactType
from rules.gates.changes import CHANGE_TYPES
from rules.gates.levels import NAMES, SUBJECT, assumed_types
from rules.gates.model import Gate, GateTest, TicketCondition
from rules.gates.ruling import mandate_of
from rules.gates.ticket_conditions import on_tickets
from rules.rule import Condition
from rules.schema_gates import GateTable, GateTestTable
from rules.wording import meant, shown, there_is

CHANGES: Mapping[str, FactType] = {**CHANGE_TYPES, SUBJECT: "string"}
LISTED = ": `kaizend facts` lists them"  # those of tickets, which are others than those of changes


def gate_of(pack: str, table: GateTable, where: str) -> Gate:
    """Return the gate of a pack's table; `where` names it. Raises ConditionError with all problems."""
    compiled = _Compiled(where)
    gate = Gate(
        id=f"{pack}/{table.id}",
        pack=pack,
        about=table.about,
        section=table.section,
        power=table.power,
        each=table.each or "",
        close_when=compiled.levels("close_when", table.close_when) or NEVER,
        open_when=compiled.levels("open_when", table.open_when),
        missing=table.missing,
        sources=tuple(table.sources),
        holds=compiled.change("holds", table.holds),
        lets=tuple(compiled.each_change("lets", table.lets)),
        holds_tickets=compiled.ticket("holds_tickets", table.holds_tickets),
        blocking=compiled.ticket("blocking", table.blocking),
        label=table.label,
        say=table.say,
        waivers=tuple(table.waivers),
        waive_for=table.waive_for,
        follow_up=table.follow_up,
        source=table.source,
        mode=table.mode,
        ceiling=table.ceiling,
        mandate=mandate_of(f"{pack}/{table.id}", pack, table) if table.mandate else None,
    )
    if compiled.problems:
        raise ConditionError(compiled.problems)
    return gate


def given_in_vain(gate: Gate, table: GateTable, where: str) -> Iterator[str]:
    """Yield the levels that tests give and the gate does not ask for: most are misspelt, and the test says nothing."""
    asked = sorted(gate.level_names - {SUBJECT})
    for number, test in enumerate(table.test, 1):
        for name in test.given:
            if asked and name not in asked:
                near = meant(name, asked) or there_is(asked)
                yield f"{where}, test[{number}].given: the gate asks for no level {shown(name)}{near}"


NEVER = compile_all(("false",), where="a gate")


class _Compiled:
    """Compiles a gate's conditions, and gathers what is wrong with them."""

    def __init__(self, where: str) -> None:
        self._where = where
        self.problems: list[str] = []

    def levels(self, key: str, texts: Sequence[str] | None) -> Condition | None:
        """Compile clauses over levels."""
        return self._made(key, texts, assumed_types(texts or ()))

    def change(self, key: str, texts: Sequence[str] | None) -> Condition | None:
        """Compile clauses over a change."""
        return self._made(key, texts, CHANGES)

    def each_change(self, key: str, texts: Sequence[str]) -> Iterator[Condition]:
        """Compile clauses over a change, each on its own."""
        for number, text in enumerate(texts, 1):
            made = self._made(key, (text,), CHANGES, number)
            if made is not None:
                yield made

    def ticket(self, key: str, texts: Sequence[str] | None) -> TicketCondition | None:
        """Compile clauses over a ticket."""
        try:
            return on_tickets(texts, where=f"{self._where}, {key}") if texts else None
        except ConditionError as error:
            self.problems += error.problems
            return None

    def _made(
        self, key: str, texts: Sequence[str] | None, types: Mapping[str, FactType], number: int = 0
    ) -> Condition | None:
        where = f"{self._where}, {key}"
        try:
            return compile_all(texts, where=where, types=types) if texts else None
        except ConditionError as error:
            said = (one.replace(LISTED, there_is(CHANGES)) if types is CHANGES else one for one in error.problems)
            self.problems += (one.replace(f"{key}[1]", f"{key}[{number}]", 1) if number else one for one in said)
            return None


def gate_tests(gate: Gate, tables: Sequence[GateTestTable], *, where: str) -> Iterator[GateTest]:
    """Yield a gate's tests; `where` names the gate. A bare number is the subject's where a level has one by key."""
    for number, table in enumerate(tables, 1):
        subject = table.subject if gate.each else ""
        yield GateTest(
            gate=gate,
            subject=subject,
            given={name: _given(name, value, subject) for name, value in table.given.items()},
            was=table.was,
            expect=table.expect,
            where=f"{where}, test {number}",
        )


def _given(name: str, value: float | dict[str, int | float], subject: str) -> object:
    level = NAMES.get(name)
    if level is not None and level.type == "int":
        return value
    values = value if isinstance(value, dict) else {subject: value}
    whole = level is not None and level.type == "map(string, int)"
    return {key: int(each) if whole else float(each) for key, each in values.items()}
