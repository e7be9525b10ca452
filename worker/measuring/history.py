"""History: all that metrics are computed of, from one walk through the mirror."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from rules.fact_work import not_done
from rules.facts import SHARED, kind_of, needed
from rules.memory import NOTHING, Memory
from rules.metrics.causes import Causes, Said
from rules.metrics.closings import Closed, Closers, in_bulk
from rules.metrics.doubles import Doubles
from rules.metrics.incidents import Past, Read, read_incident
from rules.metrics.items import ItemCounter
from rules.metrics.merged import Merges
from rules.metrics.model import Cause, History, Incident, Item, Metric, Window
from rules.metrics.reverts import reverts
from rules.metrics.rolled import Shipped, counts, deployed, released, without_doubles
from rules.metrics.timeline import Course
from rules.metrics.told import NOTHING_CAUSED, told_by
from rules.model import Ticket
from rules.people import called
from rules.policy import Policy
from worker.measuring.past import MirrorPast
from worker.measuring.whole import known
from worker.remembered import remembered
from worker.signals import samples
from worker.worker import Worker

BEFORE = timedelta(days=180)
"""How long before a window rollouts and merges are read: what they brought, and what came of them, lies within."""
PLAIN = SHARED | {"kind", "title"}
"""Facts for which nothing need be remembered of a ticket."""
ITS_TEXT = "its text says so"


def history(worker: Worker, window: Window, now: datetime, metrics: Collection[Metric] | None = None) -> History:
    """Return what happened within a window, and besides it what belongs to it: earlier rollouts, later causes.

    Incidents are those that were not over when the window began, up to now; rollouts those of half a year before it,
    up to now; items and samples those of the window alone; of signals that `metrics` measure, if that is told.
    """
    past = MirrorPast(worker.database)
    closers = _closers(worker.policy, past, Window(start=window.start, end=max(window.end, now)))
    counter = ItemCounter(worker.policy, window, closers, worker.policy.calendar.today(now))
    incidents: list[Ticket] = []
    items: list[Item] = []
    for ticket, memory, kind in _kinds(worker, past.tickets(window.start), now):
        if kind in worker.policy.counting.incidents:
            incidents.append(ticket)
        items += counter.of(ticket, kind, memory)
    read = _read(worker, past, incidents, closers, now)
    shipped, merges = _shipped(worker.policy, past, window.start - BEFORE)
    counted = [each for each in read.values() if each.counts]
    whole = known(worker.policy, past, now)
    return History(
        incidents=_ordered(each.incident for each in counted),
        rollouts=tuple(each.rollout for each in shipped),
        causes=tuple(_causes(worker, past, shipped, merges, incidents, read, window.start - BEFORE)),
        set_aside=_ordered(each.incident for each in read.values() if not each.counts),
        items=tuple(sorted(items, key=lambda each: (each.at, each.uid, each.kind))),
        samples=samples(worker, window, None if metrics is None else {metric.signal for metric in metrics}),
        known_from=whole.closings,
        tickets_from=whole.tickets,
        rollouts_from=whole.rollouts,
    )


def course(worker: Worker, ticket: Ticket, now: datetime) -> Course | None:
    """Return how one incident went; None for a ticket that is none."""
    if not any(kind in worker.policy.counting.incidents for _, _, kind in _kinds(worker, [ticket], now)):
        return None
    past = MirrorPast(worker.database)
    closed = ticket.closed or ticket.updated
    closers = _closers(worker.policy, past, Window(start=closed, end=closed))
    read = _read(worker, past, [ticket], closers, now)
    since = ticket.created - BEFORE
    shipped, merges = _shipped(worker.policy, past, since)
    one = read[ticket.uid]
    causes = tuple(_causes(worker, past, shipped, merges, [ticket], read, since)) if one.counts else ()
    return Course(incident=one.incident, counts=one.counts, causes=causes, doubts=one.doubts)


def _kinds(worker: Worker, tickets: Iterable[Ticket], now: datetime) -> Iterator[tuple[Ticket, Memory, str]]:
    """Yield tickets with what is remembered of them, where that is asked for, and their kinds."""
    policy, today = worker.policy, worker.policy.calendar.today(now)
    counting = policy.counting
    conditions = [kind.when for kind in policy.kinds]
    conditions += [each for each in (counting.load, counting.support) if each is not None]
    ours = (each for each in tickets if each.source in policy.sources)
    plain = needed(conditions) <= PLAIN
    for ticket, memory in ((each, NOTHING) for each in ours) if plain else remembered(worker, ours):
        yield ticket, memory, kind_of(ticket, memory, policy, today)


def _closers(policy: Policy, past: MirrorPast, window: Window) -> Closers:
    counting = policy.counting
    by_ticket: dict[str, tuple[Closed, ...]] = {}
    for each in sorted(past.closings(window), key=lambda one: one.at):
        by_ticket[each.ticket] = (*by_ticket.get(each.ticket, ()), each)
    every = (each for theirs in by_ticket.values() for each in theirs)
    bulk = in_bulk(every, counting.bulk)
    return Closers(last=by_ticket, bulk=bulk, bots=counting.bots, ours=past.our_accounts())


def _read(worker: Worker, past: MirrorPast, tickets: list[Ticket], closers: Closers, now: datetime) -> dict[str, Read]:
    """Read the incidents among tickets, by uid."""
    policy, uids = worker.policy, [ticket.uid for ticket in tickets]
    events, words = past.events(uids), past.words(uids)
    doubles = _doubles(worker, past, uids, now)
    found = {}
    for ticket in tickets:
        same, again = doubles.get(ticket.uid, ("", False))
        known = Past(
            events=events.get(ticket.uid, ()),
            comments=words.get(ticket.uid, ()),
            told=told_by(ticket.body, ticket.key.rpartition("#")[0], policy.calendar.instant),
            same_as=same,
            again=again,
        )
        found[ticket.uid] = read_incident(policy, ticket, known, closers, now)
    return found


def _doubles(worker: Worker, past: MirrorPast, uids: list[str], now: datetime) -> Mapping[str, tuple[str, bool]]:
    """Return which tickets (by uid) tell of another incident: its key, "" if that one was over; and whether it was.

    One that was declined is none to tell of: people close the older of two duplicates as well.
    """
    told = Doubles(same=past.same(), twins=past.twins())
    every = past.tickets_of(told.near(uids))
    tickets = (ticket for ticket in every if not (ticket.phase == "done" and not_done(ticket.resolution)))
    incidents = worker.policy.counting.incidents
    keys = {ticket.uid: ticket.key for ticket, _, kind in _kinds(worker, tickets, now) if kind in incidents}
    found = {uid: told.of(uid, keys) for uid in uids}
    return {uid: ("" if of[1] else keys[of[0]], of[1]) for uid, of in found.items() if of is not None}


def _shipped(policy: Policy, past: MirrorPast, since: datetime) -> tuple[tuple[Shipped, ...], Merges]:
    """Return what went out since a moment, oldest first, and what was merged."""
    merges = Merges(past.merges(since))
    deploying = {
        source for source, names in past.environments().items() if any(counts(policy, source, name) for name in names)
    }
    ours = (each for each in past.deployments(since) if each.source in policy.sources)
    out = (each for each in past.releases(since) if each.source in policy.sources and each.source not in deploying)
    every = [*deployed(policy, ours, merges), *released(policy, out, merges)]
    every.sort(key=lambda each: (each.at, each.rollout.uid))
    return tuple(without_doubles(every)), merges


def _causes(
    worker: Worker,
    past: MirrorPast,
    shipped: tuple[Shipped, ...],
    merges: Merges,
    tickets: list[Ticket],
    read: Mapping[str, Read],
    since: datetime,
) -> Iterator[Cause]:
    """Yield what caused incidents, in the order of the tickets' moments."""
    said = _said(worker, past, tickets)
    behind = past.behind(sorted({key for each in said.values() for key in each.keys}))
    texts = past.reverting(since)
    undone = reverts(((each, texts[each.uid]) for each in merges.all if each.uid in texts), merges)
    causes = Causes(shipped, merges, undone, worker.policy.counting.cause_window)
    for ticket in sorted(tickets, key=lambda each: (each.created, each.uid)):
        one = read[ticket.uid]
        if one.counts:
            yield from causes.of(one.incident, ticket.source, said.get(ticket.uid), behind)


def _said(worker: Worker, past: MirrorPast, tickets: Iterable[Ticket]) -> dict[str, Said]:
    """Return what people say that caused tickets (by uid): the last command, else what their texts name."""
    policy, stated = worker.policy, past.stated()
    found, texts = {}, {}
    for ticket in tickets:
        if ticket.uid in stated:
            value, person, at = stated[ticket.uid]
            who, day = called(policy, ticket.source, person), policy.calendar.date_of(at).isoformat()
            found[ticket.uid] = Said(keys=tuple(value.split()), by=f"/kaizen caused-by ({who}, {day})")
            continue
        told = told_by(ticket.body, ticket.key.rpartition("#")[0], policy.calendar.instant)
        texts[ticket.uid] = told.causes
    there = past.there_are(sorted({key for keys in texts.values() for key in keys})) | {NOTHING_CAUSED}
    for uid, keys in texts.items():
        known = tuple(key for key in keys if key in there)
        found |= {uid: Said(keys=known, by=ITS_TEXT)} if known else {}
    return found


def _ordered(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    return tuple(sorted(incidents, key=lambda each: (each.began, each.uid)))
