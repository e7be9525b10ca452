"""What an op leaves behind: on the ticket, in what we remember of it, and whether it still stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import assert_never

from rules.actions import (
    NAMES,
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
from rules.fact_asked import UNKNOWN_SOURCE
from rules.fact_table import level_of
from rules.memory import Effect, Memory, Reversal
from rules.model import Ticket
from rules.policy import Policy
from rules.putting_off import DEFERRING, plain
from rules.undoing import TAKEN_BACK, left_standing

LABELLED, DUE, PRIORITY, ASSIGNED = NAMES[AddLabel], NAMES[SetDue], NAMES[SetPriority], NAMES[Assign]
PLANNED = NAMES[PlanFor]
REOPENED, CLOSED = NAMES[Reopen], NAMES[Close]
UNDER_WAY = "the one under way"
"""What a sprint or version is called in a plan, as only the tracker knows which it is."""
OPEN = "open"
"""What a reopening leaves standing."""


def value_of(verb: Verb) -> str:  # noqa: PLR0911 - one line a verb
    """Return what the verb leaves standing, as `Effect.value` keeps it; "" if it leaves nothing that can be undone."""
    match verb:
        case AddLabel(label=value) | Assign(person=value) | SetPriority(level=value) | Close(reason=value):
            return value
        case PlanFor(place=place):
            return place
        case SetDue(due=due):
            return due.isoformat()
        case Reopen():
            return OPEN
        case TakeBack():
            return left_standing(verb)
        case RemoveLabel() | WriteCard() | Post() | EditPost() | FileTicket() | LinkTo() | Unlink():
            return ""
        case Clear() | Transition() | SetStatus() | Approve() | React():
            return ""
        case _:
            assert_never(verb)


def effect_of(op: Op, at: datetime) -> Effect | None:
    """Return what to remember of an op that was carried out, if it leaves something that stands."""
    value = value_of(op.verb)
    if not value:
        return None
    return Effect(op=op.id, rule=op.rule, verb=op.name, value=value, at=at, episode=op.episode)


def remembered(memory: Memory, op: Op, at: datetime) -> Memory:
    """Return the memory after an op was carried out: done, its effect standing, what it took back forgotten."""
    kept = tuple(effect for effect in memory.effects if not _takes_back(op.verb, effect))
    effect = effect_of(op, at)
    return replace(memory, done=memory.done | {op.id}, effects=(*kept, effect) if effect else kept)


def _takes_back(verb: Verb, effect: Effect) -> bool:
    """Tell whether a standing effect ends with the verb, as the ledger has it too."""
    match verb:
        case RemoveLabel(label=label):
            return (effect.verb, effect.value) == (LABELLED, label)
        case Close():
            return effect.verb == REOPENED
        case Reopen():
            return effect.verb == CLOSED
        case _:
            return False


def applied(policy: Policy, ticket: Ticket, verb: Verb) -> Ticket:  # noqa: PLR0912 - one line a verb
    """Return the ticket as it will be after the verb, as far as a condition can tell."""
    match verb:
        case AddLabel(label=label):
            changed = replace(ticket, labels=ticket.labels | {label})
        case RemoveLabel(label=label):
            changed = _without(ticket, label)
        case Assign(person=person):
            one = policy.sources.get(ticket.source, UNKNOWN_SOURCE).kind == "jira"
            changed = replace(ticket, assignees=frozenset({person}) if one else ticket.assignees | {person})
        case SetDue(due=due):
            changed = replace(ticket, due=due)
        case PlanFor():
            changed = _planned(ticket, verb)
        case SetPriority(level=level):
            changed = replace(ticket, priority=_native(policy, ticket, level))
        case Reopen():
            changed = _open(ticket)
        case TakeBack():
            changed = _taken_back(ticket, verb)
        case Close(reason=reason):
            changed = replace(ticket, phase="done", resolution=reason)
        case Clear():
            changed = _cleared(ticket, verb)
        case Transition(phase=phase, resolution=resolution):
            changed = replace(ticket, phase=phase, resolution=resolution)
        case WriteCard() | Post() | EditPost() | FileTicket() | LinkTo() | Unlink() | SetStatus() | Approve() | React():
            changed = ticket
        case _:
            assert_never(verb)
    return changed


def _planned(ticket: Ticket, verb: PlanFor) -> Ticket:
    return replace(ticket, sprint=UNDER_WAY) if verb.place == "sprint" else replace(ticket, milestone=UNDER_WAY)


def _cleared(ticket: Ticket, verb: Clear) -> Ticket:
    match verb.what:
        case "owner":
            return replace(ticket, assignees=ticket.assignees - {verb.value})
        case "due":
            return replace(ticket, due=None)
        case "comment":
            return ticket
        case _:
            assert_never(verb.what)


def stood(policy: Policy, ticket: Ticket, verb: Verb) -> str:
    """Return what stands where the verb will put its own, as `Op.was` keeps it; "" for nothing."""
    match verb:
        case Assign():
            return next(iter(sorted(ticket.assignees)), "")
        case SetDue() | Clear(what="due") | TakeBack(way="due"):
            return ticket.due.isoformat() if ticket.due else ""
        case SetPriority():
            return level_of(policy, ticket)
        case Reopen() | TakeBack(way="declined"):
            return ticket.resolution
        case _:
            return ""


def _without(ticket: Ticket, label: str) -> Ticket:
    return replace(ticket, labels=frozenset(each for each in ticket.labels if each.lower() != label.lower()))


def _open(ticket: Ticket) -> Ticket:
    return replace(ticket, phase="new", closed=None, resolution="")


def _taken_back(ticket: Ticket, verb: TakeBack) -> Ticket:
    match verb.way:
        case "label":
            return _without(ticket, verb.value)
        case "status":
            return replace(ticket, phase=verb.phase, status=verb.phase)
        case "declined":
            return _open(ticket)
        case "due":
            return replace(ticket, due=date.fromisoformat(verb.value))
        case _:
            assert_never(verb.way)


def opens(verb: Verb) -> bool:
    """Tell whether the verb opens a ticket that is done."""
    return isinstance(verb, Reopen) or (isinstance(verb, TakeBack) and verb.way == "declined")


def _native(policy: Policy, ticket: Ticket, level: str) -> str:
    """Return a native priority that means the level; the level itself if the source names none."""
    names = policy.sources.get(ticket.source, UNKNOWN_SOURCE).priorities
    return next((native for native, meant in names.items() if meant == level), level)


def reversed_effects(ticket: Ticket, memory: Memory, asked_for: Iterable[Effect]) -> tuple[Reversal, ...]:
    """Return the effects that a person took back: gone from the ticket while a rule that holds still asks for them.

    `asked_for` are those of the standing effects. A read older than the write cannot show it yet. A due date or
    priority that was changed to another one is the person's own, and no reversal.
    """
    known = {(undone.rule, undone.verb, undone.value) for undone in memory.reversals}
    return tuple(
        Reversal(rule=effect.rule, verb=effect.verb, value=effect.value, at=ticket.updated)
        for effect in asked_for
        if (effect.rule, effect.verb, effect.value) not in known
        and ticket.updated >= effect.at.replace(microsecond=0)
        and not stands(ticket, effect)
    )


def with_reversals(memory: Memory, reversals: tuple[Reversal, ...]) -> Memory:
    """Return the memory with what people took back: remembered, and no longer standing."""
    undone = {(undo.rule, undo.verb, undo.value) for undo in reversals}
    effects = tuple(each for each in memory.effects if (each.rule, each.verb, each.value) not in undone)
    return replace(memory, effects=effects, reversals=(*memory.reversals, *reversals))


def stands(ticket: Ticket, effect: Effect) -> bool:
    """Tell whether an effect, or something a person put in its place, still shows on the ticket."""
    found: dict[str, Callable[[], bool]] = {
        LABELLED: lambda: wears(ticket, effect.value),
        ASSIGNED: lambda: bool(ticket.assignees),
        DUE: lambda: ticket.due is not None,
        PRIORITY: lambda: bool(ticket.priority),
        REOPENED: lambda: ticket.phase != "done",
        CLOSED: lambda: ticket.phase == "done",
        TAKEN_BACK: lambda: _back(ticket, effect.value),
    }
    return found[effect.verb]() if effect.verb in found else True


def _back(ticket: Ticket, value: str) -> bool:
    """Tell whether nothing shows any more of what was taken back."""
    way, _, what = value.partition(" ")
    match way:
        case "label":
            return not wears(ticket, what)
        case "status":
            return ticket.status.lower() != what.lower()
        case "due":
            return ticket.due is not None and ticket.due.isoformat() <= what
        case _:
            return ticket.phase != "done" or plain(ticket.resolution) not in DEFERRING


def shows(policy: Policy, ticket: Ticket, effect: Effect) -> bool:
    """Tell whether exactly what we did shows on the ticket; nothing else of ours is a change to speak of.

    A sprint that ended takes what was planned for it along: that says nothing of people.
    """
    if effect.verb == PLANNED:
        return True
    if effect.verb == ASSIGNED:
        return effect.value in ticket.assignees
    if effect.verb == DUE:
        return ticket.due is not None and ticket.due.isoformat() == effect.value
    if effect.verb == PRIORITY:
        return level_of(policy, ticket) == effect.value
    if effect.verb in (REOPENED, CLOSED, TAKEN_BACK):
        return stands(ticket, effect)
    return effect.verb == LABELLED and wears(ticket, effect.value)


def wears(ticket: Ticket, label: str) -> bool:
    """Tell whether the ticket has the label, however it is capitalised: GitHub takes both for one."""
    return label in ticket.labels or label.lower() in {each.lower() for each in ticket.labels}
