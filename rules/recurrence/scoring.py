"""Scoring: how well predictions agree with labels. An unknown label and a ticket linked otherwise are neutral."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Action = Literal["reopen", "suggest", "none"]
Strong = Literal["shadow", "linked", "opened"]
"""What is done about a strong match: nothing but a suggestion, a link and a label, or the old ticket is opened too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is known afterwards of a report."""

    truth: str  # "dup", "unique", "unknown"
    root: str  # the first ticket of what is one problem
    related: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What was said of a report when it came."""

    uid: str
    candidates: tuple[tuple[str, float], ...]  # uid and score, the best first
    action: Action
    strong: Strong | None = None  # None if there was no strong match
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of a measurement. Shares are 0 to 1; a precision is None where nothing was done."""

    queries: int
    duplicates: int
    recall_at_1: float
    recall_at_5: float
    reopen_precision: float | None
    reopen_recall: float
    reopen_right: int
    reopen_wrong: int
    suggest_rate: float
    suggest_recall_at_5: float
    strong_right: int  # strong matches, whatever was done about them
    strong_wrong: int
    strong_in_shadow: int
    strong_linked: int  # or opened
    ms_per_query_p50: float
    ms_per_query_p95: float

    def as_data(self) -> dict[str, float | int | None]:
        """Return the figures by name."""
        return asdict(self)


def figures(predictions: Sequence[Prediction], labels: Mapping[str, Label]) -> Figures:
    """Hold predictions against labels. `labels` knows each candidate too."""
    places = {one.uid: _place(one, labels) for one in predictions}
    duplicates = sum(labels[one.uid].truth == "dup" for one in predictions)
    right, wrong = _held([one for one in predictions if one.action == "reopen"], places, labels)
    strong = [one for one in predictions if one.strong]
    strong_right, strong_wrong = _held(strong, places, labels)
    in_shadow = sum(one.strong == "shadow" for one in strong)
    said = [one for one in predictions if one.action != "none"]
    spent = sorted(one.milliseconds for one in predictions)
    return Figures(
        queries=len(predictions),
        duplicates=duplicates,
        recall_at_1=_share(_within(places.values(), 1), duplicates),
        recall_at_5=_share(_within(places.values(), 5), duplicates),
        reopen_precision=right / (right + wrong) if right + wrong else None,
        reopen_recall=_share(right, duplicates),
        reopen_right=right,
        reopen_wrong=wrong,
        suggest_rate=_share(len(said), len(predictions)),
        suggest_recall_at_5=_share(_within((places[one.uid] for one in said), 5), duplicates),
        strong_right=strong_right,
        strong_wrong=strong_wrong,
        strong_in_shadow=in_shadow,
        strong_linked=len(strong) - in_shadow,
        ms_per_query_p50=quantile(spent, 0.5),
        ms_per_query_p95=quantile(spent, 0.95),
    )


def _held(
    given: Iterable[Prediction], places: Mapping[str, int | None], labels: Mapping[str, Label]
) -> tuple[int, int]:
    """Return how many first candidates are right and how many wrong."""
    named = [one for one in given if one.candidates]
    wrong = sum(_is_wrong(one, labels) for one in named if places[one.uid] != 0)
    return sum(places[one.uid] == 0 for one in named), wrong


def _place(one: Prediction, labels: Mapping[str, Label]) -> int | None:
    """Return at which place, from 0, the first right candidate stands."""
    label = labels[one.uid]
    if label.truth != "dup":
        return None
    return next((at for at, (uid, _) in enumerate(one.candidates) if labels[uid].root == label.root), None)


def _is_wrong(one: Prediction, labels: Mapping[str, Label]) -> bool:
    label = labels[one.uid]
    return label.truth != "unknown" and one.candidates[0][0] not in label.related


def _within(places: Iterable[int | None], first: int) -> int:
    return sum(place is not None and place < first for place in places)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value that `share` of them do not exceed; 0 of none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
