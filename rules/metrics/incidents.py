"""Incidents: from a ticket and what happened to it, how it went and what of that counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.coverage import closed_at
from rules.fact_asked import asked_of
from rules.fact_domain import domains
from rules.fact_table import level_of
from rules.fact_work import not_done
from rules.metrics.closings import Closers
from rules.metrics.model import Incident, Subjects
from rules.metrics.told import SILENCE, Told
from rules.model import Event, Ticket
from rules.people import team_of
from rules.policy import Policy
from rules.recurrence.fixes import closings
from rules.services import services_of_ticket
from rules.wording import shown

LONGEST = timedelta(days=90)
"""An incident that is said to have begun longer before it was reported is not believed: most such years are slips."""
NO_BEGINNING = "it is not told when it began, only when it was over"
"""Why the time that an incident took is not known that was reported afterwards: nothing is not how long."""
TAKING = frozenset({"assignee", "status"})
"""What somebody does who takes an incident, besides commenting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A comment: who wrote it when."""

    at: datetime
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a ticket's past."""

    events: Sequence[Event] = ()  # oldest first
    comments: Sequence[Word] = ()
    told: Told = SILENCE
    same_as: str = ""  # the key of the incident that it is certainly another report of, or the twin
    again: bool = False  # it is certainly another one's, and that one was fixed by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An incident, and what was not believed of what its text tells."""

    incident: Incident
    counts: bool  # False: it is none after all; the incident's `excluded` says why
    doubts: tuple[str, ...] = ()


def read_incident(policy: Policy, ticket: Ticket, past: Past, closers: Closers, now: datetime) -> Read:
    """Read how an incident went."""
    told, doubts = _believed(ticket, past.told, now)
    none = _none(ticket, past)
    resolved, excluded = _resolution(ticket, past, told, closers)
    severity = level_of(policy, ticket)
    incident = Incident(
        uid=ticket.uid,
        key=ticket.key,
        url=ticket.url,
        subjects=subjects_of(policy, ticket),
        began=told.began or ticket.created,
        reported=ticket.created,
        detected=told.detected,
        responded=_responded(ticket, past, closers),
        resolved=None if none else resolved,
        excluded=none or excluded,
        reopened=sum(each.over is not None for each in closings(ticket, past.events)),
        severity="" if severity == "none" else severity,
    )
    return Read(incident=incident, counts=not none, doubts=doubts)


def subjects_of(policy: Policy, ticket: Ticket) -> Subjects:
    """Return what a ticket is counted for."""
    team = team_of(policy, ticket)
    return Subjects(
        services=frozenset(services_of_ticket(policy, ticket)),
        teams=frozenset({team.name} if team else ()),
        domains=frozenset(domains(asked_of(policy, ticket))),
    )


def _none(ticket: Ticket, past: Past) -> str:
    """Return why a ticket is no incident of its own, "" if it is one."""
    if past.same_as:
        return "the same as another"
    declined = ticket.phase == "done" and not_done(ticket.resolution)
    return "" if not declined or past.again else f"closed as {' '.join(ticket.resolution.lower().split('_'))}"


def _resolution(ticket: Ticket, past: Past, told: Told, closers: Closers) -> tuple[datetime | None, str]:
    """Return when an incident was over, and why its closing does not count, "" if it does or there is none.

    What its text says goes before when it was closed: many are closed only after their review.
    """
    if told.resolved is not None:
        return told.resolved, NO_BEGINNING if told.began == told.resolved else ""
    closed = closed_at(ticket)
    if closed is None:
        return None, ""
    declined = past.again and not_done(ticket.resolution)
    excluded = f"closed as {ticket.resolution.lower()}" if declined else closers.excluded(ticket.uid, closed)
    return None if excluded else closed, excluded


def _responded(ticket: Ticket, past: Past, closers: Closers) -> datetime | None:
    """Return when somebody took it: the first assignment, status change or comment by another person."""
    moments = [(each.at, each.author) for each in past.comments]
    moments += [(each.at, each.actor) for each in past.events if each.what in TAKING]
    people = (at for at, who in moments if who not in ("", ticket.reporter) and not closers.machine(ticket.source, who))
    return min(people, default=None)


def _believed(ticket: Ticket, told: Told, now: datetime) -> tuple[Told, tuple[str, ...]]:
    """Return what can be believed of what a text tells, and what cannot, a sentence each."""
    ends, first = closed_at(ticket) or now, ticket.created - LONGEST
    doubts = list(told.doubts)
    began = _within(told.began, "Began", first, ends, doubts)
    detected = _within(told.detected, "Detected", began or first, ends, doubts)
    resolved = _within(told.resolved, "Resolved", detected or began or first, now, doubts)
    if began is None and detected is not None:
        doubts.append("How long it took to detect is not known without a line 'Began: ...'.")
    known = min(each for each in (ticket.created, detected, resolved) if each is not None)
    return Told(
        began=began or known, detected=detected if began else None, resolved=resolved, causes=told.causes
    ), tuple(doubts)


def _within(moment: datetime | None, what: str, first: datetime, last: datetime, doubts: list[str]) -> datetime | None:
    if moment is None or first <= moment <= last:
        return moment
    why = "before it can have begun" if moment < first else "later than it can have been"
    doubts.append(f"{shown(what)} is not believed: {moment:%Y-%m-%d %H:%M} UTC is {why}.")
    return None
