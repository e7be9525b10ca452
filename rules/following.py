"""Following: a ticket takes over what the one that leads it says; once each, so that people have the last word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.actions import Assign, Close, Op, SetDue, Verb
from rules.effects import OPEN
from rules.evaluate import Holding
from rules.leaders import leader_of
from rules.memory import Lead, Related
from rules.moves import NOTHING, View, op_of
from rules.people import called
from rules.texts import clipped
from rules.twins import followed, takeover, with_leads

CLOSED = "closed as "


def follow_ops(view: View) -> Iterator[Op]:
    """Yield what the leader says and the ticket has still to take over."""
    leader = leader_of(view.memory)
    if leader is None:
        return
    leads = {lead.field: lead for lead in with_leads(view.memory, view.evaluation.leads).leads}
    for held in view.holding:
        for name in followed((held.rule,)):
            lead = leads.get(name)
            if lead is not None and not lead.settled:
                yield from _follow(view, held, leader, lead)


def _follow(view: View, held: Holding, leader: Related, lead: Lead) -> Iterator[Op]:
    verb = takeover(view.policy, view.ticket, leader, lead)
    if verb is None or _followed(view, lead, verb):
        return
    op_id = view.op_id(held.rule.id, _occasion(lead), type(verb))
    op = op_of(view, held, verb, op_id, after=_after(verb))
    yield replace(op, before=_before(view, verb), because=(_because(view, leader, lead), *op.because))


def _occasion(lead: Lead) -> str:
    return f"{lead.field}.{lead.number} {lead.value}"


def _followed(view: View, lead: Lead, verb: Verb) -> bool:
    """Tell whether any rule followed this word of the leader's already."""
    rules = (rule for rule in view.policy.rules if lead.field in rule.follow)
    return any(view.op_id(rule.id, _occasion(lead), type(verb)) in view.memory.done for rule in rules)


def _after(verb: Verb) -> str:
    match verb:
        case SetDue(due=due):
            return f"due {due.isoformat()}"
        case Assign(person=person):
            return f"owner {person}"
        case Close(reason=reason):
            return f"{CLOSED}{reason}"
        case _:
            return OPEN


def _before(view: View, verb: Verb) -> str:
    ticket = view.ticket
    match verb:
        case SetDue():
            return f"due {ticket.due.isoformat()}" if ticket.due else NOTHING
        case Assign():
            return ", ".join(sorted(ticket.assignees)) or NOTHING
        case _:
            return clipped(ticket.status)


def _because(view: View, leader: Related, lead: Lead) -> str:
    """Return what the leader says, as a reason."""
    match lead.field:
        case "due":
            words = f"is due on {lead.value}"
        case "owner":
            owners = (called(view.policy, leader.source, owner) for owner in sorted(leader.assignees))
            words = f"is owned by {clipped(', '.join(owners))}"
        case _:
            words = "is done" if leader.phase == "done" else "is open again"
    return f"{leader.key} {words}"
