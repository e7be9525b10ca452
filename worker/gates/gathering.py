"""Gathering: all levels that the policy's gates ask for, at a moment, and the subjects they are judged for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from rules.gates.levels import NAMES, SUBJECT, Levels, counted, metric_names
from rules.gates.model import Gate
from worker.gates.counting import count, subjects
from worker.gates.measured import Measured, by_grain, measured
from worker.signals import latest
from worker.worker import Worker

UNREAD = "source {source} was not read wholly ({why})"
UNKNOWN = "[signals] of the config has no {name}"
STALE = "{name} of {subject}: {said}"


@dataclass(slots=True)
class _Told:
    """Numbers by name and subject, and why others have none."""

    numbers: dict[str, dict[str, float]] = field(default_factory=dict)
    lacking: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The levels, and the subjects of each grain."""

    subjects: Mapping[str, frozenset[str]]
    base: Levels
    measures: tuple[Measured, ...]

    def of(self, gate: Gate) -> frozenset[str]:
        """Return the subjects that a gate is judged for."""
        return self.subjects[gate.each] if gate.each else frozenset({""})

    def levels(self, gate: Gate) -> Levels:
        """Return the levels as a gate asks for them: the measures of its own grain before others."""
        if not self.measures:
            return self.base
        told = _Told()
        for one in by_grain(self.measures, gate.each):
            numbers = told.numbers.setdefault(one.name, {})
            numbers.pop(one.subject, None)
            if one.value is None:
                told.lacking[(one.name, one.subject)] = one.lacking
            else:
                numbers[one.subject] = one.value
        lacking = {**self.base.lacking, **told.lacking}
        return replace(self.base, values={**self.base.values, **told.numbers}, lacking=lacking)


def gathered(worker: Worker, now: datetime, shut: Mapping[str, frozenset[str]]) -> Gathered:
    """Gather what the gates of the policy ask for, and nothing else.

    `shut` are the subjects by grain for which a gate is closed: of these nothing may be left to be counted, which is 0.
    """
    names = frozenset(name for gate in worker.policy.gates for name in gate.level_names)
    told = _signals(worker, names, now)
    tallied = count(worker, names & NAMES.keys(), now)
    there_are = subjects(worker.policy, tallied, _subjects(told))
    known = {grain: names | shut.get(grain, frozenset()) for grain, names in there_are.items()}
    base = Levels(
        values={**counted(tallied.counts, known), **told.numbers},
        lacking=told.lacking,
        outside=frozenset({SUBJECT, *told.numbers}),
        partial=next(_unread(worker), ""),
    )
    return Gathered(subjects=there_are, base=base, measures=measured(worker, names, known, now))


def _subjects(told: _Told) -> frozenset[str]:
    known = {subject for each in told.numbers.values() for subject in each}
    return frozenset(known.union(subject for _, subject in told.lacking))


def _signals(worker: Worker, names: frozenset[str], now: datetime) -> _Told:
    """Return the signals' newest numbers by subject; one that is stale is missing, and why is told.

    A signal goes before a metric of the same name: only the signal knows that its newest number is stale.
    """
    told, policy = _Told(), worker.policy
    newest = latest(worker, now) if names & policy.signals.keys() else {}
    for name in names - NAMES.keys() - (metric_names(policy.metrics) - policy.signals.keys()):
        told.numbers[name] = {}
        if name not in policy.signals:
            told.lacking[(name, "")] = UNKNOWN.format(name=name)
        for subject, one in newest.get(name, {}).items():
            if one.stale:
                told.lacking[(name, subject)] = STALE.format(name=name, subject=subject or "the whole", said=one.said)
            else:
                told.numbers[name][subject] = one.value
    return told


def _unread(worker: Worker) -> Iterator[str]:
    for source, why in worker.mirror.unreadable(worker.trackers).items():
        if source in worker.trackers:
            yield UNREAD.format(source=source, why=why)
