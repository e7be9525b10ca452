"""Saying where in the config something is wrong: rules know the key, whoever read the file knows its line."""

from __future__ import annotations

import re
from collections.abc import Callable

from rules.toml_text import Path

Say = Callable[[Path, str], str]
"""Puts the place of a path in the config in front of what is wrong there."""

KEYS = r"(?:[a-z_]+|\[\d+\])(?:\.[a-z_]+|\[\d+\])*(?=[:,])"
BEGINNING = re.compile(
    rf"(?:\[(?P<table>\w+)(?:\.(?P<name>[^\[\]]+))?\](?: (?P<key>[^\[\]:,]+))?)?(?:[:,] )?(?P<keys>{KEYS})?"
)
PART = re.compile(r"[a-z_]+|\d+")


def in_file(name: str) -> Say:
    """Return a Say that knows the file's name, and no lines: "config.toml: [council]: ..."."""
    return lambda _, what: f"{name}: {what}"


CONFIG = in_file("config.toml")


def path_of(problem: str) -> Path:
    """Return the path that a problem of ours begins with, as far as it tells one.

    `[teams.all]: lead: no person 'x'` is about ("teams", "all", "lead"), `[kinds] incident[2], column 1: ...` about
    ("kinds", "incident", 1), `step[1].ping: ...` about ("step", 0, "ping").
    """
    found = BEGINNING.match(problem)
    if found is None:
        return ()
    around = [part for part in (found["table"], found["name"], found["key"]) if part]
    return (*around, *(int(part) - 1 if part.isdigit() else part for part in PART.findall(found["keys"] or "")))
