"""The playground: the sandbox filled and served, and a config that points at it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from integrations.sandbox.github import GithubFace, GithubShown, GithubWorld
from integrations.sandbox.jira import JiraFace, JiraWorld
from integrations.sandbox.jira.showing import JiraShown
from integrations.sandbox.pages import pages
from integrations.sandbox.prometheus import PrometheusFace
from integrations.sandbox.seeds import Acme, Loaded, acme, load
from integrations.sandbox.server import Sandbox
from integrations.sandbox.shown import Shown
from integrations.sandbox.wire import Face
from worker.errors import WorkerError
from worker.settings.files import packs_that_ship

GITHUB_PREFIX = "/api/v3"
JIRA_PREFIX = "/jira"
PROMETHEUS_PREFIX = "/prometheus"
TOKEN = "sandbox"  # noqa: S105 - of a tracker that only pretends
EMAIL = "kaizend@acme.example"
EXAMPLE = "config.example.toml"

Values = Mapping[str, Mapping[str, str]]
"""Table -> key -> the value as TOML writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playground:
    """A sandbox that is being served, and the text of a config for it."""

    sandbox: Sandbox
    config: str
    about: str  # one line on what is in it
    acme: Acme | None = None


@contextmanager
def company(now: datetime, clock: Callable[[], datetime], *, seed: int = 1, port: int = 0) -> Iterator[Playground]:
    """Serve the made-up year of a small company that ends now."""
    made = acme(now, seed, clock=clock)
    faces: list[Face] = [
        GithubFace(made.github, clock, prefix=GITHUB_PREFIX),
        JiraFace(made.jira, clock, prefix=JIRA_PREFIX),
        PrometheusFace(made.numbers, clock, prefix=PROMETHEUS_PREFIX),
    ]
    shown: list[Shown] = [GithubShown(made.github, repo) for repo in made.github.repos.values()]
    shown += [JiraShown(made.jira, project) for project in made.jira.projects]
    figures = made.summary
    about = (
        f"a year of Acme: {figures.tickets} tickets, {figures.changes} changes, {figures.deployments} deployments, "
        f"{figures.incidents} incidents"
    )
    with Sandbox(faces, port=port, pages=pages(shown)) as sandbox:
        yield Playground(sandbox=sandbox, config=company_config(sandbox.url) + GATE, about=about, acme=made)


@contextmanager
def loaded(
    paths: Sequence[Path], now: datetime, clock: Callable[[], datetime], *, as_jira: bool = False, port: int = 0
) -> Iterator[Playground]:
    """Serve the tickets of files. Raises BadData."""
    filled = load(paths, now, as_jira=as_jira, clock=clock)
    faces, shown = _served(filled, clock)
    with Sandbox(faces, port=port, pages=pages(shown)) as sandbox:
        about = f"{len(filled.names)} tickets in {', '.join(filled.sources)}"
        yield Playground(sandbox=sandbox, config=loaded_config(filled, sandbox.url), about=about)


def _served(filled: Loaded, clock: Callable[[], datetime]) -> tuple[list[Face], list[Shown]]:
    faces: list[Face] = []
    shown: list[Shown] = []
    if filled.github is not None:
        world: GithubWorld = filled.github
        faces.append(GithubFace(world, clock, prefix=GITHUB_PREFIX))
        shown += [GithubShown(world, repo) for repo in world.repos.values()]
    if filled.jira is not None:
        jira: JiraWorld = filled.jira
        faces.append(JiraFace(jira, clock, prefix=JIRA_PREFIX))
        shown += [JiraShown(jira, project) for project in jira.projects]
    return faces, shown


# -- the config's file ---------------------------------------------------------------------------------------------

MADE_BY = "# Made by `kaizend sandbox`, which writes it anew each time.\n"
FILES = ("kaizend.db", "kaizend.db-wal", "kaizend.db-shm", "kaizend.key")


def refuse_others(file: Path) -> None:
    """Make sure that a config may be written. Raises WorkerError if there is one that no sandbox wrote."""
    try:
        if file.exists() and not file.read_text("utf-8", "replace").startswith(MADE_BY):
            raise WorkerError(f"{file}: no sandbox wrote this, so it stays: name another file")
    except OSError as error:
        raise WorkerError(f"{file}: cannot be read ({error.strerror})") from error


def write_config(ground: Playground, file: Path) -> None:
    """Write the config, with an empty database of its own: what an earlier sandbox was told is no news to this one."""
    refuse_others(file)
    folder = file.with_suffix(".var")
    text = with_values(ground.config, {"instance": {"database": f'"sqlite:///{folder.name}/kaizend.db"'}})
    try:
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
        file.write_text(MADE_BY + text, encoding="utf-8")
    except OSError as error:
        raise WorkerError(f"{file}: cannot be written ({error.strerror})") from error


# -- the config ----------------------------------------------------------------------------------------------------


def example() -> str:
    """Return the text of config.example.toml: from the package, or from the checkout it is worked on in."""
    packed = files("worker").joinpath(EXAMPLE)
    here = Path(__file__).parent.parent / EXAMPLE
    return packed.read_text("utf-8") if packed.is_file() else here.read_text("utf-8")


def company_config(url: str) -> str:
    """Return the example config, its sources pointed at a sandbox, which needs no pauses between writes.

    The sandbox knows an error budget of each of three services besides.
    """
    github = {
        "base_url": f'"{url}{GITHUB_PREFIX}"',
        "token": f'"{TOKEN}"',
        "write_interval": "0",
        "content_limits": "[]",
    }
    jira = {"base_url": f'"{url}{JIRA_PREFIX}"', "token": f'"{TOKEN}"', "write_interval": "0"}
    patience = {"person": "20"}  # pings a week: the demo meets a year's backlog at once
    every = ", ".join(f'"pack:{name}"' for name in packs_that_ship())
    sources = {"sources.shop": github, "sources.platform": github, "sources.ops": jira}
    text = with_values(example(), {"instance": {"rules": f"[{every}]"}, "ceilings": patience, **sources})
    return text + BUDGETS.format(url=f"{url}{PROMETHEUS_PREFIX}")


def loaded_config(filled: Loaded, url: str) -> str:
    """Return a small config for loaded tickets: every open one is an improvement, to have something to rule."""
    sources = [_loaded_source(name, url, jira=filled.jira is not None) for name in filled.sources]
    return LOADED.format(sources="\n".join(sources))


def _loaded_source(name: str, url: str, *, jira: bool) -> str:
    short = re.sub(r"[^a-z0-9-]+", "-", name.rpartition("/")[2].lower())
    if jira:
        where = f'kind = "jira"\nproject = "{name}"\nbase_url = "{url}{JIRA_PREFIX}"\nemail = "{EMAIL}"'
    else:
        where = f'kind = "github"\nrepository = "{name}"\nbase_url = "{url}{GITHUB_PREFIX}"'
    return f'[sources.{short}]\n{where}\ntoken = "{TOKEN}"\nwrite_interval = 0\n'


BUDGETS = """
[services.platform]
sources = ["platform"]

[services.operations]
sources = ["ops"]

[signals.error_budget]
kind = "prometheus"
base_url = "{url}"
query = "error_budget"
subject = "service"
"""
GATE = """
[override."gates.error-budget"]
mode = "on"
"""
"""The gate that needs the error budgets: it ships in shadow, for who has none."""
LOADED = """\
[instance]
name = "sandbox"
rules = ["pack:backlog"]

[kinds]
improvement = ['open']

{sources}"""


def with_values(text: str, values: Values) -> str:
    """Return a config's text with some keys of some tables set to other values, everything else as it was."""
    lines: list[str] = []
    table = ""
    for line in text.splitlines():
        header = re.fullmatch(r"\[([^\[\]]+)\]\s*", line)
        table = header[1] if header else ("" if line.startswith("[") else table)
        key = line.partition("=")[0].strip()
        if not header and key in values.get(table, {}):
            continue
        lines.append(line)
        if header:
            lines += [f"{key} = {value}" for key, value in values.get(table, {}).items()]
    return "\n".join(lines) + "\n"
