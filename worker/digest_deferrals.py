"""Deferral debt: what is put off, how often, since when and until when; for digests and reviews' agendas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from rules import fact_deferral as deferral
from rules.fact_asked import Asked
from rules.memory import Memory
from rules.model import Block, Line, Paragraph, Strong, Text, Ticket
from rules.policy import Policy
from worker.agenda_words import listed, times, titled

RECENT = 30
"""So many days what was closed as not planned counts as put off, if nobody said until when."""
TITLE = "Deferral debt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A ticket that is put off now."""

    ticket: Ticket
    times: int
    since: date  # when it was put off first
    until: date | None  # None: nobody said so, or not who owns it and why


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferralDebt:
    """The tickets that are put off now, those most often and longest put off first."""

    tickets: tuple[Deferred, ...] = ()
    before: int = 0  # open tickets that were put off before, and are not now

    @property
    def times(self) -> int:
        """How often they were put off, all of them together."""
        return sum(each.times for each in self.tickets)

    @property
    def unexplained(self) -> int:
        """How many of them lack a reason, an owner or a date."""
        return sum(each.until is None for each in self.tickets)


NO_DEBT = DeferralDebt()


def deferral_debt(
    policy: Policy, tickets: Iterable[tuple[Ticket, Memory]], now: datetime, *, kind: str
) -> DeferralDebt:
    """Gather the tickets, all of them of this kind, that are put off now."""
    today = policy.calendar.today(now)
    found: list[Deferred] = []
    before = 0
    for ticket, memory in tickets:
        asked = Asked(ticket, kind, memory, policy, today)
        if one := _deferred(asked):
            found.append(one)
        elif ticket.phase != "done" and deferral.deferrals(asked):
            before += 1
    found.sort(key=lambda each: (-each.times, each.since, each.ticket.key))
    return DeferralDebt(tickets=tuple(found), before=before)


def _deferred(asked: Asked) -> Deferred | None:
    explained = not deferral.missing(asked)
    off = bool(deferral.put_off(asked))
    if asked.ticket.phase == "done":
        off = off and (explained or (asked.today - asked.end()).days <= RECENT)
    elif not off:
        off = deferral.deferred(asked)
    if not off:
        return None
    said = deferral.commands(asked)
    began = [asked.day(each.at) for each in said] + [asked.day(each.began) for each in asked.memory.put_offs]
    return Deferred(
        ticket=asked.ticket,
        times=max(1, deferral.deferrals(asked)),
        since=min(began, default=asked.today),
        until=date.fromisoformat(said[-1].value) if explained else None,
    )


def deferral_blocks(debt: DeferralDebt) -> tuple[Block, ...]:
    """Word the debt; nothing is said where nothing was ever put off."""
    if not debt.tickets:
        return (*listed(TITLE, (), "", none="Nothing is put off."), _before(debt)) if debt.before else ()
    count = len(debt.tickets)
    lacking: Line = (Strong(str(debt.unexplained)), Text(" of them without a reason, an owner or a date."))
    said: Line = (
        Strong(f"{count} {'improvement is' if count == 1 else 'improvements are'} put off"),
        Text(f", {times(debt.times)} in all; "),
        *(lacking if debt.unexplained else (Text("each with a reason, an owner and a date."),)),
    )
    head, *others = listed(TITLE, [_line(each) for each in debt.tickets], "put off", none="")
    return (head, Paragraph(said), *others, *((_before(debt),) if debt.before else ()))


def _line(each: Deferred) -> Line:
    until = f"until {each.until.isoformat()}" if each.until else "nobody said why, until when or for whom"
    return titled(each.ticket, f"{times(each.times)} since {each.since.isoformat()}, {until}")


def _before(debt: DeferralDebt) -> Paragraph:
    return Paragraph((Text(f"Open, and put off before but not now: {debt.before}."),))
