"""Progress: what a person at a terminal sees of long work; nothing anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from rules.actions import Op
from worker.cli.context import Screen
from worker.cycle import Watching
from worker.stop import Stop


@contextmanager
def watching(stop: Stop) -> Iterator[Watching]:
    """Show bars on stderr while work goes on, if that is a terminal. Reading and looking end when `stop` is asked for.

    A write is not broken off in its middle by this: whoever writes looks at `stop` between two writes.
    """
    if not sys.stderr.isatty():
        yield _stopping(Watching(), stop)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    bars = Progress(*columns, console=Screen(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False)
    with bars:
        yield _stopping(_watching(bars), stop)


def _stopping(inner: Watching, stop: Stop) -> Watching:
    def synced(source: str, stream: str, items: int, expected: int | None) -> None:
        stop.check()
        if inner.synced is not None:
            inner.synced(source, stream, items, expected)

    def looked(count: int) -> None:
        stop.check()
        if inner.looked is not None:
            inner.looked(count)

    return Watching(synced=synced, looked=looked, carried=inner.carried)


def _watching(bars: Progress) -> Watching:
    reads: dict[str, TaskID] = {}

    def synced(source: str, stream: str, items: int, expected: int | None) -> None:
        name = f"read {source} {stream}"
        if name not in reads:
            reads[name] = bars.add_task(name, total=expected)
        bars.update(reads[name], completed=items, total=expected)

    evaluated = bars.add_task("evaluate", total=None, visible=False)
    written = bars.add_task("write", total=None, visible=False)

    def looked(count: int) -> None:
        bars.update(evaluated, completed=count, visible=True)

    def carried(op: Op) -> None:
        bars.update(written, advance=1, visible=True, description=f"{op.name} {op.target.key}")

    return Watching(synced=synced, looked=looked, carried=carried)
