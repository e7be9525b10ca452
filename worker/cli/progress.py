"""Progress: what a person at a terminal sees of long work; nothing anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from rules.actions import Op
from worker.cycle import Watching


@contextmanager
def watching() -> Iterator[Watching]:
    """Show bars on stderr while a pass goes on, if that is a terminal."""
    if not sys.stderr.isatty():
        yield Watching()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _watching(bars)


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
