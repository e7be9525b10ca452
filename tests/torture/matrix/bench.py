"""The crash matrix as a part of the bench: what is played, by several processes at a time, and what was seen."""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.torture.matrix.choosing import every, kinds
from tests.torture.matrix.scenarios import SCENARIOS
from tests.torture.matrix.seams import FAULTS
from tests.torture.matrix.troupe import staged
from tests.torture.section import Section

TOLD = ("twice", "lost", "left open", "never quiet")
HEAD = ("scenario", "seams", "kinds", "played", *FAULTS, *TOLD, "otherwise wrong")


@dataclass(slots=True, kw_only=True)
class Row:
    """What was played of a scenario, and what was wrong."""

    name: str
    seams: list
    plays: list
    wrong: list = field(default_factory=list)  # (seam, fault, what)

    def cells(self):
        """Return a line of the table."""
        faults = Counter(fault for _, fault in self.plays)
        found = Counter(what if what in TOLD else "otherwise wrong" for *_, wrong in self.wrong for what in wrong)
        counts = [found[what] for what in (*TOLD, "otherwise wrong")]
        return (self.name, len(self.seams), len(set(self.seams)), len(self.plays), *map(faults.get, FAULTS), *counts)

    def said(self):
        """Say what was wrong, a line for each play."""
        for seam, fault, wrong in self.wrong:
            yield self.line(seam, fault, wrong)

    def line(self, seam, fault, wrong):
        """Say what was wrong in a play, and how it is played again."""
        kind = self.seams[seam - 1] if seam else "undisturbed"
        again = f"python -m tests.torture.matrix {self.name} {seam} {fault}".strip()
        return f"{self.name}, seam {seam} ({kind}), {fault or 'no fault'}: {wrong}; again: {again}"


def matrix(extent):
    """Play the matrix: one of each kind of seam, or every seam."""
    with ExitStack() as stack, ThreadPoolExecutor(extent.jobs) as pool:
        stages = dict(zip(SCENARIOS, pool.map(lambda name: stack.enter_context(staged(name)), SCENARIOS), strict=True))
        seams = {name: stage.seams for name, stage in stages.items()}
        plays = {name: every(found) for name, found in seams.items()} if extent.every else kinds(seams)
        going = {name: pool.submit(_played, name, stages[name], plays[name]) for name in _longest_first(seams, plays)}
        rows = [going[name].result() for name in SCENARIOS]
    wrong = tuple(line for row in rows for line in row.said())
    return Section(title="crash matrix: seams x faults", lines=tuple(_table(rows)), wrong=wrong)


def _longest_first(seams, plays):
    """Return the scenarios, those first that take the most time: then all processes end at about the same time."""
    return sorted(plays, key=lambda name: len(seams[name]) * len(plays[name]), reverse=True)


def _played(name, stage, plays):
    """Play; what is wrong is said on stderr at once, so that a long run which is broken off loses nothing of it."""
    row = Row(name=name, seams=stage.seams, plays=plays)
    if stage.wrong:
        row.wrong.append((0, "", stage.wrong))
        return row
    for seam, fault in plays:
        if wrong := stage.play(seam, fault):
            row.wrong.append((seam, fault, wrong))
            sys.stderr.write(f"{row.line(seam, fault, wrong)}\n")
    sys.stderr.write(f"crash matrix: {name}, {len(plays)} played\n")
    return row


def _table(rows):
    lines = [HEAD, *(row.cells() for row in rows)]
    total = [sum(cell or 0 for cell in column) for column in list(zip(*lines[1:], strict=True))[1:]]
    lines.append(("all", total[0], len({kind for row in rows for kind in row.seams}), *total[2:]))
    texts = [[str(0 if cell is None else cell) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for text in texts:
        first, *others = zip(text, widths, strict=True)
        yield "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])
