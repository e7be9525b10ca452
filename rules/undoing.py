"""Undoing: what takes a put-off back, once for each of them, and whether a person has done it again since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from rules.actions import NAMES, SetDue, TakeBack
from rules.fact_asked import UNKNOWN_SOURCE
from rules.fact_work import DATE_ONLY
from rules.memory import Memory, PutOff, Reversal
from rules.model import Ticket
from rules.opened import closed_against
from rules.policy import Policy
from rules.putting_off import MOVES, Way, standing, ways

TAKEN_BACK = NAMES[TakeBack]


def left_standing(verb: TakeBack) -> str:
    """Return what a taking back leaves standing: "label deferred", "declined not_planned", "due 2026-10-01"."""
    return f"{verb.way} {verb.value}"


def read_left(value: str) -> TakeBack | None:
    """Return the verb of what it left standing; None of anything else."""
    way, _, what = value.partition(" ")
    if not what:
        return None
    match way:
        case "label" | "status" | "declined" | "due":
            return TakeBack(way=way, value=what)
        case _:
            return None


def date_undone(memory: Memory) -> bool:
    """Tell whether a person took away a date that we had given the ticket, or had put back: none is given again."""
    back = (undo.value for undo in memory.reversals if undo.verb == TAKEN_BACK)
    given = any(undo.verb == NAMES[SetDue] for undo in memory.reversals)
    return given or any(value.startswith("due ") for value in back)


def to_take_back(
    policy: Policy, ticket: Ticket, memory: Memory, rule: str, *, today: date, upto: date
) -> Iterator[tuple[PutOff, Way, TakeBack]]:
    """Yield what takes back the put-offs that began up to a day, but those that a person did again against a rule."""
    barred = {undo.value.partition(" ")[0] for undo in memory.reversals if (undo.rule, undo.verb) == (rule, TAKEN_BACK)}
    for way in ways(policy, ticket, memory, today):
        known = standing(memory, way.way, way.value if way.way == "label" else None)
        if known is None or way.way in barred or policy.calendar.date_of(known.began) > upto:
            continue
        if way.way == "declined" and closed_against(policy, ticket, memory, rule):
            continue
        if way.way == "due" and _in_milestone(policy, ticket):
            continue
        yield known, way, _verb(ticket, way)


def _in_milestone(policy: Policy, ticket: Ticket) -> bool:
    """Tell whether a milestone that people set may carry the date: nobody else replaces that."""
    source = policy.sources.get(ticket.source, UNKNOWN_SOURCE)
    in_one = bool(ticket.milestone) and not DATE_ONLY.fullmatch(ticket.milestone)
    return in_one and source.kind == "github" and not source.due_in_field


def _verb(ticket: Ticket, way: Way) -> TakeBack:
    if way.way == "status":
        return TakeBack(way=way.way, value=way.value, phase="new" if ticket.phase == "active" else "active")
    return TakeBack(way=way.way, value=way.before if way.way == "due" else way.value)


def redone(policy: Policy, ticket: Ticket, memory: Memory, now: datetime) -> tuple[Reversal, ...]:
    """Return what we took back and a person did again, without a word of why since then.

    A read older than the write cannot show it yet.
    """
    ours = [effect for effect in memory.effects if effect.verb == TAKEN_BACK]
    if not ours:
        return ()
    off = {way.way for way in ways(policy, ticket, memory, policy.calendar.today(now))}
    known = {(undo.rule, undo.verb, undo.value) for undo in memory.reversals}
    said = max((each.at for each in memory.statements if each.what in MOVES), default=None)
    return tuple(
        Reversal(rule=effect.rule, verb=effect.verb, value=effect.value, at=ticket.updated)
        for effect in ours
        if effect.value.partition(" ")[0] in off
        and (effect.rule, effect.verb, effect.value) not in known
        and ticket.updated >= effect.at.replace(microsecond=0)
        and (said is None or said <= effect.at)
    )
