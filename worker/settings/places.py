"""Where each key of a TOML text stands: the parser of the standard library does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

KeyPath = tuple[str | int, ...]
"""The way to a value: keys, and for a list the element's number from 0."""

Say = Callable[[KeyPath, str], str]
"""Puts the place of a path in front of what is wrong there."""

TOKEN = re.compile(
    r"""
    (?P<skip>[ \t]+|\#[^\n]*|\r)
  | (?P<line>\n)
  | (?P<text>"{3}(?:[^\\"]|\\.|"{1,2}(?!"))*"{3,5}|'{3}.*?'{3,5}(?!')|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')
  | (?P<word>[^\s\#"'\[\]{}=,.]+)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Place(NamedTuple):
    """A line and a column, both from 1."""

    line: int
    column: int


class Token(NamedTuple):
    """A piece of the text and where it begins."""

    kind: str
    text: str
    place: Place


def places(text: str) -> dict[KeyPath, Place]:
    """Find each key, table header and list element of a text that `tomllib` has accepted."""
    reader = _Reader(list(_tokens(text)))
    reader.document()
    return reader.found


def nearest(found: Mapping[KeyPath, Place], path: KeyPath) -> Place | None:
    """Return the place of a path, or of the closest table around it that is written down."""
    for end in range(len(path), 0, -1):
        if path[:end] in found:
            return found[path[:end]]
    return None


def _tokens(text: str) -> Iterator[Token]:
    """Cut a text into pieces, leaving out blanks and comments."""
    line, line_start = 1, 0
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "skip":
            yield Token(kind, match[0], Place(line, match.start() - line_start + 1))
        breaks = match[0].count("\n")
        if breaks:
            line, line_start = line + breaks, match.start() + match[0].rindex("\n") + 1


@dataclass
class _Reader:
    """Walks over the pieces, noting where each path begins."""

    tokens: list[Token]
    at: int = 0
    found: dict[KeyPath, Place] = field(default_factory=dict)
    tables: dict[KeyPath, int] = field(default_factory=dict)  # how many [[tables]] of a path there are so far

    def next_is(self, *texts: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].text in texts

    def skip(self, *texts: str) -> bool:
        """Step over pieces of these texts; tell whether there was one."""
        start = self.at
        while self.next_is(*texts):
            self.at += 1
        return self.at > start

    def document(self) -> None:
        table: KeyPath = ()
        self.skip("\n")
        while self.at < len(self.tokens):
            if self.next_is("["):
                table = self.header()
            else:
                self.pair(table)
            self.skip("\n")

    def header(self) -> KeyPath:
        """Read `[a.b]` or `[[a.b]]`; below a list of tables the last one is meant."""
        start = self.tokens[self.at].place
        self.at += 1
        is_list = self.skip("[")
        path: KeyPath = ()
        keys = self.key()
        for number, name in enumerate(keys, 1):
            path = (*path, name)
            if number < len(keys) and path in self.tables:
                path = (*path, self.tables[path] - 1)
        self.skip("]")
        if is_list:
            self.found.setdefault(path, start)
            self.tables[path] = self.tables.get(path, 0) + 1
            path = (*path, self.tables[path] - 1)
        self.note(path, start)
        return path

    def key(self) -> list[str]:
        """Read a key, dotted or not."""
        names = []
        while True:
            token = self.tokens[self.at]
            names.append(_plain(token.text) if token.kind == "text" else token.text)
            self.at += 1
            if not self.skip("."):
                return names

    def pair(self, table: KeyPath) -> None:
        start = self.tokens[self.at].place
        path = (*table, *self.key())
        self.note(path, start, below=len(table))
        self.skip("=")
        self.value(path)

    def note(self, path: KeyPath, start: Place, below: int = 0) -> None:
        """Remember where a path begins, and with it the tables that it makes on its way."""
        for end in range(below + 1, len(path) + 1):
            self.found.setdefault(path[:end], start)

    def value(self, path: KeyPath) -> None:
        if self.skip_one("{"):
            while not self.skip_one("}"):
                if not self.skip("\n", ","):
                    self.pair(path)
        elif self.skip_one("["):
            self.elements(path)
        else:
            while self.at < len(self.tokens) and not self.next_is("\n", ",", "]", "}"):
                self.at += 1

    def elements(self, path: KeyPath) -> None:
        number = 0
        while not self.skip_one("]"):
            if not self.skip("\n", ","):
                self.found[*path, number] = self.tokens[self.at].place
                self.value((*path, number))
                number += 1

    def skip_one(self, text: str) -> bool:
        """Step over one piece of this text, if it is next."""
        if not self.next_is(text):
            return False
        self.at += 1
        return True


def _plain(quoted: str) -> str:
    """Read a quoted key."""
    return str(tomllib.loads(f"key = {quoted}")["key"])
