"""What GitHub makes of a comment, by a CommonMark parser that is not ours: what is a link, a mention, an image.

GitHub renders GFM (https://github.github.com/gfm/), then looks in what is left of plain text, outside of code and
links, for mentions, references, commits and addresses
(https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls).
"""

import re
from collections import Counter
from html.parser import HTMLParser

from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
WAKES = {
    "mention": re.compile(r"(?<![\w`])@[a-z0-9](?:[a-z0-9-]*/[\w-]+|[\w-]*)", re.IGNORECASE),
    "reference": re.compile(r"#\d|(?<![a-z0-9_])gh-\d", re.IGNORECASE),
    "commit": re.compile(r"(?<!\w)[0-9a-f]{7,40}(?!\w)", re.IGNORECASE),
    "address": re.compile(r"\b(?:https?|ftp)://[^\s<]|\bwww\.[^\s<]|\b(?:mailto|xmpp):[\w.+-]+@", re.IGNORECASE),
    "mail": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"),
}
TICK = re.compile(r"(?<!\\)(?:\\\\)*\\`")
CODE = re.compile(r"(?<![`\\])(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
EXTENSIONS = re.compile(r"(?<!\\)(?:\\\\)*(?:\[\^|\$)|^[ >]*(?:[-*+]|\d+[.)])\s+\[[ xX]\]\s", re.MULTILINE)
"""Footnotes, formulas and boxes to tick, which this parser does not know; a backslash before them keeps them asleep."""


class Shown(HTMLParser):
    """Reads HTML: its tags, its text outside of code and links, where links lead, and its comments."""

    def __init__(self, body):
        super().__init__(convert_charrefs=True)
        self.tags, self.links, self.comments, self.open = Counter(), [], [], []
        self.texts, self.codes = [""], []
        self.extensions = EXTENSIONS.findall(CODE.sub("", TICK.sub("", body)))
        self.feed(MARKDOWN.render(body))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.open.append(tag)
        self.texts.append("")
        if tag == "a":
            self.links.append(dict(attrs).get("href"))
        if tag == "code":
            self.codes.append("")

    def handle_endtag(self, tag):
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]
        if tag not in {"em", "strong"}:
            self.texts.append("")

    def handle_data(self, data):
        if "code" in self.open:
            self.codes[-1] += data
        elif "a" not in self.open:
            self.texts[-1] += data
        else:
            self.texts.append("")

    def handle_comment(self, data):
        self.comments.append(data)

    def handle_decl(self, decl):
        self.tags["!" + decl] += 1

    def handle_pi(self, data):
        self.tags["?" + data] += 1

    @property
    def text(self):
        """All that is read, links' texts left out."""
        return "\n".join(text for text in self.texts if text.strip())

    @property
    def woken(self):
        """What GitHub finds in plain text: ["mention @bob"]."""
        found = {f"{name} {each[0]}" for name, wakes in WAKES.items() for each in wakes.finditer(self.text)}
        return sorted(found) + self.extensions


def commands(body):
    """Return what a bot that reads the raw text takes for a command: lines that begin with a slash."""
    return re.findall(r"^\s*/\w+", body, re.MULTILINE)
