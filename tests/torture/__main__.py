"""`python -m tests.torture [SECTION ...]`: play the bench, print what was seen; exit 1 if a promise was broken.

SEEDS=1000 lives so many months and plays every seam, SEED=7 begins with that seed, JOBS=1 uses one process at a time.
"""

import os
import sys
import time

from tests.torture.section import Extent
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
    wrong = 0
    for name in names or SECTIONS:
        began = time.monotonic()
        section = SECTIONS[name](extent)
        lasted = time.monotonic() - began
        print(f"\n== {section.title} ({lasted:.0f} s)", *section.lines, sep="\n")  # noqa: T201
        print(*(f"WRONG: {what}" for what in section.wrong), sep="\n", end="\n" if section.wrong else "", flush=True)  # noqa: T201
        wrong += len(section.wrong)
    print(f"\n{'no promise was broken' if not wrong else f'{wrong} wrong'}")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
