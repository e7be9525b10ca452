"""The bench in a fraction of its time, for its test: its parts are forked from one process that has all loaded.

What they cost then says nothing. The floor of the sync still runs as it does in the bench.
"""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from subprocess import CalledProcessError

import orjson

import tests.bench.__main__ as bench
from tests.bench import command, commits, judge, numbers, recall, sync
from tests.bench.measure import Cost, run
from worker import cli

LOADED = {module.__name__: module for module in (cli, command, commits, judge, numbers, recall, sync)}


def forked(module: str, *arguments: object) -> Cost:
    """Run a module of the bench in a fork of this process, as `measure.run` does in a new one."""
    name = f"tests.bench.{module}"
    if name not in LOADED:
        return run(module, *arguments)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(writing, 1)
        os._exit(ended(name, [module, *map(str, arguments)]))
    os.close(writing)
    with os.fdopen(reading, "rb") as report:
        said = report.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        raise CalledProcessError(code, name, said)
    return Cost(**orjson.loads(said.splitlines()[-1]))


def ended(name: str, arguments: list[str]) -> int:
    """Run a module as a script, in a process that ends with it; return its exit code."""
    sys.argv = arguments
    del sys.modules[name]  # it is to run anew
    try:
        runpy.run_module(name, run_name="__main__")
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001 - as any process does in which nobody catches it
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    bench.run = forked
    bench.main()
