"""References: the tickets that a text names, the evidence and the twins that it tells of. Foreign text: bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

LONGEST = 100_000  # characters of a text that are looked at
MOST = 100  # tickets that one text names, at most; and links of evidence
FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})")
HIDDEN = re.compile(r"<!--[\s\S]*?(?:-->|\Z)")
CODE = re.compile(r"(?<!`)(`{1,3})(?!`)[^`\n]{0,2000}\1(?!`)|<(?:code|pre)>[^<]{0,20000}</(?:code|pre)>")
JIRA_CODE = re.compile(r"\{(?P<name>code|noformat)(?::[^{}\n]{0,200})?\}")
LINK = re.compile(r"\[[^\[\]\n]{0,300}\]\((?P<url>[^()\s]{1,2000})(?:\s[^()\n]{0,300})?\)")
ANCHOR = re.compile(r"<a\s[^<>]{0,50}href=[\"'](?P<url>[^\"'<>\s]{1,2000})[\"'][^<>]{0,500}>[^<]{0,300}</a>")
PROJECT = r"[A-Za-z][A-Za-z0-9_]{1,30}"
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
HINT = re.compile(r"[#/-][0-9]")  # most lines hold nothing like a key, and are passed over quickly
NAMED = re.compile(
    rf"(?:https?://[A-Za-z0-9.:-]{{1,255}}/(?P<home>{NAME}/{NAME})/issues/(?P<issue>[0-9]{{1,10}})"
    rf"|https?://[^\s<>/]{{1,255}}/(?:[^\s<>/]{{1,100}}/){{0,3}}browse/(?P<browsed>{PROJECT}-[0-9]{{1,9}})"
    rf"|(?<![A-Za-z0-9_./:-])(?P<there>{NAME}/{NAME})#(?P<number>[0-9]{{1,10}})"
    r"|(?<![A-Za-z0-9_./&#-])#(?P<here>[0-9]{1,10})"
    rf"|(?<![A-Za-z0-9_-])(?P<jira>[A-Z][A-Z0-9_]{{1,30}}-[0-9]{{1,9}}))(?![0-9A-Za-z_])"
)
EVIDENCE = re.compile(r"[\s*_-]{0,10}evidence[*_]{0,3}\s{0,3}:[*_]{0,3}(?P<rest>[^\n]{0,2100})", re.IGNORECASE)
ADDRESS = re.compile(r"https?://[^\s/?#<>\"|\[\]]+[^\s<>\"|\[\]]*", re.IGNORECASE)
LONGEST_ADDRESS = 400
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]+-[1-9][0-9]{0,8}|(?:[\w.-]+/[\w.-]+)?#[1-9][0-9]{0,8}", re.ASCII)
TWINS = re.compile(r"[\s*_-]{0,10}twins?[*_]{0,3}\s{0,3}:[*_]{0,3}(?P<rest>[^\n]{0,2100})", re.IGNORECASE)
MOST_TWINS = 10  # of one ticket
URL = re.compile(r"https?://[A-Za-z0-9][^\s<>\"'`()\[\]{}|\\^]{0,2000}")


def tickets_named(repository: str, *texts: str) -> tuple[str, ...]:
    """Return the keys of the tickets that texts name, in lower case, each once: "acme/shop#12", "ops-12".

    `#12` is an issue of `repository` ("acme/shop"). What stands in code, in comments that nobody sees, or only as the
    words of a link to somewhere else names nothing.
    """
    found: dict[str, None] = {}
    for text in texts:
        if not HINT.search(text):
            continue
        for key in _keys(repository, _said(text)):
            found[key.lower()] = None
            if len(found) == MOST:
                return tuple(found)
    return tuple(found)


def evidence_links(text: str) -> tuple[str, ...]:
    """Return the links in lines of a ticket's text that begin with "Evidence:", each once."""
    if "vidence" not in text and "VIDENCE" not in text:
        return ()
    lines = (EVIDENCE.match(line) for line in _said(text).split("\n"))
    links = chain.from_iterable(_addresses(line["rest"]) for line in lines if line)
    return tuple(dict.fromkeys(links))[:MOST]


def twins_named(repository: str, text: str) -> tuple[str, ...]:
    """Return the tickets in lines of a ticket's text that begin with "Twin:", in lower case, each once.

    `#12` is an issue of `repository`.
    """
    if "win" not in text and "WIN" not in text:
        return ()
    lines = (TWINS.match(line) for line in _said(text).split("\n"))
    keys = (key.lower() for line in lines if line for key in _keys(repository, line["rest"]))
    return tuple(dict.fromkeys(islice(keys, MOST)))[:MOST_TWINS]


def plain_lines(text: str) -> tuple[str, ...]:
    """Return the lines that a text shows outside of blocks of code and hidden comments, links as addresses."""
    seen = text[:LONGEST].replace("\r\n", "\n")
    seen = "".join(_unblocked("\n".join(_unfenced(HIDDEN.sub(" ", seen) if "<!--" in seen else seen))))
    return tuple(LINK.sub(r" \g<url> ", seen).split("\n"))


def reference(words: str, repository: str = "") -> str:
    """Return the address or the ticket that words are: "https://...", "OPS-12", "acme/shop#12"; "" if they are none.

    `#12` is an issue of `repository`, without one it is nothing.
    """
    text = words.strip("<>[]").partition("|")[0].strip("<>[]")
    if ADDRESS.fullmatch(text) and len(text) <= LONGEST_ADDRESS:
        return text
    if not KEY.fullmatch(text) or (text.startswith("#") and not repository):
        return ""
    if text.startswith("#"):
        return repository + text
    return text if "#" in text else text.upper()


def lines_in_sight(text: str) -> list[str]:
    """Return the lines that a text shows in plain sight, their links as bare addresses."""
    return _said(text).split("\n")


def links_of(repository: str, line: str) -> tuple[str, ...]:
    """Return the addresses and the tickets that a line in plain sight names, each once."""
    keys = (key for key in _keys(repository, URL.sub(" ", line)) if not key.startswith("#"))
    links = chain(_addresses(line), (key if "#" in key else key.upper() for key in keys))
    return tuple(dict.fromkeys(links))[:MOST]


def _addresses(line: str) -> Iterator[str]:
    for url in URL.finditer(line):
        yield url[0].rstrip(".,;:!?*_")


def _keys(repository: str, text: str) -> Iterator[str]:
    lines = (line for line in text.split("\n") if HINT.search(line))
    for found in chain.from_iterable(map(NAMED.finditer, lines)):
        if found["home"]:
            yield f"{found['home']}#{int(found['issue'])}"
        elif found["there"]:
            yield f"{found['there']}#{int(found['number'])}"
        elif found["here"]:
            yield f"{repository}#{int(found['here'])}"
        else:
            yield found["browsed"] or found["jira"]


def _said(text: str) -> str:
    """Return what a text says in plain sight, its links as bare addresses."""
    seen = text[:LONGEST].replace("\r\n", "\n")
    seen = HIDDEN.sub(" ", seen) if "<!--" in seen else seen
    seen = CODE.sub(" ", "".join(_unblocked("\n".join(_unfenced(seen)))))
    return ANCHOR.sub(r" \g<url> ", LINK.sub(r" \g<url> ", seen))


def _unfenced(text: str) -> Iterator[str]:
    """Yield the lines outside of fenced code."""
    fence = ""
    for line in text.split("\n"):
        opened = FENCE.match(line)
        if fence:
            closes = opened and opened["fence"].startswith(fence) and not line.strip().strip(fence[0])
            fence = "" if closes else fence
        elif opened:
            fence = opened["fence"]
        else:
            yield line


def _unblocked(text: str) -> Iterator[str]:
    """Yield what stands outside of Jira's blocks of code; one that is never closed is none."""
    block, start = "", 0
    for found in JIRA_CODE.finditer(text):
        if not block:
            yield text[start : found.start()]
            block, start = found["name"], found.start()
        elif found["name"] == block:
            block, start = "", found.end()
    yield text[start:]
