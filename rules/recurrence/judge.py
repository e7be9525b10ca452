"""The judge: what the earlier tickets that resemble a new report allow us to do. Text never reopens by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rules.recurrence.features import Pair, features_of
from rules.recurrence.weights import Weights

Tier = Literal["strong", "likely", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where the tiers begin. The figures of the first three were measured, the last is a proposal."""

    likely: float = 0.12  # probability from which a candidate is suggested: about one report in ten
    strong: float = 0.75  # probability from which, with a rare signature, a match is strong
    rare: int = 1_100  # a signature is rare in at most one ticket of so many, and always if only one shows it
    near_equals: int = 3  # so many earlier tickets that are almost the same: a series, not a recurrence
    suggested: int = 3  # candidates that are suggested
    listed: int = 10


RATE = 0.1
"""The share of reports that shall get a suggestion."""
ENOUGH, REMEMBERED = 100, 500
"""Reports of a project from which on, and the newest of which, its own threshold is taken."""
LOWEST, HIGHEST = 0.03, 0.4


def calibrated(thresholds: Thresholds, tops: Sequence[float]) -> Thresholds:
    """Return thresholds that suit a project: one report in ten gets a suggestion.

    `tops` are the best probabilities of its newest reports. Only the threshold of suggestions is a project's own.
    """
    if len(tops) < ENOUGH:
        return thresholds
    newest = sorted(tops[-REMEMBERED:])
    fitting = newest[int((1 - RATE) * len(newest))]
    return replace(thresholds, likely=max(LOWEST, min(HIGHEST, fitting)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An earlier ticket that may be the same problem."""

    uid: str
    key: str
    cluster: str  # the uid of the first ticket known to be the same problem
    probability: float
    features: Mapping[str, float]
    signatures: tuple[str, ...]  # common to both, the rarest first
    words: tuple[str, ...]  # the most telling ones common to both
    strong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is thought of a new report: its tier and its candidates, the most probable first, one a cluster."""

    tier: Tier
    candidates: tuple[Candidate, ...]

    @property
    def top(self) -> float:
        """Return the best candidate's probability, 0 without any."""
        return self.candidates[0].probability if self.candidates else 0.0

    def suggested(self, thresholds: Thresholds) -> tuple[Candidate, ...]:
        """Return the candidates worth a person's look."""
        likely = (one for one in self.candidates if one.probability >= thresholds.likely)
        return tuple(likely)[: thresholds.suggested]


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A pair, and the cluster that the earlier ticket is known to belong to."""

    pair: Pair
    cluster: str


def judge(
    considered: Sequence[Considered],
    weights: Weights,
    thresholds: Thresholds,
    *,
    problem: bool = True,
    discredited: frozenset[str] = frozenset(),
) -> Verdict:
    """Judge a new report by all it was compared with. `problem`: it is a bug or an incident, not a task.

    `discredited` are the signatures that make no match strong, because people showed that they mislead here.
    """
    found = features_of([one.pair for one in considered])
    judged = [(weights.probability(features), one, features) for one, features in zip(considered, found, strict=True)]
    judged.sort(key=lambda each: (-each[0], each[1].pair.old.report.uid))
    series = sum(near_equal(features) for features in found) >= thresholds.near_equals
    best: dict[str, Candidate] = {}
    for probability, one, features in judged:
        if one.cluster not in best:
            strong = problem and not series and is_strong(probability, one.pair, thresholds, discredited)
            best[one.cluster] = _candidate(probability, one, features, strong=strong)
        if len(best) == thresholds.listed:
            break
    candidates = tuple(best.values())
    return Verdict(tier=_tier(candidates, thresholds), candidates=candidates)


def near_equal(features: Mapping[str, float]) -> bool:
    """Tell whether an earlier ticket is almost the same: a release checklist, a series, spam."""
    return features["letters"] >= 0.9 and features["title"] >= 0.9


def is_strong(
    probability: float, pair: Pair, thresholds: Thresholds, discredited: frozenset[str] = frozenset()
) -> bool:
    """Tell whether a match is strong: probable, with a rare error signature, of other people, on no other platform."""
    shared = [each for each in pair.shared_signatures if each not in discredited]
    rare = bool(shared) and pair.seen.get(shared[0], 1) <= max(1, pair.tickets // thresholds.rare)
    return probability >= thresholds.strong and rare and not pair.same_reporter and not pair.platform_conflict


def _candidate(probability: float, one: Considered, features: Mapping[str, float], *, strong: bool) -> Candidate:
    new, old = one.pair.new.whole.weights, one.pair.old.whole.weights
    common = sorted(new.keys() & old.keys(), key=lambda word: (-new[word] * old[word], word))
    return Candidate(
        uid=one.pair.old.report.uid,
        key=one.pair.old.report.key,
        cluster=one.cluster,
        probability=probability,
        features=features,
        signatures=one.pair.shared_signatures,
        words=tuple(common[:6]),
        strong=strong,
    )


def _tier(candidates: Sequence[Candidate], thresholds: Thresholds) -> Tier:
    if not candidates:
        return "none"
    if candidates[0].strong:
        return "strong"
    return "likely" if candidates[0].probability >= thresholds.likely else "none"
