"""The word for deployments that wait for it: given while no gate blocks releases, else they go on waiting."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from integrations.base import WaitingDeployment
from integrations.errors import TrackerError
from rules.actions import NAMES, Approve, Op, Target
from rules.people import called
from rules.policy import Policy
from worker.codec import noun_from_json, noun_to_json
from worker.database import Database
from worker.gates.asking import Asked, ask_release
from worker.gates.statuses import Planned
from worker.reviews import may_be_filed
from worker.rows import moment
from worker.worker import Worker

APPROVAL = "gate/deployment"
"""What stands as an op's rule where a deployment is let go on."""
FRESH = timedelta(hours=2)
"""Gates that were judged longer ago let nothing go on."""
NO_GATE = "No gate blocks releases."
WAIVED = "Waived by {by} until {until}: {gates}."
WAITS = "{key}: {before}: {why}"
UNREAD = "source {source}: the deployments that wait were not read: {why}"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits in a source, as last seen."""

    deployments: tuple[WaitingDeployment, ...] = ()


class Deploying:
    """The table of what waits, as last seen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, source: str) -> tuple[WaitingDeployment, ...]:
        """Return what waited in a source when it was last read; nothing if it could not be."""
        rows = self._database.rows("select waiting from deploying where source = ?", (source,))
        return noun_from_json(Waiting, rows[0][0]).deployments if rows else ()

    def save(self, source: str, seen: Waiting, now: datetime) -> None:
        """Keep what was read, in place of what was known."""
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql("delete from deploying where source = ?"), (source,))
            if seen.deployments:
                row = (source, noun_to_json(seen), moment(now))
                connection.exec_driver_sql(self._database.sql(_SAVE), row)


def read_waiting(worker: Worker, sources: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Look at what waits in these sources; return a line for each where that could not be read."""
    kept, troubles = Deploying(worker.database), []
    for source in sources:
        seen = Waiting()
        try:
            seen = Waiting(deployments=tuple(worker.trackers[source].waiting_deployments()))
        except TrackerError as error:
            log.warning("the deployments that wait were not read", source=source, why=str(error))
            troubles.append(UNREAD.format(source=source, why=error))
        kept.save(source, seen, now)
    return tuple(troubles)


def approval_ops(worker: Worker, now: datetime, *, unread: Collection[str]) -> Planned:
    """Return the approvals of what waits where no gate blocks releases, and what is to be said of the rest."""
    kept = Deploying(worker.database)
    ops: list[Op] = []
    notes: list[str] = []
    for source in worker.trackers:
        waiting = kept.waiting(source) if source not in unread else ()
        if not waiting:
            continue
        asked = _asked(worker, source, now)
        mine = [op for op in (_op(worker, source, each, asked) for each in waiting) if may_be_filed(worker, op.id, now)]
        if asked.verdict == "open":
            ops += mine
        else:
            notes += [WAITS.format(key=op.target.key, before=op.before, why=_why(asked)) for op in mine]
    return Planned(tuple(ops), tuple(notes))


def still_goes(worker: Worker, op: Op, now: datetime) -> bool:
    """Tell whether a deployment may still go on, just before it is let: a gate may have closed meanwhile."""
    return _asked(worker, op.target.source, now).verdict == "open"


def _asked(worker: Worker, source: str, now: datetime) -> Asked:
    return ask_release(worker, "waiting", now, FRESH, source=source)


def _why(asked: Asked) -> str:
    held = [f"{said.gate.id} is closed" for said in asked.saids if said.what == "held"]
    return "; ".join(dict.fromkeys((*held, *asked.doubts)))


def _comment(policy: Policy, asked: Asked) -> str:
    """Return the line that stands beside the approval."""
    waivers = {said.gate.id: said.waiver for said in asked.saids if said.what == "waived" and said.waiver}
    if not waivers:
        return NO_GATE
    by = ", ".join(dict.fromkeys(called(policy, waiver.source, waiver.by) for waiver in waivers.values()))
    until = min(waiver.until for waiver in waivers.values())
    return WAIVED.format(by=by, until=until.isoformat(), gates=", ".join(waivers))


def _op(worker: Worker, source: str, waiting: WaitingDeployment, asked: Asked) -> Op:
    run, environment = waiting.run, waiting.environment
    uid, comment = f"{worker.trackers[source].uid}/run/{run}/{environment}", _comment(worker.policy, asked)
    return Op(
        id=worker.keys.id(APPROVAL, uid, f"attempt {waiting.attempt}", NAMES[Approve]),
        target=Target(source=source, uid=uid, ref=run, key=f"{source} run {run}", url=waiting.url),
        verb=Approve(run=run, environment=environment, comment=comment),
        rule=APPROVAL,
        because=(comment,),
        before=f"{environment} waits",
        after=f"{environment} goes on",
        rules=frozenset({APPROVAL, *(said.gate.id for said in asked.saids)}),
    )


_SAVE = "insert into deploying (source, waiting, at) values (?, ?, ?)"
