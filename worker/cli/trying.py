"""The verbs to try kaizend with: demo, sandbox."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.context import Cli, now, out, talk
from worker.cli.progress import watching
from worker.errors import WorkerError
from worker.stop import Stopping

if TYPE_CHECKING:
    from worker.playground import Playground

DEMO_WIDTH = 100
"""Columns of the demo where no terminal tells how many there are."""


def demo(
    context: typer.Context,
    *,
    folder: Annotated[Path, typer.Option("--folder", help="Where config and database go; made anew.")] = Path(".demo"),
) -> None:
    """Show the main job end to end, over real HTTP, on the embedded sandbox."""
    from worker.demo import demo as play  # noqa: PLC0415 - brings the whole sandbox, which no other verb needs
    from worker.demo_stage import Stage  # noqa: PLC0415 - as above

    cli: Cli = context.obj
    cli.logs(level=logging.ERROR)
    stage = Stage(
        clock=now,
        stop=cli.stop,
        out=out(plain_width=DEMO_WIDTH),
        watching=lambda: watching(cli.stop),
        program=_program(sys.argv[0]),
    )
    with cli.stop.on_signals():
        play(folder, stage)


def _program(called: str) -> str:
    """Return how to call us again: as we were, if that was by our name."""
    path = Path(called)
    if path.name != "kaizend":
        return "kaizend"
    near = os.path.relpath(path)
    return near if not near.startswith("..") else called


def sandbox(
    context: typer.Context,
    *,
    load: Annotated[
        list[Path] | None, typer.Option("--load", metavar="FILE", help="Serve these tickets (.jsonl, .jsonl.gz).")
    ] = None,
    as_jira: Annotated[bool, typer.Option("--as-jira", help="Serve loaded tickets by a Jira, not a GitHub.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any that is free.")] = 8765,
    seed: Annotated[int, typer.Option("--seed", help="Another number, another year.")] = 1,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write a config that points at it.")
    ] = None,
) -> None:
    """Serve a small GitHub and a small Jira on loopback, until told to stop."""
    from integrations.sandbox.seeds import BadData  # noqa: PLC0415 - the sandbox, which no other verb needs
    from worker.playground import company, loaded, refuse_others  # noqa: PLC0415 - as above

    cli: Cli = context.obj
    cli.logs(level=logging.ERROR)
    if write is not None:
        refuse_others(write)
    with cli.stop.on_signals(), ExitStack() as served:
        try:
            if load:
                ground = served.enter_context(loaded(load, now(), now, as_jira=as_jira, port=port))
            else:
                ground = served.enter_context(company(now(), now, seed=seed, port=port))
        except BadData as error:
            raise WorkerError(str(error)) from error
        except OSError as error:
            taken = f"port {port}: cannot be listened on ({error.strerror}): name another with --port"
            raise WorkerError(taken) from error
        _serve(cli, ground, write)


def _serve(cli: Cli, ground: Playground, write: Path | None) -> None:
    from worker.playground import write_config  # noqa: PLC0415 - as above

    url = ground.sandbox.url
    talk(f"Serving {ground.about}.")
    talk(f"In a browser:  {url}/   (only what kaizend wrote: {url}/?touched=1)")
    if write is not None:
        write_config(ground, write)
        talk(f"A config for it is in {write}:  kaizend --config {write} plan")
    else:
        talk("A config for it:  kaizend sandbox --write sandbox.toml,  then  kaizend --config sandbox.toml plan")
    talk("Ctrl-C ends it; nothing is kept.")
    try:
        while True:
            cli.stop.sleep(3600)
    except Stopping:
        talk("ended")
