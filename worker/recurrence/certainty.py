"""Certainty: tickets that people, links or machines say to be the same are paired; an objection parts them for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from rules.effects import OPEN, REOPENED
from rules.fact_work import not_done
from rules.memory import Reversal
from rules.model import Comment, Ticket
from rules.people import called, may_command
from rules.recurrence.certain import sames_said
from rules.recurrence.clusters import Both, Member, Pairing, clusters, pairings
from rules.recurrence.fingerprints import fingerprints
from rules.recurrence.trust import STRONG
from rules.references import tickets_named
from rules.reopenings import turn
from rules.resembling import evidence
from rules.returning import reopening_id, returning_rules
from rules.texts import clipped
from worker.recurrence.histories import Histories, histories, members
from worker.recurrence.likenesses import Found, Likenesses
from worker.recurrence.pairs import CERTAIN, Denial, Pair, Pairs
from worker.recurrence.sameness import COMMAND, FINGERPRINT, LINK, SAID, TEXT, Claim, Edge, Sameness
from worker.recurrence.unlabelled import unlabelled
from worker.worker import Worker

SAYING = ("same-as", "not-same")
"""The commands that say what is the same, and what is not."""
STRENGTH = (COMMAND, LINK, SAID, FINGERPRINT, TEXT)
SOON, AFTER = timedelta(days=2), timedelta(days=1)
"""What we opened again and a person closes so soon, with no change merged, is an objection if the report is still open
so long after that: who fixes a problem closes both."""
NOT_SAME, UNLINKED, CLOSED_AGAIN = "/kaizen not-same", "the link was removed", "it was closed again"
EARLIER = "it was objected to earlier"
Authors = Mapping[str, str]
"""Our own author ids, by source, of the sources that were read: what we did ourselves is no word of people's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is said of pairs of tickets, and who denied it."""

    edges: Mapping[Both, list[Edge]]
    denied: Mapping[Both, Denial]
    of: Mapping[str, list[Edge]]  # what is said of a ticket, by uid

    @property
    def standing(self) -> list[Both]:
        """The pairs that nobody denied."""
        return [both for both in self.edges if both not in self.denied]

    def sure(self, both: Both) -> bool:
        """Tell whether more than their texts says that two tickets are the same."""
        return any(edge.signal != TEXT for edge in self.edges.get(both, ()))

    def commanded(self, both: Both) -> datetime | None:
        """Return when somebody said last, by a command, that two tickets are the same."""
        said = (edge.at for edge in self.edges.get(both, ()) if edge.signal == COMMAND)
        return max((at for at in said if at), default=None)


def find_recurrences(worker: Worker, authors: Authors, now: datetime) -> int:
    """Pair what is certain to be the same, and part what is not; return how many tickets that concerns."""
    same, pairs = Sameness(worker.database, worker.policy.sha), Pairs(worker.database)
    revision, since = worker.mirror.revision(), same.bookmark.place()
    later = pairs.waiting() or not worker.mirror.is_settled(worker.policy.sha, worker.policy.calendar.today(now))
    if revision == since and not later:
        return 0
    unlinked = _read(worker, same, authors, since) if revision != since else ()
    concerned = since < 0 or bool(unlinked) or later or same.concerned(since)
    changed = _paired(worker, same, pairs, authors, unlinked, now) if concerned else frozenset()
    worker.mirror.unsettle(changed)
    same.bookmark.move(revision)
    return len(changed)


def named(worker: Worker, ticket: Ticket, text: str) -> frozenset[str]:
    """Return the tickets that a comment with such a command names, by keys in lower case, as far as there are any."""
    if not any(word in text.lower() for word in SAYING):
        return frozenset()
    keys = tickets_named(_repository(ticket), text, text.upper())
    return frozenset(Sameness(worker.database, worker.policy.sha).uids_of(keys))


def said_same(worker: Worker) -> dict[str, str]:
    """Return which tickets people, links and machines make one problem: a ticket and the problem's name, by uids."""
    told = _told(worker, Sameness(worker.database, worker.policy.sha), Pairs(worker.database))
    return {uid: min(cluster) for cluster in clusters(filter(told.sure, told.standing)) for uid in cluster}


def _repository(ticket: Ticket) -> str:
    return ticket.key.rpartition("#")[0]


# -- what is said ------------------------------------------------------------------------------------------------------


def _read(worker: Worker, same: Sameness, authors: Authors, since: int) -> tuple[tuple[str, str], ...]:
    """Read what changed tickets say; return the pairs (by uid) that a tracker linked before, and does no more."""
    comments = same.comments(since)
    recurring = worker.policy.recurring
    claims: dict[str, tuple[Claim, ...]] = {}
    prints: dict[str, Mapping[str, str]] = {}
    for ticket in same.changed(since):
        claims[ticket.uid] = tuple(_claims(worker, ticket, authors, comments.get(ticket.uid, [])))
        text = ticket.body if not recurring.machines or ticket.reporter in recurring.machines else ""
        prints[ticket.uid] = fingerprints(ticket, recurring.fingerprints, fields=recurring.fields, text=text)
    gone = same.keep(claims)
    same.keep_prints(prints)
    unknown = same.unknown()
    same.found(same.uids_of(unknown, -1 if any(claims.values()) else since))
    still = {(edge.uid, edge.other) for edge in same.edges() if edge.signal == LINK}
    return tuple(pair for pair in gone if pair not in still)


def _claims(worker: Worker, ticket: Ticket, authors: Authors, comments: Iterable[Comment]) -> Iterator[Claim]:
    """Yield what a tracker's links and people's comments say that a ticket is the same as; the strongest last."""
    policy, home = worker.policy, _repository(ticket)
    closed_so = ticket.phase == "done" and ticket.resolution.lower() == "duplicate"
    closed_so = closed_so and not _closed_by(worker, ticket, authors.get(ticket.source, ""))
    texts = [(ticket.reporter, ticket.created, ticket.body)] if closed_so else []
    texts += [(each.author, each.updated, each.body) for each in comments]
    linked = False
    for author, at, text in texts:
        leads = author != ticket.reporter and may_command(policy, ticket, author)
        for said in sames_said(home, text) if leads or closed_so else ():
            who, sentence = clipped(called(policy, ticket.source, author), 60), said.words.rstrip(".")
            if leads:
                yield Claim(key=said.key, signal=SAID, evidence=f"{who} says: {sentence}", by=author, at=at)
            if closed_so and not linked:
                linked = True
                words = f"closed as a duplicate: {sentence}"
                yield Claim(key=said.key, signal=LINK, evidence=words, by=author, at=ticket.created)
    for key in sorted(ticket.duplicates):
        yield Claim(key=key.lower(), signal=LINK, evidence=f"linked as a duplicate of {key}", by="", at=ticket.created)


def _closed_by(worker: Worker, ticket: Ticket, author: str) -> bool:
    """Tell whether an author closed a ticket, as its history tells."""
    closers = [event.actor for event in worker.mirror.events(ticket.uid) if turn(event) is False]
    return bool(author and closers) and closers[-1] == author


def _told(worker: Worker, same: Sameness, pairs: Pairs) -> _Told:
    edges: dict[Both, list[Edge]] = {}
    denied = {each.both: each for each in pairs.denials()}
    for edge in (*same.edges(), *_texts(_acted_upon(worker))):
        edges.setdefault(edge.both, []).append(edge)
    stated = list(same.stated())
    uids = same.uids_of(key for _, _, key, _, _ in stated)
    for uid, what, key, by, at in stated:
        other = uids.get(key)
        if other is None or other == uid:
            continue
        both = frozenset((uid, other))
        if what == "not-same":
            denied.setdefault(both, Denial(uid=uid, other=other, why=NOT_SAME, by=by, at=at))
            continue
        edges.setdefault(both, []).append(_command(worker, uid, other, key, by, at))
        if both in denied and denied[both].at <= at:
            pairs.admit([(denied[both].uid, denied[both].other)])
            del denied[both]
    for edge in _machines(same, denied):
        edges.setdefault(edge.both, []).append(edge)
    of: dict[str, list[Edge]] = {}
    for edge in (edge for found in edges.values() for edge in found):
        of.setdefault(edge.uid, []).append(edge)
        of.setdefault(edge.other, []).append(edge)
    return _Told(edges=edges, denied=denied, of=of)


def _command(worker: Worker, uid: str, other: str, key: str, by: str, at: datetime) -> Edge:
    ticket = worker.mirror.ticket(uid)
    who = called(worker.policy, ticket.source, by) if ticket else by
    evidence = f"/kaizen same-as {key if '#' in key else key.upper()} ({clipped(who, 60)})"
    return Edge(uid=uid, other=other, signal=COMMAND, evidence=evidence, by=by, at=at)


def _machines(same: Sameness, denied: Iterable[Both]) -> Iterator[Edge]:
    """Yield the pairs that share a fingerprint: each ticket with the one before it.

    What people parted from an earlier one stands aside: else it would take the later ones with it.
    """
    apart: dict[str, set[str]] = {}
    for both in denied:
        for uid in both:
            apart.setdefault(uid, set()).update(both - {uid})
    for sharing in same.shared().values():
        kept: dict[str, str] = {}
        for uid, words in sharing:
            if apart.get(uid, frozenset()).isdisjoint(kept):
                kept[uid] = f"the same {words}"
        for one, other in pairwise(kept):
            yield Edge(uid=other, other=one, signal=FINGERPRINT, evidence=kept[other])


def _acted_upon(worker: Worker) -> tuple[Found, ...]:
    return Likenesses(worker.database, worker.policy.sha).acted_upon()


def _texts(acted: Iterable[Found]) -> Iterator[Edge]:
    """Yield the pairs that match so strongly by their text that what was fixed may be opened again."""
    for each in acted:
        if each.reopens:
            words = f"by its text: {evidence(each.probability, each.signatures, each.words)}"
            yield Edge(uid=each.uid, other=each.other, signal=TEXT, evidence=words, at=each.at)


# -- what follows from it ----------------------------------------------------------------------------------------------


def _paired(
    worker: Worker,
    same: Sameness,
    pairs: Pairs,
    authors: Authors,
    unlinked: Iterable[tuple[str, str]],
    now: datetime,
) -> frozenset[str]:
    """Make and unmake pairs; return the tickets concerned."""
    told, known, acted = _told(worker, same, pairs), pairs.known(), _acted_upon(worker)
    every = (*told.edges, *(frozenset((pair.uid, pair.other)) for pair in known.values()))
    candidates = {*every, *(each.both for each in acted)}
    past = histories(worker.database, sorted({uid for both in candidates for uid in both}))
    denials = [Denial(uid=uid, other=other, why=UNLINKED, by="", at=now) for uid, other in unlinked]
    denials += [denial for both in candidates for denial in _removed(past, told, authors, both)]
    denials += [denial for denial in unlabelled(worker, acted, authors) if not told.sure(denial.both)]
    denials += [denial for pair in known.values() for denial in _closed_again(worker, past, told, authors, pair, now)]
    fresh = {each.both: each for each in denials if each.both not in told.denied}
    worker.ledger.save_reversals(_undone(worker, fresh.values()))
    pairs.deny([*fresh.values(), *told.denied.values()])
    told = _told(worker, same, pairs) if fresh else told
    return _saved(worker, same, pairs, told, past, now) | {uid for both in fresh for uid in both}


def _saved(worker: Worker, same: Sameness, pairs: Pairs, told: _Told, past: Histories, now: datetime) -> frozenset[str]:
    """Save the pairs, and when fixes took effect; return the tickets for which something changed."""
    recurring, known = worker.policy.recurring, pairs.known()
    every = {each.uid: each for each in members(worker.database, past, recurring, now)}
    found: dict[str, Pair] = {}
    for cluster in clusters(told.standing):
        several = [every[uid] for uid in cluster if uid in every]
        for pairing in pairings(several, frozenset(told.denied), recurring.window):
            found[pairing.uid] = _pair(told, pairing, every[pairing.uid].created)
    if recurring.close_duplicates:
        found |= _with_talk(same, [pair for pair in found.values() if not pair.again])
    changed = {uid: pair for uid, pair in found.items() if known.get(uid) != pair}
    gone = known.keys() - found.keys()
    pairs.forget(sorted(gone))
    pairs.save(changed.values())
    old = [known[uid] for uid in (*gone, *changed) if uid in known]
    touched = {uid for pair in (*old, *changed.values()) for uid in (pair.uid, pair.other, pair.root)}
    return frozenset(touched | _fixed(pairs, found.values(), every))


def _with_talk(same: Sameness, pairs: Iterable[Pair]) -> dict[str, Pair]:
    """Return pairs, by report, with how much more people wrote on the report."""
    every = list(pairs)
    count = same.talk({uid for pair in every for uid in (pair.uid, pair.other)})
    return {pair.uid: replace(pair, ahead=count[pair.uid] - count[pair.other]) for pair in every}


def _fixed(pairs: Pairs, found: Iterable[Pair], every: Mapping[str, Member]) -> set[str]:
    """Save when the fixes of what came back took effect; return the tickets for which that changed."""
    bearers = sorted({uid for pair in found for uid in (pair.other, pair.root)})
    before, after = pairs.fixes(), {uid: fix for uid in bearers if (fix := every[uid].fix) is not None}
    pairs.save_fixes((uid, fix) for uid, fix in after.items() if before.get(uid) != fix)
    pairs.forget_fixes(sorted(before.keys() - after.keys()))
    return {uid for uid in before.keys() | after.keys() if before.get(uid) != after.get(uid)}


def _pair(told: _Told, pairing: Pairing, created: datetime) -> Pair:
    """Return a report with the best there is to show for it: about the two, else about the report."""
    mine = told.edges.get(frozenset((pairing.uid, pairing.other))) or told.of[pairing.uid]
    best = min(mine, key=lambda edge: STRENGTH.index(edge.signal))
    return Pair(
        uid=pairing.uid,
        other=pairing.other,
        root=pairing.root,
        signal=best.signal,
        evidence=best.evidence,
        again=pairing.again,
        tier=STRONG if best.signal == TEXT else CERTAIN,
        at=max(best.at or created, created),
    )


# -- objections --------------------------------------------------------------------------------------------------------


def adopt_objections(worker: Worker, comment: Comment, keys: Iterable[str]) -> None:
    """Take from a card which tickets people showed to be another problem than this one."""
    others = Sameness(worker.database, worker.policy.sha).uids_of(key.lower() for key in keys)
    denials = (
        Denial(uid=comment.ticket, other=other, why=EARLIER, by="", at=comment.updated) for other in others.values()
    )
    Pairs(worker.database).deny(denials)


def _removed(past: Histories, told: _Told, authors: Authors, both: Both) -> Iterator[Denial]:
    """Yield the objection that somebody removed a link between two tickets, if no other one is there.

    Who says afterwards that they are the same takes that back.
    """
    uid, other = sorted(both, key=lambda each: past.tickets[each].created, reverse=True)
    if any(edge.signal == LINK for edge in told.edges.get(both, ())):
        return
    commanded = told.commanded(both)
    for one, far in ((uid, past.tickets[other]), (other, past.tickets[uid])):
        ours = authors.get(past.tickets[one].source)
        for event in past.unlinked.get(one, ()) if ours else ():
            words = event.before.lower()
            about = ("relates" in words or "duplicate" in words) and words.rpartition(" ")[2] == far.key.lower()
            if about and event.actor != ours and (commanded is None or event.at > commanded):
                yield Denial(uid=uid, other=other, why=UNLINKED, by=event.actor, at=event.at)


def _undone(worker: Worker, denials: Iterable[Denial]) -> Iterator[tuple[str, Reversal]]:
    """Yield the reopenings that people took back by closing the ticket again, by its uid."""
    for denial in (each for each in denials if each.why == CLOSED_AGAIN):
        for rule in returning_rules(worker.policy):
            if worker.ledger.carried_out([reopening_id(worker.keys, rule, denial.other, denial.uid)]):
                undone = Reversal(rule=rule.id, verb=REOPENED, value=OPEN, at=denial.at, by=denial.by)
                yield denial.other, undone


def _closed_again(
    worker: Worker, past: Histories, told: _Told, authors: Authors, pair: Pair, now: datetime
) -> Iterator[Denial]:
    """Yield the objection that somebody closed again what we opened because of the pair, and changed nothing.

    Who says afterwards that the two are the same takes that back.
    """
    ticket = past.tickets.get(pair.other)
    if ticket is None or ticket.phase != "done" or ticket.closed is None:
        return
    ids = [reopening_id(worker.keys, rule, ticket.uid, pair.uid) for rule in returning_rules(worker.policy)]
    opened = worker.ledger.carried_out(ids)
    if opened is None or ticket.closed <= opened:
        return
    commanded = told.commanded(frozenset((pair.uid, pair.other)))
    if (commanded and ticket.closed <= commanded) or _closed_by(worker, ticket, authors.get(ticket.source, "")):
        return
    if not_done(ticket.resolution) or _left_open(past, pair, opened, ticket.closed, now):
        yield Denial(uid=pair.uid, other=pair.other, why=CLOSED_AGAIN, by="", at=ticket.closed)


def _left_open(past: Histories, pair: Pair, opened: datetime, closed: datetime, now: datetime) -> bool:
    """Tell whether what came back was closed again soon and without a change, and its report is left open."""
    worked = any(opened < merge.at <= closed for merge in past.merges.get(pair.other, ()))
    report = past.tickets.get(pair.uid)
    still = report is not None and report.phase != "done" and now - closed >= AFTER
    return not worked and closed - opened <= SOON and still
