"""The baseline in the ledger: the episodes about which nothing is done, because they were there when it was taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from rules.memory import Episode
from worker.ledger_memory import UPSERT_EPISODE, Memories, episode_row
from worker.rows import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which rules and sources a baseline is about; None stands for all."""

    rules: tuple[str, ...] | None = None  # ids: "backlog/owned"
    sources: tuple[str, ...] | None = None

    def has(self, rule: str, source: str) -> bool:
        """Tell whether a rule on a source's tickets is meant."""
        return (self.rules is None or rule in self.rules) and (self.sources is None or source in self.sources)


EVERYTHING = Chosen()


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What was in the baseline at a moment."""

    tickets: int = 0
    rules: Mapping[str, int] = field(default_factory=dict)  # rule -> its tickets, most first


class Baselines(Memories):
    """What a ledger knows of baselines."""

    def take_baseline(self, episodes: Iterable[tuple[str, Episode]], chosen: Chosen, now: datetime) -> int:
        """Put episodes of tickets (by uid) into the baseline of now; return how many."""
        rows = [episode_row(uid, replace(episode, baseline=now)) for uid, episode in episodes]
        with self._database.begin() as connection:
            if rows:
                connection.exec_driver_sql(self._database.sql(UPSERT_EPISODE), rows)
            self._audit.append(connection, now, "baseline taken", _told(chosen, (row[1] for row in rows)))
        return len(rows)

    def clear_baseline(self, chosen: Chosen, now: datetime) -> tuple[str, ...]:
        """End the baseline: its episodes count as if they had begun now. Return the uids of their tickets."""
        with self._database.begin() as connection:
            found = connection.exec_driver_sql(self._database.sql(_STANDING), (moment(now), moment(now))).all()
            rows = [row for row in found if chosen.has(row[1], row[2])]
            if rows:
                parameters = [(moment(now), uid, rule) for uid, rule, _ in rows]
                connection.exec_driver_sql(self._database.sql(_CLEAR), parameters)
            self._audit.append(connection, now, "baseline cleared", _told(chosen, (row[1] for row in rows)))
        return tuple(dict.fromkeys(str(row[0]) for row in rows))

    def baseline(self, at: datetime, chosen: Chosen = EVERYTHING) -> Debt:
        """Return what was in the baseline at a moment, of tickets that can still be read."""
        found = self._database.rows(_STANDING, (moment(at), moment(at)))
        rows = [row for row in found if chosen.has(row[1], row[2])]
        return Debt(
            tickets=len({row[0] for row in rows}), rules=dict(Counter(str(row[1]) for row in rows).most_common())
        )


def _told(chosen: Chosen, rules: Iterable[str]) -> dict[str, Any]:
    return {"rules": dict(sorted(Counter(rules).items())), "sources": chosen.sources or "all"}


_STANDING = """
    select episodes.uid, episodes.rule, tickets.source from episodes join tickets on tickets.uid = episodes.uid
    where episodes.baseline <= ? and (episodes.ended is null or episodes.ended > ?) and tickets.buried is null
    order by episodes.rule, episodes.uid
"""
_CLEAR = """
    update episodes set baseline = null, began = ?
    where uid = ? and rule = ? and baseline is not null and ended is null
"""
