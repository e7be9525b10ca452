"""The command line: verbs, exit codes, the clock."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TextIO

import typer

from integrations.errors import TrackerError
from rules.errors import RulesError
from worker import __version__
from worker.cli import (
    baselines,
    copies,
    gates,
    looks,
    numbers,
    outcomes,
    passes,
    reasons,
    recognition,
    records,
    scores,
    signals,
    trying,
    undoing,
)
from worker.cli.context import Cli, environment, talk
from worker.cli.exits import Exit
from worker.cli.recurrence import recurrence
from worker.errors import LockHeld, LockLost, WorkerError
from worker.settings import SettingsError
from worker.stop import Stopping

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What writing to a file says that cannot grow. The database says it in words of its own."""

log = logging.getLogger("kaizend")
app = typer.Typer(
    name="kaizend",
    help="Makes continuous improvement enforce itself in the trackers your team already uses.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("demo")(trying.demo)
app.command("sandbox")(trying.sandbox)
app.command("check")(looks.check)
app.command("test")(looks.trial)
app.command("doctor")(looks.doctor)
app.command("facts")(looks.facts)
app.command("packs")(looks.packs)
app.command("policy")(looks.policy)
app.command("scorecards")(scores.scorecards)
app.command("signals")(signals.signals)
app.command("metrics")(numbers.metrics)
app.command("outcomes")(outcomes.outcomes)
app.command("schema")(looks.schema)
app.command("sync")(passes.sync)
app.command("plan")(passes.plan)
app.command("apply")(passes.apply)
app.command("baseline")(baselines.baseline)
app.command("once")(passes.once_)
app.command("run")(passes.run_)
app.command("undo")(undoing.undo)
app.command("why")(reasons.why_)
app.command("gate")(gates.gate)
app.command("backup")(copies.backup)
app.command("restore")(copies.restore_)
app.command("digest")(looks.digest)
app.command("ops")(records.ops)
app.add_typer(records.audit, name="audit")
recurrence.command("score")(recognition.score)
app.add_typer(recurrence, name="recurrence")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"kaizend {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    context: typer.Context,
    *,
    config: Annotated[Path, typer.Option("--config", "-c", envvar="KAIZEND_CONFIG", help="The config file.")] = Path(
        "config.toml"
    ),
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log everything, to stderr.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep what every verb works with."""
    del version
    context.obj = Cli(config=config, env=environment(), verbose=verbose)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a verb and end the process with its exit code."""
    _open_what_was_closed()
    code = run(sys.argv[1:] if arguments is None else list(arguments))
    error = _flushed(sys.stdout)
    if error is not None and not isinstance(error, BrokenPipeError):  # whoever read us has had enough
        code = code or _unwritten(error)
    _flushed(sys.stderr)
    sys.exit(code)


def _flushed(stream: TextIO) -> OSError | None:
    """Write what is left of an output; return why that failed. Python would try again at its end, and exit with 120."""
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def _open_what_was_closed() -> None:
    """Let what the caller closed (`>&-`) lead nowhere: Python has no stream then, and a file could get its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - it stays open as long as we live


def _unwritten(error: OSError) -> int:
    """Say in a line that the output had no place to go; return the exit code."""
    talk(f"the output could not be written: {error.strerror}")
    return Exit.EXPECTED


def _usage(error: typer.TyperException) -> None:
    """Say in a line how a command was called wrongly; nothing if the help is what there is to say."""
    called = getattr(error, "ctx", None)
    name = called.command_path if called else "kaizend"
    what = error.format_message().rstrip(".")
    if what:
        talk(f"{name}: {what}. `{name} --help` says how")


def run(arguments: Sequence[str]) -> int:  # noqa: PLR0911 - one line an outcome
    """Run a verb; return its exit code. What was expected is said in a line, what was not in a traceback."""
    try:
        return int(app(list(arguments), prog_name="kaizend", standalone_mode=False) or Exit.FINE)
    except typer.Abort:
        return Exit.INTERRUPTED
    except typer.TyperException as error:
        _usage(error)
        return Exit.USAGE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Stopping as stopping:
        talk("stopped before the end: what was done by then is kept, the next run goes on from there")
        return Exit.INTERRUPTED if stopping.interrupted else Exit.PARTIAL
    except (LockHeld, LockLost) as error:
        talk(str(error))
        return Exit.LOCKED
    except (SettingsError, RulesError) as error:
        for problem in error.problems:
            talk(problem)
        return Exit.EXPECTED
    except (WorkerError, TrackerError) as error:
        talk(str(error))
        return Exit.EXPECTED
    except BrokenPipeError:
        return Exit.FINE
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return _unwritten(error)
        log.exception("this should not have happened")  # shown whole, but for secrets, which the log leaves out
        return Exit.UNEXPECTED
