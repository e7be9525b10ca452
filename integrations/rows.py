"""Rows in a file, CSV or JSON: each with its cells and where it stands, and one error for each mistake."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any, Literal

from integrations.errors import Incomplete, NotFound, TrackerError
from integrations.wording import printable

BODY_LIMIT = 8 * 1024 * 1024  # bytes
NOON = time(12)
"""Of a day without a time of day: noon in UTC is the same day in nearly every zone."""
CELL = 40  # characters of one that are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, and where it stands: "line 7", "row 3"."""

    place: str
    cells: Mapping[str, Any]
    beyond: bool = False  # more cells than the header: one of them may be half of another, as of "1,5"


class RowsFile:
    """A file, read anew each time. `place` and `shown` name what it is for, and the file, in errors."""

    def __init__(self, *, place: str, kind: Literal["csv", "json"], file: Path, shown: str) -> None:
        self._place = place
        self._kind = kind
        self._file = file
        self._shown = shown

    def rows(self, *columns: str) -> Iterator[Row]:
        """Yield the rows as the file is now, which must have these columns. Raises NotFound, Incomplete."""
        text = self._text()
        return self._csv(text, columns) if self._kind == "csv" else self._json(text, columns)

    def wrong(self, what: str) -> TrackerError:
        """Return the error that something is wrong with the file."""
        return Incomplete(self._place, f"{self._shown}: {what}")

    def date(self, row: Row, column: str) -> datetime | None:
        """Return a row's date in a column, None for a row that has none yet. Raises Incomplete."""
        value = row.cells.get(column)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            return _moment(value.strip())
        except (ValueError, AttributeError, OverflowError):
            shown = printable(str(value))[:CELL]
            wrong = f"'{column}' is no ISO date, as in 2026-12-31: '{shown}'"
            raise self.wrong(f"{row.place}: {wrong}") from None

    def _text(self) -> str:
        file, place = self._file, self._place
        try:
            if not file.is_file():
                what = "is not a file" if file.exists() else "no such file"
                raise NotFound(place, f"{self._shown}: {what}: 'path' is relative to the config")
            with file.open("rb") as opened:
                data = opened.read(BODY_LIMIT + 1)
        except OSError as error:
            raise self.wrong(f"cannot be read: {error.strerror}") from None
        if len(data) > BODY_LIMIT:
            raise self.wrong(f"is larger than {BODY_LIMIT // 1024 // 1024} MB")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise self.wrong(f"line {line}: is not UTF-8 text: save it as UTF-8") from None
        if not text.strip():
            raise self.wrong("is empty")
        return text

    # -- CSV ----------------------------------------------------------------------------------------------------------

    def _csv(self, text: str, columns: Sequence[str]) -> Iterator[Row]:
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
                    self._known(columns, header, f"line {reader.line_num}: no column")
                    self._once(columns, header, f"line {reader.line_num}")
                else:
                    beyond = any(cell.strip() for cell in cells[len(header) :])
                    told = dict(zip(header, cells, strict=False))
                    yield Row(place=f"line {reader.line_num}", cells=told, beyond=beyond)
        except csv.Error as error:
            raise self.wrong(f"line {reader.line_num}: is no CSV: {printable(str(error))}") from None

    # -- JSON ---------------------------------------------------------------------------------------------------------

    def _json(self, text: str, columns: Sequence[str]) -> Iterator[Row]:
        told = self._parsed(text)
        rows = told.get("rows") if isinstance(told, dict) else told
        if not isinstance(rows, list):
            raise self.wrong("a list of objects is wanted, or an object with such a list as 'rows'")
        if not rows:
            raise self.wrong("the list is empty")
        for number, cells in enumerate(rows, 1):
            if not isinstance(cells, dict):
                raise self.wrong(f"row {number}: is no object")
        self._known(columns, list(dict.fromkeys(key for cells in rows for key in cells)), "no row has the key")
        yield from (Row(place=f"row {number}", cells=cells) for number, cells in enumerate(rows, 1))

    def _parsed(self, text: str) -> Any:
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise self.wrong(f"line {error.lineno}, column {error.colno}: is no JSON: {error.msg}") from None
        except RecursionError:
            raise self.wrong("is nested too deeply") from None
        except ValueError:
            raise self.wrong("holds a number that cannot be") from None

    # -- both ---------------------------------------------------------------------------------------------------------

    def _known(self, wanted: Sequence[str], names: Sequence[str], missing: str) -> None:
        """Make sure that the columns are there."""
        for column in wanted:
            if column not in names:
                near = get_close_matches(column, names, n=1)
                hint = f" (did you mean '{printable(near[0])}'?)" if near else f": there is {_listed(names)}"
                raise self.wrong(f"{missing} '{column}'{hint}")

    def _once(self, wanted: Sequence[str], names: Sequence[str], place: str) -> None:
        """Make sure that nobody has to guess which of two columns is meant."""
        for column in wanted:
            if names.count(column) > 1:
                raise self.wrong(f"{place}: {names.count(column)} columns are called '{printable(column)}'")


def _moment(text: str) -> datetime:
    """Read an ISO date, with or without a time; one without a zone is in UTC. Raises ValueError, OverflowError."""
    moment = datetime.fromisoformat(text)
    if len(text) <= 10 and moment.time() == time.min:
        moment = datetime.combine(moment.date(), NOON)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _listed(names: Sequence[str]) -> str:
    return printable(", ".join(names[:10])) or "none"
