"""Reverting: what takes back something that we did, because a person asks for that, or why nothing does."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from rules.actions import (
    AddLabel,
    Approve,
    Assign,
    Clear,
    Close,
    EditPost,
    FileTicket,
    LinkTo,
    Op,
    PlanFor,
    Post,
    React,
    RemoveLabel,
    Reopen,
    SetDue,
    SetPriority,
    SetStatus,
    TakeBack,
    Transition,
    Unlink,
    Verb,
    WriteCard,
)
from rules.effects import OPEN, wears
from rules.fact_asked import UNKNOWN_SOURCE
from rules.fact_table import level_of
from rules.model import Paragraph, Prose, Text, Ticket
from rules.moves import NOTHING
from rules.policy import Policy
from rules.rule import LEVELS

UNDO = "undo"
"""What stands as an op's rule where a person had a run taken back."""
BY = "kaizend undo"
"""Who took it back, as it is remembered. It says nothing against a rule: one wish is not many people's."""

STRUCK = Prose((Paragraph((Text("This comment was taken back."),)),))
"""What a comment says that we may not delete."""
CLOSING = Prose((Paragraph((Text("This ticket was filed by kaizend, and that was taken back: it is closed."),)),))

GONE = "it is no longer there"
THERE = "it is there again"
CHANGED = "it was changed since"


def way_back(policy: Policy, ticket: Ticket, op: Op, comment: str) -> Verb | str:  # noqa: PLR0911, PLR0912 - one line a verb
    """Return the verb that takes an op back on the ticket as it is now, or in words why none does.

    `comment` is the comment that the op left, as the adapter addresses it; "" for none. What was filed is no matter of
    the ticket that it was filed from: see `closing`.
    """
    match op.verb:
        case AddLabel(label=label):
            return RemoveLabel(label=label) if wears(ticket, label) else GONE
        case RemoveLabel(label=label):
            return THERE if wears(ticket, label) else AddLabel(label=label)
        case Assign(person=person):
            return _owner(policy, ticket, person, op.was)
        case SetDue(due=due):
            return _due(ticket, due.isoformat(), op.was)
        case SetPriority(level=level):
            return _priority(policy, ticket, level, op.was)
        case Reopen():
            return _closed(ticket, op.was)
        case TakeBack():
            return _put_off(ticket, op.verb, op.was)
        case Close():
            return Reopen() if ticket.phase == "done" else CHANGED
        case Post():
            return Clear(what="comment", value=comment) if comment else "where it stands is not known"
        case LinkTo():
            return _unlinked(policy, ticket, op.verb, comment)
        case Unlink(url=url, key=key, relation=relation):
            return LinkTo(url=url, title=key or url, key=key, relation=relation)
        case FileTicket():
            return "what was filed is not known"
        case WriteCard() | SetStatus() | Approve() | React() | EditPost() | PlanFor() | Clear() | Transition():
            return never(op.verb)
        case _:
            assert_never(op.verb)


def closing(filed: Ticket) -> tuple[Verb, ...] | str:
    """Return what takes the filing of a ticket back: it is never deleted. In words, why not."""
    return (Post(prose=CLOSING), Close(reason="not_planned")) if filed.phase != "done" else "it is closed already"


def never(verb: Verb) -> str:  # noqa: PLR0911 - one line a verb
    """Say why such a verb is never taken back; "" of one that may be."""
    match verb:
        case WriteCard():
            return "the next pass writes the card as things then stand"
        case SetStatus():
            return "the next pass sets it as the gate then stands"
        case Approve():
            return "what was let go on has gone on"
        case React():
            return "a sign that a command was understood stays"
        case EditPost():
            return "the text before it is not kept"
        case PlanFor(place=place):
            return f"a {place} is left to those who plan it"
        case Clear() | Transition():
            return "it took something back itself"
        case _:
            return ""


def _owner(policy: Policy, ticket: Ticket, person: str, was: str) -> Verb | str:
    if person not in ticket.assignees:
        return CHANGED if ticket.assignees else GONE
    only_one = policy.sources.get(ticket.source, UNKNOWN_SOURCE).kind == "jira"
    return Assign(person=was) if only_one and was else Clear(what="owner", value=person)


def _due(ticket: Ticket, ours: str, was: str) -> Verb | str:
    if ticket.due is None:
        return GONE
    if ticket.due.isoformat() != ours:
        return CHANGED
    return SetDue(due=date.fromisoformat(was)) if was else Clear(what="due", value=ours)


def _priority(policy: Policy, ticket: Ticket, level: str, was: str) -> Verb | str:
    if level_of(policy, ticket) != level:
        return CHANGED
    if was in LEVELS:
        return SetPriority(level=was)
    if policy.sources.get(ticket.source, UNKNOWN_SOURCE).kind == "github":
        return RemoveLabel(label=ticket.priority)
    return "no priority in the config stands for the one before it"


def _closed(ticket: Ticket, was: str) -> Verb | str:
    return CHANGED if ticket.phase == "done" else Transition(phase="done", resolution=was)


def _put_off(ticket: Ticket, verb: TakeBack, was: str) -> Verb | str:
    """Return what puts the ticket off again, as people had it."""
    match verb.way:
        case "label":
            return THERE if wears(ticket, verb.value) else AddLabel(label=verb.value)
        case "declined":
            return _closed(ticket, was or verb.value)
        case "due":
            return _due(ticket, verb.value, was)
        case "status":
            return f"the status {verb.value} is to be set by hand"
        case _:
            assert_never(verb.way)


def _unlinked(policy: Policy, ticket: Ticket, verb: LinkTo, comment: str) -> Verb | str:
    """Return what removes a link: on GitHub the comment that mentions the other goes."""
    if policy.sources.get(ticket.source, UNKNOWN_SOURCE).kind == "jira":
        return Unlink(url=verb.url, key=verb.key, relation=verb.relation)
    return Clear(what="comment", value=comment) if comment else "where it stands is not known"


def says(verb: Verb) -> str:  # noqa: PLR0911 - one line a verb
    """Word what stands when the verb is carried out, as a plan shows it."""
    match verb:
        case AddLabel(label=label):
            return f"label {label}"
        case Assign(person=person):
            return f"owner {person}"
        case SetDue(due=due):
            return f"due {due.isoformat()}"
        case SetPriority(level=level):
            return f"priority {level}"
        case Close(reason=reason):
            return f"closed as {reason}"
        case Transition(resolution=resolution):
            return f"closed as {resolution}" if resolution else "closed"
        case Reopen():
            return OPEN
        case Post():
            return "a comment"
        case LinkTo(title=title):
            return f"link to {title}"
        case _:
            return NOTHING
