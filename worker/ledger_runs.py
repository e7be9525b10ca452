"""The runs of a ledger: when each began, how it ended, why it was not whole, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from worker.codec import to_json
from worker.ledger_entries import Entries
from worker.rows import clean, moment, when, when_or_none
from worker.troubles import Trouble, as_text, from_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of the worker."""

    number: int
    verb: str  # "once", "apply", "undo", ...
    began: datetime
    ended: datetime | None  # none: it is under way, or died
    outcome: str  # "fine", "partial"; "" while it has none
    wrote: Mapping[str, int] = field(default_factory=dict)  # verb -> ops carried out


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """How a run went."""

    began: datetime
    ended: datetime | None  # none: it is under way, or died
    troubles: tuple[Trouble, ...] = ()  # why it was not whole


class Runs(Entries):
    """The runs of a ledger. Each method is one transaction."""

    def begin_run(self, verb: str, policy: str, now: datetime) -> int:
        """Note that a run begins; return its number."""
        with self._database.begin() as connection:
            statement = self._database.sql(_BEGIN_RUN)
            run = int(connection.exec_driver_sql(statement, (verb, policy, moment(now))).scalar_one())
            self._audit.append(connection, now, "run begins", {"run": run, "verb": verb, "policy": policy})
        return run

    def end_run(
        self, run: int, now: datetime, outcome: str, counts: Mapping[str, int], troubles: Sequence[Trouble] = ()
    ) -> None:
        """Note how a run ended."""
        with self._database.begin() as connection:
            row = (moment(now), outcome, to_json(counts), clean(as_text(troubles)), run)
            connection.exec_driver_sql(self._database.sql(_END_RUN), row)
            told = {"run": run, "outcome": outcome, "counts": counts}
            self._audit.append(connection, now, "run ends", told)

    def run(self, number: int) -> Run | None:
        """Return a run by its number."""
        return next(iter(self._runs(_RUN, number)), None)

    def policy_of(self, number: int) -> str:
        """Return the hash of the policy by which a run acted; "" if it is not known."""
        found = self._database.rows("select policy from runs where id = ?", (number,))
        return str(found[0][0]) if found else ""

    def runs(self, most: int) -> tuple[Run, ...]:
        """Return the last runs that wrote something, the newest first."""
        return self._runs(_RUNS, most)

    def went(self, since: datetime) -> tuple[Went, ...]:
        """Return how the runs went that began since then, oldest first."""
        return tuple(map(_went, self._database.rows(f"{_WENT} where began >= ? order by id", (moment(since),))))

    def since_last_pass(self) -> tuple[Went, ...]:
        """Return how the last pass went that ended, and what ran since: a pass that has not, digests; newest first."""
        return tuple(map(_went, self._database.rows(f"{_WENT} {_SINCE} order by id desc")))

    def last_whole(self) -> datetime | None:
        """Return when the last whole pass ended; None if there was none yet."""
        found = self._database.rows("select max(ended) from runs where outcome = 'fine' and verb in ('once', 'apply')")
        return when_or_none(found[0][0])

    def _runs(self, statement: str, parameter: int) -> tuple[Run, ...]:
        found: dict[int, Run] = {}
        for number, verb, began, ended, outcome, wrote, count in self._database.rows(statement, (parameter,)):
            run = found.get(number) or Run(
                number=number, verb=verb, began=when(began), ended=when_or_none(ended), outcome=outcome
            )
            deeds = {wrote: int(count)} if wrote else {}
            found[number] = Run(
                number=run.number,
                verb=run.verb,
                began=run.began,
                ended=run.ended,
                outcome=run.outcome,
                wrote={**run.wrote, **deeds},
            )
        return tuple(found.values())


def _went(row: Any) -> Went:
    return Went(began=when(row[0]), ended=when_or_none(row[1]), troubles=from_text(row[2]))


_BEGIN_RUN = "insert into runs (verb, policy, began, outcome, counts) values (?, ?, ?, '', '{}') returning id"
_END_RUN = "update runs set ended = ?, outcome = ?, counts = ?, troubles = ? where id = ?"
_WENT = "select began, ended, troubles from runs"
_SINCE = """
    where id >= coalesce((select max(id) from runs where ended is not null and verb in ('once', 'apply')), 0)
"""
_WROTE = """
    select runs.id, runs.verb, runs.began, runs.ended, runs.outcome, ops.verb, count(ops.id)
    from runs left join ops on ops.run = runs.id and ops.state = 'done' where runs.id {which}
    group by runs.id, runs.verb, runs.began, runs.ended, runs.outcome, ops.verb order by runs.id desc, ops.verb
"""
_RUN = _WROTE.format(which="= ?")
_RUNS = _WROTE.format(which="in (select run from ops where state = 'done' group by run order by run desc limit ?)")
