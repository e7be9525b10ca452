"""TOML text -> plain tables, and the place in the text where each key stands."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.errors import PolicyError

LARGEST = 500_000  # characters of a rule file
DEEPEST = 20  # dots in a key; the parser's memory grows with their square
Path = tuple[str | int, ...]
Places = dict[Path, tuple[int, int]]

BARE, QUOTED = r"[A-Za-z0-9_-]+", r"\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'"
KEY = re.compile(rf"[ \t]*(?:{BARE}|{QUOTED})(?:[ \t]*\.[ \t]*(?:{BARE}|{QUOTED}))*")
PART = re.compile(rf"{QUOTED}|{BARE}")
HEADER = re.compile(rf"(?P<indent>[ \t]*)\[\[?(?P<key>{KEY.pattern})[ \t]*\]\]?")
SKIPPED = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"{3,5}'
    r"|'''[\s\S]*?'{3,5}"
    rf"|{QUOTED}"
    r"|#[^\n]*|[\[{]|[\]}]|\n|[^\"'#\[\]{}\n]+"
)
PLAINER = {
    "Expected '='": "a key needs its '=': write key = value",
    "Invalid value": "this is no value: texts stand in straight quotes, lists in square brackets",
    "Cannot overwrite": "this key stands there twice: take one of them out",
    "Cannot declare": "this table stands there twice; write two brackets, as in [[rule]]",
    "Expected ']]'": "two brackets are opened and not closed: write [[rule]]",
    "Expected ']'": "a bracket is opened and not closed: write [pack]",
    "Illegal character '\\n'": "a text needs its closing quote on the same line",
    "Unclosed array": "the list before this needs a comma between two values, and a ']' at its end",
    "Unclosed inline": "the table before this needs a comma between two keys, and a '}' at its end, all on one line",
    "Expected newline": "something stands behind the value: each key has a line of its own",
}
"""How the parser's messages begin -> what would be right."""


@dataclass(frozen=True, slots=True)
class Toml:
    """A parsed file."""

    file: str
    tables: Mapping[str, Any]
    places: Places

    def place(self, path: Path) -> str:
        """Return "line 7, column 1" for a key, for the nearest thing around it or the first in it; "" if none is."""
        for length in range(len(path), 0, -1):
            if found := self.places.get(path[:length]) or self.places.get((*path[:length], 0)):
                return _worded(found)
        within = [found for each, found in self.places.items() if each[: len(path)] == path]
        return _worded(min(within)) if within else ""


def _worded(place: tuple[int, int]) -> str:
    return f"line {place[0]}, column {place[1]}"


def parse(file: str, text: str) -> Toml:
    """Parse a file's text, its letters composed. Raises PolicyError with a line that says where, if it is not TOML."""
    if len(text) > LARGEST:
        raise PolicyError(f"{file}: larger than a rule file may be ({LARGEST:,} characters)")
    if text.startswith("\ufeff"):
        raise PolicyError(f"{file}: line 1, column 1: a byte order mark: save the file as UTF-8 without one")
    if _dotted(text):
        raise PolicyError(f"{file}: a key of more than {DEEPEST} parts")
    try:
        text.encode()
        text = unicodedata.normalize("NFC", text)
        return Toml(file, tomllib.loads(text), places(text))
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise PolicyError(f"{file}: line {line}: not UTF-8: save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{file}: {_reworded(str(error))}") from error
    except RecursionError as error:
        raise PolicyError(f"{file}: nested too deep") from error
    except ValueError as error:  # a number of thousands of digits
        raise PolicyError(f"{file}: a value is out of bounds: {error}") from error


def places(text: str) -> Places:
    """Return line and column (from 1) of each header and key of a text that is known to be TOML.

    Keys inside an inline table or an array stand where their outermost key stands.
    """
    found: Places = {}
    table: Path = ()
    counts: dict[Path, int] = {}
    position, line = 0, 1
    while position < len(text):
        if header := HEADER.match(text, position):
            table = _entered(header, counts)
            found.setdefault(table, (line, len(header["indent"]) + 1))
            position = header.end()
        elif key := KEY.match(text, position):
            column = len(key[0]) - len(key[0].lstrip()) + 1
            found.setdefault((*table, *_parts(key[0])), (line, column))
            position = key.end()
        end = _line_end(text, position)
        line, position = line + text.count("\n", position, end), end
    return found


def _dotted(text: str) -> bool:
    """Say whether something like a key, outside of texts and comments, has too many dots."""
    dots = position = 0
    while position < len(text):
        token = SKIPPED.match(text, position)
        position = token.end() if token else position + 1
        if token is None or token[0][0] in "\"'#":
            continue
        first, *others = re.split(r"[,=\n]", token[0])
        if dots + first.count(".") > DEEPEST or any(part.count(".") > DEEPEST for part in others):
            return True
        dots = others[-1].count(".") if others else dots + first.count(".")
    return False


def _entered(header: re.Match[str], counts: dict[Path, int]) -> Path:
    """Return the path of a table's header: an array of tables counts on, what is inside one belongs to its last."""
    path: Path = ()
    parts = _parts(header["key"])
    for number, part in enumerate(parts, 1):
        path = (*path, part)
        if number == len(parts) and header[0].lstrip().startswith("[["):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(key: str) -> Path:
    return tuple(part[0].strip("\"'") for part in PART.finditer(key))


def _line_end(text: str, position: int) -> int:
    """Return where the next line outside of brackets and texts begins."""
    depth = 0
    while position < len(text) and (token := SKIPPED.match(text, position)):
        position = token.end()
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        elif token[0] == "\n" and depth <= 0:
            return position
    return len(text)


def _reworded(message: str) -> str:
    """Put the place before the words, which say what would be right: `line 3, column 5: write key = value`."""
    match = re.fullmatch(r"(.*) \(at (line \d+, column \d+|end of document)\)", message, re.DOTALL)
    if match is None:
        return message
    what = next((ours for theirs, ours in PLAINER.items() if match[1].startswith(theirs)), "")
    return f"{match[2]}: {what or match[1][:1].lower() + match[1][1:]}"
