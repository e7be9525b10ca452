"""Prose to GitHub's Markdown, and our marker on its last line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from urllib.parse import quote, unquote, urlsplit

from integrations.github.inert import SPACE, cleaned, inert, opening, unlinked
from rules.model import (
    Block,
    Bullets,
    Code,
    Heading,
    Line,
    Link,
    Marker,
    Mention,
    Paragraph,
    Prose,
    Span,
    Strong,
    Table,
    Text,
)

LIMIT = 65_536
"""Characters GitHub takes in a comment or an issue's body."""
_LEFT_OUT = "_(Lines that did not fit and were left out: {count}.)_"
_RESERVE = 80
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})", re.ASCII)
_MARKER = re.compile(r"<!-- kaizend op=([0-9a-f]{1,128}) mac=([0-9a-f]{1,128})(?: state=([!-;=?-~]*))? -->", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{1,128}", re.ASCII)
_TICKS = re.compile(r"`+")
_GLUE = re.compile(r"[\w/-]")


def render(prose: Prose, marker: Marker | None = None, *, limit: int = LIMIT) -> str:
    """Render prose; what does not fit is cut behind a whole line and counted. The marker is always there."""
    tail = write_marker(marker) if marker else ""
    room = limit - _units(tail) - 2
    pieces = [piece for block in prose.blocks for piece in _pieces(block)]
    body = "".join(_fitting(pieces, room)).strip("\n")
    return "\n\n".join(part for part in (body, tail) if part)


def write_marker(marker: Marker) -> str:
    """Write a marker; ValueError if its op or MAC is not hex."""
    if not _HEX.fullmatch(marker.op) or not _HEX.fullmatch(marker.mac):
        raise ValueError("a marker's op and mac are lower-case hex")
    state = f" state={quote(marker.state, safe='/:,;=.+-_~|()*!')}" if marker.state else ""
    return f"<!-- kaizend op={marker.op} mac={marker.mac}{state} -->"


def parse_marker(body: str) -> Marker | None:
    """Read the marker on the last line; anywhere else it is a quotation and does not count."""
    if not body.endswith("-->") and not body.rstrip().endswith("-->"):
        return None
    return _read_marker(body.rstrip().rpartition("\n")[2])


def filed_marker(body: str) -> Marker | None:
    """Read the marker of an issue that we filed: people write below it, so it is the last line that is a marker."""
    lines = (line.strip() for line in reversed(body.split("\n")) if "<!-- kaizend " in line)
    return next(filter(None, map(_read_marker, lines)), None)


def _read_marker(line: str) -> Marker | None:
    found = _MARKER.fullmatch(line)
    return Marker(op=found[1], mac=found[2], state=unquote(found[3] or "")) if found else None


def title_text(text: str, limit: int = 256) -> str:
    """Make a title of foreign text: one line, nothing invisible, no mention, no longer than GitHub takes."""
    line = " ".join(cleaned(text).replace("@", "@" + SPACE).split())
    return line if _units(line) <= limit else _cut(line, limit - 1) + "\u2026"


def _fitting(pieces: list[str], room: int) -> Iterator[str]:
    """Yield the pieces that fit; if not all do, then as many as leave room to say how many were left out."""
    if sum(map(_units, pieces)) <= room:
        yield from pieces
        return
    left = room - _RESERVE
    for at, piece in enumerate(pieces):
        left -= _units(piece)
        if left < 0:
            yield "\n\n" + _LEFT_OUT.format(count=len(pieces) - at)
            return
        yield piece


def _pieces(block: Block) -> Iterator[str]:
    """Yield a block's lines, each with the line ends that go before it."""
    match block:
        case Heading(line):
            yield f"\n\n### {opening(_line(line))}"
        case Paragraph(line):
            yield f"\n\n{opening(_line(line))}"
        case Bullets(lines):
            for at, line in enumerate(lines):
                yield f"{_gap(at)}- {opening(_line(line))}"
        case Table(head, rows):
            yield f"\n\n{_row(inert(cell) for cell in head)}\n{_row('---' for _ in head)}"
            for row in rows:
                yield f"\n{_row(_line(cell, in_table=True) for cell in row)}"


def _gap(at: int) -> str:
    return "\n" if at else "\n\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.strip() for cell in cells)} |"


def _line(line: Line, *, in_table: bool = False) -> str:
    """Join a line's spans so that none changes what its neighbour means."""
    out = ""
    mentioned = False
    for span in _merged(line):
        shown = _span(span, in_table=in_table)
        if mentioned and _GLUE.match(shown.lstrip("\\")):
            out += SPACE  # "@bob" and "/all" or "_by" must not become one mention
        if isinstance(span, Mention) and out and _GLUE.match(out[-1]):
            out += " "
        out += shown
        mentioned = isinstance(span, Mention)
    return out


def _merged(line: Line) -> Iterator[Span]:
    """Put neighbouring plain texts together: "GH-" and "1" are one reference."""
    for plain, spans in groupby(line, key=lambda span: isinstance(span, Text)):
        if plain:
            yield Text("".join(span.text for span in spans if isinstance(span, Text)))
        else:
            yield from spans


def _span(span: Span, *, in_table: bool) -> str:
    match span:
        case Text(text):
            return inert(text)
        case Strong(text):
            shown = inert(text).strip()
            return f"**{shown}**" if shown else ""
        case Code(text):
            return _code(unlinked(cleaned(text)), in_table=in_table)
        case Link(text, url):
            return _link(text, url)
        case Mention(person):
            return f"@{person}" if _LOGIN.fullmatch(person) else inert(person)


def _code(text: str, *, in_table: bool) -> str:
    """Fence text in one backtick more than it holds in a row."""
    if not text.strip():
        return ""
    fence = "`" * (max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    shown = f"{fence}{pad}{text}{pad}{fence}"
    return shown.replace("|", "\\|") if in_table else shown


def _link(text: str, url: str) -> str:
    shown = inert(text).strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return shown
    if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
        return shown
    if shown.startswith("^"):
        shown = f"\\{shown}"  # else "[^" began a footnote
    encoded = quote(url.encode("utf-8", "replace"), safe="%/:?#!&'*+,;=~-._")
    return f"[{shown or inert(parts.netloc)}]({encoded.replace('&', '&amp;')})"


def _units(text: str) -> int:
    """Count a text's length as JavaScript and Ruby's neighbours do at most: in UTF-16 units."""
    return len(text) + sum(1 for char in text if char > "\uffff") if not text.isascii() else len(text)


def _cut(text: str, units: int) -> str:
    while _units(text) > units:
        text = text[: -max(1, (_units(text) - units) // 2)]
    return text
