"""The bench runs; what it measures is for people to judge, never for a test."""

import os
import re
import subprocess
import sys

from tests.bench.measure import ROOT

SMALL = {
    "BENCH_ISSUES": "150",
    "BENCH_SYNC_ROUNDS": "1",
    "BENCH_TICKETS": "200",
    "BENCH_PLAN_ROUNDS": "1",
    "BENCH_OPS": "3",
    "BENCH_OP_ROUNDS": "1",
    "BENCH_RECALL": "60",
    "BENCH_RECALL_LARGE": "90",
    "BENCH_RECALL_ROUNDS": "1",
}


def test_the_bench_runs_to_its_end_on_a_small_scale():
    """Every part of it measures something and prints its line, and the plain rules agree with the compiled ones."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.bench.warm"],
        cwd=ROOT,
        env={**os.environ, **SMALL},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    for part in (
        "Cold sync of 150 issues",
        "Warm sync",
        "Plan over 200 tickets x 40 rules",
        "Metrics, gates and outcomes of 50 services over 200 tickets",
        "a look at nothing new",
        "3 ops",
        "200 new tickets against 90",
        "s in all",
    ):
        assert part in done.stdout
    ours, floor = re.search(r"(\d+) verdicts hold, .*floor: (\d+) verdicts hold", done.stdout).groups()
    assert ours == floor != "0"
