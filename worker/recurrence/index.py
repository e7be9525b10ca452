"""The index of reports: kept incrementally in an SQLite file of its own, made anew if it is lost or outdated."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from rules.recurrence.background import Background
from rules.recurrence.features import Pair, Standing
from rules.recurrence.judge import Considered
from rules.recurrence.report import Report
from rules.recurrence.weighing import query_terms, weigh
from worker.errors import IndexDamaged, IndexUnusable
from worker.recurrence import tables

BUSY_SECONDS = 30
TERMS = 16
"""The most telling words of a report are asked for: more find hardly more, and cost as much again."""
READ = 8_000
"""How many reports the asked words may be in, together: what a query costs grows with this, not with the index."""
NEAREST = 100
RARE = 10
"""A signature that more tickets show brings no candidates of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A report as it is kept, and how it stands."""

    report: Report
    standing: Standing
    cluster: str  # uid of the first ticket known to be the same problem


class Index:
    """Reports and the words they hold. Not for several threads at once; several processes may read."""

    def __init__(self, path: Path, background: Background) -> None:
        """Open the index, a new and empty one if there is none that can be used."""
        self.path = path
        self._background = background
        self._sql, self.fresh = _opened(path)
        self._size = self._counts(("",)).get("", 0)

    def __len__(self) -> int:
        return self._size

    def close(self) -> None:
        """Close the file."""
        self._sql.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write as a whole or not at all. Many reports at once are much cheaper than each alone."""
        with _translated(self.path):
            self._sql.execute("begin immediate")
            try:
                yield
            except BaseException:
                if self._sql.in_transaction:  # a full disk has ended it already
                    self._sql.execute("rollback")
                self._size = self._counts(("",)).get("", 0)
                raise
            self._sql.execute("commit")

    # -- writing, within `writing` --------------------------------------------------------------------------------

    def put(self, report: Report) -> bool:
        """Keep a report, new or changed; return whether anything was to be written."""
        row, before = _row(report), self._sql.execute(tables.FIND, (report.uid,)).fetchone()
        if before is None:
            number = int(self._sql.execute(tables.ADD, row).fetchone()[0])
            self._count(row, number, 1)
            return True
        if before[1:] == row:
            return False
        self._count(before[1:], before[0], -1)
        self._sql.execute(tables.CHANGE, (*row, before[0]))
        self._count(row, before[0], 1)
        return True

    def forget(self, uid: str) -> bool:
        """Drop a report; what it was one problem with stays together. Return whether it was there."""
        before = self._sql.execute(tables.FIND, (uid,)).fetchone()
        if before is None:
            return False
        self._count(before[1:], before[0], -1)
        self._sql.execute("delete from reports where id = ?", (before[0],))
        heir = self._sql.execute("select min(id) from reports where root = ?", (before[0],)).fetchone()[0]
        self._sql.execute("update reports set root = ? where root = ?", (heir, before[0]))
        return True

    def stand(self, uid: str, closed: datetime | None, resolution: str = "") -> bool:
        """Note when and how a ticket was closed, None if it is open; return whether that was news."""
        at = closed.timestamp() if closed else None
        said = _text(resolution)
        return self._sql.execute(tables.STAND, (at, said, uid, at, said)).rowcount > 0

    def join(self, uid: str, other: str) -> bool:
        """Note that two tickets are known to be one problem; return whether that was news."""
        roots = [root for (root,) in self._sql.execute(tables.ROOTS, (uid, other))]
        if len(roots) < 2 or roots[0] == roots[1]:
            return False
        return self._sql.execute(tables.JOIN, (*roots, *roots, *roots)).rowcount > 0

    def note(self, name: str, value: str) -> None:
        """Keep something about the index itself."""
        self._sql.execute(tables.KEEP, (name, value))

    def noted(self, name: str) -> str:
        """Return what was kept about the index itself, "" if nothing was."""
        with _translated(self.path):
            found = self._sql.execute("select value from about where name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def _count(self, row: tuple[Any, ...], number: int, by: int) -> None:
        title, prose, code, signatures = row[6:10]
        self._sql.execute(tables.PUT_WORDS if by > 0 else tables.DROP_WORDS, (number, title, prose, code))
        signed = signatures.split("\n") if signatures else []
        terms = {"", *f"{title} {prose} {code}".split(), *signed}
        self._sql.executemany(tables.COUNT, [(term, by) for term in terms])
        if by > 0:
            self._sql.executemany("insert into signed values (?, ?)", [(one, number) for one in signed])
        else:
            self._sql.executemany(tables.UNCOUNT, [(term,) for term in terms])
            self._sql.executemany(tables.UNSIGN, [(one, number) for one in signed])
        self._size += by

    def joined(self, uid: str, other: str) -> bool:
        """Tell whether two tickets are known to be one problem."""
        roots = [root for (root,) in self._sql.execute(tables.ROOTS, (uid, other))]
        return len(roots) == 2 and roots[0] == roots[1]

    def standing(self, uid: str) -> Standing:
        """Return how a ticket stands; one that is not there is open."""
        found = self._sql.execute(tables.STANDING, (uid,)).fetchone()
        return _standing(*found) if found else Standing()

    # -- asking -----------------------------------------------------------------------------------------------------

    def considered(self, report: Report) -> tuple[Considered, ...]:
        """Return the earlier reports that a report is to be compared with. Its own row, if there, is not seen."""
        with _translated(self.path):
            return self._considered(report)

    def _considered(self, report: Report) -> tuple[Considered, ...]:
        own = self._sql.execute(tables.FIND, (report.uid,)).fetchone()
        mine = Counter({"", *own[7].split(), *own[8].split(), *own[9].split(), *own[10].split("\n")} if own else ())
        asked = (*dict.fromkeys((*report.title, *report.prose, *report.code)), *report.signatures)
        counts = {term: count - mine[term] for term, count in self._counts(asked).items()}
        size = self._size - mine[""]
        matched = self._matched(report, counts, size)
        seen = {one: counts[one] for one in report.signatures if counts.get(one)}
        wanted = dict.fromkeys((*matched, *self._signed(seen), *self._named(report)))
        rows = self._load(tuple(wanted), report)
        others = {word for _, row in rows for word in (*row.report.title, *row.report.prose, *row.report.code)}
        known = self._counts(others - counts.keys()) | counts
        idfs = {word: self._background.idf(word, known.get(word, 0), size) for word in {*others, *asked}}
        new = weigh(report, idfs.__getitem__)
        return tuple(
            Considered(
                pair=Pair(
                    new=new,
                    old=weigh(row.report, idfs.__getitem__),
                    standing=row.standing,
                    matched=matched.get(number, 0.0),
                    tickets=size,
                    seen=seen,
                ),
                cluster=row.cluster,
            )
            for number, row in rows
        )

    def _matched(self, report: Report, counts: Mapping[str, int], size: int) -> dict[int, float]:
        terms: list[str] = []
        read = 0
        for word, _ in query_terms(report, lambda word: self._background.idf(word, counts.get(word, 0), size)):
            count = counts.get(word, 0)
            if count and (not terms or read + count <= READ):
                terms.append(word)
                read += count
            if len(terms) == TERMS:
                break
        if not terms:
            return {}
        asked = " OR ".join(f'"{term}"' for term in terms)
        return dict(self._sql.execute(tables.MATCH, (asked, report.created.timestamp(), report.uid, NEAREST)))

    def _signed(self, seen: Mapping[str, int]) -> Iterator[int]:
        for signature, count in seen.items():
            if count <= RARE:
                yield from (found for (found,) in self._sql.execute(tables.SIGNED, (signature, RARE + 1)))

    def _named(self, report: Report) -> list[int]:
        return [found for (found,) in self._sql.execute(tables.NAMED, (_listed(report.named),))]

    def _load(self, numbers: Sequence[int], report: Report) -> list[tuple[int, Row]]:
        found = self._sql.execute(tables.LOAD, (_listed(numbers), report.created.timestamp(), report.uid))
        return [(row[0], _noun(row)) for row in found]

    def _counts(self, terms: Iterable[str]) -> dict[str, int]:
        return dict(self._sql.execute(tables.COUNTED, (_listed(terms),)))


def _opened(path: Path) -> tuple[sqlite3.Connection, bool]:
    """Return a connection to the index, and whether it is new."""
    with _translated(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        connection = _connected(path)
        try:
            version = int(connection.execute("pragma user_version").fetchone()[0])
            if version == tables.VERSION:
                connection.execute("select term from counts limit 1").fetchone()
                return connection, False
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise
        connection.close()
        return _made(path), True


def drop(path: Path) -> None:
    """Delete an index with what SQLite keeps beside it: all of it can be read again from the mirror."""
    with _translated(path):
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _made(path: Path) -> sqlite3.Connection:
    """Put an empty index in the place of whatever is there."""
    drop(path)
    path.touch(mode=0o600)
    connection = _connected(path)
    connection.execute("begin immediate")
    for statement in (*tables.CREATE, f"pragma user_version = {tables.VERSION}"):
        connection.execute(statement)
    connection.execute("commit")
    return connection


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        for setting in tables.SETTINGS:
            with closing(connection.execute(setting)):
                pass
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise
    return connection


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        said = f"{path}: the index of recurrences cannot be used ({error}); it may be deleted, it is made anew"
        damaged = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
        raise (IndexDamaged if damaged else IndexUnusable)(said) from error


def _row(report: Report) -> tuple[Any, ...]:
    return (
        *map(_text, (report.uid, report.key, report.project)),
        report.created.timestamp(),
        *map(_text, (report.reporter, report.type)),
        *(_text(" ".join(words)) for words in (report.title, report.prose, report.code)),
        _text("\n".join(report.signatures)),
        "\n".join(sorted(report.platforms)),
    )


def _noun(row: Sequence[Any]) -> Row:
    _, uid, key, project, created, reporter, kind, title, prose, code, signatures, platforms, *rest = row
    closed, resolution, _, size, root = rest
    report = Report(
        uid=uid,
        key=key,
        project=project,
        created=datetime.fromtimestamp(created, UTC),
        reporter=reporter,
        type=kind,
        title=tuple(title.split()),
        prose=tuple(prose.split()),
        code=tuple(code.split()),
        signatures=tuple(signatures.split("\n")) if signatures else (),
        platforms=frozenset(platforms.split("\n")) if platforms else frozenset(),
    )
    return Row(report=report, standing=_standing(closed, resolution, size), cluster=root or uid)


def _standing(closed: float | None, resolution: str, cluster: int = 1) -> Standing:
    at = None if closed is None else datetime.fromtimestamp(closed, UTC)
    return Standing(closed=at, resolution=resolution, cluster=cluster)


def _text(value: str) -> str:
    """Return a text that SQLite can keep: what is no character becomes a question mark."""
    return value.encode("utf-8", "replace").decode().replace("\0", "?")


def _listed(values: Iterable[Any]) -> str:
    return orjson.dumps([_text(value) if isinstance(value, str) else value for value in values]).decode()
