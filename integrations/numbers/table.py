"""Numbers in a file of rows: each row with its date, its number and, where there is such a column, its subject."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from integrations.base import Numbers
from integrations.http import Line
from integrations.numbers.config import TableNumbersConfig
from integrations.numbers.gathering import Gathering
from integrations.numbers.registry import where
from integrations.rows import Row, RowsFile

_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,100}(?:\.[0-9]{0,100})?|\.[0-9]{1,100})(?:[eE][-+]?[0-9]{1,3})?")
AHEAD = timedelta(days=1)
"""How far ahead of us a row may be dated: a day alone is its noon, in whatever zone it was written."""


class TableNumbers:
    """A NumberSource: all rows of the file, each time."""

    def __init__(self, config: TableNumbersConfig, line: Line, clock: Callable[[], datetime]) -> None:  # noqa: ARG002 - as all kinds
        self.name = config.name
        self.asked = f"{config.shown}: {config.value} by {config.date} and {config.subject}"
        self._config = config
        self._clock = clock
        self._where = where(config.name)
        self._file = RowsFile(place=self._where, kind=config.kind, file=config.file, shown=config.shown)

    def read(self) -> Numbers:
        """Read the rows that have a date and a number; of several of a subject at the same time the last counts."""
        config, gathering = self._config, Gathering(self._where, self.name, latest=self._clock() + AHEAD)
        columns = [config.date, config.value, *([config.subject] if config.subject else [])]
        empty = True
        for row in self._file.rows(*columns):
            at = self._file.date(row, config.date)
            if at is None or _blank(row.cells.get(config.value)):
                continue
            empty = False
            if row.beyond:
                gathering.refuse(f"{row.place} has more cells than there are columns")
                continue
            subject = self._subject(row, gathering)
            if subject is not None:
                gathering.take(subject, at, _number(row.cells[config.value]), f"{row.cells[config.value]}")
        if empty:
            raise self._file.wrong(f"no row has a date in '{config.date}' and a number in '{config.value}'")
        return gathering.numbers()

    def past(self, start: datetime, end: datetime, step: timedelta) -> Numbers:  # noqa: ARG002 - as all kinds
        """Return nothing: `read` reads all rows."""
        return Numbers()

    def _subject(self, row: Row, gathering: Gathering) -> str | None:
        if not self._config.subject:
            return ""
        named = row.cells.get(self._config.subject)
        if _blank(named):
            gathering.refuse(f"{row.place} has nothing in '{self._config.subject}'")
            return None
        return gathering.subject(str(named))


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _number(value: Any) -> float:
    """Return a cell's number, NaN if it is none; "1,5" and "87 %" are none, for who can tell what they mean."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        return math.nan
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan
