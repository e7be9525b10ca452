"""What a decision feeds: for roadmap, budget, staffing and training a ticket, an address, or the reason for none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rules.phrases import split
from rules.references import lines_in_sight, links_of, reference
from rules.wording import listed, meant, shown

TARGETS = ("roadmap", "budget", "staffing", "training")
NONE = "none"
LINE = re.compile(
    rf"[\s*_+-]{{0,10}}(?P<target>{'|'.join(TARGETS)})[*_]{{0,3}}\s{{0,3}}:[*_]{{0,3}}(?P<rest>[^\n]{{0,2100}})",
    re.IGNORECASE,
)
NO_LINK = re.compile(rf"[\s*_]{{0,5}}{NONE}\b[*_]{{0,3}}(?P<rest>[^\n]*)", re.IGNORECASE)
REASON = re.compile(r"[\s*_]{0,5}(?:because\b|[:,;(\u2013\u2014-])(?P<because>[^\n]*)", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
BLANKS = frozenset({"tbd", "tba", "todo", "none", "because"})  # words that explain nothing
PERIOD = re.compile(r"(?:Q[1-4]|H[12]|FY\d{0,4})-\d{2,4}", re.IGNORECASE)  # Q1-2027 looks like a ticket, and is none
WHICH = "What does it feed? It is one of roadmap, budget, staffing and training."
WHY = "Why none? Say it after 'because'."


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An answer to what a decision feeds."""

    target: str  # one of TARGETS
    to: str  # a ticket's key or an address; "none" where it feeds nothing, and there is a reason
    because: str = ""

    @property
    def value(self) -> str:
        """The answer as a statement keeps it: "roadmap OPS-12", "budget none"."""
        return f"{self.target} {self.to}"


def read_feed(words: str, repository: str = "") -> Feed | str:
    """Read "roadmap OPS-12" or "budget none because ..."; text says what is wrong with it.

    `#12` is an issue of `repository` ("acme/shop"), without one it is nothing.
    """
    head, _, because = split(words, "because")
    name, to = (*head.split(maxsplit=1), "", "")[:2]
    target = name.lower().rstrip(":")
    if not target:
        return WHICH
    if target not in TARGETS:
        return f"{shown(name)} is not {listed(TARGETS)}{meant(target, TARGETS)}."
    if to.lower() == NONE:
        return Feed(target=target, to=NONE, because=because) if _explains(because) else WHY
    found = reference(to, repository)
    if not found or PERIOD.fullmatch(found):
        return f"{shown(to)} is no address and no ticket." if to else f"Which ticket is it for {target}?"
    return Feed(target=target, to=found, because=because)


def feeds_in(text: str, repository: str = "") -> Iterator[Feed]:
    """Yield the answers in a ticket's text: lines like "Roadmap: OPS-12" or "Budget: none because ..."."""
    low = text.lower()
    if not any(target in low for target in TARGETS):
        return
    for found in filter(None, map(LINE.match, lines_in_sight(text))):
        target, none = found["target"].lower(), NO_LINK.match(found["rest"])
        if none:
            reason = REASON.match(none["rest"])
            if reason and _explains(reason["because"]):
                yield Feed(target=target, to=NONE, because=reason["because"].strip())
            continue
        for link in links_of(repository, found["rest"]):
            if not PERIOD.fullmatch(link):
                yield Feed(target=target, to=link)


def _explains(reason: str) -> bool:
    """Tell whether a reason says anything: "..." and "TBD" do not."""
    words = WORD.findall(reason.lower())
    return sum(map(len, words)) > 1 and not BLANKS.issuperset(words)
