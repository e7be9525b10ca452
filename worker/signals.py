"""The signals: numbers from outside, each read when it is due, kept, and handed to metrics and gates with their age."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Literal

import structlog

from integrations.base import Numbers, NumberSource
from integrations.errors import TrackerError
from rules.metrics.model import Sample, Window
from rules.policy import SignalFacts
from rules.signals import Latest, latest_of, step_over, subject_of
from worker.samples import Samples, SignalRead
from worker.worker import Worker

GONE = timedelta(days=7)
"""A subject of which a signal says nothing for so long, but of others, is no longer complained about."""
MOST = 3
"""Subjects that a complaint names; the rest is counted."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalState:
    """How one signal stands."""

    facts: SignalFacts
    read: SignalRead | None = None  # none: it was never tried
    numbers: Mapping[str, Latest] = field(default_factory=dict)  # the newest, by subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Something that is wrong with a signal, in a line."""

    signal: str
    what: Literal["failed", "refused", "stale"]
    said: str

    def __str__(self) -> str:
        """Say which signal it is about, and what."""
        return f"signal {self.signal}: {self.said}"


def read_signals(worker: Worker) -> int:
    """Read the signals that are due; return how many. One that fails stops nothing, and what it said before stays."""
    kept, now = Samples(worker.database), worker.clock()
    reads = kept.reads()
    kept.forget(name for name in reads if name not in worker.policy.signals)
    due = [name for name, source in worker.numbers.items() if _is_due(worker, source, reads.get(name), now)]
    for name in due:
        read_signal(worker, name)
    return len(due)


def _is_due(worker: Worker, source: NumberSource, last: SignalRead | None, now: datetime) -> bool:
    if last is None or last.asked != source.asked:
        return True
    return not last.at <= now < last.at + worker.policy.signals[source.name].every


def read_signal(worker: Worker, name: str) -> str:
    """Read one signal and keep what it said, with the past that is missing; return what went wrong, "" if nothing did.

    One that is asked something else than before begins anew once that is answered: its old numbers were others.
    """
    kept, source = Samples(worker.database), worker.numbers[name]
    before = kept.reads().get(name, SignalRead(at=worker.clock(), asked=source.asked))
    try:
        told = source.read()
    except TrackerError as error:
        log.warning("signal failed", signal=name, why=str(error))
        kept.note(name, replace(before, at=worker.clock(), error=str(error), refused=()))
        return str(error)
    facts, read = worker.policy.signals[name], before
    if before.asked != source.asked:
        kept.forget([name])
        read = SignalRead(at=worker.clock(), asked=source.asked)
    read = replace(read, at=worker.clock(), error="", refused=told.refused)
    read, past = _with_past(worker, source, read, told)
    kept.keep((*past.signals, *told.signals), facts.every)
    kept.note(name, read)
    kept.drop_older(name, read.at - facts.keep)
    return read.error


def _with_past(worker: Worker, source: NumberSource, read: SignalRead, told: Numbers) -> tuple[SignalRead, Numbers]:
    """Ask for what is missing of a signal's past: all of it when it is new, a gap when nobody read it for a while."""
    facts, now = worker.policy.signals[source.name], read.at
    if not facts.history or (read.filled is not None and now - read.filled <= 2 * facts.every):
        return replace(read, filled=now), Numbers()
    begin = now - facts.history
    start = begin if read.filled is None else max(begin, read.filled)
    step = step_over(now - start, facts.every, len({one.subject for one in told.signals}))
    try:
        past = source.past(start, now, step)
    except TrackerError as error:
        log.warning("the past of a signal was not filled", signal=source.name, why=str(error))
        return replace(read, error=f"its past was not filled: {error}"), Numbers()
    return replace(read, filled=now), past


# -- what is known --------------------------------------------------------------------------------------------------


def latest(worker: Worker, now: datetime) -> Mapping[str, Mapping[str, Latest]]:
    """Return the newest number of each signal of the config, by its name and its subjects; "" is the whole."""
    found: dict[str, dict[str, Latest]] = {name: {} for name in worker.policy.signals}
    kept = Samples(worker.database)
    for sample in _called(worker, chain.from_iterable(kept.latest(name) for name in found)):
        numbers = found[sample.signal]
        if sample.subject not in numbers or numbers[sample.subject].at < sample.at:
            facts = worker.policy.signals[sample.signal]
            numbers[sample.subject] = latest_of(worker.policy, facts, sample, now)
    return found


def samples(worker: Worker, window: Window, wanted: Collection[str] | None = None) -> tuple[Sample, ...]:
    """Return what the signals of the config, or those of a name that is wanted, said in a window.

    They come in the config's order, by subject and time.
    """
    kept = Samples(worker.database)
    names = [name for name in worker.policy.signals if wanted is None or name in wanted]
    return tuple(_called(worker, chain.from_iterable(kept.within(name, window) for name in names)))


def _called(worker: Worker, found: Iterable[Sample]) -> Iterator[Sample]:
    """Call the subjects by the services' names."""
    names: dict[str, str] = {}
    for sample in found:
        named = sample.subject
        if named not in names:
            names[named] = subject_of(worker.policy, named)
        yield sample if names[named] == named else replace(sample, subject=names[named])


def signal_states(worker: Worker, now: datetime) -> tuple[SignalState, ...]:
    """Tell how the signals stand, in the config's order, as last read."""
    reads = Samples(worker.database).reads() if worker.policy.signals else {}
    numbers = latest(worker, now) if worker.policy.signals else {}
    return tuple(
        SignalState(facts=facts, read=reads.get(name), numbers=numbers[name])
        for name, facts in worker.policy.signals.items()
    )


def complaints(worker: Worker, now: datetime) -> tuple[Complaint, ...]:
    """Tell what is wrong with the signals: what was not read, what is no number, what is stale."""
    return tuple(complaint for state in signal_states(worker, now) for complaint in complaints_of(state, now))


def complaints_of(state: SignalState, now: datetime) -> Iterator[Complaint]:
    """Tell what is wrong with one signal."""
    name = state.facts.name
    if state.read is not None and state.read.error:
        yield Complaint(signal=name, what="failed", said=state.read.error.removeprefix(f"[signals.{name}]: "))
    if state.read is not None and state.read.refused:
        yield Complaint(signal=name, what="refused", said=f"left out: {'; '.join(state.read.refused)}")
    stale = {subject: one for subject, one in state.numbers.items() if one.stale}
    if len(stale) < len(state.numbers):
        stale = {subject: one for subject, one in stale.items() if now - one.at <= state.facts.fresh + GONE}
    if stale:
        told = [f"{subject}: {one.said}" if subject else one.said for subject, one in [*stale.items()][:MOST]]
        more = [f"and {len(stale) - MOST} more"] if len(stale) > MOST else []
        yield Complaint(signal=name, what="stale", said="; ".join([*told, *more]))
