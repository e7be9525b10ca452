"""`python -m tests.torture [SECTION ...]`: play the bench, print what was seen; exit 1 if a promise was broken.

SEEDS=1000 lives so many months and plays every seam, SEED=7 begins with that seed, JOBS=1 uses one process at a time.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.torture.canary import SWEPT, tally
from tests.torture.section import Extent, Section
from tests.torture.sections import SECTIONS

FEW = 8
WHOLE = 1000  # from so many seeds on every seam is played, too


def main(names):
    """Play the sections that are named, all if none is."""
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        print(f"no section {', '.join(unknown)}: there are {', '.join(SECTIONS)}", file=sys.stderr)  # noqa: T201
        return 2
    seeds = int(os.environ.get("SEEDS", FEW))
    first, jobs = int(os.environ.get("SEED", "1")), int(os.environ.get("JOBS", os.cpu_count() or 1))
    extent = Extent(seeds=seeds, first=first, every=seeds >= WHOLE, jobs=jobs)
    with tempfile.TemporaryDirectory(prefix="torture-") as tree:
        note = Path(tree, "swept")
        os.environ |= {"TMPDIR": tree, SWEPT: str(note)}
        tempfile.tempdir = tree
        wrong = play(names or SECTIONS, extent) + searched(note)
    print(f"\n{'no promise was broken' if not wrong else f'{wrong} wrong'}")  # noqa: T201
    return 1 if wrong else 0


def play(names, extent):
    """Play sections, and print what each has seen; return how much was wrong."""
    wrong = 0
    for name in names:
        began = time.monotonic()
        section = SECTIONS[name](extent)
        show(section, f" ({time.monotonic() - began:.0f} s)")
        wrong += len(section.wrong)
    return wrong


def searched(note):
    """Say how much the sections searched for secrets before they cleaned up; return how often one was there."""
    looked, folders, found = tally(note)
    line = f"{looked:,} bytes of {folders} databases' folders looked at, {len(found)} hits"
    show(Section(title="canary", lines=(line,), wrong=tuple(found)), "")
    return len(found)


def show(section, lasted):
    """Print a section."""
    print(f"\n== {section.title}{lasted}", *section.lines, sep="\n")  # noqa: T201
    print(*(f"WRONG: {what}" for what in section.wrong), sep="\n", end="\n" if section.wrong else "", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
