"""Stating: which of the effects that people stated of a ticket counts."""

from __future__ import annotations

from dataclasses import dataclass

from rules.memory import Memory, Outcome
from rules.model import Ticket
from rules.outcomes.aims import Aim, aim_in, aim_of_fields, read_aim
from rules.outcomes.resolving import Target, resolve
from rules.policy import Policy

UNREADABLE = "it cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An effect that somebody stated."""

    text: str  # "mttr(checkout) 90m -> 45m by 2027-03-31"
    by: str  # a login
    aim: Aim | None  # none: its text means nothing


def stated(ticket: Ticket, memory: Memory) -> Said | None:
    """Return the effect that counts.

    That is the one with which the ticket was closed, else the newest command's, else its fields', else its text's.
    """
    kept = memory.outcome
    if kept is not None and _of_this_closing(kept, ticket):
        return _said(kept.stated, kept.by)
    newest = next((each for each in reversed(memory.statements) if each.what == "outcome"), None)
    if newest is not None:
        return _said(newest.value, newest.by)
    aim = aim_of_fields(ticket.fields) or aim_in(ticket.body)
    return Said(text=aim.text, by=ticket.reporter, aim=aim) if aim else None


def _of_this_closing(kept: Outcome, ticket: Ticket) -> bool:
    if ticket.phase != "done" or kept.frozen is None:
        return False
    return ticket.closed is None or ticket.closed <= kept.frozen


def _said(text: str, by: str) -> Said:
    aim = read_aim(text)
    return Said(text=text, by=by, aim=aim if isinstance(aim, Aim) else None)


def target_of(policy: Policy, said: Said) -> Target | str:
    """Return how an effect is measured; a text is why it cannot be, the end of a sentence."""
    return resolve(policy, said.aim) if said.aim else UNREADABLE


def closed_with(policy: Policy, ticket: Ticket, memory: Memory) -> str:
    """Return the effect that a ticket was closed with and that cannot be replaced any more; "" if it can be."""
    if ticket.phase != "done" or ticket.closed is None:
        return ""
    said = stated(ticket, memory)
    if said is None or isinstance(target_of(policy, said), str):
        return ""
    return said.text
