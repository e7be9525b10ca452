"""A small GitHub full of made-up issues, in a process of its own, so that its CPU is nobody else's.

`python -m tests.bench.serve COUNT` prints its address, then changes as many issues as each line on stdin says; it ends
with stdin.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from integrations.sandbox.github import GithubFace, GithubWorld
from integrations.sandbox.server import Sandbox
from tests.bench.issues import made_issues
from tests.bench.measure import ROOT

PREFIX = "/api/v3"


def clock() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def main(count: int) -> None:
    """Serve until stdin ends."""
    world = GithubWorld("acme/shop", clock=clock)
    for issue in made_issues(count, clock()):
        world.add_issue(
            issue.title,
            body=issue.body,
            labels=issue.labels,
            author=issue.author,
            assignees=issue.assignees,
            created_at=issue.created,
            updated_at=issue.updated,
            closed_at=issue.closed,
            state="closed" if issue.closed else "open",
        )
    with Sandbox([GithubFace(world, clock, prefix=PREFIX)]) as sandbox:
        say(sandbox.url + PREFIX)
        for line in sys.stdin:
            with sandbox.lock:
                for number in range(1, int(line) + 1):
                    world.edit(number, title=f"{world.find(number).title} (again)")
            say("changed")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Served:
    """The other process, as the bench sees it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = self._heard()

    def change(self, count: int) -> None:
        """Change so many issues, now."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()
        self._heard()

    def _heard(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise RuntimeError("the served GitHub ended before its time")
        return line


@contextmanager
def served(count: int) -> Iterator[Served]:
    """Serve so many issues in another process."""
    command = [sys.executable, "-m", "tests.bench.serve", str(count)]
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield Served(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)


if __name__ == "__main__":
    main(int(sys.argv[1]))
