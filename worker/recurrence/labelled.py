"""Labelled history: a file of tickets that says which were one problem, replayed as it happened, without leaks.

What may be seen when: of a row its text on arrival; its closing, its resolution and whose duplicate it was, from the
moment on when it was closed. The label of a report is given only to who asks after the report was judged.
"""

from __future__ import annotations

import gzip
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from rules.recurrence.report import Report, report_of
from worker.errors import WorkerError


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A ticket of the file."""

    uid: str
    project: str
    title: str
    body: str
    created: datetime
    type: str
    reporter: str
    resolved: datetime | None
    resolution: str
    duplicate_of: str  # "" if of none
    truth: str  # "dup", "unique", "unknown"
    related: frozenset[str]
    query: bool  # to be judged; others are history

    @property
    def root(self) -> str:
        """Return the first ticket of what is one problem."""
        return self.duplicate_of or self.uid


@dataclass(frozen=True, slots=True)
class Arrived:
    """A report came in."""

    report: Report
    project: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A ticket was closed, maybe as the duplicate of another."""

    uid: str
    at: datetime
    resolution: str
    duplicate_of: str


def read_rows(path: Path) -> tuple[Row, ...]:
    """Read a file of tickets, a JSON object a line, by arrival. Raises WorkerError with the line that is wrong."""
    rows: list[Row] = []
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    rows.append(_checked(path, number, line))
    except (OSError, EOFError) as error:
        raise WorkerError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if len({row.uid for row in rows}) < len(rows):
        raise WorkerError(f"{path}: an id is there twice")
    return tuple(sorted(rows, key=lambda row: (row.created, len(row.uid), row.uid)))


def _checked(path: Path, number: int, line: bytes) -> Row:
    try:
        return _row(orjson.loads(line))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise WorkerError(f"{path}: line {number}: not a labelled ticket ({type(error).__name__}: {error})") from error


def _row(said: dict[str, Any]) -> Row:
    return Row(
        uid=str(said["id"]),
        project=str(said.get("project") or ""),
        title=str(said["title"] or ""),
        body=str(said.get("body") or ""),
        created=_moment(said["created"]),
        type=str(said.get("type") or ""),
        reporter=str(said.get("reporter") or ""),
        resolved=_moment(said["resolved"]) if said.get("resolved") else None,
        resolution=str(said.get("resolution") or ""),
        duplicate_of=str(said.get("duplicate_of") or ""),
        truth=str(said["truth"]),
        related=frozenset(map(str, said.get("related") or ())),
        query=bool(said["query"]),
    )


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def replay(rows: Sequence[Row]) -> Iterator[Arrived | Closed]:
    """Yield what happened, in the order of time; at the same moment a closing comes before an arrival."""
    closings: list[tuple[datetime, str, str, str]] = [
        (row.resolved, row.uid, row.resolution, row.duplicate_of) for row in rows if row.resolved
    ]
    heapq.heapify(closings)
    for row in rows:
        while closings and closings[0][0] <= row.created:
            at, uid, resolution, duplicate_of = heapq.heappop(closings)
            yield Closed(uid, at, resolution, duplicate_of)
        yield Arrived(as_report(row), row.project)


def as_report(row: Row) -> Report:
    """Return a row as it is compared. An id like "name-12" is named "NAME-12" or "#12" in texts."""
    home, _, number = row.uid.rpartition("-")
    in_jira = home.isupper()
    return report_of(
        uid=row.uid,
        key=row.uid if in_jira or not home else f"{home}#{number}",
        project=row.project,
        created=row.created,
        title=row.title,
        body=row.body,
        reporter=row.reporter,
        type=row.type,
    )
