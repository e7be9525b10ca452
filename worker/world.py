"""The world: what is known besides tickets, the same for all of them in a pass."""

from __future__ import annotations

from datetime import datetime

from rules.gates.states import Waiver
from rules.memory import EMPTY, Input, Memory, World
from worker.gates.kept import Kept
from worker.gates.states import acting
from worker.quarrels import with_quarrels
from worker.readings import Readings
from worker.settings.tables import INPUTS
from worker.worker import Worker


def asked_for(worker: Worker) -> tuple[str, ...]:
    """Return the names of the inputs, the policy's first; none where the config names none at all."""
    if not worker.inputs:
        return ()
    return (*INPUTS, *(name for name in worker.inputs if name not in INPUTS))


def world(worker: Worker, now: datetime) -> World:
    """Return what is known besides tickets, as last read and judged.

    An input that no pass has asked for yet is asked for from now on.
    """
    names, (gates, opened) = asked_for(worker), acting(worker)
    waivers = _waivers(worker, now) if gates else ()
    if not names:
        return World(gates=gates, opened=opened, waivers=waivers) if gates or opened else EMPTY
    readings = Readings(worker.database)
    kept, times, since = readings.all(), readings.times(), readings.since()
    return World(
        inputs=tuple(
            Input(
                name=name,
                limit=worker.inputs[name].fresh if name in worker.inputs else None,
                newest=kept[name].at if name in kept else None,
                times=times.get(name, ()),
                configured=name in worker.inputs,
                since=since.get(name, now),
            )
            for name in names
        ),
        gates=gates,
        opened=opened,
        waivers=waivers,
    )


def _waivers(worker: Worker, now: datetime) -> tuple[Waiver, ...]:
    given = Kept(worker.database).given(worker.policy.calendar.today(now))
    return tuple(each.waiver for each in given)


def memory_of(worker: Worker, uid: str, known: World) -> Memory:
    """Return what is remembered of one ticket, in a world."""
    memory = worker.ledger.memory((uid,), world=known).get(uid, Memory(world=known))
    return with_quarrels(worker, uid, memory)
