"""The text of a ticket as it is compared: what people wrote, apart from code, logs and what is the same everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_TITLE = 500
LONGEST_BODY = 20_000
"""Characters of a body that are compared; a 100 KB log says in its first pages what went wrong."""
LONGEST_LINE = 1_000

FENCE = re.compile(r"[ >]{0,6}(?:`{3}|~{3})")
BLOCK = re.compile(r"\{(?:code|noformat)(?::[^{}\n]{0,200})?\}", re.IGNORECASE)
TAG_BLOCK = re.compile(r"<(?P<end>/?)(?:pre|code)(?:\s[^<>\n]{0,200})?>", re.IGNORECASE)
INLINE = re.compile(r"`[^`\n]{1,300}`")
QUOTE = re.compile(r"[ \t]{0,3}>")
TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>|&(?:nbsp|lt|gt|amp|quot|#[0-9]{1,5});")
ADDRESS = re.compile(r"https?://[^\s<>|\]\)]{1,500}")
HEADING = re.compile(r"^(?:h[1-6]\.|#{1,6}\s|\*[^*\n]{1,40}\*\s{0,3}:?\s{0,3}$)")
INDENTED = re.compile(r"(?: {4}|\t)\s{0,40}\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A ticket's text in its three voices."""

    title: str
    prose: str  # what was written for people
    code: str  # what was pasted: code, logs, traces


def parts_of(title: str, body: str) -> Parts:
    """Return a ticket's text, apart by voice and bounded; each line of it stays a line."""
    prose: list[str] = []
    code: list[str] = []
    inside = ""
    for line in _lines(body):
        marks = _marks(line)
        if not marks:
            pasted = inside or INDENTED.match(line)
            (code if pasted else prose).append(line)
            continue
        for between, mark in marks:
            (code if inside else prose).append(between)
            inside = _turned(inside, mark)
    spoken = "\n".join(prose)
    code.extend(found[1:-1] for found in INLINE.findall(spoken))
    return Parts(title=title[:LONGEST_TITLE], prose=spoken, code="\n".join(code))


def _lines(body: str) -> list[str]:
    text = body[:LONGEST_BODY].replace("\r\n", "\n").replace("\r", "\n")
    return [line[:LONGEST_LINE] for line in _in_sight(text).split("\n")]


def _in_sight(text: str) -> str:
    """Return a text without its hidden comments; one that is never closed hides the rest."""
    first, *hidden = text.split("<!--")
    return " ".join((first, *(part.partition("-->")[2] for part in hidden)))


def _marks(line: str) -> list[tuple[str, str]]:
    """Return what stands before each mark that opens or closes a block, the mark, and last what is left, with ""."""
    if FENCE.match(line):
        return [("", "fence")]
    found: list[tuple[str, str]] = []
    start = 0
    places = [(m.start(), m.end(), "brace") for m in BLOCK.finditer(line)] if "{" in line else []
    if "<" in line:
        places += [(m.start(), m.end(), "untag" if m["end"] else "tag") for m in TAG_BLOCK.finditer(line)]
    for begin, end, mark in sorted(places):
        found.append((line[start:begin], mark))
        start = end
    return [*found, (line[start:], "")] if found else []


def _turned(inside: str, mark: str) -> str:
    """Return in what we are after a mark: only a mark of the kind that opened a block closes it."""
    if mark == "":
        return inside
    if mark == "untag":
        return "" if inside == "tag" else inside
    if mark == inside:
        return inside if mark == "tag" else ""
    return inside or mark


def plain(prose: str) -> str:
    """Return prose without quotes of others, tags, addresses and inline code: what the author states."""
    spoken = "\n".join(line for line in prose.split("\n") if not QUOTE.match(line))
    return TAG.sub(" ", ADDRESS.sub(" ", INLINE.sub(" ", spoken)))
