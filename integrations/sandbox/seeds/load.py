"""Serving real text: issues from JSON lines, as GitHub repositories or as Jira projects.

A line holds `id` ("rust-12"), `title` and `created`, and may hold `body`, `type`, `reporter`, `resolved`, `status` and
`resolution`. What stands before the id's last hyphen is the project.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from integrations.sandbox.github import GithubWorld
from integrations.sandbox.github.nouns import Issue, Repo
from integrations.sandbox.jira import JiraWorld
from integrations.sandbox.jira.records import Named
from integrations.sandbox.seeds.stage import Stage

ID = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,39})-[0-9]{1,9}")
LINE_LIMIT = 1024 * 1024  # bytes
BROKEN_GZIP = (EOFError, zlib.error, gzip.BadGzipFile)
DROPPED = ("won't", "invalid", "duplicate", "cannot", "not our", "not_planned", "incomplete", "needs more", "hold")
TOKEN = "sandbox"  # noqa: S105 - of a tracker that only pretends
BOT = "kaizend"


class BadData(Exception):
    """A file cannot be served; the text says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One ticket as the file tells it."""

    id: str
    project: str
    title: str
    body: str
    type: str
    reporter: str
    created: datetime
    closed: datetime | None
    resolution: str

    @property
    def dropped(self) -> bool:
        """Whether it was closed without being done."""
        return self.resolution.lower().startswith(DROPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The worlds filled from files; the one not asked for is None."""

    github: GithubWorld | None
    jira: JiraWorld | None
    sources: tuple[str, ...]  # "sandbox/rust", or "TIMOB"
    names: dict[str, str]  # the file's id -> what it is called here: "sandbox/rust#12", "TIMOB-7"


def load(
    paths: Path | Sequence[Path],
    now: datetime,
    *,
    as_jira: bool = False,
    clock: Callable[[], datetime] | None = None,
) -> Loaded:
    """Fill a world from one or more files (.jsonl, .jsonl.gz). Numbers are dense, in order of arrival.

    What is not closed by `now` is open. Raises BadData naming file and line.
    """
    rows: list[Row] = []
    for path in [paths] if isinstance(paths, Path) else paths:
        rows += _read(path)
    if not rows:
        raise BadData("nothing to serve: the files hold no ticket")
    rows.sort(key=lambda row: row.created)
    stage = Stage(rows[0].created, now)
    filled = _as_jira(rows, stage) if as_jira else _as_github(rows, stage)
    for world in (filled.github, filled.jira):
        if world is not None:
            world.clock = clock or (lambda: now)
    return filled


def _as_github(rows: list[Row], stage: Stage) -> Loaded:
    projects = tuple(dict.fromkeys(row.project.lower() for row in rows))
    world = GithubWorld(f"sandbox/{projects[0]}", clock=stage.clock, tokens={TOKEN: BOT})
    repos = {projects[0]: world.main} | {name: world.add_repo(f"sandbox/{name}") for name in projects[1:]}
    names: dict[str, str] = {}
    for row in rows:
        stage.at(row.created, _open_issue, world, repos[row.project.lower()], stage, row, names)
    stage.play()
    return Loaded(github=world, jira=None, sources=tuple(repo.full_name for repo in repos.values()), names=names)


def _open_issue(world: GithubWorld, repo: Repo, stage: Stage, row: Row, names: dict[str, str]) -> None:
    labels = [row.type.lower()] if row.type else []
    issue: Issue = world.add_issue(row.title[:256], body=row.body, author=row.reporter, labels=labels, repo=repo)
    names[row.id] = issue.key
    if row.closed:
        reason: Literal["completed", "not_planned"] = "not_planned" if row.dropped else "completed"
        stage.at(row.closed, world.close, issue, actor=row.reporter, reason=reason)


def _as_jira(rows: list[Row], stage: Stage) -> Loaded:
    world = JiraWorld(stage.clock)
    world.add_user(BOT, "Kaizen Bot", account_id=f"acc-{BOT}", token=TOKEN)
    for row in rows:
        if row.reporter not in world.users:
            world.add_user(row.reporter, account_id=f"acc-{row.reporter}")
        if row.type and row.type not in world.types:
            world.types[row.type] = Named(id=str(10_100 + len(world.types)), name=row.type)
        if row.closed and row.resolution not in world.resolutions:
            world.resolutions[row.resolution] = Named(id=str(10_100 + len(world.resolutions)), name=row.resolution)
    projects = tuple(dict.fromkeys(row.project.upper() for row in rows))
    for key in projects:
        world.add_project(key, key.title(), lead=BOT)
    names: dict[str, str] = {}
    for row in rows:
        stage.at(row.created, _open_in_jira, world, stage, row, names)
    stage.play()
    return Loaded(github=None, jira=world, sources=projects, names=names)


def _open_in_jira(world: JiraWorld, stage: Stage, row: Row, names: dict[str, str]) -> None:
    issue = world.add_issue(
        row.project.upper(),
        row.title[:255],
        type=row.type or "Task",
        reporter=row.reporter,
        description=row.body[:32_767],
    )
    names[row.id] = issue.key
    if row.closed:
        stage.at(row.closed, world.transition, issue.key, "Close Issue", actor=row.reporter, resolution=row.resolution)


# -- reading ----------------------------------------------------------------------------------------------------------


def _read(path: Path) -> Iterator[Row]:
    """Read a file's rows. Raises BadData."""
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            while line := lines.readline(LINE_LIMIT + 1):
                number += 1
                if line.strip():
                    yield _row(line)
    except BadData as error:
        raise BadData(f"{path}, line {number}: {error}") from error
    except BROKEN_GZIP as error:
        raise BadData(f"{path}, after line {number}: not a whole gzip file ({error})") from error
    except OSError as error:
        raise BadData(f"{path}: cannot be read ({error.strerror or error})") from error


def _row(line: bytes) -> Row:
    if len(line) > LINE_LIMIT:
        raise BadData(f"longer than {LINE_LIMIT} bytes")
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadData(f"not JSON ({error})") from None
    if not isinstance(raw, dict):
        raise BadData("not a JSON object")
    name = _text(raw, "id", needed=True)
    found = ID.fullmatch(name)
    if found is None:
        raise BadData(f"id {name!r} is not like 'rust-12'")
    created, resolved = _moment(raw, "created"), _moment(raw, "resolved")
    if created is None:
        raise BadData("'created' is missing")
    return Row(
        id=name,
        project=found[1],
        title=" ".join(_text(raw, "title").split()) or "(no title)",
        body=_text(raw, "body"),
        type=_text(raw, "type"),
        reporter=_text(raw, "reporter") or "somebody",
        created=created,
        closed=max(created, resolved) if resolved else None,
        resolution=_text(raw, "resolution") or "Done",
    )


def _text(raw: dict[str, Any], key: str, *, needed: bool = False) -> str:
    value = raw.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise BadData(f"{key!r} has to be a text")
    return value


def _moment(raw: dict[str, Any], key: str) -> datetime | None:
    text = _text(raw, key)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadData(f"{key!r} is no time: {text!r}") from None
    if moment.tzinfo is None:
        raise BadData(f"{key!r} has no time zone: {text!r}")
    return moment.astimezone(UTC)
