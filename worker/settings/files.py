"""The files the settings are read from: the config itself, secrets and rule files."""

from __future__ import annotations

import glob
import os
import re
import stat
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from worker.settings.errors import SettingsError, suggest

MAX_BYTES = 1_000_000
"""No config, rule file or secret is larger than this; a larger one is the wrong file."""
MAX_DOTS = 1000
"""In one line: what the parser needs for a dotted key grows with the square of its parts."""
LOOSE = 0o037
"""The mode bits a secret file should not have: anything for others, more than reading for the group."""
NOWHERE = "is a link that leads nowhere"
PLAINER = {
    "Cannot overwrite a value": "this key is there already",
    "Cannot declare": "this table is there already",
    "Expected '=' after a key": "a key, then '=' and a value are wanted",
    "Invalid value": "this is no value: texts stand in quotes",
}
"""How the parser's messages begin -> what we say."""


def read_text(path: Path, shown: str, *, missing: str = "no such file") -> str:
    """Read a UTF-8 text file of a sane size. Raises SettingsError, naming the file as `shown`."""
    try:
        if not path.is_file():
            raise SettingsError([f"{shown}: {'is not a file' if path.exists() else missing}"])
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        raise SettingsError([f"{shown}: cannot be read: {reason}"]) from None
    if len(data) > MAX_BYTES:
        raise SettingsError([f"{shown}: is larger than {MAX_BYTES:,} bytes: not a file of kaizend's"])
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise SettingsError([f"{shown}: line 1, column 1: begins with a byte order mark: save it as plain UTF-8"])
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError([f"{shown}: line {line}: is not UTF-8 text: save it as UTF-8"]) from None


def parse_toml(text: str, shown: str) -> dict[str, Any]:
    """Parse TOML. Raises SettingsError with line and column."""
    dotted = [number for number, row in enumerate(text.split("\n"), 1) if row.count(".") > MAX_DOTS]
    if dotted:
        raise SettingsError([f"{shown}: line {dotted[0]}: is no line of a config"])
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise SettingsError([f"{shown}: is nested too deeply"]) from None
    except ValueError as error:
        what, line, column = _toml_fault(str(error), text)
        raise SettingsError([f"{shown}: line {line}, column {column}: {what}"]) from None


def _toml_fault(message: str, text: str) -> tuple[str, int, int]:
    """Take line and column out of the parser's message; a number it chokes on has none, the first line stands."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if not match:  # it comes from int() or date(), without a place
        return "holds a number or a date that cannot be", 1, 1
    what = next((ours for theirs, ours in PLAINER.items() if match[1].startswith(theirs)), match[1])
    if match[2]:
        return what, int(match[2]), int(match[3])
    lines = text.split("\n")
    return f"{what} at the end of the file", len(lines), len(lines[-1]) + 1


def read_secret(path: Path, shown: str) -> str:
    """Read a secret from a file of its own, without the newlines at its end. Raises SettingsError."""
    secret = read_text(path, shown).rstrip("\r\n")
    if not secret.strip():
        raise SettingsError([f"{shown}: is empty"])
    return secret


def too_open(path: Path) -> bool:
    """Tell whether more people than the owner and the group's readers may open a secret file."""
    return bool(stat.S_IMODE(path.stat().st_mode) & LOOSE)


def packs_that_ship() -> tuple[str, ...]:
    """Return the names of the rule packs inside the program."""
    folder = resources.files("rules") / "packs"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def read_pack(name: str) -> tuple[str, str]:
    """Return a pack that ships, as (file name, text). Raises SettingsError."""
    if name not in packs_that_ship():
        raise SettingsError([f"no pack '{name}' ships with kaizend{suggest(name, packs_that_ship())}"])
    file = resources.files("rules") / "packs" / f"{name}.toml"
    return file.name, file.read_text(encoding="utf-8")


def read_matching(pattern: str, folder: Path) -> list[tuple[str, str]]:
    """Return the rule files of a pattern relative to a folder, in order of name. Raises SettingsError."""
    every = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207  # Path.glob refuses absolute patterns
    found = sorted(name for name in every if _looks_like_rules(folder / name))
    if not found:
        raise SettingsError([f"'{pattern}' matches no file in {folder}"])
    return [(name, read_text(folder / name, name, missing=NOWHERE)) for name in found]


def _looks_like_rules(path: Path) -> bool:
    """Tell whether a match is to be read: all but folders that are only passed through.

    What cannot be read is not left out: its rules would count as taken out of the policy by people.
    """
    return path.suffix == ".toml" or not os.path.isdir(path)  # noqa: PTH112  # Path.is_dir raises where it may not look
