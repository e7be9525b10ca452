"""What a measurement is made of: CPU, wall and peak memory of a process of its own, medians and ratios."""

from __future__ import annotations

import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a piece of work took. The process's CPU counts its start and its imports, too."""

    cpu: float  # seconds, user and system
    wall: float  # seconds
    process: float  # seconds of CPU since the process began
    peak: float  # MB, the process's highest
    count: int  # what was done, in the work's own unit
    note: str = ""  # what else is worth telling


class Watch:
    """Measures from where it is made to where it is read, and reports on stdout as the process's last word."""

    def __init__(self) -> None:
        self._cpu, self._wall = cpu_seconds(), time.perf_counter()

    def report(self, count: int, note: str = "") -> None:
        """Print the cost as a line of JSON."""
        cost = Cost(
            cpu=cpu_seconds() - self._cpu,
            wall=time.perf_counter() - self._wall,
            process=cpu_seconds(),
            peak=peak_megabytes(),
            count=count,
            note=note,
        )
        sys.stdout.write(orjson.dumps(asdict(cost)).decode() + "\n")


def cpu_seconds() -> float:
    """Return the CPU that this process has had, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_megabytes() -> float:
    """Return the highest resident size of this process, in MB (2**20 bytes).

    Linux's ru_maxrss begins with what the starting process held, so its own high-water mark is asked for instead.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def run(module: str, *arguments: object) -> Cost:
    """Run a module of the bench in a process of its own; return what it reports. Raises CalledProcessError."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own modules
    return Cost(**orjson.loads(done.stdout.splitlines()[-1]))


def median(costs: Sequence[Cost], what: str) -> float:
    """Return the median of one figure of several runs."""
    return statistics.median(getattr(cost, what) for cost in costs)


def ratio(costs: Sequence[Cost], floor: Sequence[Cost], what: str) -> float:
    """Return the median of the ratios of runs that took turns, pair by pair."""
    return statistics.median(getattr(a, what) / getattr(b, what) for a, b in zip(costs, floor, strict=True))


def machine() -> str:
    """Name what this ran on."""
    names = [line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")]
    processor = f"{len(names)} x {names[0]}" if names else platform.processor() or platform.machine()
    return f"{processor}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _cpu_lines() -> list[str]:
    info = Path("/proc/cpuinfo")
    return info.read_text().splitlines() if info.exists() else []
