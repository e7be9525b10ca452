"""Features: what speaks for a new report being the same problem as an earlier one, as numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.recurrence.platforms import conflict
from rules.recurrence.weighing import Weighed, dice

DAY = 86_400
LARGEST_CLUSTER = 4
"""A cluster counts as no larger: a hub that everything was once linked to would draw all else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an earlier ticket stood when the new report came."""

    closed: datetime | None = None
    resolution: str = ""
    cluster: int = 1  # tickets known to be the same problem, itself among them


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A new report and an earlier one."""

    new: Weighed
    old: Weighed
    standing: Standing
    matched: float  # the index's BM25 score, 0 or more
    tickets: int  # in the index
    seen: Mapping[str, int]  # how many earlier tickets show each signature of the new report

    @property
    def days(self) -> float:
        """Return how many days lie between them."""
        return max(0.0, (self.new.report.created - self.old.report.created).total_seconds() / DAY)

    @property
    def same_reporter(self) -> bool:
        """Tell whether the same person reported both."""
        return bool(self.new.report.reporter) and self.new.report.reporter == self.old.report.reporter

    @property
    def platform_conflict(self) -> bool:
        """Tell whether they speak of different platforms."""
        return conflict(self.new.report.platforms, self.old.report.platforms)

    @property
    def shared_signatures(self) -> tuple[str, ...]:
        """Return the error signatures that both show, the rarest first."""
        both = set(self.new.report.signatures) & set(self.old.report.signatures)
        return tuple(sorted(both, key=lambda each: (self.seen.get(each, 1), each)))


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: its name, what it says, and how it is found."""

    name: str
    about: str
    find: Callable[[Pair], float]


def _rarity(pair: Pair) -> float:
    shared = pair.shared_signatures
    if not shared:
        return 0.0
    return max(0.0, math.log((pair.tickets + 1) / pair.seen.get(shared[0], 1)) / math.log(pair.tickets + 2))


def _closed_days(pair: Pair) -> float:
    closed = pair.standing.closed
    return 0.0 if closed is None else max(0.0, (pair.new.report.created - closed).total_seconds() / DAY)


def _refused(pair: Pair) -> float:
    said = pair.standing.resolution.lower()
    return float(any(word in said for word in REFUSALS))


def _cluster(pair: Pair) -> float:
    return math.log(min(pair.standing.cluster, LARGEST_CLUSTER))


REFUSALS = ("invalid", "duplicate", "won't", "wont", "not_planned", "not our")
TABLE: tuple[Feature, ...] = (
    Feature("title", "the titles are alike (cosine)", lambda p: p.new.title.cosine(p.old.title)),
    Feature("whole", "titles and texts together are alike (cosine)", lambda p: p.new.whole.cosine(p.old.whole)),
    Feature("prose", "what was written is alike (cosine)", lambda p: p.new.prose.cosine(p.old.prose)),
    Feature("code", "what was pasted is alike (cosine)", lambda p: p.new.code.cosine(p.old.code)),
    Feature("new_title_known", "share of the new title in the old ticket", lambda p: p.new.title.covered(p.old.whole)),
    Feature("old_title_known", "share of the old title in the new report", lambda p: p.old.title.covered(p.new.whole)),
    Feature("letters", "the titles share groups of letters (dice)", lambda p: dice(p.new.letters, p.old.letters)),
    Feature("rare_signature", "how rare the rarest common error signature is", _rarity),
    Feature("signatures", "common error signatures (logarithm)", lambda p: math.log1p(len(p.shared_signatures))),
    Feature("platform_conflict", "they speak of different platforms", lambda p: float(p.platform_conflict)),
    Feature("same_reporter", "the same person reported both", lambda p: float(p.same_reporter)),
    Feature("sibling", "and within two days", lambda p: float(p.same_reporter and p.days < 2)),
    Feature("age", "days between them (logarithm)", lambda p: math.log1p(p.days) / 5),
    Feature("closed", "the old one was closed", lambda p: float(p.standing.closed is not None)),
    Feature("closed_long", "days since it was closed (logarithm)", lambda p: math.log1p(_closed_days(p)) / 5),
    Feature("refused", "it was closed as no work to be done", _refused),
    Feature("cluster", "tickets known to be the same problem (logarithm, capped)", _cluster),
    Feature("named", "the new report names it", lambda p: float(p.old.report.key in p.new.report.named)),
    Feature("claimed", "and says, unhedged, it is the same", lambda p: float(p.old.report.key in p.new.report.claimed)),
)
MATCHED = "matched"
SHARES = (MATCHED, "whole", "letters")
"""What is also given as a share of the best that the new report got: NAME_share."""
NAMES: tuple[str, ...] = (*(feature.name for feature in TABLE), *(f"{name}_share" for name in SHARES))


def features_of(pairs: Sequence[Pair]) -> tuple[dict[str, float], ...]:
    """Return the features of a new report's pairs, by name. They are of one report, with all that it is compared to."""
    found = [{feature.name: feature.find(pair) for feature in TABLE} for pair in pairs]
    for name in SHARES:
        values = [pair.matched if name == MATCHED else one[name] for pair, one in zip(pairs, found, strict=True)]
        best = max(values, default=0.0)
        for one, value in zip(found, values, strict=True):
            one[f"{name}_share"] = value / best if best > 0 else 0.0
    return tuple(found)
