"""A table in a file, CSV or JSON: the newest row by its date."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from difflib import get_close_matches
from io import StringIO
from typing import Any

from integrations.base import Reading
from integrations.errors import Incomplete, NotFound, TrackerError
from integrations.http import Line
from integrations.inputs.config import TableConfig
from integrations.inputs.registry import where
from integrations.wording import printable

BODY_LIMIT = 8 * 1024 * 1024  # bytes
NOON = time(12)
"""Of a day without a time of day: noon in UTC is the same day in nearly every zone."""
COLUMNS = 4  # of a row that are told
CELL = 40  # characters of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, and where it stands: "line 7", "row 3"."""

    place: str
    cells: Mapping[str, Any]


class TableFile:
    """A SignalSource: one file, read as it is now."""

    def __init__(self, config: TableConfig, line: Line, clock: Callable[[], datetime]) -> None:  # noqa: ARG002 - as all kinds
        self.name = config.name
        self._config = config

    def read(self) -> Reading:
        """Read the file and find its newest row; of several with the same date the last."""
        text = self._text()
        rows = self._csv(text) if self._config.kind == "csv" else self._json(text)
        newest: tuple[datetime, Row] | None = None
        for row in rows:
            at = self._date(row)
            if at is not None and (newest is None or at >= newest[0]):
                newest = at, row
        if newest is None:
            raise self._wrong(f"no row has a date in '{self._config.date}'")
        return Reading(at=newest[0], said=_said(newest[1].cells, self._config.date))

    def _wrong(self, what: str) -> TrackerError:
        return Incomplete(where(self.name), f"{self._config.shown}: {what}")

    def _text(self) -> str:
        file, place = self._config.file, where(self.name)
        try:
            if not file.is_file():
                what = "is not a file" if file.exists() else "no such file"
                raise NotFound(place, f"{self._config.shown}: {what}: 'path' is relative to the config")
            with file.open("rb") as opened:
                data = opened.read(BODY_LIMIT + 1)
        except OSError as error:
            raise self._wrong(f"cannot be read: {error.strerror}") from None
        if len(data) > BODY_LIMIT:
            raise self._wrong(f"is larger than {BODY_LIMIT // 1024 // 1024} MB")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise self._wrong(f"line {line}: is not UTF-8 text: save it as UTF-8") from None
        if not text.strip():
            raise self._wrong("is empty")
        return text

    # -- CSV ----------------------------------------------------------------------------------------------------------

    def _csv(self, text: str) -> Iterator[Row]:
        """Yield the rows below the header; commas, semicolons and tabs part columns, whichever the header has most."""
        first = text.lstrip().partition("\n")[0]
        reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
        header: list[str] = []
        try:
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if not header:
                    header = [cell.strip() for cell in cells]
                    self._known(header, f"line {reader.line_num}: no column")
                else:
                    yield Row(place=f"line {reader.line_num}", cells=dict(zip(header, cells, strict=False)))
        except csv.Error as error:
            raise self._wrong(f"line {reader.line_num}: is no CSV: {printable(str(error))}") from None

    # -- JSON ---------------------------------------------------------------------------------------------------------

    def _json(self, text: str) -> Iterator[Row]:
        told = self._parsed(text)
        rows = told.get("rows") if isinstance(told, dict) else told
        if not isinstance(rows, list):
            raise self._wrong("a list of objects is wanted, or an object with such a list as 'rows'")
        if not rows:
            raise self._wrong("the list is empty")
        for number, cells in enumerate(rows, 1):
            if not isinstance(cells, dict):
                raise self._wrong(f"row {number}: is no object")
        self._known(list(dict.fromkeys(key for cells in rows for key in cells)), "no row has the key")
        yield from (Row(place=f"row {number}", cells=cells) for number, cells in enumerate(rows, 1))

    def _parsed(self, text: str) -> Any:
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise self._wrong(f"line {error.lineno}, column {error.colno}: is no JSON: {error.msg}") from None
        except RecursionError:
            raise self._wrong("is nested too deeply") from None
        except ValueError:
            raise self._wrong("holds a number that cannot be") from None

    # -- both ---------------------------------------------------------------------------------------------------------

    def _known(self, names: Sequence[str], missing: str) -> None:
        """Make sure that the date's column is there."""
        wanted = self._config.date
        if wanted in names:
            return
        near = get_close_matches(wanted, names, n=1)
        hint = f" (did you mean '{printable(near[0])}'?)" if near else f": there is {_listed(names)}"
        raise self._wrong(f"{missing} '{wanted}'{hint}")

    def _date(self, row: Row) -> datetime | None:
        """Return a row's date, None for a row that has none yet."""
        value = row.cells.get(self._config.date)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            return _moment(value.strip())
        except (ValueError, AttributeError, OverflowError):
            shown = printable(str(value))[:CELL]
            wrong = f"'{self._config.date}' is no ISO date, as in 2026-12-31: '{shown}'"
            raise self._wrong(f"{row.place}: {wrong}") from None


def _moment(text: str) -> datetime:
    """Read an ISO date, with or without a time; one without a zone is in UTC. Raises ValueError, OverflowError."""
    moment = datetime.fromisoformat(text)
    if len(text) <= 10 and moment.time() == time.min:
        moment = datetime.combine(moment.date(), NOON)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _said(cells: Mapping[str, Any], date: str) -> str:
    """Word a row shortly: its first columns, but for the date's."""
    told = [(key, " ".join(str(value).split())) for key, value in cells.items() if key != date and value is not None]
    shown = [f"{key}: {value if len(value) <= CELL else value[: CELL - 1] + '…'}" for key, value in told if value]
    return printable(", ".join(shown[:COLUMNS])) or "a row without a word"


def _listed(names: Sequence[str]) -> str:
    return printable(", ".join(names[:10])) or "none"
