"""The verbs to try kaizend with: demo, sandbox."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from integrations.sandbox.seeds import BadData
from worker.cli.context import Cli, now, out, talk
from worker.cli.progress import watching
from worker.demo import demo as play
from worker.errors import WorkerError
from worker.playground import Playground, company, loaded
from worker.stop import Stopping


def demo(
    context: typer.Context,
    *,
    folder: Annotated[Path, typer.Option("--folder", help="Where config and database go; made anew.")] = Path(".demo"),
) -> None:
    """Show the main job end to end, over real HTTP, on the embedded sandbox."""
    cli: Cli = context.obj
    cli.logs(level=logging.WARNING)
    cli.stop.on_signals()
    with watching() as bars:
        play(folder, clock=now, stop=cli.stop, out=out(), watching=bars)


def sandbox(
    context: typer.Context,
    *,
    load: Annotated[
        list[Path] | None, typer.Option("--load", metavar="FILE", help="Serve these tickets (.jsonl, .jsonl.gz).")
    ] = None,
    as_jira: Annotated[bool, typer.Option("--as-jira", help="Serve loaded tickets by a Jira, not a GitHub.")] = False,
    port: Annotated[int, typer.Option("--port", help="0 takes any that is free.")] = 8765,
    seed: Annotated[int, typer.Option("--seed", help="Another number, another year.")] = 1,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write a config that points at it.")
    ] = None,
) -> None:
    """Serve a small GitHub and a small Jira on loopback, until told to stop."""
    cli: Cli = context.obj
    cli.logs(level=logging.WARNING)
    cli.stop.on_signals()
    try:
        if load:
            with loaded(load, now(), now, as_jira=as_jira, port=port) as ground:
                _serve(cli, ground, write)
        else:
            with company(now(), now, seed=seed, port=port) as ground:
                _serve(cli, ground, write)
    except BadData as error:
        raise WorkerError(str(error)) from error
    except OSError as error:
        raise WorkerError(f"port {port}: cannot be listened on ({error.strerror}): name another with --port") from error


def _serve(cli: Cli, ground: Playground, write: Path | None) -> None:
    url = ground.sandbox.url
    talk(f"Serving {ground.about}.")
    talk(f"In a browser:  {url}/   (only what kaizend wrote: {url}/?touched=1)")
    if write is not None:
        write.write_text(ground.config, encoding="utf-8")
        talk(f"A config for it is in {write}:  kaizend --config {write} plan")
    else:
        talk("A config for it:  kaizend sandbox --write sandbox.toml,  then  kaizend --config sandbox.toml plan")
    talk("Ctrl-C ends it; nothing is kept.")
    try:
        while True:
            cli.stop.sleep(3600)
    except Stopping:
        talk("ended")
