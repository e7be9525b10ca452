"""New tickets against an index of reports, and the plain full-text query that it is held against.

`python -m tests.bench.recall WHAT FOLDER COUNT`, where WHAT is one of the functions below.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rules.recurrence.judge import judge
from rules.recurrence.report import Report, report_of
from rules.recurrence.scoring import quantile
from tests.bench.measure import Watch
from worker.recurrence.index import Index
from worker.recurrence.shipped import shipped_model

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SEED, ASKED, WORDS, BATCH = 7, 200, 60, 1000
VOCABULARY = 60_000


def made_reports(first: int, count: int) -> Iterator[Report]:
    """Make reports of words as common as Zipf's law has it; one in ten shows a trace."""
    dice = random.Random(SEED + first)  # noqa: S311 - tickets for a measurement
    for number in range(first, first + count):
        words = [_word(dice) for _ in range(WORDS + 8)]
        trace = f"\nShopError: {words[0]} of {words[1]} broke\n    at com.shop.{words[2]}.{words[3]}(A.java:1)"
        yield report_of(
            uid=str(number),
            key=f"acme/shop#{number}",
            project="acme/shop",
            created=NOW + timedelta(minutes=number),
            title=" ".join(words[:8]),
            body=" ".join(words[8:]) + (trace if number % 10 == 0 else ""),
            reporter=f"person{dice.randrange(500)}",
        )


def _word(dice: random.Random) -> str:
    rank = int(VOCABULARY ** dice.random())
    letters = ""
    while rank:
        rank, letter = divmod(rank, 20)
        letters += "bcdfghklmnprstvwxzjq"[letter] + "aeiou"[letter % 5]
    return f"w{letters}"


def fill(folder: Path, count: int) -> None:
    """Index reports, a thousand a transaction."""
    watch = Watch()
    with closing(Index(folder / f"recall-{count}.db", shipped_model().background)) as index:
        reports = made_reports(0, count)
        for _ in range(0, count, BATCH):
            with index.writing():
                for _, report in zip(range(BATCH), reports, strict=False):
                    index.put(report)
    watch.report(count)


def ask(folder: Path, count: int) -> None:
    """Judge new reports, each by itself, and add it."""
    model = shipped_model()
    spent: list[float] = []
    with closing(Index(folder / f"recall-{count}.db", model.background)) as index:
        reports = tuple(made_reports(10 * count, ASKED))
        index.considered(reports[0])
        watch = Watch()
        spent.extend(
            timed(lambda report=report: judge(index.considered(report), model.weights, model.thresholds))
            for report in reports
        )
    watch.report(ASKED, worded(spent))


def plain(folder: Path, count: int) -> None:
    """Ask the same file by a plain full-text query: the words of the title, the hundred best by BM25."""
    import sqlite3  # noqa: PLC0415 - only this floor speaks SQL

    query = "select rowid from words where words match ? order by rank limit 100"
    spent: list[float] = []
    with closing(sqlite3.connect(folder / f"recall-{count}.db")) as connection:
        reports = tuple(made_reports(10 * count, ASKED))
        watch = Watch()
        for report in reports:
            asked = " OR ".join(f'"{word}"' for word in dict.fromkeys((*report.title, *report.prose[:8])))
            spent.append(timed(lambda asked=asked: connection.execute(query, (asked,)).fetchall()))
    watch.report(ASKED, worded(spent))


def timed(work: Callable[[], object]) -> float:
    """Return how many milliseconds something takes."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def worded(spent: list[float]) -> str:
    """Word the quantiles, in milliseconds."""
    ordered = sorted(spent)
    return f"p50 {quantile(ordered, 0.5):.1f} ms, p95 {quantile(ordered, 0.95):.1f} ms"


if __name__ == "__main__":
    {"fill": fill, "ask": ask, "plain": plain}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
