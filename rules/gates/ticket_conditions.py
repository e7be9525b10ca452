"""Conditions of gates over tickets: those of rules, with the `subject` besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules import facts
from rules.conditions import activate, compile_all
from rules.fact_asked import Asked, FactType
from rules.fact_gates import GATE_FACTS
from rules.fact_table import TYPES
from rules.rule import Clause, Condition

SUBJECT = "subject"
OF_GATES = frozenset(fact.name for fact in GATE_FACTS)
TICKET_TYPES: Mapping[str, FactType] = {
    **{name: kind for name, kind in TYPES.items() if name not in OF_GATES},
    SUBJECT: "string",
}
"""What `holds_tickets` and `blocking` may ask: not what other gates make of the ticket, which would go in circles."""


def on_tickets(texts: Sequence[str], *, where: str) -> OnTickets:
    """Compile a list of clauses over a ticket and a subject. Raises ConditionError."""
    return OnTickets(compile_all(texts, where=where, types=TICKET_TYPES))


class OnTickets:
    """A compiled list of clauses over a ticket. Satisfies `rules.gates.model.TicketCondition`."""

    def __init__(self, condition: Condition) -> None:
        """Take clauses compiled for TICKET_TYPES."""
        self._condition = condition
        self.texts = condition.texts
        self.names = condition.names
        self._facts = condition.names - {SUBJECT}

    def holds(self, facts_: object) -> bool:
        """Judge fast: the answer alone."""
        return self._condition.holds(facts_)

    def explain(self, facts_: object) -> tuple[Clause, ...]:
        """Judge every clause on its own, with the values it saw."""
        return self._condition.explain(facts_)

    def fits(self, asked: Asked, subject: str) -> bool:
        """Tell whether it holds for a ticket and a subject."""
        found = facts.of(asked.ticket, asked.kind, asked.memory, asked.policy, asked.today, self._facts)
        return self._condition.holds(activate({**found, SUBJECT: subject}))
