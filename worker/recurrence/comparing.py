"""Comparing: a report with all that was reported before it, by the index, the weights and people's verdicts so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from rules.effects import LABELLED, REOPENED
from rules.memory import NOTHING
from rules.model import Ticket
from rules.people import called
from rules.policy import Policy
from rules.putting_off import plain
from rules.recurrence.clusters import DUPLICATE
from rules.recurrence.judge import Candidate, Thresholds, Verdict, calibrated, judge
from rules.recurrence.model import Model
from rules.recurrence.tokens import spoken
from rules.recurrence.trust import LIKELY, STRONG, Gate, Given, discredited, gate, stricter
from rules.returning import returning_rules
from worker.recurrence.index import Index
from worker.recurrence.keeping import as_report, kept
from worker.recurrence.likenesses import Found, Likenesses
from worker.recurrence.pairs import CERTAIN, Pairs
from worker.recurrence.shipped import shipped_model
from worker.recurrence.unlabelled import likely_rules
from worker.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A report, and what is thought of it."""

    ticket: Ticket
    verdict: Verdict
    thresholds: Thresholds
    gate: Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """All that reports are compared with and judged by."""

    worker: Worker
    model: Model
    index: Index
    roots: Mapping[str, str]  # of what is certainly a report of another one: the first of its kind, by uids
    denied: frozenset[frozenset[str]]  # tickets that are not the same, by uids
    known: Likenesses
    tops: dict[str, list[float]] = field(default_factory=dict)
    verdicts: dict[str, tuple[Given, ...]] = field(default_factory=dict)

    def compare(self, ticket: Ticket) -> Compared:
        """Compare a ticket with those that were reported before it."""
        given, tops = self._given(ticket.source), self._tops(ticket.source)
        thresholds = stricter(calibrated(self.model.thresholds, tops), given)
        verdict = judge(
            self.index.considered(as_report(ticket)), self.model.weights, thresholds, discredited=discredited(given)
        )
        return Compared(ticket=ticket, verdict=verdict, thresholds=thresholds, gate=self.gate(ticket.source))

    def note(self, compared: Compared) -> None:
        """Count a report among those by which the project's threshold is taken."""
        self._tops(compared.ticket.source).append(compared.verdict.top)

    def gate(self, source: str) -> Gate:
        """Return what strong matches may do in a source."""
        return gate(self._given(source), reopens=source in self.worker.policy.recurring.by_text)

    def found(self, compared: Compared, now: datetime) -> Iterator[Found]:
        """Yield what a report resembles: as many as are suggested, and what people objected to besides."""
        left = compared.thresholds.suggested
        seen: set[str] = set()
        for candidate in compared.verdict.candidates:
            other = self._standing_for(candidate)
            if candidate.probability < compared.thresholds.likely or left == 0:
                return
            if other is None or other.uid in seen or other.uid == compared.ticket.uid:
                continue
            if not share_readers(self.worker.policy, compared.ticket.source, other.source):
                continue
            apart = self._apart(compared.ticket, candidate, other)
            yield self._found(compared, candidate, other, len(seen), now)
            seen.add(other.uid)
            left -= not apart

    def _given(self, source: str) -> tuple[Given, ...]:
        if source not in self.verdicts:
            self.verdicts[source] = self.known.given(source)
        return self.verdicts[source]

    def _tops(self, source: str) -> list[float]:
        return self.tops.setdefault(source, list(self.known.tops(source)))

    def _standing_for(self, candidate: Candidate) -> Ticket | None:
        """Return the ticket that stands for a candidate: of a duplicate, the first of the problem."""
        ticket = self.worker.mirror.ticket(candidate.uid)
        if ticket is None or not (ticket.phase == "done" and plain(ticket.resolution) == DUPLICATE):
            return ticket
        return self.worker.mirror.ticket(self.roots.get(candidate.uid, candidate.cluster)) or ticket

    def _apart(self, ticket: Ticket, candidate: Candidate, other: Ticket) -> bool:
        """Tell whether people said that a report is another problem than a candidate, or than its first."""
        return any(frozenset((ticket.uid, uid)) in self.denied for uid in (candidate.uid, candidate.cluster, other.uid))

    def _found(self, compared: Compared, candidate: Candidate, other: Ticket, rank: int, now: datetime) -> Found:
        strong = candidate.strong and rank == 0 and not self._of_one(compared.ticket, other)
        before = strong and self._labelled(compared.ticket)
        opened = before and self._opened(other)
        strong = strong and (other.phase == "done" or opened)
        return Found(
            uid=compared.ticket.uid,
            other=other.uid,
            rank=rank,
            tier=STRONG if strong else LIKELY,
            probability=candidate.probability,
            signatures=candidate.signatures,
            words=spoken(f"{compared.ticket.title}\n{compared.ticket.body}", candidate.words),
            at=now,
            shadow=not (compared.gate.acts or before) if strong else False,
            reopens=strong and (compared.gate.opens or opened),
        )

    def _of_one(self, ticket: Ticket, other: Ticket) -> bool:
        """Tell whether the same person reported both, in whatever tracker."""
        mine, theirs = (called(self.worker.policy, each.source, each.reporter) for each in (ticket, other))
        return bool(mine) and mine == theirs

    def _labelled(self, ticket: Ticket) -> bool:
        """Tell whether a match of the report was acted upon before the database was lost: its card told so."""
        rules = {rule.id for rule in likely_rules(self.worker.policy)}
        memory = self.worker.ledger.memory((ticket.uid,)).get(ticket.uid, NOTHING)
        return any(each.verb == LABELLED and each.rule in rules for each in memory.effects)

    def _opened(self, other: Ticket) -> bool:
        rules = {rule.id for rule in returning_rules(self.worker.policy)}
        memory = self.worker.ledger.memory((other.uid,)).get(other.uid, NOTHING)
        return any(each.verb == REOPENED and each.rule in rules for each in memory.effects)


def share_readers(policy: Policy, source: str, other: str) -> bool:
    """Tell whether what stands in one source may be told in another one: it is the same, or one team's."""
    return source == other or any({source, other} <= team.sources for team in policy.teams)


@contextmanager
def comparing(worker: Worker) -> Iterator[Comparing]:
    """Open the index, brought up to date with the mirror and with what is certainly the same."""
    model, pairs = shipped_model(), Pairs(worker.database)
    certain = [each for each in pairs.known().values() if each.tier == CERTAIN]
    with closing(kept(worker.index, model.background, worker.mirror)) as index:
        with index.writing():
            for each in certain:
                index.join(each.uid, each.other)
        yield Comparing(
            worker=worker,
            model=model,
            index=index,
            roots={each.uid: each.root for each in certain},
            denied=frozenset(each.both for each in pairs.denials()),
            known=Likenesses(worker.database, worker.policy.sha),
        )
