"""Putting off: the ways in which a ticket is put off without a command, as they stand, begin and end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from rules.actions import NAMES, AddLabel, Close, SetDue
from rules.memory import Effect, Memory, PutOff, Reversal, Statement
from rules.model import Ticket
from rules.policy import Policy

DEFERRING = frozenset(
    {"notplanned", "wontdo", "wontfix", "declined", "rejected", "abandoned", "cancelled", "canceled", "withdrawn"}
)
"""Resolutions that put off what is still there; a duplicate, or what cannot be reproduced, is not put off."""
MOVES = ("due", "defer")
"""What people state that moves a due date."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a ticket is put off now."""

    way: Literal["label", "status", "declined", "due"]
    value: str  # as PutOff has it
    before: str = ""  # way "due": the date that was promised, as ISO

    def __str__(self) -> str:
        """Word it for people: "label deferred", "due date moved from 2026-10-01 to 2026-12-01"."""
        if self.way == "declined":
            return f"closed as {self.value.replace('_', ' ')}"
        if self.way != "due":
            return f"{self.way} {self.value}"
        return f"due date moved from {self.before} to {self.value}" if self.value else f"due date {self.before} removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What is to be remembered of a ticket from now on."""

    put_offs: tuple[PutOff, ...] = ()  # those that begin or end now
    promised: date | None = None  # a new promise; None: as it was


NOTHING = Noticed()


@lru_cache(maxsize=1024)
def plain(resolution: str) -> str:
    """Return a resolution as letters and digits alone: "Won't Do" is "wontdo"."""
    return "".join(char for char in resolution.lower() if char.isalnum())


def ways(policy: Policy, ticket: Ticket, memory: Memory, today: date) -> tuple[Way, ...]:
    """Return the ways in which a ticket is put off, as it is now. What is done is not put off, unless as declined."""
    if ticket.phase == "done":
        ours = any(effect.verb == NAMES[Close] for effect in memory.effects)  # as its leader was: that one is asked
        declined = plain(ticket.resolution) in DEFERRING and not ours
        return (Way("declined", ticket.resolution),) if declined else ()
    found = [Way("label", label) for label in _worn(policy, ticket, memory)] if policy.deferral_labels else []
    if ticket.status.lower() in policy.deferral_statuses:
        found.append(Way("status", ticket.status))
    if _later(ticket, memory) and not _undone(ticket, memory) and not _agreed(ticket, memory, today):
        due = ticket.due.isoformat() if ticket.due else ""
        found.append(Way("due", due, memory.promised.isoformat() if memory.promised else ""))
    return tuple(found)


def _worn(policy: Policy, ticket: Ticket, memory: Memory) -> list[str]:
    """Return the labels that put the ticket off, but those that a rule of ours put on."""
    named = [label for label in ticket.labels if label.lower() in policy.deferral_labels]
    if not named:
        return named
    ours = {effect.value.lower() for effect in memory.effects if effect.verb == NAMES[AddLabel]}
    return sorted(label for label in named if label.lower() not in ours)


def _later(ticket: Ticket, memory: Memory) -> bool:
    """Tell whether the due date is later than the promised one, or gone."""
    promised = memory.promised
    return promised is not None and ticket.due != promised and (ticket.due is None or ticket.due > promised)


def _undone(ticket: Ticket, memory: Memory) -> bool:
    """Tell whether the promised date was ours and a person cleared it: that undoes us, and puts nothing off."""
    promised = memory.promised.isoformat() if memory.promised else ""
    deeds: tuple[Effect | Reversal, ...] = (*memory.effects, *memory.reversals)
    return ticket.due is None and any((each.verb, each.value) == (NAMES[SetDue], promised) for each in deeds)


def _agreed(ticket: Ticket, memory: Memory, today: date) -> bool:
    """Tell whether a later date is no putting off: somebody gave a reason for it, or we set it ourselves.

    What we set in the place of a date that a person removed is no reason.
    """
    day = (ticket.due or today).isoformat()
    stated = MOVES if ticket.due else ("defer",)
    if any(said.what in stated and said.because and said.value >= day for said in memory.statements):
        return True
    return _ours(ticket, memory) and standing(memory, "due") is None


def _ours(ticket: Ticket, memory: Memory) -> bool:
    due = ticket.due.isoformat() if ticket.due else None
    return any(effect.verb == NAMES[SetDue] and effect.value == due for effect in memory.effects)


def standing(memory: Memory, way: str, value: str | None = None) -> PutOff | None:
    """Return the put-off of this way (and value) that is remembered and goes on."""
    going_on = (each for each in memory.put_offs if each.ended is None and each.way == way)
    return next((each for each in going_on if value is None or each.value == value), None)


# -- how they begin and end -------------------------------------------------------------------------------------------


def noticed_put_offs(policy: Policy, ticket: Ticket, memory: Memory, now: datetime) -> Noticed:
    """Return the put-offs that begin or end now, and the due date if it is a new promise.

    The first due date of an open ticket is the promise; so is an earlier one, and a later one that was agreed upon.
    """
    kept = ticket.due == memory.promised or ticket.phase == "done"
    if not memory.put_offs and (kept or memory.promised is None) and not _may_be(policy, ticket):
        return NOTHING if kept else Noticed(promised=ticket.due)
    today = policy.calendar.today(now)
    now_off = ways(policy, ticket, memory, today)
    changed = (*_ended(ticket, memory, now_off, now), *_begun(ticket, memory, now_off, now))
    promised = None if kept else _promise(ticket, memory, now_off, today)
    return Noticed(put_offs=changed, promised=promised) if changed or promised else NOTHING


def _may_be(policy: Policy, ticket: Ticket) -> bool:
    """Tell quickly whether there is anything but the due date by which a ticket may be put off."""
    if ticket.phase == "done":
        return bool(ticket.resolution) and plain(ticket.resolution) in DEFERRING
    labels = policy.deferral_labels
    named = bool(labels) and not labels.isdisjoint(map(str.lower, ticket.labels))
    return named or ticket.status.lower() in policy.deferral_statuses


def _ended(ticket: Ticket, memory: Memory, now_off: tuple[Way, ...], now: datetime) -> Iterator[PutOff]:
    """Yield what no longer puts the ticket off. Closing it ends neither a label nor a later due date."""
    still = {(each.way, each.value) for each in now_off}
    for each in memory.put_offs:
        if each.ended is not None or (each.way, each.value) in still:
            continue
        if ticket.phase == "done" and (each.way == "due" or (each.way == "label" and each.value in ticket.labels)):
            continue
        if each.way != "due" or not _goes_on(ticket, memory, now_off):
            yield replace(each, ended=now)


def _goes_on(ticket: Ticket, memory: Memory, now_off: tuple[Way, ...]) -> bool:
    """Tell whether a moved date is still put off, only by a date that we set in the place of a removed one."""
    return _ours(ticket, memory) and any(each.way == "due" for each in now_off)


def _begun(ticket: Ticket, memory: Memory, now_off: tuple[Way, ...], now: datetime) -> Iterator[PutOff]:
    for each in now_off:
        if standing(memory, each.way, each.value):
            continue
        if each.way == "due" and standing(memory, "due") and _goes_on(ticket, memory, now_off):
            continue
        yield PutOff(way=each.way, value=each.value, began=now, before=each.before)


def _promise(ticket: Ticket, memory: Memory, now_off: tuple[Way, ...], today: date) -> date | None:
    """Return the date that is promised from now on, None if nothing has changed about that."""
    if any(each.way == "due" for each in now_off):
        return None
    if ticket.due is not None:
        return ticket.due
    until = [date.fromisoformat(each.value) for each in memory.statements if _holds_until(each, today)]
    return until[-1] if until and until[-1] != memory.promised else None


def _holds_until(said: Statement, today: date) -> bool:
    return said.what == "defer" and bool(said.because) and said.value >= today.isoformat()


def with_put_offs(memory: Memory, found: Noticed) -> Memory:
    """Return the memory with what was noticed."""
    if found is NOTHING:
        return memory
    promised = found.promised or memory.promised
    if not found.put_offs:
        return replace(memory, promised=promised)
    known = {(each.began, each.way, each.value): each for each in (*memory.put_offs, *found.put_offs)}
    return replace(
        memory,
        put_offs=tuple(known[key] for key in sorted(known)),
        promised=promised,
    )
