"""What a card says, before it is words; and its essence, which stays the same from day to day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

from rules.coming_back import told
from rules.effects import shows
from rules.evaluate import Holding, in_force
from rules.gates import words as gates
from rules.leaders import leader_of
from rules.memory import Answer, Effect, Followed, Ignore, Likeness, Related, Reversal, Swing
from rules.moves import NextStep, View, next_step
from rules.pauses import stands_still
from rules.people import called, resolve
from rules.resembled import acted_upon, shown
from rules.rule import Rule
from rules.texts import facts_in
from rules.twins import followed, strangers

DAILY = "days"  # in the names of facts that change by the day
JUDGEMENT = "outcome_due"  # the fact of texts that say when an outcome is judged
ANSWERS = 5  # how many of the newest answers a card shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One rule that holds, as the card speaks of it."""

    held: Holding
    since: date
    next: NextStep | None
    missing: tuple[str, ...]  # roles whom it should turn to and who are nobody here
    facts: tuple[tuple[str, str], ...] = ()  # those that its text names and that do not change by the day, in words
    awaited: bool = False  # something comes without a step: a judgement, or the opening of a gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything a card says."""

    points: tuple[Point, ...] = ()
    effects: tuple[Effect, ...] = ()  # what we did and what stands
    undone: tuple[Reversal, ...] = ()
    rests: tuple[Swing, ...] = ()  # what we set often enough, and do not set again
    ignores: tuple[Ignore, ...] = ()
    answers: tuple[Answer, ...] = ()
    related: tuple[Related, ...] = ()
    alike: tuple[Likeness, ...] = ()  # earlier tickets that may be the same problem by their text
    following: tuple[Followed, ...] = ()  # what the ticket takes over from the one that leads it
    strangers: tuple[str, ...] = ()  # the owners of that one, if nobody knows them here
    owners: tuple[str, ...] = ()  # as they are called
    done: bool = False
    still: Literal["", "blocked", "waiting"] = ""  # why the clock of its deadline stands still


def content(view: View, *, shadow: bool = False) -> Content:
    """Gather what the card says. `shadow` gathers what the rules that only show themselves would say instead."""
    ticket, memory = view.ticket, view.memory
    leader = leader_of(memory)
    following = followed(held.rule for held in view.holding if view.shadowed(held.rule) is shadow) if leader else ()
    speaking = [held for held in view.holding if speaks(held.rule) and view.shadowed(held.rule) is shadow]
    return Content(
        points=tuple(_point(view, held) for held in speaking),
        effects=tuple(effect for effect in memory.effects if shows(view.policy, ticket, effect)),
        undone=memory.reversals,
        rests=view.resting,
        ignores=tuple(ignore for ignore in memory.ignores if in_force(ignore, view.today)),
        answers=memory.answers[-ANSWERS:],
        related=(*memory.related, *told(view), *acted_upon(view)),
        alike=shown(view, shadow=shadow),
        following=following,
        strangers=strangers(view.policy, ticket, leader) if leader and "owner" in following else (),
        owners=tuple(called(view.policy, ticket.source, login) for login in sorted(ticket.assignees)),
        done=ticket.phase == "done",
        still=_still(view),
    )


def _still(view: View) -> Literal["", "blocked", "waiting"]:
    if not stands_still(view.policy, view.ticket):
        return ""
    return "blocked" if view.ticket.blocked else "waiting"


def speaks(rule: Rule) -> bool:
    """Tell whether a rule has anything to say or do."""
    asks = (rule.label, rule.add_label, rule.say, rule.comment, rule.assign, rule.priority, rule.steps)
    return any(asks) or rule.due is not None


def essence(said: Content) -> str:
    """Return the hash of what the card says, less the words and the values that change by the day."""
    parts = [
        [_shape(point) for point in said.points],
        sorted([effect.rule, effect.verb, effect.value] for effect in said.effects),
        sorted([undo.rule, undo.verb, undo.value] for undo in said.undone),
        sorted([ignore.rule, ignore.by, str(ignore.until)] for ignore in said.ignores),
        [[answer.comment, answer.command, answer.reply] for answer in said.answers],
        [] if said.rests else said.owners,
        said.done,
        *([said.still] if said.still else []),
        *([[each.way, each.what, each.uid, each.phase, str(each.due)] for each in said.related]),
        *([sorted([each.verb, each.value, *sorted(each.rules)] for each in said.rests)] if said.rests else []),
        *([[*said.following, *said.strangers]] if said.following else []),
        *([[[each.other.uid, each.other.phase] for each in said.alike]] if said.alike else []),
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()


def _shape(point: Point) -> list[object]:
    step = point.next
    coming = [step.number, str(step.left) if step.on is None else step.on.isoformat(), *step.people] if step else []
    coming += ["/reopen"] if step and step.reopens else []
    coming += ["/close"] if step and step.closes else []
    coming += [f"/file {step.files}"] if step and step.files else []
    coming += ["/undo", *step.takes_back] if step and step.takes_back else []
    rule, number = point.held.rule.id, point.held.episode.number
    facts = [point.facts] if point.facts else []
    return [rule, number, point.since.isoformat(), coming, sorted(point.missing), *facts]


def _point(view: View, held: Holding) -> Point:
    asked = [role for step in held.rule.steps for role in step.ping] + ([held.rule.assign] if held.rule.assign else [])
    spoken = tuple(pair for pair in facts_in(held.rule.say, view.about).items() if DAILY not in pair[0])
    return Point(
        held=held,
        since=view.policy.calendar.date_of(held.episode.began),
        next=next_step(view, held),
        missing=resolve(view.policy, view.ticket, *dict.fromkeys(asked)).missing,
        facts=spoken + gates.told(held.rule, view.about),
        awaited=bool(held.rule.gate) or JUDGEMENT in dict(spoken),
    )
