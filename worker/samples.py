"""The samples: what each signal said, of what it was asked, and how its last read went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.metrics.model import Sample, Window
from rules.model import Signal
from worker.database import Database
from worker.rows import clean, moment, moment_or_none, when, when_or_none

LONGEST = 300
"""Characters of a line that are kept."""
_US = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRead:
    """How a signal's last read went."""

    at: datetime
    asked: str  # what it was asked then
    filled: datetime | None = None  # there is no gap in what is kept up to then; none: its past is not filled yet
    error: str = ""  # why it failed, "" if it did not
    refused: tuple[str, ...] = ()  # what it said that is no number to go by, and why


class Samples:
    """A row for each number that is kept, and one for each signal's last read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reads(self) -> dict[str, SignalRead]:
        """Return how the last read of each signal went, by its name."""
        rows = self._database.rows("select name, read, asked, filled, error, refused from signal_reads order by name")
        return {
            name: SignalRead(
                at=when(read),
                asked=asked,
                filled=when_or_none(filled),
                error=error,
                refused=tuple(refused.splitlines()),
            )
            for name, read, asked, filled, error, refused in rows
        }

    def latest(self, name: str) -> Iterator[Sample]:
        """Yield the newest number of each subject of a signal."""
        for subject, at, value in self._database.rows(_LATEST, (name,) * 4):
            yield Sample(signal=name, subject=subject, at=when(at), value=value)

    def within(self, name: str, window: Window) -> Iterator[Sample]:
        """Yield the numbers of a signal in a window, by subject and time."""
        found = self._database.stream(_WITHIN, (name, moment(window.start), moment(window.end)))
        return (Sample(signal=name, subject=subject, at=when(at), value=value) for subject, at, value in found)

    def keep(self, signals: Iterable[Signal], every: timedelta) -> None:
        """Keep numbers: of each stretch of so much time, counted from 1970, the last one."""
        stretch = every // _US
        last: dict[tuple[str, str, int], tuple[str, str, int, float]] = {}
        for one in signals:
            row = (one.name, clean(one.subject), moment(one.at), one.value)
            place = (*row[:2], row[2] // stretch)
            last[place] = row if place not in last or last[place][2] <= row[2] else last[place]
        rows = list(last.values())
        before = [(name, subject, at - at % stretch, at) for name, subject, at, _ in rows if at % stretch]
        with self._database.begin_lazy() as connection:
            for statement, given in ((_THIN, before), (_KEEP, rows)):
                if given:
                    connection.exec_driver_sql(self._database.sql(statement), given)

    def note(self, name: str, read: SignalRead) -> None:
        """Keep how a read went."""
        refused = "\n".join(clean(line)[:LONGEST] for line in read.refused)
        times = (moment(read.at), moment_or_none(read.filled))
        self._write(_NOTE, [(name, *times, clean(read.asked), clean(read.error)[:LONGEST], refused)])

    def drop_older(self, name: str, start: datetime) -> None:
        """Forget a signal's numbers from before a moment."""
        self._write("delete from signals where name = ? and at < ?", [(name, moment(start))])

    def forget(self, names: Iterable[str]) -> None:
        """Forget signals: those that nobody asks for any more, or that are asked something else."""
        gone = [(name,) for name in names]
        self._write("delete from signals where name = ?", gone)
        self._write("delete from signal_reads where name = ?", gone)

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        with self._database.begin_lazy() as connection:
            connection.exec_driver_sql(self._database.sql(statement), list(rows))


_LATEST = """
    with recursive subjects(subject) as (
      select min(subject) from signals where name = ?
      union all
      select (select min(s.subject) from signals s where s.name = ? and s.subject > subjects.subject)
      from subjects where subjects.subject is not null
    )
    select subject,
      (select s.at from signals s where s.name = ? and s.subject = subjects.subject order by s.at desc limit 1),
      (select s.value from signals s where s.name = ? and s.subject = subjects.subject order by s.at desc limit 1)
    from subjects where subject is not null order by subject
"""
"""Steps from one subject to the next by the index; the newest of each by a group would read all there is."""
_WITHIN = "select subject, at, value from signals where name = ? and at >= ? and at < ? order by subject, at"
_THIN = "delete from signals where name = ? and subject = ? and at >= ? and at < ?"
_KEEP = """
    insert into signals (name, subject, at, value) values (?, ?, ?, ?)
    on conflict (name, subject, at) do update set value = excluded.value where excluded.value <> signals.value
"""
_NOTE = """
    insert into signal_reads (name, read, filled, asked, error, refused) values (?, ?, ?, ?, ?, ?)
    on conflict (name) do update set read = excluded.read, filled = excluded.filled, asked = excluded.asked,
      error = excluded.error, refused = excluded.refused
"""
