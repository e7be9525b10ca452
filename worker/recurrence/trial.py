"""Trial: what strong matches of a replayed history do, by the rules of the product; closings are people's verdicts."""

from __future__ import annotations

from datetime import datetime

from rules.fact_work import not_done
from rules.putting_off import plain
from rules.recurrence.clusters import DUPLICATE
from rules.recurrence.features import Standing
from rules.recurrence.judge import Candidate
from rules.recurrence.scoring import Strong
from rules.recurrence.trust import STRONG, Given, discredited, gate
from rules.recurring import Recurring
from worker.recurrence.index import Index
from worker.recurrence.labelled import Closed


class Trial:
    """The strong matches that wait for an answer, and the verdicts so far, each project by itself.

    The owner of each has let strong matches open tickets again. Whoever closes a report is taken to answer: as a
    duplicate of the same problem, the match was right; otherwise wrong. A duplicate of nobody knows what says nothing.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._given: dict[str, list[Given]] = {}
        self._waiting: dict[str, tuple[str, str, Given]] = {}  # by the report's uid: project, candidate, verdict to be

    def discredited(self, project: str) -> frozenset[str]:
        """Return the signatures that misled often enough in a project."""
        return discredited(self._given.get(project, ()))

    def matched(self, uid: str, project: str, candidate: Candidate, now: datetime) -> Strong | None:
        """Return what is done about a strong match; None if its ticket is still open: then it is no recurrence."""
        standing = self._standing(candidate)
        if standing.closed is None:
            return None
        allowed = gate(self._given.get(project, ()), reopens=True)
        signature = next(iter(candidate.signatures), "")
        verdict = Given(tier=STRONG, correct=False, acted=allowed.acts, signature=signature)
        self._waiting[uid] = (project, candidate.uid, verdict)
        fixed = not not_done(standing.resolution) and now - standing.closed <= Recurring().window
        if allowed.opens and fixed:
            return "opened"
        return "linked" if allowed.acts else "shadow"

    def closed(self, event: Closed) -> None:
        """Take the closing of a report as the verdict on its match. The index knows of the closing by now."""
        if event.uid not in self._waiting or (plain(event.resolution) == DUPLICATE and not event.duplicate_of):
            return
        project, other, verdict = self._waiting.pop(event.uid)
        right = bool(event.duplicate_of) and self._index.joined(event.uid, other)
        said = Given(tier=verdict.tier, correct=right, acted=verdict.acted, signature=verdict.signature)
        self._given.setdefault(project, []).append(said)

    def _standing(self, candidate: Candidate) -> Standing:
        """Return how the ticket stands that a candidate stands for: of a duplicate, the first of the problem."""
        own = self._index.standing(candidate.uid)
        return self._index.standing(candidate.cluster) if plain(own.resolution) == DUPLICATE else own
