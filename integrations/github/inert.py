"""Foreign text made inert for GitHub: it reads the same, and mentions, links, commands and formats nothing."""

from __future__ import annotations

import html
import re

SPACE = "\u200b"
"""Zero-width: put behind what would be a mention or a reference. Foreign ones are taken out first."""
_SPAN_LIMIT = 5_000
_FOLDED = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffc\U000e0000-\U000e0fff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_COMMAND = re.compile(r"(?<!\S)/(?=\w)")
_REFERENCE = re.compile(r"(?<![a-z0-9_])gh-(?=\d)", re.IGNORECASE)  # a letter with an accent is none to GitHub
_COMMIT = re.compile(r"(?<![0-9a-z_])[0-9a-f]{7,}(?![0-9a-z_])", re.IGNORECASE)
_ADDRESS = re.compile(r":(?=//)|(?:mailto|xmpp):|www(?=\.)", re.IGNORECASE)
_MARKUP = re.compile(r"([\\`*_{}\[\]|~$#])")
_BLOCK_START = re.compile(r"(?:[-+=:]|\d{1,9}(?=[.)]))")


def cleaned(text: str) -> str:
    """Return the text in one line, without what cannot be seen, entities decoded, no longer than a card can bear."""
    text = text[: 4 * _SPAN_LIMIT]
    for _ in range(5):  # an entity may hide another
        decoded = html.unescape(text)
        if decoded == text:
            break
        text = decoded
    text = _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", _FOLDED.sub(" ", text)))
    return text if len(text) <= _SPAN_LIMIT else text[: _SPAN_LIMIT - 1] + "\u2026"


def unlinked(text: str) -> str:
    """Break mentions, references and commands; for text that is shown as it is, too."""
    text = text.replace("@", "@" + SPACE)
    text = text.replace("#", "#" + SPACE)
    text = _REFERENCE.sub(lambda found: found[0] + SPACE, text)
    return _COMMAND.sub("/" + SPACE, text)


def inert(text: str) -> str:
    """Return foreign text as Markdown that says just this text."""
    text = _COMMIT.sub(lambda found: _spaced(found[0]), cleaned(text))
    text = _ADDRESS.sub(lambda found: found[0] + SPACE, unlinked(text))
    text = _MARKUP.sub(r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text[:-1] + r"\!" if text.endswith("!") else text  # else a link behind it became an image


def opening(line: str) -> str:
    """Return a line that starts no list, heading or rule when a block begins with it."""
    line = line.strip()
    found = _BLOCK_START.match(line)
    if not found:
        return line
    start = found[0]
    return f"{start}\\{line[found.end() :]}" if start.isdigit() else f"\\{line}"


def _spaced(run: str) -> str:
    """Break a run of hex digits so that no piece is as long as a commit's short name."""
    return SPACE.join(run[at : at + 6] for at in range(0, len(run), 6))
