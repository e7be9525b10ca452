"""The months of the bench: seeds lived in processes of their own, side by side, and what they add up to."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import orjson

from tests.torture.months.report import merged
from tests.torture.section import Section

ROOT = Path(__file__).parents[3]
TOGETHER = 10  # seeds a process, at most
PASSES = ("fine", "planned", "partial", "killed", "stopped", "locked out", "lock lost", "failed")


def months(extent):
    """Live the months of the seeds asked for."""
    seeds = range(extent.first, extent.first + extent.seeds)
    size = min(TOGETHER, max(1, len(seeds) // extent.jobs))
    with ThreadPoolExecutor(extent.jobs) as pool:
        batches = [pool.submit(_lived, seeds[at : at + size]) for at in range(0, len(seeds), size)]
        told = [*_followed(batches, len(seeds))]
    told.sort(key=lambda each: each[0])  # by seed, whichever came first
    reports = [report for _, found, _ in told for report in found]
    wrong = [what for _, found, _ in told for what in _wrong(found)]
    wrong += [what for _, _, failed in told for what in failed]
    return Section(title="Simulated months", lines=(*lines(reports),), wrong=(*wrong,))


def _followed(batches, seeds):
    """Yield what each batch tells as soon as it ends; say on stderr what was wrong and how far we are.

    A long run that is broken off loses nothing of what it had found.
    """
    lived = 0
    for batch in as_completed(batches):
        first, found, failed = batch.result()
        lived += len(found)
        told = (*_wrong(found), *failed, f"months: {lived} of {seeds} seeds lived")
        sys.stderr.write("".join(f"{what}\n" for what in told))
        sys.stderr.flush()
        yield first, found, failed


def lines(reports):
    """Say what the months add up to."""
    counts, faults, most = merged(reports)
    faults.pop("answered", None)
    cloud = sum(report["flavour"] == "cloud" for report in reports)
    days = sum(report["days"] for report in reports)
    yield f"{len(reports)} seeds, {days} days: {cloud} with Jira Cloud, {len(reports) - cloud} with Data Center"
    yield f"{counts['passes']} passes: " + ", ".join(f"{counts[how]} {how}" for how in PASSES)
    yield f"{counts['requests']} requests, {counts['writes']} of them writes; people did {counts['deeds']} things"
    yield f"the database: {counts['restores']} times restored from a copy, {counts['losses']} times lost"
    yield "faults: " + ", ".join(f"{count} {kind}" for kind, count in faults.most_common())
    yield "at most: " + ", ".join(f"{used} {name}" for name, used in sorted(most.items()))
    yield f"broken promises: {sum(len(report['wrong']) for report in reports)}"


def _wrong(reports):
    """Yield what was wrong with months, and how each of them is lived again."""
    for report in reports:
        yield from report["wrong"]
        if report["wrong"]:
            yield f"live it again: SEED={report['seed']} SEEDS=1 make torture SECTIONS=months"


def _lived(seeds):
    """Live some seeds; return the first of them, the reports, and what went wrong with the living itself."""
    command = [sys.executable, "-m", "tests.torture.months", *map(str, seeds)]
    env = os.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)  # noqa: S603 - ours
    reports = [orjson.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        why = f"exit {done.returncode}: {done.stderr.decode()[-2000:]}"
        return seeds[0], reports, [f"seed {seeds[len(reports)]} could not be lived to its end: {why}"]
    return seeds[0], reports, []
