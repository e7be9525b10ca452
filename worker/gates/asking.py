"""Asking the gates whether a release or a change may go on, as of the last look at them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from rules.gates.changes import Said, at
from rules.gates.releases import asked_gates, judge_release
from rules.gates.states import GateState
from rules.model import Change
from rules.wording import meant, shown
from worker.errors import WorkerError
from worker.gates.kept import Kept
from worker.gates.statuses import doors, said_of
from worker.worker import Worker

Verdict = Literal["open", "blocked", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the gates say of something, and why it may not be believed."""

    what: str  # "release v1.4 of shop", "acme/shop#12"
    saids: tuple[Said, ...]
    doubts: tuple[str, ...] = ()  # what is not known, or too old

    @property
    def verdict(self) -> Verdict:
        """Blocked by any gate, however old the look is; else open only if nothing is in doubt."""
        if any(said.what == "held" for said in self.saids):
            return "blocked"
        return "unknown" if self.doubts else "open"


def ask_release(
    worker: Worker, name: str, now: datetime, fresh: timedelta, *, source: str = "", subject: str = ""
) -> Asked:
    """Ask whether a release may go on. Raises WorkerError for a source or a subject that nobody knows."""
    policy, standing = worker.policy, doors(worker, now)
    if source and source not in policy.sources:
        raise WorkerError(f"--source {shown(source)}: no such source{meant(source, policy.sources)}")
    subjects = sorted({state.subject for state in standing.states} - {""})
    if subject and subject not in subjects:
        raise WorkerError(f"--subject {shown(subject)}: no gate is judged for it{meant(subject, subjects)}")
    saids = judge_release(policy, standing.states, standing.waivers, standing.today, source=source, subject=subject)
    gates = [gate.id for gate in asked_gates(policy, source)]
    of = f" of {source}" if source else ""
    return Asked(what=f"release {name}{of}", saids=saids, doubts=tuple(_doubts(gates, standing.states, now, fresh)))


def ask_change(worker: Worker, key: str, now: datetime, fresh: timedelta) -> Asked:
    """Ask whether a change may go on. Raises WorkerError if there is no such change."""
    kept = Kept(worker.database)
    change = kept.change_called(key)
    if change is None:
        raise WorkerError(f"{shown(key)}: no pull request is known by that name; `kaizend sync` reads them")
    standing = doors(worker, now)
    gates = [gate.id for gate in worker.policy.gates if at(worker.policy, gate, change.source)]
    doubts = [*_doubts(gates, standing.states, now, fresh), *_unread(worker, change)]
    return Asked(what=change.key, saids=said_of(worker, change, now), doubts=tuple(dict.fromkeys(doubts)))


def _doubts(gates: Sequence[str], states: Sequence[GateState], now: datetime, fresh: timedelta) -> Iterator[str]:
    """Yield which gates were not judged lately. One that has no subject now is judged whenever the others are."""
    newest = max((state.looked for state in states if state.looked), default=None)
    for gate in gates:
        own = [state.looked for state in states if state.gate == gate and state.looked]
        last = min(own, default=newest)
        if last is None:
            yield f"the gate {gate} was not judged yet: `kaizend once` does"
        elif now - last > fresh:
            yield f"the gate {gate} was judged last at {last:%Y-%m-%d %H:%M} UTC, which is too long ago"


def _unread(worker: Worker, change: Change) -> Iterator[str]:
    why = worker.mirror.unreadable([change.source]).get(change.source)
    if why:
        yield f"source {change.source} was not read wholly: {why}"
