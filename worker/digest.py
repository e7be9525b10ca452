"""The digest: the figures a team reads once a week, counted from the mirror and the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from rules.coverage import IMPROVEMENT, CoverageTally
from rules.facts import kind_of, of
from rules.memory import Memory
from rules.model import Block, Link, Ticket
from rules.outcomes.hits import Harvest, HarvestTally
from rules.outcomes.windows import midnight
from rules.pauses import deadline
from rules.people import called
from rules.policy import Policy
from worker.digest_decisions import Unfed, feedback_kinds, unfed
from worker.digest_deferrals import NO_DEBT, DeferralDebt, deferral_debt
from worker.inputs import InputState
from worker.ledger_baseline import Debt

WEEKS = 12
NO_DOMAIN = "(no domain)"
Tallies = tuple[CoverageTally, HarvestTally]


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """What kaizend did by one rule: which verbs how often, and one example with its reasons."""

    rule: str
    about: str
    deeds: Mapping[str, int]  # verb -> how often
    example: Link
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the ledger tells of the days a digest covers."""

    did: tuple[Did, ...] = ()
    could_not: tuple[str, ...] = ()  # one line each: failed, in doubt, parked, over a ceiling, sources unread, paused
    undone: int = 0  # how often people took something back
    rates: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # rule -> done in 30 days, and taken back of it
    baseline: Debt = field(default_factory=Debt)
    baseline_before: int = 0  # tickets in the baseline a week earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRow:
    """The improvement backlog of one domain."""

    domain: str
    open: int
    new: int
    closed: int
    overdue: int
    oldest: Ticket | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """An overdue ticket, and who it belongs to, by the names people call each other by."""

    ticket: Ticket
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One week's digest. `start` (included) and `end` (not) are dates of the calendar."""

    name: str
    slot: str
    start: date
    end: date
    rows: tuple[DomainRow, ...]
    weeks: tuple[tuple[int, int], ...]  # new and closed a week, oldest first, this one last
    overdue: tuple[Late, ...]  # the longest overdue first, all of them
    account: Account
    quiet: tuple[str, ...] = ()  # domains without improvement work that is open or was finished recently
    inputs: tuple[InputState, ...] = ()  # what the council decides from; none where the config has none
    deferrals: DeferralDebt = NO_DEBT
    unfed: tuple[Unfed, ...] = ()  # decisions that fed nothing, or do not say what they feed
    reviews: tuple[Block, ...] = ()  # how they stand, in words; none where the policy has none
    harvest: Harvest | None = None  # what came of what was judged in the week
    waivers: tuple[Block, ...] = ()  # what was let through closed gates, in words; none if nothing was
    gates: tuple[Block, ...] = ()  # which are closed or opened in the week, in words; none if all were open
    recurrences: tuple[Block, ...] = ()  # what came back in the week, in words; none if nothing did
    metrics: tuple[Block, ...] = ()  # whether it got better, in words, when a month has ended in the week


@dataclass(frozen=True, slots=True)
class _Seen:
    ticket: Ticket
    domain: str
    created: date
    closed: date | None
    memory: Memory
    deadline: tuple[date, date] | None  # the due date as pauses have moved it, and the day on which its clock stands

    def late(self, end: date) -> bool:
        """Tell whether it is open and was overdue when the week ended."""
        return self.closed is None and self.deadline is not None and self.deadline[0] < min(end, self.deadline[1])


def gather(
    name: str,
    slot: str,
    *,
    policy: Policy,
    tickets: Iterable[tuple[Ticket, Memory]],
    account: Account,
    end: date,
    now: datetime,
    inputs: tuple[InputState, ...] = (),
) -> Digest:
    """Count the improvement tickets for the week that ends before `end`, and find the decisions that feed nothing."""
    covered, start = CoverageTally(policy, now), end - timedelta(days=7)
    judged = HarvestTally(policy, midnight(policy.calendar, start), midnight(policy.calendar, end), now=now)
    seen, decided = _looked_at(policy, tickets, now, (covered, judged), end - timedelta(weeks=WEEKS))
    late = sorted(
        (one.ticket for one in seen if one.late(end)),
        key=lambda ticket: (ticket.due or end, ticket.key),
    )
    return Digest(
        name=name,
        slot=slot,
        start=start,
        end=end,
        rows=_rows(policy, seen, start, end),
        weeks=tuple(_week(seen, end - timedelta(weeks=back)) for back in range(WEEKS - 1, -1, -1)),
        overdue=tuple(Late(ticket=ticket, owners=_owners(policy, ticket)) for ticket in late),
        account=account,
        quiet=covered.told().quiet,
        inputs=inputs,
        deferrals=deferral_debt(policy, ((one.ticket, one.memory) for one in seen), now, kind=IMPROVEMENT),
        unfed=tuple(decided),
        harvest=judged.told(),
    )


def _owners(policy: Policy, ticket: Ticket) -> tuple[str, ...]:
    return tuple(sorted(called(policy, ticket.source, login) for login in ticket.assignees))


def _looked_at(
    policy: Policy, tickets: Iterable[tuple[Ticket, Memory]], now: datetime, tallies: Tallies, first: date
) -> tuple[list[_Seen], list[Unfed]]:
    """Look once at each ticket: return the improvements, and the decisions on which feedback is missing.

    What was closed before the `first` day that is counted, without a word from anybody, is not kept.
    """
    today, kinds = policy.calendar.today(now), feedback_kinds(policy)
    seen: list[_Seen] = []
    decided: list[Unfed] = []
    for ticket, memory in tickets:
        kind = kind_of(ticket, memory, policy, today)
        if kind == IMPROVEMENT:
            for tally in tallies:
                tally.add(ticket, memory, kind)
            one = _improvement(policy, ticket, memory, today)
            if one.closed is None or one.closed >= first or memory.statements:
                seen.append(one)
        if kind in kinds and (found := unfed(policy, ticket, kind, memory, now)):
            decided.append(found)
    return seen, decided


def _improvement(policy: Policy, ticket: Ticket, memory: Memory, today: date) -> _Seen:
    domain = of(ticket, IMPROVEMENT, memory, policy, today, ("domain",))["domain"]
    closed = policy.calendar.date_of(ticket.closed) if ticket.closed and ticket.phase == "done" else None
    created = policy.calendar.date_of(ticket.created)
    return _Seen(ticket, str(domain) or NO_DOMAIN, created, closed, memory, deadline(policy, ticket, memory, today))


def _rows(policy: Policy, seen: Sequence[_Seen], start: date, end: date) -> tuple[DomainRow, ...]:
    named = [domain.name for domain in policy.domains]
    others = sorted({one.domain for one in seen} - set(named))
    return tuple(_row(domain, [one for one in seen if one.domain == domain], start, end) for domain in named + others)


def _row(domain: str, seen: Sequence[_Seen], start: date, end: date) -> DomainRow:
    left = [one for one in seen if one.closed is None]
    new, closed = _between(seen, start, end)
    return DomainRow(
        domain=domain,
        open=len(left),
        new=new,
        closed=closed,
        overdue=sum(1 for one in left if one.late(end)),
        oldest=min((one.ticket for one in left), key=lambda ticket: (ticket.created, ticket.key), default=None),
    )


def _week(seen: Iterable[_Seen], end: date) -> tuple[int, int]:
    return _between(seen, end - timedelta(days=7), end)


def _between(seen: Iterable[_Seen], start: date, end: date) -> tuple[int, int]:
    """Count what was created, and what was closed, from `start` up to but not with `end`."""
    new = closed = 0
    for one in seen:
        new += start <= one.created < end
        closed += one.closed is not None and start <= one.closed < end
    return new, closed
