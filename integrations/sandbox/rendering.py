"""Foreign text as safe HTML: all of it escaped, a little Markdown or wiki markup understood, no raw HTML ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from typing import Literal

Markup = Literal["markdown", "wiki"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a markup writes what we understand. All patterns take linear time."""

    fence: re.Pattern[str]  # a line that opens or closes a block of code
    heading: re.Pattern[str]  # (level, text)
    bullet: re.Pattern[str]  # (marks, text)
    inline: re.Pattern[str]  # groups escaped, code, bold, text + url, bare


ESCAPED = r"\\(?P<escaped>[!-/:-@\[-`{-~])"  # a backslash before a mark: the mark itself
URL = r"https?://[^\s<>\"'()\[\]|]+"
MARKDOWN = Dialect(
    fence=re.compile(r"\s{0,3}(?:```|~~~)"),
    heading=re.compile(r"(#{1,6})\s+(\S.*)"),
    bullet=re.compile(r"(\s*)(?:[-*+]|[0-9]{1,9}[.)])\s+(\S.*)"),
    inline=re.compile(
        rf"{ESCAPED}|`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*|\[(?P<text>[^\[\]]+)\]\((?P<url>{URL})\)|(?P<bare>{URL})"
    ),
)
WIKI = Dialect(
    fence=re.compile(r"\{(?:code|noformat)[^}]*\}\s*$"),
    heading=re.compile(r"h([1-6])\.\s+(\S.*)"),
    bullet=re.compile(r"([*#-]{1,6})\s+(\S.*)"),
    inline=re.compile(
        rf"{ESCAPED}|\{{\{{(?P<code>[^{{}}]+)\}}\}}|(?<!\w)\*(?P<bold>[^*\s][^*]*)\*(?!\w)"
        rf"|\[(?P<text>[^\[\]|]+)\|(?P<url>{URL})\]|(?P<bare>{URL})"
    ),
)
DIALECTS: dict[Markup, Dialect] = {"markdown": MARKDOWN, "wiki": WIKI}
CELLS = re.compile(r"(?<!\\)\|(?![^\[\]|]*\])")  # what parts cells: no escaped bar, and none in a wiki link
NAMED = re.compile(r"&(?:lt|gt|amp|quot);")
UNESCAPED = re.compile(ESCAPED)
RULE = frozenset(" \t|:-")  # what the line under a Markdown table's head is made of


def render(text: str, markup: Markup) -> str:
    """Return a text as HTML."""
    dialect = DIALECTS[markup]
    lines = list(_visible(text.replace("\r\n", "\n").split("\n"), dialect))
    return "\n".join(_blocks(lines, dialect))


def _visible(lines: list[str], dialect: Dialect) -> Iterator[str]:
    """Leave out HTML comments, but not in code."""
    hidden = fenced = False
    for line in lines:
        if not hidden and dialect.fence.match(line):
            fenced = not fenced
        if fenced:
            yield line
            continue
        kept, hidden = _uncommented(line, hidden)
        if kept.strip() or kept == line:
            yield kept


def _uncommented(line: str, hidden: bool) -> tuple[str, bool]:
    """Return what of a line is not in an HTML comment, and whether one is open at its end."""
    kept, place = [], 0
    while True:
        mark = "-->" if hidden else "<!--"
        found = line.find(mark, place)
        if not hidden:
            kept.append(line[place:] if found < 0 else line[place:found])
        if found < 0:
            return "".join(kept), hidden
        place, hidden = found + len(mark), not hidden


def _blocks(lines: list[str], dialect: Dialect) -> Iterator[str]:
    place = 0
    while place < len(lines):
        kind = _kind(lines[place], dialect)
        end = place + 1
        if kind == "code":
            while end < len(lines) and not dialect.fence.match(lines[end]):
                end += 1
            yield f"<pre><code>{escape(chr(10).join(lines[place + 1 : end]))}</code></pre>"
            end += 1
        else:
            while kind not in {"heading", "blank"} and end < len(lines) and _kind(lines[end], dialect) == kind:
                end += 1
            yield _block(kind, lines[place:end], dialect)
        place = end


def _kind(line: str, dialect: Dialect) -> str:
    if not line.strip():
        return "blank"
    if dialect.fence.match(line):
        return "code"
    if dialect.heading.match(line):
        return "heading"
    if dialect.bullet.match(line):
        return "list"
    if line.lstrip().startswith("|"):
        return "table"
    return "quote" if line.startswith(">") else "text"


def _block(kind: str, lines: list[str], dialect: Dialect) -> str:
    match kind:
        case "blank":
            return ""
        case "heading":
            return _heading(lines[0], dialect)
        case "list":
            items = [found[2] for line in lines if (found := dialect.bullet.match(line))]
            return "<ul>" + "".join(f"<li>{_inline(item, dialect)}</li>" for item in items) + "</ul>"
        case "table":
            return _table(lines, dialect)
        case "quote":
            inner = "<br>".join(_inline(line.lstrip("> "), dialect) for line in lines)
            return f"<blockquote>{inner}</blockquote>"
        case _:
            return "<p>" + "<br>".join(_inline(line, dialect) for line in lines) + "</p>"


def _heading(line: str, dialect: Dialect) -> str:
    found = dialect.heading.match(line)
    if found is None:
        return ""
    level = min((int(found[1]) if found[1].isdigit() else len(found[1])) + 2, 6)
    return f"<h{level}>{_inline(found[2], dialect)}</h{level}>"


def _table(lines: list[str], dialect: Dialect) -> str:
    rows = []
    headed = len(lines) > 1 and "-" in lines[1] and RULE.issuperset(lines[1])
    for number, line in enumerate(lines):
        if headed and number == 1:
            continue
        text = line.strip()
        head = text.startswith("||") or (headed and number == 0)
        cells = CELLS.split(text.replace("||", "|").strip("|"))
        tag = "th" if head else "td"
        rows.append("<tr>" + "".join(f"<{tag}>{_inline(cell.strip(), dialect)}</{tag}>" for cell in cells) + "</tr>")
    return f"<div class=wide><table>{''.join(rows)}</table></div>"


def _inline(text: str, dialect: Dialect) -> str:
    """Return a line's text as HTML: each piece escaped on its own."""
    pieces, place = [], 0
    for found in dialect.inline.finditer(text):
        pieces.append(_text(text[place : found.start()], dialect))
        pieces.append(_piece(found, dialect))
        place = found.end()
    pieces.append(_text(text[place:], dialect))
    return "".join(pieces)


def _text(text: str, dialect: Dialect) -> str:
    """Escape a text, in which Markdown may write a mark by its name: `&gt;`."""
    return escape(NAMED.sub(lambda found: unescape(found[0]), text) if dialect is MARKDOWN else text)


def _piece(found: re.Match[str], dialect: Dialect) -> str:
    if found["escaped"] is not None:
        return escape(found["escaped"])
    if found["code"] is not None:
        return f"<code>{escape(_plain(found['code']) if dialect is WIKI else found['code'])}</code>"
    if found["bold"] is not None:
        return f"<strong>{_text(_plain(found['bold']), dialect)}</strong>"
    url = found["url"] or found["bare"]
    return f'<a href="{escape(url)}" rel="nofollow noreferrer">{escape(_plain(found["text"] or url))}</a>'


def _plain(text: str) -> str:
    return UNESCAPED.sub(r"\g<escaped>", text)
