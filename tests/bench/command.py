"""`kaizend sync` as a person starts it, with all that the command line brings along: `... command URL FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.bench.measure import Watch

CONFIG = """\
[instance]
name = "bench"
rules = ["pack:backlog"]

[kinds]
improvement = ['open']

[sources.shop]
kind = "github"
repository = "acme/shop"
base_url = "{url}"
token = "sandbox"
"""


def main(url: str, folder: Path) -> None:
    """Sync into a new database in the folder; what the command says is left unheard."""
    watch = Watch()
    folder.mkdir()
    (folder / "config.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
    told = os.dup(1)
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    from worker.cli import main as kaizend  # noqa: PLC0415 - what it imports is to be measured

    sys.argv = ["kaizend", "--config", str(folder / "config.toml"), "sync"]
    try:
        ended = kaizend()
    except SystemExit as exit_:
        ended = exit_.code
    sys.stdout.flush()
    os.dup2(told, 1)
    if ended:
        raise SystemExit(ended)
    watch.report(1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
