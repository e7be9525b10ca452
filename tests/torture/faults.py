"""The section of faults: every fault of the catalogue, on every tracker it is about, played by the tests marked so."""

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.torture.catalogue import CATALOGUE
from tests.torture.catalogue.fault import TRACKERS
from tests.torture.section import Extent, Section

ROOT = Path(__file__).parents[2]
MARKED = re.compile(r"pytest\.mark\.fault\(")
UNTOLD = ""
"""The tracker of a fault that has nothing to do with one."""


def faults(extent: Extent) -> Section:
    """Play the marked tests, in the short form one for each fault and tracker."""
    told, said = record("-n", str(extent.jobs), "--dist", "worksteal", *([] if extent.every else ["--each-once"]))
    tests = len({test for *_, test in told})
    broken = sorted({test for *_, outcome, test in told if outcome not in {"passed", "skipped"}})
    wrong = [*without_a_test(told), *unknown(told), *(f"{test} failed" for test in broken)]
    if not tests:
        wrong.append(f"the tests did not run: {said}")
    title = f"faults by name and tracker: {len(CATALOGUE)} faults, {tests} tests"
    return Section(title=title, lines=table(told), wrong=tuple(wrong))


def record(*options):
    """Run the tests that are marked, or only collect them; return [fault, tracker, outcome, test] of each, the output.

    Tests that were skipped show nothing, but are among them.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder, "record.json")
        command = [sys.executable, "-m", "pytest", "-p", "tests.torture.shown", "-m", "fault", f"--record={file}"]
        command += ["-p", "no:cacheprovider", f"--basetemp={folder}/tests", *options, *marked_files()]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
        return [tuple(one) for one in told], (run.stdout + run.stderr)[-2000:]


def marked_files():
    """Return the files with marked tests: to collect all others takes longer."""
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(file.relative_to(ROOT)) for file in found if MARKED.search(file.read_text(encoding="utf-8"))]


def expected():
    """Return the (fault, tracker) pairs that must be shown."""
    here = {name: fault for name, fault in CATALOGUE.items() if not fault.not_here}
    return {(name, tracker) for name, fault in here.items() for tracker in fault.trackers or (UNTOLD,)}


def pair(fault, tracker):
    """Return what a test shows, as the catalogue has it: of a fault that is of no tracker, the test's is nothing."""
    known = CATALOGUE.get(fault)
    return (fault, tracker if known is None or known.trackers else UNTOLD)


def without_a_test(told):
    """Say which faults were not shown, and where."""
    seen = {pair(fault, tracker) for fault, tracker, outcome, _ in told if outcome != "skipped"}
    return [f"{fault} is shown by no test{' on ' * bool(on)}{on}" for fault, on in sorted(expected() - seen)]


def unknown(told):
    """Say which tests name a fault, or a tracker for it, that the catalogue has not."""
    pairs = {(*pair(fault, tracker), test) for fault, tracker, _, test in told}
    return [
        f"{test} shows {fault} on {on or 'no tracker'}: not in the catalogue"
        for fault, on, test in sorted(pairs)
        if (fault, on) not in expected()
    ]


def table(told):
    """Return the lines of a table: a fault a line, what came of its tests on each tracker."""
    counts = defaultdict(Counter)
    for fault, tracker, outcome, _ in told:
        counts[pair(fault, tracker)][outcome] += 1
    wide = max(map(len, CATALOGUE))
    lines = [f"{'':{wide}}  " + "".join(f"{tracker:>8}" for tracker in TRACKERS)]
    for name, fault in CATALOGUE.items():
        if fault.not_here:
            lines.append(f"{name:{wide}}  not here: {fault.not_here}")
        elif not fault.trackers:
            lines.append(f"{name:{wide}}  {_cell(counts[name, UNTOLD]):>8}")
        else:
            cells = [_cell(counts[name, one]) if one in fault.trackers else "-" for one in TRACKERS]
            lines.append(f"{name:{wide}}  " + "".join(f"{cell:>8}" for cell in cells))
    return tuple(lines)


def _cell(outcomes):
    """Say how many tests passed; if one did not, that."""
    if outcomes["failed"]:
        return f"{outcomes['failed']} WRONG"
    return f"{outcomes['passed']} ok" if outcomes["passed"] else "none"
