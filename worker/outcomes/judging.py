"""Judging: what was before is frozen when a ticket closes; what came of it is judged when the window after is over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from rules.metrics.compute import known_from, measure, observations, whole_from
from rules.metrics.model import History, Window
from rules.outcomes.judging import Seen, judge
from rules.outcomes.resolving import Target, sort_of
from rules.outcomes.windows import ENOUGH, known_part, windows_before
from worker.measuring.history import history
from worker.outcomes.cases import Case, cases
from worker.outcomes.keeping import Frozen, Keeping, Row
from worker.worker import Worker

DAY = timedelta(days=1)
LATE = timedelta(days=2)
"""What is frozen so long after the closing, is said to be so: the worker was down, or its database lost."""
DIGITS = 6
"""Of observations that are kept."""
SAID_LATE = "\nThe numbers of before were computed {days} days after it closed."


def judge_outcomes(worker: Worker, now: datetime) -> int:
    """Freeze and judge what is due; return how many tickets that concerns. Without whole reads nothing is judged."""
    kept = Keeping(worker.database, worker.policy.sha)
    revision, since = worker.mirror.revision(), kept.bookmark.place()
    waiting = kept.waiting(now)
    if (revision == since and not waiting) or worker.mirror.unreadable(worker.policy.sources):
        return 0
    tickets = {each.uid: each for each in kept.closed(since)} if revision != since else {}
    found = (worker.mirror.ticket(uid) for uid in waiting if uid not in tickets)
    tickets |= {each.uid: each for each in found if each is not None}
    made, unclear = cases(worker, kept, tickets.values(), now)
    changed = [*unclear, *_measured(worker, kept, made, now)]
    kept.save(changed)
    worker.mirror.unsettle({row.uid for row in changed})
    kept.bookmark.move(revision)
    return len(changed)


def _measured(worker: Worker, kept: Keeping, made: Iterable[Case], now: datetime) -> list[Row]:
    """Return the rows that change, with what is measured now; the past is read once for all of them."""
    every = tuple(made)
    spans = [window for case in every for window in case.spans(now)]
    past = History()
    if spans:
        whole = Window(start=min(each.start for each in spans), end=max(each.end for each in spans))
        past = history(worker, whole, now, [case.target.metric for case in every])
    before = {(row.uid, row.stated): row for row in kept.rows({case.ticket.uid for case in every})}
    rows = [with_numbers(case, past, now) for case in every]
    return [row for row in rows if before.get((row.uid, row.stated)) != row]


def with_numbers(case: Case, past: History, now: datetime) -> Row:
    """Return a case's row with what is to be measured now, and judged; windows are as long as what is known of them."""
    row = case.row
    if case.fresh and row.judged is None:
        row = replace(row, before=_frozen(case, past, now))
    after = case.after(now)
    if after is None or row.before is None:
        return row
    since = _said_from(case.target, past) or known_from(case.target.metric, past)
    seen = _seen(case.target, known_part(after, since), past, now)
    earlier = Seen(measure=row.before.measure, observations=row.before.observations)
    judged = judge(case.target, earlier, seen)
    late = row.before.late if judged.judgement != "too little data" else 0
    said = judged.said + (SAID_LATE.format(days=late) if late else "")
    return replace(row, after=seen.measure, judgement=judged.judgement, judged=now, said=said)


def _frozen(case: Case, past: History, now: datetime) -> Frozen:
    """Return what was seen before: in the shortest window that holds enough, else in the one that holds most."""
    since = _said_from(case.target, past) or whole_from(case.target.metric, past)
    seen = [_seen(case.target, window, past, now) for window in windows_before(case.start, since)]
    best = next((each for each in seen if _count(case.target, each) >= ENOUGH), None)
    best = best or max(seen, key=lambda each: _count(case.target, each))  # of those with as many the shortest
    late = now - (case.ticket.closed or now)
    rounded = tuple(round(each, DIGITS) for each in best.observations)
    return Frozen(measure=best.measure, observations=rounded, late=late.days if late > LATE else 0)


def _said_from(target: Target, past: History) -> datetime | None:
    """Return from when on a signal tells of a subject, a number a day; None of other metrics."""
    said = (each.at for each in past.samples if (each.signal, each.subject) == (target.metric.signal, target.subject))
    first = min(said, default=None)
    return first and first - DAY


def _seen(target: Target, window: Window, past: History, now: datetime) -> Seen:
    metric, grain, subject = target.metric, target.grain, target.subject
    return Seen(
        measure=measure(metric, grain, subject, window, past, now),
        observations=observations(metric, grain, subject, window, past),
    )


def _count(target: Target, seen: Seen) -> float:
    return sum(seen.observations) if sort_of(target.metric) == "counts" else len(seen.observations)
