"""A stage in a process of its own, as others talk to it."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import orjson

ROOT = Path(__file__).parents[3]


class Staged:
    """A scenario that is set up, and what was seen in its undisturbed pass."""

    def __init__(self, process):
        self.process = process
        told = self._hear()
        self.seams, self.verbs, self.wrong = told["seams"], frozenset(told["verbs"]), told["wrong"]

    def play(self, seam, fault):
        """Play the pass with a fault at a seam; return what was wrong."""
        self.process.stdin.write(f"{seam} {fault}\n".encode())
        self.process.stdin.flush()
        return self._hear()

    def _hear(self):
        line = self.process.stdout.readline()
        if not line:
            message = f"the stage ended with {self.process.wait(10)}"
            raise RuntimeError(message)
        return orjson.loads(line)


@contextmanager
def staged(name):
    """Set a scenario up in a process of its own, in which sets have the same order each time."""
    command = [sys.executable, "-m", "tests.torture.matrix.stage", name]
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=env, **pipes) as process:  # noqa: S603 - our own module
        try:
            yield Staged(process)
        finally:
            process.stdin.close()
