"""Prose to Jira's wiki text, with every word of a stranger made inert.

How it is done: a backslash for the characters that Jira's renderer takes one before, an entity for the backslash itself
(it has no other escape), and a zero-width space where there is neither: after a URL's scheme (bare addresses become
links), before `h1.`, `bq.` and `#` at the start of a line. Issue keys would become links: their hyphen is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import assert_never
from urllib.parse import quote, urlsplit

from rules.model import Block, Bullets, Code, Heading, Line, Link, Mention, Paragraph, Prose, Span, Strong, Table, Text

LIMIT = 32_767  # UTF-16 units, as Jira counts a text field's characters
SUMMARY_LIMIT = 255
LEFT_OUT = "… and {count} more lines that did not fit here."
BREAK = "\u200b"  # zero-width space: seen by no reader, and no markup reaches across it
_SPAN_LIMIT = 6_000  # characters of one foreign text: five-fold when escaped, and still within LIMIT

# Control, bidirectional, zero-width and tag characters, interlinear marks and what XML forbids.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u070f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_LONE = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")
_SPECIAL = re.compile(
    r"(?P<keep>(?<![\w-])\d{4}-\d\d-\d\d(?![\w-]))"  # a date is no issue key
    r"|(?P<backslash>\\)"
    r"|(?P<amp>&(?=#?\w{1,32};))"  # an entity would be shown as what it names
    r"|(?P<scheme>:(?=//|[PpDd](?![a-z])))|(?P<mail>(?<![A-Za-z0-9])(?i:(?:mailto|news|file):|www(?=\.)))"
    r"|(?P<escape>[\[\]{}|!*_^~+@]"
    r"|\?(?=\?)|(?<=\?)\?"
    r"|(?<![A-Za-z0-9])-|-(?![A-Za-z])"  # strike-through, dashes, lists, rules; an issue key's hyphen
    r"|\((?=[^\s()]{1,8}\))|(?<=[:;])[()])"  # emoticons: (x), (/), (on), :) ;)
)
_STARTS_BLOCK = re.compile(r"(?:h[1-6]|bq)\.|#", re.IGNORECASE)
_PERSON = re.compile(r"[\w.@+:-]+(?: [\w.@+:-]+)*")
_IN_URL = (
    "/:?#@&=+$,;%~*'().-_"  # the rest is percent-encoded: | ] [ { } ! and blanks would end the link or begin another
)
_IN_LINK = str.maketrans({"|": "¦", "[": "(", "]": ")"})


def render(prose: Prose, *, cloud: bool, limit: int = LIMIT) -> str:
    """Render prose as wiki text of at most `limit` UTF-16 units, cut between lines, the cut told on the last one."""
    pieces = list(_pieces(prose, cloud=cloud))
    whole = "".join(gap + text for gap, text in pieces).lstrip("\n")
    if units(whole) <= limit:
        return whole
    room = limit - units("\n\n" + LEFT_OUT.format(count=len(pieces)))
    kept, used = [], 0
    for gap, text in pieces:
        used += units(gap + text)
        if used > room:
            break
        kept.append(gap + text)
    kept.append("\n\n" + LEFT_OUT.format(count=len(pieces) - len(kept)))
    return "".join(kept).lstrip("\n")


def inert(text: str) -> str:
    """Make one line of foreign text show as what it is: no mention, link, macro, format, list, heading or image."""
    return _SPECIAL.sub(_escaped, fold(text))


def fold(text: str) -> str:
    """Put a text on one line: blanks folded, hidden characters out, lone surrogates replaced, the over-long cut."""
    if len(text) > _SPAN_LIMIT:
        text = text[:_SPAN_LIMIT] + "…"
    return _BLANKS.sub(" ", _LONE.sub("\ufffd", _HIDDEN.sub("", text))).strip()


def summary(title: str) -> str:
    """Make a title fit for the summary field: one line, 255 UTF-16 units."""
    line = fold(title)
    if units(line) <= SUMMARY_LIMIT:
        return line
    while units(line) > SUMMARY_LIMIT - 1:
        line = line[:-1]
    return line.rstrip() + "…"


def units(text: str) -> int:
    """Count a text as Java does: characters outside the basic plane are two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _escaped(match: re.Match[str]) -> str:
    found = match.group()
    match match.lastgroup:
        case "keep":
            return found
        case "backslash":
            return "&#92;"
        case "amp":
            return "&amp;"
        case "scheme" | "mail":
            return found + BREAK
    return "\\" + found


def _pieces(prose: Prose, *, cloud: bool) -> Iterator[tuple[str, str]]:
    """Cut prose into lines that may be left out from the end on, each with the gap before it."""
    for block in prose.blocks:
        gap = "\n\n"
        for line in _block(block, cloud=cloud):
            yield gap, line
            gap = "\n"


def _block(block: Block, *, cloud: bool) -> Iterator[str]:
    match block:
        case Heading(line):
            yield f"h3. {_line(line, cloud=cloud) or BREAK}"
        case Paragraph(line):
            yield _line(line, cloud=cloud)
        case Bullets(lines):
            yield from (f"* {_line(line, cloud=cloud) or BREAK}" for line in lines)
        case Table(head, rows):
            yield "||" + "".join(f"{_guarded(inert(cell)) or ' '}||" for cell in head)
            for row in rows:
                cells = [*row, *((),) * (len(head) - len(row))]
                yield "|" + "".join(f"{_line(cell, cloud=cloud) or ' '}|" for cell in cells)
        case _:
            assert_never(block)


def _line(line: Line, *, cloud: bool) -> str:
    """Render the spans of one line; neighbouring texts as one, so that no markup is made of two halves."""
    rendered = ""
    for plain, spans in groupby(line, lambda span: isinstance(span, Text)):
        if plain:
            rendered += _spaced("".join(span.text for span in spans if isinstance(span, Text)))
        else:
            rendered += "".join(_span(span, cloud=cloud) for span in spans)
    return _guarded(rendered.strip())


def _guarded(line: str) -> str:
    return BREAK + line if _STARTS_BLOCK.match(line) else line


def _spaced(text: str) -> str:
    """Render plain text, with the one blank at its ends that folding takes."""
    before, after = text[:1].isspace(), text[-1:].isspace()
    return " " * before + inert(text) + " " * after


def _span(span: Span, *, cloud: bool) -> str:
    match span:
        case Text(text):
            return inert(text)
        case Strong(text):
            return f"*{shown}*" if (shown := inert(text)) else ""
        case Code(text):
            return f"{{{{{shown}}}}}" if (shown := inert(text)) else ""
        case Link(text, url):
            return _link(text, url)
        case Mention(person):
            return _mention(person, cloud=cloud)
        case _:
            assert_never(span)


def _link(text: str, url: str) -> str:
    """Link to a web address; anything else is shown as its text alone."""
    shown = inert(fold(text).translate(_IN_LINK)) or inert(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return shown
    if parts.scheme not in {"http", "https"} or not parts.hostname or _HIDDEN.search(url) or _LONE.search(url):
        return shown
    return f"[{shown}|{quote(url, safe=_IN_URL)}]"


def _mention(person: str, *, cloud: bool) -> str:
    if not _PERSON.fullmatch(person):
        return inert(person)
    return f"[~accountid:{person}]" if cloud else f"[~{person}]"
