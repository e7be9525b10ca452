"""The months of the bench: seeds lived in processes of their own, side by side, and what they add up to."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
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
        told = [*pool.map(_lived, [seeds[at : at + size] for at in range(0, len(seeds), size)])]
    reports = [report for found, _ in told for report in found]
    wrong = [what for report in reports for what in (*report["wrong"], *_again(report))]
    wrong += [what for _, failed in told for what in failed]
    return Section(title="Simulated months", lines=(*lines(reports),), wrong=(*wrong,))


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


def _again(report):
    if report["wrong"]:
        yield f"live it again: SEED={report['seed']} SEEDS=1 make torture SECTIONS=months"


def _lived(seeds):
    """Live some seeds; return the reports, and what went wrong with the living itself."""
    command = [sys.executable, "-m", "tests.torture.months", *map(str, seeds)]
    env = os.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)  # noqa: S603 - ours
    reports = [orjson.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        return reports, [f"seed {seeds[len(reports)]} could not be lived to its end: {done.stderr.decode()[-2000:]}"]
    return reports, []
