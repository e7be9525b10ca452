"""What a gate waits for gets a place in the plan of a Jira: in the sprint under way, or in the next version."""

from __future__ import annotations

from collections.abc import Iterator

from rules.actions import Op, PlanFor
from rules.effects import PLANNED
from rules.fact_asked import UNKNOWN_SOURCE
from rules.moves import View, op_of


def plan_ops(view: View) -> Iterator[Op]:
    """Yield a place for a ticket that has none, once an episode: who takes it out again wants it out."""
    ticket, undone = view.ticket, view.undone(PLANNED)
    if view.policy.sources.get(ticket.source, UNKNOWN_SOURCE).kind != "jira":
        return
    for held in view.holding:
        place = held.rule.plan
        if not place or place in undone or (ticket.sprint if place == "sprint" else ticket.milestone):
            continue
        op_id = view.op_id(held.rule.id, f"e{held.episode.number}", PlanFor)
        if op_id not in view.memory.done:
            yield op_of(view, held, PlanFor(place=place), op_id, after=f"planned for the {place}")
