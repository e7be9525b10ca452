"""Saved plans: written to a file, and carried out later only if nothing they rest on has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rules.actions import Plan
from worker.codec import plan_from_json, plan_to_json
from worker.errors import CodecError, WorkerError
from worker.look import Look, same
from worker.worker import Worker

SHOWN = 5


class PlanRefused(WorkerError):
    """A saved plan no longer fits: its policy, its targets or what would be done have changed."""


def save(worker: Worker, found: Look, file: Path) -> None:
    """Write a plan to a file, whole or not at all, with the state of its targets."""
    targets = {op.target.uid for op in found.plan.ops}
    stamps = {uid: ticket.updated.isoformat() for uid in targets if (ticket := worker.mirror.ticket(uid))}
    stamped = replace(found.plan, targets=tuple(sorted(stamps.items())))
    aside = file.with_name(f".{file.name}.new")
    try:
        aside.write_text(plan_to_json(stamped), encoding="utf-8")
        aside.replace(file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise WorkerError(f"{file}: the plan cannot be saved ({error.strerror})") from error


def agreed(worker: Worker, found: Look, plan: Plan, file: str) -> Look:
    """Return the look with a file's plan in place of its own. Raises PlanRefused if anything has drifted."""
    if plan.policy != worker.policy.sha:
        raise PlanRefused(f"{file}: the rules or the config have changed since it was saved: plan again")
    for source in sorted({op.target.source for op in plan.ops} & found.unread.keys()):
        raise PlanRefused(f"{file}: source {source} was not read, so nothing is known of drift: {found.unread[source]}")
    drift = list(_drift(worker, plan, found.plan))
    if drift:
        more = f" and {len(drift) - SHOWN} more" if len(drift) > SHOWN else ""
        raise PlanRefused(f"{file}: changed since it was saved: {', '.join(drift[:SHOWN])}{more}: plan again")
    uids = {op.target.uid for op in plan.ops}
    return replace(
        found,
        plan=plan,
        episodes=tuple((uid, episode) for uid, episode in found.episodes if uid in uids),
        unsettled=found.unsettled | {op.target.uid for op in found.plan.ops} | {uid for uid, _ in found.episodes},
    )


def load(file: Path) -> Plan:
    """Read a plan file. Raises WorkerError."""
    try:
        return plan_from_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkerError(f"{file}: the plan cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise WorkerError(f"{file}: this is not a file saved by `kaizend plan --out`") from error
    except CodecError as error:
        raise WorkerError(f"{file}: {error}") from error


def _drift(worker: Worker, plan: Plan, present: Plan) -> Iterator[str]:
    """Yield the targets that were changed, and the ops that would no longer be planned as they are."""
    keys = {op.target.uid: op.target.key for op in plan.ops}
    for uid, stamp in plan.targets:
        ticket = worker.mirror.ticket(uid)
        if ticket is None or ticket.updated.isoformat() != stamp:
            yield keys.get(uid, uid)
    asked = {op.id: op for op in present.ops}
    for op in plan.ops:
        if op.id not in asked or not same(op, asked[op.id]):
            yield f"{op.target.key} ({op.name})"
