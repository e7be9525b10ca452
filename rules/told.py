"""Told: what a ticket's history says that we gave it, and whether others took it away since."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rules.actions import NAMES, AddLabel, Assign, Reopen, SetDue, SetPriority, Verb
from rules.effects import value_of, wears
from rules.fact_asked import UNKNOWN_SOURCE
from rules.fact_work import DATE_ONLY
from rules.model import Event, Ticket
from rules.policy import Policy
from rules.returning import returning
from rules.rule import Rule
from rules.texts import label_text

BIRTH = timedelta(minutes=1)
"""So long after a ticket was filed, what comes to it was filed with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What we gave a ticket last, when, and when somebody else took it away, None while it shows."""

    verb: Verb
    at: datetime
    taken: datetime | None = None
    sure: bool = True  # False: the history does not reach back to who had put the label on


def given(policy: Policy, ticket: Ticket, events: Sequence[Event], ours: str) -> Iterator[Given]:
    """Yield the labels that we put on, worn still or taken off; of all else what others took away and left empty.

    `events` are the ticket's, oldest first, `ours` is our author id. What we took away ourselves is not among them. A
    label that others took off may have been ours, or theirs, where the history does not reach back to its putting on.
    """
    mine = ours.lower()
    if ticket.phase == "done":
        yield from _opened(events, mine)
    for what, meaning in _meanings(policy, ticket):
        for value in _told(events, what, mine):
            meant = meaning(value)
            if meant is not None and not _filled(ticket, meant):
                yield from _last(ticket, meant, _turns(events, what, value), mine)


def gives(policy: Policy, ticket: Ticket, rule: Rule, verb: Verb) -> bool:
    """Tell whether a rule asks for such a thing, when it holds."""
    match verb:
        case AddLabel(label=label):
            return label in (rule.label, label_text(policy, ticket, rule.add_label))
        case SetDue():
            return rule.due is not None
        case SetPriority(level=level):
            return rule.priority == level
        case Assign():
            return bool(rule.assign)
        case Reopen():
            return not returning(rule) and any(step.reopen or step.undo for step in rule.steps)
        case _:
            return False


def gave(
    policy: Policy,
    ticket: Ticket,
    events: Sequence[Event],
    ours: str,
    since: datetime,
    known: Container[tuple[str, str]] = (),
) -> bool:
    """Tell whether we gave a ticket, since a moment, what a rule gives, whatever became of it: so says its history.

    What a ticket of ours was filed with was given by no rule. What is `known`, as (verb's name, value), does not count.
    """
    mine = ours.lower()
    born = ticket.created + BIRTH if ticket.reporter.lower() == mine else ticket.created
    told = [each for each in events if each.actor.lower() == mine and each.after and each.at >= max(born, since)]
    meanings = _meanings(policy, ticket)
    verbs = [meaning(each.after) for each in told for what, meaning in meanings if what == each.what]
    news = [verb for verb in verbs if verb and (NAMES[type(verb)], value_of(verb)) not in known]
    return any(gives(policy, ticket, rule, verb) for verb in news for rule in policy.rules)


def _filled(ticket: Ticket, verb: Verb) -> bool:
    """Tell whether a field has what we gave it, or something that people put in its place. A label is no field."""
    match verb:
        case SetDue():
            return ticket.due is not None
        case SetPriority():
            return bool(ticket.priority)
        case Assign():
            return bool(ticket.assignees)
        case _:
            return False


def _told(events: Sequence[Event], what: str, mine: str) -> list[str]:
    """Return what we put there, and the labels that somebody took off, each once."""
    told = (
        each.after if each.actor.lower() == mine else each.before if what == "label" else ""
        for each in events
        if each.what == what
    )
    return [value for value in dict.fromkeys(told) if value]


def _turns(events: Sequence[Event], what: str, value: str) -> list[Event]:
    """Return the events in which something came or went."""
    return [each for each in events if each.what == what and (each.before == value) != (each.after == value)]


def _last(ticket: Ticket, verb: Verb, turns: Sequence[Event], mine: str) -> Iterator[Given]:
    """Yield what is ours of the last turns: a label that is worn, or what others took away."""
    if isinstance(verb, AddLabel) and wears(ticket, verb.label):
        filed = len(turns) == 1 and ticket.reporter.lower() == mine  # with the label on it, for good
        if turns[-1].actor.lower() == mine and turns[-1].after == verb.label and not filed:
            yield Given(verb=verb, at=turns[-1].at)
    elif isinstance(verb, AddLabel) and len(turns) == 1 and turns[0].before == verb.label:
        if turns[0].actor.lower() != mine:
            yield Given(verb=verb, at=turns[0].at, taken=turns[0].at, sure=False)
    elif len(turns) > 1:
        on, off = turns[-2:]
        if on.actor.lower() == mine and _came(on, off) and off.actor.lower() != mine:
            yield Given(verb=verb, at=on.at, taken=off.at)


def _came(on: Event, off: Event) -> bool:
    return bool(on.after) and on.after == off.before


def _opened(events: Sequence[Event], mine: str) -> Iterator[Given]:
    """Yield our opening, if somebody else closed the ticket after it."""
    turns = [each for each in events if _opens(each) or _closes(each)]
    if len(turns) < 2:
        return
    on, off = turns[-2:]
    if _opens(on) and _closes(off) and on.actor.lower() == mine and off.actor.lower() != mine:
        yield Given(verb=Reopen(), at=on.at, taken=off.at)


def _opens(event: Event) -> bool:
    """Tell whether an event opened a ticket: GitHub tells by states, Jira by the resolution that is gone."""
    if event.what == "resolution":
        return bool(event.before) and not event.after
    return (event.what, event.before, event.after) == ("status", "closed", "open")


def _closes(event: Event) -> bool:
    if event.what == "resolution":
        return bool(event.after) and not event.before
    return (event.what, event.before, event.after) == ("status", "open", "closed")


# -- what a word in the history means ---------------------------------------------------------------------------------


Meaning = Callable[[str], Verb | None]


def _meanings(policy: Policy, ticket: Ticket) -> tuple[tuple[str, Meaning], ...]:
    """Return what events tell of things that are given, and what their words mean."""
    priority = _priority_of(policy, ticket)
    return (
        ("label", _label),
        ("label", priority),
        ("priority", priority),
        ("due", _due),
        ("milestone", _due),
        ("assignee", _owner),
    )


def _label(value: str) -> Verb | None:
    return AddLabel(label=value)


def _owner(value: str) -> Verb | None:
    return Assign(person=value)


def _due(value: str) -> Verb | None:
    text = value.removeprefix("Due ") if DATE_ONLY.fullmatch(value) else value
    try:
        return SetDue(due=date.fromisoformat(text))
    except ValueError:
        return None


def _priority_of(policy: Policy, ticket: Ticket) -> Meaning:
    levels: Mapping[str, str] = policy.sources.get(ticket.source, UNKNOWN_SOURCE).priorities

    def meant(value: str) -> Verb | None:
        level = levels.get(value.lower())
        return SetPriority(level=level) if level else None

    return meant
