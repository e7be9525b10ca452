"""What Jira makes of wiki text, by a reader of its own that shares nothing with how we write it, and is easily woken.

It follows Atlassian's page on text formatting notation. Where the two Jiras differ it takes what does more: a link of
any scheme behind any sign that is no ASCII letter or digit, a macro of any name, a phrase that ends anywhere.
"""

import re
from collections import Counter

ESCAPABLE = "\\[]{}|!*_^~+@?()-#%"
BLOCKS = (
    ("heading", re.compile(r"\s*[hH][1-6]\.(.*)")),
    ("quote", re.compile(r"\s*[bB][qQ]\.(.*)")),
    ("rule", re.compile(r"\s*-{4,}\s*()$")),
    ("item", re.compile(r"\s*[*#-]+\s+(.*)")),
)
WAKES = (
    ("macro", re.compile(r"\{(?!\{)[A-Za-z][^{}\n]*\}")),
    ("image", re.compile(r"!(?=\S)[^!\n]+!")),
    ("link", re.compile(r"(?i)(?<![a-z0-9])(?:[a-z][a-z0-9+.]*://|(?:mailto|news|file):|www\.)(?=[^\s\u200b])")),
    ("mention", re.compile(r"(?<![a-zA-Z0-9])@(?=\w)")),
    ("key", re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9_]+-\d")),
    ("citation", re.compile(r"\?\?(?=\S).+?\?\?")),
    ("emoticon", re.compile(r":-?[()DPp](?![a-z])|;-?[()]|\((?:[xyni/!?*+-]|\*[rgby]|on|off|flag|flagoff)\)")),
    ("dash", re.compile(r"(?:^|(?<=\s))-{2,3}(?=\s|$)")),
    ("phrase", re.compile(r"(?<![A-Za-z0-9])([*_+^~-])(?=[^\s\1]).*?\1")),
    ("entity", re.compile(r"&#?\w{1,32};")),
    ("open macro", re.compile(r"[{}]")),
    ("open link", re.compile(r"[\[\]]")),
    ("cell", re.compile(r"\|")),
)
CODE = re.compile(r"(?<![A-Za-z0-9])\{\{(.+?)\}\}")
STRONG = re.compile(r"(?<![A-Za-z0-9])\*(?=\S)([^*\n]+)(?<=\S)\*(?![A-Za-z0-9])")
KNOWN = {"&#92;": "\\", "&amp;": "&"}
SHY = 0xF0000  # a character that a backslash is before, moved where nothing means anything


class Shown:
    """What is shown: blocks by kind, phrases, links and mentions by where they lead, all text, and what else woke."""

    def __init__(self, text):
        self.blocks, self.rows = Counter(), []
        self.strong, self.codes, self.links, self.mentions, self.texts, self.woken = [], [], [], [], [], []
        for line in _shy(text).split("\n"):
            self._line(line)

    def _line(self, line):
        if line.lstrip().startswith("|"):
            self._row(line.strip())
            return
        for kind, pattern in BLOCKS:
            if found := pattern.match(line):
                self.blocks[kind] += 1
                self._phrases(found[1])
                return
        if line.strip():
            self.blocks["text"] += 1
        self._phrases(line)

    def _row(self, line):
        self.blocks["row"] += 1
        mark = "||" if line.startswith("||") else "|"
        cells = re.split(re.escape(mark) + r"(?![^\[\]]*\])", line)[1:-1]
        self.rows.append(len(cells))
        for cell in cells:
            if any(pattern.match(cell) for _, pattern in BLOCKS):
                self.woken.append(f"block in a cell: {cell}")
            self._phrases(cell)

    def _phrases(self, line):
        """Take what we may mean out of a line; whatever else would do something in the rest has woken."""
        line = re.sub(r"\[~(?:accountid:)?([^\[\]|\n]+)\]", self._taken(self.mentions), line)
        line = re.sub(r"\[([^\[\]|\n]*)\|(https?://[^\[\]|\s]+)\]", self._linked, line)
        line = CODE.sub(self._taken(self.codes, True), line)
        line = STRONG.sub(self._taken(self.strong, True), line)
        self._rest(line)

    def _taken(self, found, read=False):
        def take(match):
            found.append(_plain(match[1]))
            if read:
                self._rest(match[1])
            return " "

        return take

    def _linked(self, match):
        self.links.append(match[2])
        self._rest(match[1])
        return " "

    def _rest(self, text):
        plain = text
        for entity, meant in KNOWN.items():
            plain = plain.replace(entity, _moved(meant))
        self.woken += [f"{kind}: {plain}" for kind, pattern in WAKES if pattern.search(plain)]
        self.texts.append(_plain(plain))


def _shy(text):
    """Move each character behind a backslash away; a backslash that escapes nothing breaks the line."""
    text = re.sub(r"\\(.)", lambda found: _moved(found[1]) if found[1] in ESCAPABLE[1:] else "\n" + found[1], text)
    return text.replace("\\", "\n")


def _moved(text):
    return "".join(chr(SHY + ord(char)) for char in text)


def _plain(text):
    """Return what is read."""
    back = {SHY + code: chr(code) for code in range(128)}
    return text.translate(back).replace("\u200b", "")
