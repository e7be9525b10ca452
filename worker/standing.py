"""Standing troubles: what is wrong now, as the database tells without asking anybody; and how the last passes went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from worker.budget import DatabaseBudget
from worker.gates.states import GateStates
from worker.ledger_runs import Went
from worker.signals import complaints
from worker.troubles import KINDS, PLURAL, Kind, Trouble, of_ledger, paused
from worker.worker import Worker

AGAIN: frozenset[Kind] = frozenset({"doubt", "parked"})
"""What the ledger tells as it is now, not as the last pass left it."""


def standing(worker: Worker, now: datetime, accounts: Mapping[str, str]) -> tuple[Trouble, ...]:
    """Return what is wrong now: what waits for somebody, pauses in force, and why the last pass was not whole.

    What a digest or an undo met since is told beside it: they do not put right what the pass could not do.
    """
    found = [*of_ledger(worker.ledger.ops_by_state()), *paused(DatabaseBudget(worker.database).pauses(now), accounts)]
    runs = worker.ledger.since_last_pass()
    met = dict.fromkeys(trouble for run in runs for trouble in run.troubles)
    found += [trouble for trouble in met if trouble.kind not in AGAIN]
    open_since = next((run.began for run in runs if run.ended is None), None)
    if open_since is not None:
        died = f"the pass that began at {open_since:%Y-%m-%d %H:%M} UTC has not ended: it is at work, or it died"
        found.append(Trouble(kind="died", said=died))
    found += [Trouble(kind="signal", said=str(complaint)) for complaint in complaints(worker, now)]
    found += [
        Trouble(kind="gate", said=f"gate {state.gate} {state.subject}".strip() + f": {state.unsure}")
        for state in GateStates(worker.database).all().values()
        if state.unsure
    ]
    return tuple(found)


def accounts(worker: Worker) -> dict[str, str]:
    """Return the names of the sources that share an account, by its bucket."""
    found: dict[str, list[str]] = {}
    for name, tracker in worker.trackers.items():
        allowance = tracker.allowance()
        if allowance is not None:
            found.setdefault(allowance.account, []).append(name)
    return {account: ", ".join(names) for account, names in found.items()}


def passes_told(runs: Sequence[Went]) -> str:
    """Say how many of the passes were not whole, and why; "" if all were. The newest may be at work still."""
    every = runs if not runs or runs[-1].ended is not None else runs[:-1]
    wrong = [run for run in every if run.ended is None or run.troubles]
    if not wrong:
        return ""
    kinds = Counter(kind for run in wrong for kind in _kinds(run))
    why = "; ".join(f"{PLURAL[kind]} ({count})" for kind, count in kinds.most_common())
    return f"{len(wrong)} of {len(every)} passes were not whole: {why}."


def _kinds(run: Went) -> tuple[Kind, ...]:
    met = {trouble.kind for trouble in run.troubles}
    return tuple(kind for kind in KINDS if kind in met) or ("died",)
