"""Gathering: all levels that the policy's gates ask for, at a moment, and the subjects they are judged for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.gates.levels import NAMES, SUBJECT, Levels, counted
from rules.gates.model import Gate
from worker.gates.counting import count, subjects
from worker.signals import latest
from worker.worker import Worker

UNREAD = "source {source} was not read wholly ({why})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The levels, and the subjects of each grain."""

    levels: Levels
    subjects: Mapping[str, frozenset[str]]

    def of(self, gate: Gate) -> frozenset[str]:
        """Return the subjects that a gate is judged for."""
        return self.subjects[gate.each] if gate.each else frozenset({""})


def gathered(worker: Worker, now: datetime) -> Gathered:
    """Gather what the gates of the policy ask for, and nothing else."""
    names = frozenset(name for gate in worker.policy.gates for name in asked(gate))
    numbers, lacking = _signals(worker, names, now)
    tallied = count(worker, names & NAMES.keys(), now)
    there_are = subjects(worker.policy, tallied, {subject for told in numbers.values() for subject in told})
    return Gathered(
        levels=Levels(
            values={**counted(tallied.counts, there_are), **numbers},
            lacking=lacking,
            outside=frozenset({SUBJECT, *numbers}),
            partial=next(_unread(worker), ""),
        ),
        subjects=there_are,
    )


def asked(gate: Gate) -> frozenset[str]:
    """Return the names of the levels that a gate asks for."""
    return gate.close_when.names | (gate.open_when.names if gate.open_when else frozenset())


def _signals(
    worker: Worker, names: frozenset[str], now: datetime
) -> tuple[dict[str, dict[str, float]], dict[tuple[str, str], str]]:
    """Return the signals' newest numbers by subject; one that is stale is missing, and why is told."""
    told = latest(worker, now) if names & worker.policy.signals.keys() else {}
    numbers: dict[str, dict[str, float]] = {}
    lacking: dict[tuple[str, str], str] = {}
    for name in names - NAMES.keys():
        if name not in worker.policy.signals:
            lacking[(name, "")] = f"[signals] of the config has no {name}"
            numbers[name] = {}
            continue
        newest = told.get(name, {})
        numbers[name] = {subject: one.value for subject, one in newest.items() if not one.stale}
        lacking |= {(name, subject): f"{name} of {subject}: {one.said}" for subject, one in newest.items() if one.stale}
    return numbers, lacking


def _unread(worker: Worker) -> Iterator[str]:
    for source, why in worker.mirror.unreadable(worker.trackers).items():
        if source in worker.trackers:
            yield UNREAD.format(source=source, why=why)
