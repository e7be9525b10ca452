"""The inputs: what the council decides from, each read at most once an hour, and how fresh each of them is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import structlog

from integrations.base import Reading
from integrations.errors import Incomplete, TrackerError
from integrations.inputs.registry import where
from rules.conditions import activate
from rules.facts import kind_of, of
from rules.freshness import age, fresh
from rules.memory import Memory
from rules.model import Ticket
from rules.rule import Condition
from worker.informing import last_closed, wake
from worker.readings import Kept, Readings
from worker.remembered import remembered
from worker.worker import Worker
from worker.world import asked_for

HOUR = timedelta(hours=1)
"""An input is not read again before: a worker may tick every minute, what others keep for the council does not."""
AHEAD = timedelta(days=1)
"""How far ahead of us the newest may be: zones, and clocks that are a little wrong."""
FIRST = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class InputState:
    """How one input stands."""

    name: str
    at: datetime | None = None  # of the newest thing it brought
    age: int | None = None  # of that, in days of the calendar
    fresh: bool = False  # it brought something, not longer ago than its limit, whole days counted as the age is
    limit: timedelta | None = None  # how old the newest may be
    said: str = ""
    url: str = ""
    error: str = ""  # why the last read failed; what it brought before still stands
    missing: bool = False  # the policy wants it, the config does not have it


class TicketInput:
    """A SignalSource: the newest ticket of the mirror that fits some conditions."""

    def __init__(self, name: str, when: Condition, worker: Worker, *, source: str = "") -> None:
        self.name = name
        self._when = when
        self._worker = worker
        self._source = source

    def read(self) -> Reading:
        """Look through the mirror. Raises Incomplete while a source of it is not read: the newest may be missing."""
        self._all_read()
        newest = max(self._fitting(), key=lambda ticket: (ticket.created, ticket.key), default=None)
        if newest is None:
            return Reading(at=None, said="no ticket fits its conditions")
        return Reading(at=newest.created, said=f"{newest.key} {newest.title}", url=newest.url)

    def _all_read(self) -> None:
        asked = (self._source,) if self._source else tuple(self._worker.policy.sources)
        unread = self._worker.mirror.unreadable(asked)
        for name in asked:
            if name in unread:
                raise Incomplete(where(self.name), f"source {name} was not read: {unread[name]}")

    def _fitting(self) -> Iterator[Ticket]:
        policy = self._worker.policy
        today = policy.calendar.today(self._worker.clock())
        tickets = self._worker.mirror.tickets(self._source or None)
        for ticket, memory in remembered(self._worker, tickets):
            if ticket.source in policy.sources and self._when.holds(self._facts(ticket, memory, today)):
                yield ticket

    def _facts(self, ticket: Ticket, memory: Memory, today: date) -> object:
        policy = self._worker.policy
        kind = kind_of(ticket, memory, policy, today)
        return activate(of(ticket, kind, memory, policy, today, self._when.names))


def read_due(worker: Worker) -> int:
    """Read the inputs that were not read within the hour; return how many. One that fails stops nothing.

    One that is not fresh is read at once after a ticket was closed that is judged by it: it may have come just before.
    """
    readings, now = Readings(worker.database), worker.clock()
    if readings.watch(_asked(worker), now):
        worker.mirror.unsettle_all()
    kept = readings.all()
    readings.forget(name for name in kept if name not in worker.inputs)
    due = [name for name in worker.signals if name not in kept or _is_due(kept[name], now)]
    wanted = {name: kept[name].read for name in _not_fresh(worker, now) if name in kept and name not in due}
    closed = last_closed(worker, min(wanted.values())) if wanted else None
    due += [name for name, read in wanted.items() if closed is not None and read < closed]
    for name in due:
        read_now(worker, name)
    return len(due)


def _asked(worker: Worker) -> dict[str, str]:
    """Return how each input is asked for, by its name: with which limit in seconds, "" if it is not configured."""
    tables = {name: worker.inputs.get(name) for name in asked_for(worker)}
    return {name: f"{table.fresh.total_seconds():.0f}" if table else "" for name, table in tables.items()}


def _not_fresh(worker: Worker, now: datetime) -> list[str]:
    return [state.name for state in states(worker, now) if state.name in worker.signals and not state.fresh]


def _is_due(kept: Kept, now: datetime) -> bool:
    return not kept.read <= now < kept.read + HOUR


def read_now(worker: Worker, name: str) -> str:
    """Read one input and keep what it brought; return why it could not be read, "" if it could.

    If it brought something else than before, tickets are looked at again.
    """
    readings = Readings(worker.database)
    before = readings.all().get(name)
    try:
        reading = _believable(name, worker.signals[name].read(), worker.clock())
    except TrackerError as error:
        log.warning("input failed", input=name, why=str(error))
        readings.failed(name, str(error), worker.clock())
        return str(error)
    readings.keep(name, reading, worker.clock())
    _wake(worker, before.at if before else None, reading.at)
    return ""


def _wake(worker: Worker, before: datetime | None, now: datetime | None) -> None:
    """Have tickets looked at again: those that wait for inputs if one is newer, all if one has become older."""
    if before is not None and (now is None or now < before):
        worker.mirror.unsettle_all()
    elif before != now:
        wake(worker)


def _believable(name: str, reading: Reading, now: datetime) -> Reading:
    """Refuse a date that would keep an input fresh for ever, or that no calendar can do with."""
    if reading.at is not None and not FIRST <= reading.at <= now + AHEAD:
        when = "in the future" if reading.at > now else "before 1970"
        raise Incomplete(where(name), f"its newest is of {reading.at:%Y-%m-%d}, which is {when}: {reading.said}")
    return reading


def states(worker: Worker, now: datetime) -> tuple[InputState, ...]:
    """Tell how the inputs stand, the policy's first, as last read.

    Those of the policy that are not configured are missing; who configures none at all is not told so.
    """
    kept = Readings(worker.database).all() if worker.inputs else {}
    return tuple(_state(worker, name, kept.get(name), now) for name in asked_for(worker))


def _state(worker: Worker, name: str, kept: Kept | None, now: datetime) -> InputState:
    table = worker.inputs.get(name)
    if table is None:
        return InputState(name=name, missing=True)
    if kept is None:
        return InputState(name=name, limit=table.fresh)
    calendar = worker.policy.calendar
    return InputState(
        name=name,
        at=kept.at,
        age=None if kept.at is None else age(calendar, kept.at, calendar.today(now)),
        fresh=kept.at is not None and fresh(calendar, kept.at, table.fresh, now),
        limit=table.fresh,
        said=kept.said,
        url=kept.url,
        error=kept.error,
    )
