"""Pauses: while a ticket waits for another one, or for somebody outside, its deadline and its ladders stand still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from rules.memory import Memory, Pause
from rules.model import Ticket
from rules.people import calendar_of
from rules.policy import Calendar, Policy
from rules.rule import Duration

ABOUT_PAUSES = frozenset({"blocked", "waiting", "paused_workdays"})
"""Facts: a rule that asks for one of them says itself what waiting means to it, so its ladder goes on meanwhile."""


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
    if not changed:
        return memory
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How a clock has run since a day: its waits that are over, and the day on which it stands."""

    calendar: Calendar
    since: date
    day: date  # today, or while it stands still the day on which that began
    waits: tuple[tuple[date, date], ...] = ()  # from and to, none before `since`, oldest first
    still: bool = False

    def reached(self, after: Duration) -> date:
        """Return the day on which so much time has run, if the clock does not stop again: a wait puts it off."""
        day = self.calendar.add(self.since, after)
        for began, ended in self.waits:
            lost = self._time(began, ended, after) if began < day else 0
            day = self.calendar.add(day, _of_kind(lost, after)) if lost else day
        return day

    def left(self, after: Duration) -> Duration:
        """Return what is to run yet until so much time has run: in workdays if they are what counts, else in days."""
        return _of_kind(self._time(self.day, self.reached(after), after), after)

    def _time(self, start: date, end: date, counted: Duration) -> int:
        return self.calendar.workdays_between(start, end) if counted.unit == "workdays" else (end - start).days


def _of_kind(count: int, counted: Duration) -> Duration:
    return Duration(count, "workdays" if counted.unit == "workdays" else "days")


def running(policy: Policy, ticket: Ticket, pauses: Iterable[Pause], since: date, today: date) -> Running:
    """Return how a clock that began on a day has run on a ticket: what it waited before that day does not count."""
    calendar = calendar_of(policy, ticket)
    waits, day, still = [], today, False
    for pause in pauses:
        began = max(since, calendar.date_of(pause.began))
        if pause.ended is None and stands_still(policy, ticket):
            day, still = min(today, began), True
        elif (ended := today if pause.ended is None else calendar.date_of(pause.ended)) > began:
            waits.append((began, ended))
    return Running(calendar=calendar, since=since, day=day, waits=tuple(waits), still=still)
