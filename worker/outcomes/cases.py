"""Cases: closed tickets of which people stated an effect, each with what is kept of it and when its window is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.fact_work import not_done
from rules.memory import NOTHING, Fix, Memory
from rules.metrics.model import Window
from rules.model import Ticket
from rules.outcomes.resolving import Target
from rules.outcomes.stating import stated, target_of
from rules.outcomes.windows import after_ends, began, windows_before
from rules.policy import Policy
from worker.outcomes.keeping import Keeping, Row
from worker.recurrence.histories import Histories, histories, members
from worker.worker import Worker

DAY = timedelta(days=1)
SOON = timedelta(days=2)
"""Who closes a ticket again so soon, with no change merged, did not work on it: what was judged stays judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A closed ticket, the effect that counts, and what is kept of it."""

    ticket: Ticket
    target: Target
    row: Row
    start: datetime  # of the work: where the window before ends
    since: datetime | None  # when it took effect; none: not yet

    @property
    def fresh(self) -> bool:
        """Tell whether nothing was measured yet, or another metric than it is now."""
        if self.row.before is None:
            return True
        kept, target = self.row.before.measure, self.target
        measured = (kept.metric, kept.grain, kept.subject, kept.unit)
        return measured != (target.metric.id, target.grain, target.subject, target.metric.unit)

    def after(self, now: datetime) -> Window | None:
        """Return the window after, if it is over."""
        ends = self.row.after_ends
        if self.row.judged is not None or self.since is None or ends is None or ends > now:
            return None
        return Window(start=self.since, end=self.since + (ends - self.since) // DAY * DAY)

    def spans(self, now: datetime) -> Iterator[Window]:
        """Yield the windows in which something is to be measured now."""
        if self.fresh:
            yield from windows_before(self.start)
        after = self.after(now)
        if after:
            yield after


def cases(worker: Worker, kept: Keeping, tickets: Iterable[Ticket], now: datetime) -> tuple[list[Case], list[Row]]:
    """Return the cases among closed tickets, and the rows of those whose effect cannot be measured, if that is new."""
    done = {each.uid: each for each in tickets if _counts(each)}
    memories = worker.ledger.memory(done)
    rows = {(row.uid, row.stated): row for row in kept.rows(done)}
    told = {uid: said for uid, ticket in done.items() if (said := stated(ticket, memories.get(uid, NOTHING)))}
    targets = {uid: target_of(worker.policy, said) for uid, said in told.items()}
    past = histories(worker.database, targets)
    effects = _effects(worker, past, now)
    made, unclear = [], []
    for uid, target in targets.items():
        said, ticket = told[uid], _with_closing(past, done[uid])
        row = rows.get((uid, said.text)) or Row(uid=uid, stated=said.text, by=said.by)
        if isinstance(target, str):
            unclear.append(row if row.judged else replace(row, problem=target))
        elif ticket.closed is not None:
            row = _closed(past, replace(row, problem=""), ticket)
            made.append(_case(worker.policy, ticket, memories.get(uid, NOTHING), target, row, effects.get(uid)))
    return made, [row for row in unclear if rows.get((row.uid, row.stated)) != row]


def _counts(ticket: Ticket) -> bool:
    return ticket.phase == "done" and not not_done(ticket.resolution)


def _with_closing(past: Histories, ticket: Ticket) -> Ticket:
    """Return the ticket with the moment of its closing: some Jira workflows note none, but their histories do."""
    closings = past.closings.get(ticket.uid, ())
    return ticket if ticket.closed is not None or not closings else replace(ticket, closed=closings[-1].at)


def _effects(worker: Worker, past: Histories, now: datetime) -> Mapping[str, Fix | None]:
    return {each.uid: each.fix for each in members(worker.database, past, worker.policy.recurring, now)}


def _closed(past: Histories, row: Row, ticket: Ticket) -> Row:
    """Return the row as the ticket's last closing leaves it: what was worked on since is judged anew."""
    if row.frozen is None or ticket.closed is None or ticket.closed <= row.frozen:
        return replace(row, frozen=row.frozen or ticket.closed)
    anew = row if row.judged and _untouched(past, ticket.uid) else _unjudged(row)
    return replace(anew, frozen=ticket.closed)


def _case(policy: Policy, ticket: Ticket, memory: Memory, target: Target, row: Row, fix: Fix | None) -> Case:
    since = fix.at if fix else ticket.closed
    if row.judged is None:
        row = replace(row, after_ends=after_ends(policy.calendar, target.by, since) if since else None)
    start = began(ticket, memory) or ticket.created
    return Case(ticket=ticket, target=target, row=row, start=start, since=since)


def _unjudged(row: Row) -> Row:
    return replace(row, judgement=None, judged=None, after=None, said="")


def _untouched(past: Histories, uid: str) -> bool:
    """Tell whether a ticket was closed again soon after it was opened, and no change was merged in between."""
    closings = past.closings.get(uid, ())
    if len(closings) < 2 or closings[-2].over is None:
        return False
    opened, closed = closings[-2].over, closings[-1].at
    worked = any(opened < merge.at <= closed for merge in past.merges.get(uid, ()))
    return not worked and closed - opened <= SOON
