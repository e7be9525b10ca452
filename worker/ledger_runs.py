"""The runs of a ledger: when each began, how it ended, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from worker.codec import to_json
from worker.ledger_entries import Entries
from worker.rows import moment, when, when_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of the worker."""

    number: int
    verb: str  # "once", "apply", "undo", ...
    began: datetime
    ended: datetime | None  # none: it is under way, or died
    outcome: str  # "fine", "partial"; "" while it has none
    wrote: Mapping[str, int] = field(default_factory=dict)  # verb -> ops carried out


class Runs(Entries):
    """The runs of a ledger. Each method is one transaction."""

    def begin_run(self, verb: str, policy: str, now: datetime) -> int:
        """Note that a run begins; return its number."""
        with self._database.begin() as connection:
            statement = self._database.sql(_BEGIN_RUN)
            run = int(connection.exec_driver_sql(statement, (verb, policy, moment(now))).scalar_one())
            self._audit.append(connection, now, "run begins", {"run": run, "verb": verb, "policy": policy})
        return run

    def end_run(self, run: int, now: datetime, outcome: str, counts: Mapping[str, int]) -> None:
        """Note how a run ended."""
        with self._database.begin() as connection:
            statement = self._database.sql("update runs set ended = ?, outcome = ?, counts = ? where id = ?")
            connection.exec_driver_sql(statement, (moment(now), outcome, to_json(counts), run))
            told = {"run": run, "outcome": outcome, "counts": counts}
            self._audit.append(connection, now, "run ends", told)

    def run(self, number: int) -> Run | None:
        """Return a run by its number."""
        return next(iter(self._runs(_RUN, number)), None)

    def runs(self, most: int) -> tuple[Run, ...]:
        """Return the last runs that wrote something, the newest first."""
        return self._runs(_RUNS, most)

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


_BEGIN_RUN = "insert into runs (verb, policy, began, outcome, counts) values (?, ?, ?, '', '{}') returning id"
_WROTE = """
    select runs.id, runs.verb, runs.began, runs.ended, runs.outcome, ops.verb, count(ops.id)
    from runs left join ops on ops.run = runs.id and ops.state = 'done' where runs.id {which}
    group by runs.id, runs.verb, runs.began, runs.ended, runs.outcome, ops.verb order by runs.id desc, ops.verb
"""
_RUN = _WROTE.format(which="= ?")
_RUNS = _WROTE.format(which="in (select run from ops where state = 'done' group by run order by run desc limit ?)")
