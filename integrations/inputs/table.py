"""A table in a file, CSV or JSON: the newest row by its date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from integrations.base import Reading
from integrations.http import Line
from integrations.inputs.config import TableConfig
from integrations.inputs.registry import where
from integrations.rows import CELL, Row, RowsFile
from integrations.wording import printable

COLUMNS = 4  # of a row that are told


class TableFile:
    """A SignalSource: one file, read as it is now."""

    def __init__(self, config: TableConfig, line: Line, clock: Callable[[], datetime]) -> None:  # noqa: ARG002 - as all kinds
        self.name = config.name
        self._date = config.date
        self._file = RowsFile(place=where(config.name), kind=config.kind, file=config.file, shown=config.shown)

    def read(self) -> Reading:
        """Read the file and find its newest row; of several with the same date the last."""
        newest: tuple[datetime, Row] | None = None
        for row in self._file.rows(self._date):
            at = self._file.date(row, self._date)
            if at is not None and (newest is None or at >= newest[0]):
                newest = at, row
        if newest is None:
            raise self._file.wrong(f"no row has a date in '{self._date}'")
        return Reading(at=newest[0], said=_said(newest[1].cells, self._date))


def _said(cells: Mapping[str, Any], date: str) -> str:
    """Word a row shortly: its first columns, but for the date's."""
    told = [(key, " ".join(str(value).split())) for key, value in cells.items() if key != date and value is not None]
    shown = [f"{key}: {value if len(value) <= CELL else value[: CELL - 1] + '…'}" for key, value in told if value]
    return printable(", ".join(shown[:COLUMNS])) or "a row without a word"
