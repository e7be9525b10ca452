"""`python -m tests.torture.matrix SCENARIO [SEAM FAULT ...]`: show a scenario's seams, or play one with faults."""

import sys

from tests.torture.matrix.scenarios import SCENARIOS
from tests.torture.matrix.seams import FAULTS, faults_of
from tests.torture.matrix.troupe import staged

USAGE = f"""python -m tests.torture.matrix SCENARIO [SEAM [FAULT ...]]
scenarios: {", ".join(SCENARIOS)}
faults: {", ".join(FAULTS)}"""


def main(words):
    """Show or play; 0 if nothing was wrong, 2 if it cannot be understood."""
    if not words or words[0] not in SCENARIOS or (words[1:] and not words[1].isdigit()):
        print(USAGE, file=sys.stderr)  # noqa: T201
        return 2
    with staged(words[0]) as stage:
        if stage.wrong:
            print(f"undisturbed: {stage.wrong}")  # noqa: T201
            return 1
        if not words[1:] or words[1] == "0":
            print(*(f"{seam:4} {kind}" for seam, kind in enumerate(stage.seams, 1)), sep="\n")  # noqa: T201
            return 0
        seam = int(words[1])
        if not 1 <= seam <= len(stage.seams):
            print(f"{words[0]} has the seams 1 to {len(stage.seams)}", file=sys.stderr)  # noqa: T201
            return 2
        possible = faults_of(stage.seams[seam - 1])
        if unknown := [fault for fault in words[2:] if fault not in possible]:
            print(f"no fault {', '.join(unknown)} at seam {seam}: there are {', '.join(possible)}", file=sys.stderr)  # noqa: T201
            return 2
        return max(_played(stage, seam, fault) for fault in words[2:] or possible)


def _played(stage, seam, fault):
    wrong = stage.play(seam, fault)
    print(f"seam {seam} ({stage.seams[seam - 1]}), {fault}: {wrong or 'nothing twice, nothing lost'}")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
