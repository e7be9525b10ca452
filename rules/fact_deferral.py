"""Facts of putting off: how a ticket is put off now, what explains it, how often it was, and when it wakes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from rules.actions import NAMES, TakeBack
from rules.fact_asked import Asked, Fact, readable
from rules.memory import PutOff, Statement
from rules.people import called
from rules.putting_off import Way, ways

SAME = timedelta(days=3)
"""A put-off so close to a command, or to another put-off, is the same deferral."""
SYSTEMIC = "systemic"
"""The label of improvements that are to end what comes back again and again: putting one off counts twice."""
AWAKE = timedelta(days=30)
"""So long a ticket counts as woken once its date has come."""


def put_off(asked: Asked) -> tuple[Way, ...]:
    """Return the ways in which the ticket is put off now."""
    return ways(asked.policy, asked.ticket, asked.memory, asked.today)


def commands(asked: Asked) -> list[Statement]:
    """Return the commands that put the ticket off, oldest first."""
    return [each for each in asked.memory.statements if each.what == "defer"]


def deferred_until(asked: Asked) -> str | None:
    """Return the day up to which the ticket was put off last."""
    said = commands(asked)
    return said[-1].value if said else None


def deferred(asked: Asked) -> bool:
    """Tell whether the day up to which it was put off last is still to come."""
    until = deferred_until(asked)
    return until is not None and asked.today.isoformat() < until


def deferred_to(asked: Asked) -> list[str]:
    """Return the day up to which it is put off now, for a step that files something `each` time."""
    until = deferred_until(asked)
    return [until] if until is not None and deferred(asked) else []


def woken(asked: Asked) -> bool:
    """Tell whether the day up to which it was put off last has come, not long ago."""
    until = deferred_until(asked)
    return until is not None and (asked.today - AWAKE).isoformat() <= until <= asked.today.isoformat()


def missing(asked: Asked) -> list[str]:
    """Return what is missing for the ticket to be put off: "reason", "owner", "date"."""
    said = commands(asked)
    now = said[-1] if said and said[-1].value >= asked.today.isoformat() else None
    there = {"reason": now is not None and bool(now.because), "owner": bool(asked.ticket.assignees), "date": bool(now)}
    return [name for name, found in there.items() if not found]


def insisted(asked: Asked) -> bool:
    """Tell whether the ticket is put off in a way that we took back before."""
    verb = NAMES[TakeBack]
    undone = {undo.value.partition(" ")[0] for undo in asked.memory.reversals if undo.verb == verb}
    return bool(undone) and any(way.way in undone for way in put_off(asked))


def silent(asked: Asked) -> list[PutOff]:
    """Return the put-offs without a command, oldest first; of those that began together, the first."""
    found: list[PutOff] = []
    said = [_window(asked, each) for each in commands(asked)]
    for each in asked.memory.put_offs:
        began, ended = asked.day(each.began), asked.day(each.ended) if each.ended else date.max
        explained = any(began <= last and first <= ended for first, last in said)
        if not explained and not (found and began <= asked.day(found[-1].began) + SAME):
            found.append(each)
    return found


def _window(asked: Asked, said: Statement) -> tuple[date, date]:
    """Return the first and the last day on which a command explains that a ticket is put off."""
    day = asked.day(said.at)
    return day - SAME, max(date.fromisoformat(said.value), day + SAME)


def deferrals(asked: Asked) -> int:
    """Count how often the ticket was put off, by command or without."""
    weight = 2 if SYSTEMIC in {label.lower() for label in asked.ticket.labels} else 1
    return weight * (len(commands(asked)) + len(silent(asked)))


def history(asked: Asked) -> list[str]:
    """Return each deferral in words, newest first: when, who, until when and why."""
    return [words for _, words in sorted((*_said(asked), *_unsaid(asked)), reverse=True)]


def _said(asked: Asked) -> Iterator[tuple[str, str]]:
    for each in commands(asked):
        day = asked.day(each.at).isoformat()
        who = called(asked.policy, asked.ticket.source, each.by)
        why = f" because {each.because}" if each.because else ""
        yield day, readable(f"{day} {who}: until {each.value}{why}")


def _unsaid(asked: Asked) -> Iterator[tuple[str, str]]:
    for each in silent(asked):
        day = asked.day(each.began).isoformat()
        yield day, readable(f"{day}: {Way(each.way, each.value, each.before)}, without a reason")


FACTS_OF_DEFERRAL: tuple[Fact, ...] = (
    Fact(
        "put_off",
        "list(string)",
        "how it is put off now, apart from commands: a label or status of [deferral], closed as not planned or the"
        " like, a due date moved out or removed without a reason",
        lambda a: [readable(str(way)) for way in put_off(a)],
    ),
    Fact(
        "put_off_explained",
        "bool",
        "a person said until when and why, with `/kaizen defer`, that day is not past, and it has an owner",
        lambda a: not missing(a),
    ),
    Fact("put_off_again", "bool", "a person put it off again in a way that a rule of ours had taken back", insisted),
    Fact("deferral_missing", "list(string)", "what it lacks to be put off: reason, owner, date", missing),
    Fact(
        "deferrals",
        "int",
        "how often it was put off: by `/kaizen defer`, or without a command; each counts twice with the label"
        ' "systemic"',
        deferrals,
    ),
    Fact(
        "deferral_reasons",
        "list(string)",
        "each time it was put off, newest first: when, by whom, until when and why",
        history,
    ),
    Fact("deferred", "bool", "it was put off by `/kaizen defer`, and the day is still to come", deferred),
    Fact("deferred_until", "string", "the day up to which it was put off last; missing if never", deferred_until),
    Fact(
        "deferred_to",
        "list(string)",
        "the day up to which it is put off now, as a list of one, or of none",
        deferred_to,
    ),
    Fact("woken", "bool", "the day up to which it was put off last has come, within the last 30 days", woken),
)
