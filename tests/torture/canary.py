"""Canaries: the secrets of a run, and the search for them in all that it printed, logged and left behind."""

import base64
import os
import re
import sqlite3
import tempfile
import tomllib
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import orjson

KEPT = re.compile(r".*\.(?:key|pem)|config.*\.toml")
"""The names of the files in which secrets may stand."""
SWEPT = "TORTURE_SWEPT"
"""The variable that names the file in which each process notes what it searched; none that kaizend reads."""
SHORTEST = 12  # characters; a shorter secret stands in other words by chance


def hits(folder, *texts, known=()):
    """Return where a secret of the configs below a folder, or one that is `known`, stands though it must not.

    In any file but the configs and the keys' own, in what the databases say, and in texts (what was printed).
    """
    secrets = {form for secret in (*secrets_below(folder), *known) for form in forms(secret)}
    assert secrets, f"no config below {folder} holds a secret: nothing was looked for"
    pattern = re.compile(b"|".join(re.escape(form.encode()) for form in sorted(secrets)), re.IGNORECASE)
    places = [("what was printed", "\n".join(texts).encode("utf-8", "replace")), *_left(Path(folder))]
    return [f"{place}: {found[0][:6].decode()}..." for place, content in places for found in pattern.finditer(content)]


@contextmanager
def swept(parent=None):
    """Make a folder that is searched before it is removed; what was seen is noted in the file that SWEPT names."""
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)
        sweep(folder)


def sweep(folder, *texts):
    """Search a folder, and what was printed; note how much it was and what was found, where SWEPT names a file."""
    if note := os.environ.get(SWEPT):
        looked = size(folder) + sum(map(len, texts))
        with Path(note).open("ab") as file:
            file.write(orjson.dumps([looked, hits(folder, *texts)]) + b"\n")


def tally(note):
    """Return how many bytes were looked at in how many folders, and every hit."""
    seen = [orjson.loads(line) for line in note.read_bytes().splitlines()] if note.exists() else []
    return sum(looked for looked, _ in seen), len(seen), [hit for _, found in seen for hit in found]


def size(folder):
    """Return how many bytes there are to be looked at below a folder."""
    return sum(len(content) for _, content in _left(Path(folder)))


def secrets_below(folder):
    """Return the secrets that the configs below a folder hold or name, and the keys beside the databases."""
    found = set()
    for file in Path(folder).rglob("*"):
        if file.name.endswith(".toml") and KEPT.fullmatch(file.name):
            found |= {value for value in _values(tomllib.loads(file.read_text("utf-8"))) if len(value) >= SHORTEST}
        elif KEPT.fullmatch(file.name) and file.is_file():
            lines = [line for line in file.read_text("ascii", "replace").split("\n") if "-----" not in line]
            found |= {line for line in lines if len(line) >= SHORTEST}
    return found


def _values(table):
    for key, value in table.items():
        if isinstance(value, dict):
            email = value.get("email", "")
            yield from (f"{email}:{inner}" for inner in [value.get("token")] if email and inner)
            yield from _values(value)
        elif key in {"token", "private_key", "key"} and isinstance(value, str):
            yield value
        elif key == "database":
            yield urlsplit(value).password or ""


def forms(secret):
    """Return how a secret may be written: as it is, in an address, in a header."""
    encoded = base64.b64encode(secret.encode()).decode()
    return {secret, quote(secret, safe=""), encoded, encoded.rstrip("="), repr(secret)[1:-1]}


def _left(folder):
    """Yield each file's name and bytes, and each database's rows: a long text is cut in pieces in the file."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or KEPT.fullmatch(file.name):
            continue
        yield str(file.relative_to(folder)), file.read_bytes()
        if file.suffix == ".db":
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
                yield f"{file.relative_to(folder)}: its rows", _rows(connection).encode("utf-8", "replace")


def _rows(connection):
    """Return a database's rows; of a file that a play has spoilt there are none."""
    try:
        return "\n".join(connection.iterdump())
    except sqlite3.DatabaseError:
        return ""
