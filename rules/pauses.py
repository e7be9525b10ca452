"""Pauses: while a ticket waits for another one, or for somebody outside, the clock of its deadline stands still."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from rules.memory import Memory, Pause
from rules.model import Ticket
from rules.people import calendar_of
from rules.policy import Calendar, Duration, Policy


def waits_outside(policy: Policy, ticket: Ticket) -> bool:
    """Tell whether the ticket wears a label that the config says means waiting for somebody outside."""
    return bool(policy.waiting) and any(label.lower() in policy.waiting for label in ticket.labels)


def stands_still(policy: Policy, ticket: Ticket) -> bool:
    """Tell whether the clock stands still: the ticket is open, and blocked or waiting."""
    return ticket.phase != "done" and (ticket.blocked or waits_outside(policy, ticket))


def noticed(policy: Policy, ticket: Ticket, memory: Memory, now: datetime) -> tuple[Pause, ...]:
    """Return the pauses that end or begin now. A new due date is a new promise: with it a new pause begins."""
    last = memory.pauses[-1] if memory.pauses else None
    current = last if last is not None and last.ended is None else None
    still = stands_still(policy, ticket)
    if current is not None and still and current.due == ticket.due:
        return ()
    ended = () if current is None else (replace(current, ended=now),)
    return (*ended, Pause(began=now, due=ticket.due)) if still else ended


def with_pauses(memory: Memory, changed: tuple[Pause, ...]) -> Memory:
    """Return the memory with pauses as they began or ended."""
    known = {pause.began: pause for pause in (*memory.pauses, *changed)}
    return replace(memory, pauses=tuple(known[began] for began in sorted(known)))


def deadline(policy: Policy, ticket: Ticket, memory: Memory, today: date) -> tuple[date, date] | None:
    """Return the due date, later by the workdays that the clock stood still, and the day on which the clock stands.

    That day is today, or while the ticket is paused the day on which the pause began. A pause counts for the due date
    that stood when it began. None without a due date.
    """
    due, day = ticket.due, today
    if due is None:
        return None
    calendar, lost = calendar_of(policy, ticket), 0
    for pause in memory.pauses:
        if pause.due != due:
            continue
        if pause.ended is None and stands_still(policy, ticket):
            day = min(today, calendar.date_of(pause.began))
        else:
            lost += workdays(calendar, pause, today)
    return (calendar.add(due, Duration(lost, "workdays")) if lost else due), day


def paused_workdays(policy: Policy, ticket: Ticket, memory: Memory, today: date) -> int:
    """Count the workdays of all pauses of a ticket up to today."""
    if not memory.pauses:
        return 0
    calendar = calendar_of(policy, ticket)
    return sum(workdays(calendar, pause, today) for pause in memory.pauses)


def workdays(calendar: Calendar, pause: Pause, today: date) -> int:
    """Count the workdays of a pause: those after the day on which it began, up to and with that on which it ended."""
    ended = today if pause.ended is None else calendar.date_of(pause.ended)
    return max(0, calendar.workdays_between(calendar.date_of(pause.began), ended))
