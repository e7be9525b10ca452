"""Replaying: labelled history judged report by report, as each came in, by what was known by then."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rules.recurrence.judge import Considered, Thresholds, Verdict, calibrated, judge
from rules.recurrence.model import Model
from rules.recurrence.scoring import Strong
from worker.recurrence.index import Index
from worker.recurrence.labelled import Arrived, Closed, Row, replay
from worker.recurrence.trial import Trial

BATCH = 500
"""Arrivals a transaction: history that is only measured need not be durable."""
NO_PROBLEMS = frozenset(
    {"task", "sub-task", "technical task", "story", "epic", "improvement", "new feature", "feature"}
)
"""Native types, in lower case, that are no bug and no incident: what they repeat is no recurrence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A report of the history, with what was thought of it when it came."""

    uid: str
    considered: tuple[Considered, ...]
    verdict: Verdict
    strong: Strong | None  # what was done about a strong match
    milliseconds: float


def judged(rows: Sequence[Row], path: Path, model: Model, asked: frozenset[str]) -> Iterator[Judged]:
    """Replay history through an index of its own at `path`, and judge the reports that are asked for as they come.

    Projects are apart as sources are: each has its own threshold and its own verdicts.
    """
    tops: dict[str, list[float]] = {}
    with closing(Index(path, model.background)) as index:
        trial = Trial(index)
        happened = list(replay(rows))
        for start in range(0, len(happened), BATCH):
            with index.writing():
                for event in happened[start : start + BATCH]:
                    if isinstance(event, Closed):
                        _close(index, event)
                        trial.closed(event)
                        continue
                    if event.report.uid in asked:
                        known = tops.setdefault(event.project, [])
                        found = _judged(index, event, model, calibrated(model.thresholds, known), trial)
                        known.append(found.verdict.top)
                        yield found
                    index.put(event.report)


def _close(index: Index, event: Closed) -> None:
    index.stand(event.uid, event.at, event.resolution)
    if event.duplicate_of:
        index.join(event.uid, event.duplicate_of)


def _judged(index: Index, event: Arrived, model: Model, thresholds: Thresholds, trial: Trial) -> Judged:
    began, report, project = time.perf_counter(), event.report, event.project
    considered = index.considered(report)
    problem = report.type.lower() not in NO_PROBLEMS
    misleading = trial.discredited(project)
    verdict = judge(considered, model.weights, thresholds, problem=problem, discredited=misleading)
    spent = 1000 * (time.perf_counter() - began)
    strong = None
    if verdict.tier == "strong":
        strong = trial.matched(report.uid, project, verdict.candidates[0], report.created)
    return Judged(uid=report.uid, considered=considered, verdict=verdict, strong=strong, milliseconds=spent)
