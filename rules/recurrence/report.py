"""A report: a ticket as it is compared with others, made once of its text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from rules.recurrence.platforms import platforms_of
from rules.recurrence.signatures import signatures_of
from rules.recurrence.text import parts_of, plain
from rules.recurrence.tokens import words
from rules.references import tickets_named

CLAIM = re.compile(
    r"\b(?:(?:exact |probable )?dup(?:e|licate)?s?|recurrence|regression|repeat|re-?occurrence"
    r"|same (?:as|issue as|problem as|bug as|thing as))\s{0,3}(?:of|as|to)?\s{0,3}(?:issue|bug|ticket)?\s{0,3}:?\s{0,3}"
    r"(?P<key>#\d{1,9}|[A-Za-z][\w./-]{0,100}[#-]\d{1,9})",
    re.IGNORECASE,
)
VOIDED = re.compile(
    r"\b(?:may|might|maybe|possibl[ey]|perhaps|think|thought|seems?|looks|likely|probabl[ey]|could|similar|half|almost|but|if|not|no"
    r"|un\w{2,20}|isn't|doesn't|wasn't|don't|never|related)\b|n't|\?",
    re.IGNORECASE,
)
"""Hedges and negations: with one of them near, nothing was claimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is compared of a ticket. Words are stemmed and in order; signatures carry their kind."""

    uid: str
    key: str  # as others name it: "ops-12", "acme/shop#12", in lower case
    project: str
    created: datetime
    reporter: str = ""
    type: str = ""
    title: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    platforms: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()  # the keys that it names
    claimed: frozenset[str] = frozenset()  # those of them that it says, unhedged, to be the same problem


def report_of(
    *,
    uid: str,
    key: str,
    project: str,
    created: datetime,
    title: str,
    body: str,
    reporter: str = "",
    type: str = "",  # noqa: A002 - the noun's word
) -> Report:
    """Make a report of a ticket's text. `project` is what "#12" in it belongs to: "acme/shop", "OPS"."""
    parts = parts_of(title, body)
    spoken = plain(parts.prose)
    named = frozenset(tickets_named(project, title, body)) - {key.lower()}
    return Report(
        uid=uid,
        key=key.lower(),
        project=project,
        created=created,
        reporter=reporter,
        type=type,
        title=tuple(words(parts.title)),
        prose=tuple(words(spoken)),
        code=tuple(words(parts.code)),
        signatures=signatures_of("\n".join((parts.title, parts.prose, parts.code))),
        platforms=platforms_of(parts.title),
        named=named,
        claimed=frozenset(claimed(project, f"{parts.title}\n{spoken}")) & named,
    )


def claimed(project: str, text: str) -> tuple[str, ...]:
    """Return the keys that a text calls the same problem, without a hedge or a negation in the sentence."""
    found: list[str] = []
    for line in text.split("\n"):
        for claim in CLAIM.finditer(line):
            near = line[max(0, claim.start() - 60) : claim.end() + 20]
            if not VOIDED.search(near):
                found.extend(tickets_named(project, claim["key"]))
    return tuple(found)
