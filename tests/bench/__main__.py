"""`make bench`: what the main parts cost, as ratios to a floor measured in the same run, round by round in turns.

Sizes come from the environment: BENCH_ISSUES, BENCH_SYNC_ROUNDS, BENCH_TICKETS, BENCH_PLAN_ROUNDS, BENCH_OPS,
BENCH_OP_ROUNDS, BENCH_RECALL, BENCH_RECALL_LARGE, BENCH_RECALL_ROUNDS.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Cost, machine, median, ratio, run
from tests.bench.serve import served

CPU_TARGET, PEAK_TARGET = 1.5, 80
HEAD = f"{'':38}{'kaizend':>12}{'floor':>12}{'ratio':>9}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured."""

    issues: int = 20_000
    sync_rounds: int = 7
    tickets: int = 100_000
    plan_rounds: int = 3
    ops: int = 500
    op_rounds: int = 5
    recall: int = 30_000
    recall_large: int = 100_000
    recall_rounds: int = 3


def sizes() -> Sizes:
    """Read the sizes from the environment."""
    named = {name: os.environ.get(f"BENCH_{name.upper()}") for name in Sizes.__dataclass_fields__}
    return Sizes(**{name: int(value) for name, value in named.items() if value})


def main() -> None:
    """Measure everything, and print as it goes."""
    size, began = sizes(), time.perf_counter()
    say(f"kaizend bench on {machine()}")
    say("Medians; ratios are medians of the ratios pair by pair. Each run is a process of its own. MB are 2**20 bytes.")
    with tempfile.TemporaryDirectory() as folder:
        for part in (sync_lines, plan_lines, numbers_lines, ledger_lines, recall_lines):
            for line in part(size, Path(folder)):
                say(line)
    say(f"\n{time.perf_counter() - began:.0f} s in all")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


# -- sync -------------------------------------------------------------------------------------------------------------


def sync_lines(size: Sizes, folder: Path) -> Iterator[str]:
    """Measure reading a repository for the first time, and again."""
    with served(size.issues) as served_by:
        yield f"\nCold sync of {size.issues:,} issues, {size.sync_rounds} rounds"
        yield "  floor: requests.Session + orjson + executemany into SQLite, a commit a page"
        ours, floor, command = in_turns(
            size.sync_rounds,
            lambda number: run("sync", served_by.url, folder / f"ours-{number}.db"),
            lambda number: run("floor", served_by.url, folder / f"floor-{number}.db"),
            lambda number: run("command", served_by.url, folder / f"command-{number}"),
        )
        yield HEAD
        yield compared("CPU of the sync, s", ours, floor, "cpu") + f"   target {CPU_TARGET}"
        yield compared("CPU of the whole process, s", ours, floor, "process")
        yield compared("wall, s", ours, floor, "wall")
        yield compared("peak memory of the process, MB", ours, floor, "peak", digits=1) + f"   target {PEAK_TARGET} MB"
        yield "  the same by the command `kaizend sync`, settings, rules and command line included:"
        yield compared("CPU of the whole process, s", command, floor, "process")
        yield compared("peak memory of the process, MB", command, floor, "peak", digits=1)
        yield from warm_lines(size, served_by.url, folder, served_by.change, median(ours, "cpu"))


def warm_lines(size: Sizes, url: str, folder: Path, change: Callable[[int], None], cold: float) -> Iterator[str]:
    """Measure the syncs that follow the first one."""
    file = folder / "ours-0.db"
    run("sync", url, file)  # the first to ask with ETags
    rounds = min(3, size.sync_rounds)
    unchanged = [run("sync", url, file) for _ in range(rounds)]
    changed = []
    for _ in range(rounds):
        change(max(1, size.issues // 100))
        changed.append(run("sync", url, file))
    yield f"\nWarm sync of the same, {rounds} rounds{'':7}{'CPU, s':>12}{'wall, s':>12}{'of cold':>9}"
    for name, costs in (("nothing changed", unchanged), ("1% changed", changed)):
        cpu = median(costs, "cpu")
        yield f"  {name:36}{cpu:12.3f}{median(costs, 'wall'):12.3f}{cpu / cold:9.1%}"


# -- plan -------------------------------------------------------------------------------------------------------------


def plan_lines(size: Sizes, folder: Path) -> Iterator[str]:
    """Measure a plan over tickets in the mirror: full, incremental, and what else one could do with them."""
    home = folder / "plan"
    home.mkdir()
    run("judge", "fill", home, size.tickets)
    yield f"\nPlan over {size.tickets:,} tickets x 40 rules, {size.plan_rounds} rounds"
    yield "  three in ten are open; floor: the same conditions as Python functions over the same tickets, and no plan"
    whole, floor, reading = in_turns(
        size.plan_rounds,
        *[lambda _, what=what: run("judge", what, home, size.tickets) for what in ("full", "plain", "reading")],
    )
    yield HEAD
    yield compared("CPU of a full plan, s", whole, floor, "cpu")
    yield compared("wall, s", whole, floor, "wall")
    yield compared("tickets a second", per_second(whole), per_second(floor), "count", digits=0)
    yield compared("peak memory of the process, MB", whole, floor, "peak", digits=1)
    yield f"  {whole[0].note}; floor: {floor[0].note}"
    share = ratio(reading, whole, "cpu")
    yield f"  {'reading the tickets alone, CPU s':36}{median(reading, 'cpu'):12.3f}{'':12}{share:9.1%} of a full plan"
    run("judge", "settle", home, size.tickets)
    some = [run("judge", "incremental", home, size.tickets) for _ in whole]
    share = ratio(some, whole, "cpu")
    yield f"  {'incremental, 1% changed, CPU s':36}{median(some, 'cpu'):12.3f}{'':12}{share:9.1%} of a full plan"
    yield f"  {'tickets a second':36}{median(per_second(some), 'count'):12,.0f}"


def per_second(costs: list[Cost]) -> list[Cost]:
    """Return the same runs, counting by the second of wall time."""
    return [Cost(cpu=c.cpu, wall=c.wall, process=c.process, peak=c.peak, count=round(c.count / c.wall)) for c in costs]


# -- numbers ----------------------------------------------------------------------------------------------------------


def numbers_lines(size: Sizes, folder: Path) -> Iterator[str]:
    """Measure metrics, gates and outcomes over what happened in three years."""
    home = folder / "numbers"
    home.mkdir()
    run("numbers", "fill", home, size.tickets)
    yield f"\nMetrics, gates and outcomes of 50 services over {size.tickets:,} tickets, {size.plan_rounds} rounds"
    yield "  floor: reading the tickets from the mirror"
    *ours, floor = in_turns(
        size.plan_rounds,
        *[
            lambda _, what=what: run("numbers", what, home, size.tickets)
            for what in ("year", "gates", "outcomes", "idle", "reading")
        ],
    )
    yield HEAD
    names = ("twelve months by service", "gates, judged anew", "outcomes, their first look", "a look at nothing new")
    for name, costs in zip(names, ours, strict=True):
        yield compared(f"{name}, CPU s", costs, floor, "cpu") + f"   {costs[0].note}"
    for name, costs in zip(names, ours, strict=True):
        yield compared(f"{name}, MB", costs, floor, "peak", digits=1)


# -- ledger -----------------------------------------------------------------------------------------------------------


def ledger_lines(size: Sizes, folder: Path) -> Iterator[str]:
    """Measure what an op costs in the ledger."""
    ours, floor = in_turns(
        size.op_rounds,
        lambda number: run("commits", "ledger", folder / f"ledger-{number}.db", size.ops),
        lambda number: run("commits", "floor", folder / f"plain-{number}.db", size.ops),
    )
    yield f"\n{size.ops:,} ops intended, claimed and done in the ledger, {size.op_rounds} rounds"
    yield "  floor: a row inserted and updated by sqlite3, each a durable commit"
    yield HEAD
    yield compared("CPU an op, ms", each(ours), each(floor), "cpu")
    yield compared("wall an op, ms", each(ours), each(floor), "wall")


def each(costs: list[Cost]) -> list[Cost]:
    """Return the same runs in milliseconds for one of what they did."""
    return [
        Cost(cpu=1000 * c.cpu / c.count, wall=1000 * c.wall / c.count, process=c.process, peak=c.peak, count=1)
        for c in costs
    ]


# -- recurrences ------------------------------------------------------------------------------------------------------


def recall_lines(size: Sizes, folder: Path) -> Iterator[str]:
    """Measure what it costs to find what a new ticket resembles."""
    for count, target in ((size.recall, 100), (size.recall_large, 150)):
        filled = run("recall", "fill", folder, count)
        yield f"\n200 new tickets against {count:,} in the index, {size.recall_rounds} rounds"
        yield "  floor: a plain FTS5 query for sixteen words, the hundred best by BM25, of the same file"
        ours, floor = in_turns(
            size.recall_rounds,
            lambda _, count=count: run("recall", "ask", folder, count),
            lambda _, count=count: run("recall", "plain", folder, count),
        )
        yield HEAD
        yield compared("CPU a ticket, ms", each(ours), each(floor), "cpu")
        yield compared("wall a ticket, ms", each(ours), each(floor), "wall")
        yield compared("peak memory of the process, MB", ours, floor, "peak", digits=1)
        yield f"  {ours[0].note} (target: p95 under {target} ms); floor: {floor[0].note}"
        yield f"  {'indexing, CPU ms a ticket':36}{1000 * filled.cpu / count:12.3f}{'':12}{filled.peak:9.1f} MB"


# -- both -------------------------------------------------------------------------------------------------------------


def in_turns(rounds: int, *runs: Callable[[int], Cost]) -> tuple[list[Cost], ...]:
    """Run each in every round, so that what else the machine does befalls all alike."""
    made = [[run_one(number) for run_one in runs] for number in range(rounds)]
    return tuple(list(costs) for costs in zip(*made, strict=True))


def compared(name: str, ours: list[Cost], floor: list[Cost], what: str, *, digits: int = 3) -> str:
    """Word one line of a table."""
    figures = f"{median(ours, what):12,.{digits}f}{median(floor, what):12,.{digits}f}"
    return f"  {name:36}{figures}{ratio(ours, floor, what):9.2f}"


if __name__ == "__main__":
    main()
