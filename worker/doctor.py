"""Doctor: what an operator wants to know of each source, input and signal before trusting it to a worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from integrations.base import Identity, Tracker
from integrations.errors import NotAllowed, TrackerError
from rules.signals import strange_subjects
from rules.wording import meant, shown
from worker.agenda_inputs import standing
from worker.inputs import InputState, read_now, states
from worker.settings.tables import TrackerInput
from worker.signals import SignalState, complaints_of, read_signal, signal_states
from worker.worker import Worker

SKEW = 60.0
"""Seconds a server's clock may be away from ours: a GitHub App signs with the time; a minute off is refused."""
FEW_SUBJECTS = 5
"""Subjects of a signal that are named; the rest is counted."""
FEW = 500
"""Requests left below which a pass over a large source may not come to its end."""

Grade = Literal["good", "warn", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found about a source."""

    source: str
    what: str
    grade: Grade
    detail: str


def examine(worker: Worker, now: datetime) -> Iterator[tuple[Finding, ...]]:
    """Ask every source, and read every input and signal; yield what was found about each."""
    for tracker in worker.trackers.values():
        yield tuple(_examine(tracker, now))
    for name in worker.signals:
        read_now(worker, name)
    yield tuple(_input(worker, state) for state in states(worker, now))
    for name in worker.numbers:
        read_signal(worker, name)
    yield tuple(finding for state in signal_states(worker, now) for finding in _signal(worker, state, now))


def _signal(worker: Worker, state: SignalState, now: datetime) -> Iterator[Finding]:
    """Grade a signal, and tell which of its subjects nobody knows."""
    source = f"signals.{state.facts.name}"
    fresh = [
        f"{subject}: {one.said}" if subject else one.said for subject, one in state.numbers.items() if not one.stale
    ]
    if fresh and not (state.read and state.read.error):
        more = f"; and {len(fresh) - FEW_SUBJECTS} more" if len(fresh) > FEW_SUBJECTS else ""
        yield Finding(source=source, what="signal", grade="good", detail="; ".join(fresh[:FEW_SUBJECTS]) + more)
    for one in complaints_of(state, now):
        yield Finding(source=source, what=one.what, grade="bad" if one.what == "failed" else "warn", detail=one.said)
    strange = strange_subjects(worker.policy, frozenset(state.numbers))
    if strange:
        yield Finding(source=source, what="subjects", grade="warn", detail=_nobodys(worker, strange))


def _nobodys(worker: Worker, strange: tuple[str, ...]) -> str:
    names = [each.name for each in worker.policy.services]
    told = [f"{shown(subject)}{meant(subject, names)}" for subject in strange[:FEW_SUBJECTS]]
    more = f" and {len(strange) - FEW_SUBJECTS} more" if len(strange) > FEW_SUBJECTS else ""
    return f"no service in [services] of the config: {', '.join(told)}{more}"


def _input(worker: Worker, state: InputState) -> Finding:
    """Grade an input. What its source keeps from it is told of the source; the first sync comes after the doctor."""
    grade: Grade = "good" if state.fresh else "warn"
    if state.error and not isinstance(worker.inputs[state.name], TrackerInput):
        grade = "bad"
    age = "" if state.age is None else f", {state.age} days old"
    detail = f"{standing(state)}{age}" + (f": {state.said}" if state.said else "")
    return Finding(source=f"inputs.{state.name}", what="input", grade=grade, detail=detail)


def _examine(tracker: Tracker, now: datetime) -> Iterator[Finding]:
    name = tracker.name
    try:
        identity = tracker.connect()
    except NotAllowed as error:
        yield Finding(source=name, what="credential", grade="bad", detail=str(error))
        return
    except TrackerError as error:
        yield Finding(source=name, what="reach", grade="bad", detail=str(error))
        return
    yield Finding(source=name, what="reach", grade="good", detail=identity.server)
    yield Finding(source=name, what="credential", grade="good", detail=f"we are {identity.author}")
    yield from _rights(name, identity)
    yield _clock(name, identity.clock_skew)
    yield from _limit(name, identity, now)


def _rights(name: str, identity: Identity) -> Iterator[Finding]:
    for line in identity.missing:
        yield Finding(source=name, what="missing right", grade="bad", detail=line)
    for line in identity.excess:
        yield Finding(source=name, what="excess right", grade="warn", detail=line)
    for line in identity.unknown:
        yield Finding(source=name, what="unknown name", grade="warn", detail=line)
    if not identity.missing and not identity.excess:
        yield Finding(source=name, what="rights", grade="good", detail="what is needed, and no more")


def _clock(name: str, skew: float) -> Finding:
    detail = f"{abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} ours"
    return Finding(source=name, what="its clock", grade="warn" if abs(skew) > SKEW else "good", detail=detail)


def _limit(name: str, identity: Identity, now: datetime) -> Iterator[Finding]:
    if identity.limit_left is None:
        return
    detail = f"{identity.limit_left} requests left"
    if identity.limit_reset is not None:
        minutes = max(0.0, (identity.limit_reset - now).total_seconds() / 60)
        detail += f", reset in {minutes:.0f} minutes"
    yield Finding(source=name, what="limit", grade="warn" if identity.limit_left < FEW else "good", detail=detail)
