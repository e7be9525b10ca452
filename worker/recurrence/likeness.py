"""Likeness: what was newly reported is compared with what was before it, and people's answers are verdicts on that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from rules.facts import kind_of
from rules.model import Ticket
from rules.policy import Policy
from rules.recurrence.problems import is_problem
from rules.resembled import ABOUT_LIKENESS
from worker.errors import IndexDamaged, IndexUnusable
from worker.recurrence.certainty import Authors, find_recurrences, said_same
from worker.recurrence.comparing import comparing
from worker.recurrence.index import drop
from worker.recurrence.likenesses import Found, Likenesses, Verdict
from worker.recurrence.pairs import Denial, Pairs
from worker.remembered import remembered
from worker.worker import Worker

CONFIRMED = "people, a link or a machine say so, too"


def see_likenesses(worker: Worker, authors: Authors, now: datetime) -> int:
    """Compare new reports with what was before them, and hear people's answers; return how many tickets it concerns.

    Each report is compared once. Where nothing changed, or no rule asks, nothing is opened. Raises IndexUnusable once
    people's answers are heard: reports are then compared at the next pass.
    """
    known = Likenesses(worker.database, worker.policy.sha)
    revision, since = worker.mirror.revision(), known.bookmark.place()
    if revision == since or not _asked_for(worker.policy):
        return 0
    unusable: IndexUnusable | None = None
    found: tuple[Found, ...] = ()
    try:
        found = _compared(worker, known, since, now)
    except IndexUnusable as error:
        unusable = error
    answered = _answered(worker, known, now) if found or known.concerned(since) else frozenset()
    concerned = answered | {each.uid for each in found}
    worker.mirror.unsettle(concerned)
    if unusable:
        raise unusable
    known.bookmark.move(revision)
    if any(each.reopens for each in found):
        find_recurrences(worker, authors, now)
    return len(concerned)


def _asked_for(policy: Policy) -> bool:
    return any(rule.when.names & ABOUT_LIKENESS for rule in policy.rules)


def _compared(worker: Worker, known: Likenesses, since: int, now: datetime) -> tuple[Found, ...]:
    """Compare the reports that are new, and save what they resemble."""
    reports = tuple(_problems(worker, known.fresh(since, now - worker.policy.recurring.recent), now))
    if not reports:
        return ()
    try:
        return _saved(worker, known, reports, now)
    except IndexDamaged:
        drop(worker.index)
        return _saved(worker, known, reports, now)


def _saved(worker: Worker, known: Likenesses, reports: tuple[Ticket, ...], now: datetime) -> tuple[Found, ...]:
    """Compare reports, and save each at once: whoever is stopped goes on with the rest."""
    every: list[Found] = []
    with comparing(worker) as with_all:
        for ticket in reports:
            compared = with_all.compare(ticket)
            found = tuple(with_all.found(compared, now))
            worker.mirror.unsettle(each.uid for each in found)
            known.save(found, [(ticket, compared.verdict.top)], now)
            with_all.note(compared)
            every += found
    return tuple(every)


def _problems(worker: Worker, tickets: tuple[Ticket, ...], now: datetime) -> Iterator[Ticket]:
    policy, today = worker.policy, worker.policy.calendar.today(now)
    for ticket, memory in remembered(worker, tickets):
        if is_problem(policy.recurring, ticket, kind_of(ticket, memory, policy, today)):
            yield ticket


def _answered(worker: Worker, known: Likenesses, now: datetime) -> frozenset[str]:
    """Save what people's answers say of likenesses; return the reports for which that is news.

    They are right if people, links or machines make the two one problem, and wrong if people objected. Silence is
    neither.
    """
    before, same = known.verdicts(), said_same(worker)
    denied: dict[tuple[str, str], Denial] = {}
    for each in Pairs(worker.database).denials():
        denied[each.uid, same.get(each.other, each.other)] = each
        denied[each.other, same.get(each.uid, each.uid)] = each
    verdicts = (_verdict(found, same, denied, now) for found in known.all())
    fresh = [each for each in verdicts if each and _news(each, before.get(frozenset((each.uid, each.other))))]
    known.save_verdicts(fresh)
    return frozenset(each.uid for each in fresh)


def _news(verdict: Verdict, before: Verdict | None) -> bool:
    return before is None or before.correct is not verdict.correct


def _verdict(
    found: Found, same: Mapping[str, str], denied: Mapping[tuple[str, str], Denial], now: datetime
) -> Verdict | None:
    """Return what people made of a likeness: an objection to any ticket of the problem is one to all of them."""
    problem = same.get(found.other, found.other)
    said = denied.get((found.uid, problem))
    if said is None and same.get(found.uid) != problem:
        return None
    return Verdict(
        uid=found.uid,
        other=found.other,
        tier=found.tier,
        signature=next(iter(found.signatures), ""),
        why=said.why if said else CONFIRMED,
        by=said.by if said else "",
        correct=said is None,
        acted=found.acted,
        at=said.at if said else now,
    )
