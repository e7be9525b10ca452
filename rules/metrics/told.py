"""What an incident's text tells of how it went: when it began, was detected and over, and what caused it.

Lines like "Began: 2026-11-02 10:00", "Detected: ...", "Resolved: ..." and "Caused by #12", or headings with the value
below, as issue forms write them. Foreign text: bounded patterns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from rules.references import lines_in_sight, tickets_named
from rules.texts import clipped

Part = Literal["began", "detected", "resolved", "caused"]
PARTS: dict[str, Part] = {
    "began": "began",
    "started": "began",
    "detected": "detected",
    "resolved": "resolved",
    "mitigated": "resolved",
    "caused by": "caused",
}
NOTHING_CAUSED = "none"
"""What is said instead of a change where no rollout caused an incident."""
HINT = re.compile(r"began|started|detected|resolved|mitigated|caused", re.IGNORECASE)
LABEL = re.compile(
    r"(?:h[1-6]\.)?[\s|#*_>-]{0,12}(?P<part>began|started|detected|resolved|mitigated|caused\s{1,3}by)(?:\s{1,3}at)?(?![\w-])"
    r"[\s|*_:]{0,8}(?P<rest>[^\n]{0,400})",
    re.IGNORECASE,
)
TIME = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:T|[ ,]{1,2}(?:at )?)(?P<clock>\d{1,2}:\d{2})(?::\d{2}(?:\.\d{1,9})?)?"
    r"\s?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?P<odd>\s?[A-Z]{2,5}\b)?",
    re.ASCII,
)
BEGINS_WITH_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
PULL = re.compile(r"(?<=[\w.-])/pull/(?=\d)")
LEADING = re.compile(
    r"(?:the\s{1,3})?(?:(?:pr|pull request|change|deployment|deploy|release|rollout)\s{1,3})?(?:of\s{1,3})?",
    re.IGNORECASE,
)
NO_CAUSE = re.compile(r"(?:none|nothing|no (?:change|deployment|rollout|release))\b", re.IGNORECASE)
MOST_CAUSES = 5
BELOW = 3  # lines below a heading in which its value is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a text tells. Each moment is the first one of its kind, in UTC."""

    began: datetime | None = None
    detected: datetime | None = None
    resolved: datetime | None = None
    causes: tuple[str, ...] = ()  # keys in lower case, or NOTHING_CAUSED alone
    doubts: tuple[str, ...] = ()  # what was meant to be told and cannot be read, a sentence each


SILENCE = Told()


def told_by(text: str, repository: str, instant: Callable[[datetime], datetime]) -> Told:
    """Read a text. `#12` is a change or issue of `repository`; `instant` reads a time that names no zone."""
    if not HINT.search(text):
        return SILENCE
    found: dict[Part, datetime] = {}
    causes: tuple[str, ...] = ()
    doubts: list[str] = []
    for part, value in _parts(lines_in_sight(text)):
        if part == "caused":
            causes = causes or causes_named(value, repository)
        elif part not in found and BEGINS_WITH_DAY.match(value):
            moment = _moment(value, instant)
            if moment is None:
                doubts.append(f"'{clipped(value, 60)}' is no time: write it like '2026-11-02 10:00' or '... 10:00Z'.")
            else:
                found[part] = moment
    return Told(
        began=found.get("began"),
        detected=found.get("detected"),
        resolved=found.get("resolved"),
        causes=causes,
        doubts=tuple(doubts),
    )


def causes_named(words: str, repository: str) -> tuple[str, ...]:
    """Return the changes and tickets that words begin with, by keys in lower case; NOTHING_CAUSED if they say so."""
    if NO_CAUSE.match(words):
        return (NOTHING_CAUSED,)
    rest = words[LEADING.match(words).end() :] if LEADING.match(words) else words  # type: ignore[union-attr]
    found: dict[str, None] = {}
    for word in re.split(r"[\s,;|]+", rest)[: 2 * MOST_CAUSES]:
        if word.lower() in {"and", "&", ""}:
            continue
        named = tickets_named(repository, PULL.sub("/issues/", word))
        if len(named) != 1 or named[0].startswith("#"):
            break
        found[named[0]] = None
    return tuple(found)[:MOST_CAUSES]


def _parts(lines: Sequence[str]) -> Iterator[tuple[Part, str]]:
    """Yield what lines are about and their values; a heading's value stands below it."""
    for number, line in enumerate(lines):
        label = LABEL.match(line[:500])
        if label is None:
            continue
        below = (each.strip() for each in lines[number + 1 : number + 1 + BELOW])
        value = label["rest"].strip() or next((each for each in below if each), "")
        yield PARTS[" ".join(label["part"].lower().split())], value


def _moment(value: str, instant: Callable[[datetime], datetime]) -> datetime | None:
    found = TIME.match(value)
    if found is None or found["odd"]:
        return None
    clock = found["clock"].rjust(5, "0")
    zone = found["zone"] or ""
    try:
        wall = datetime.fromisoformat(f"{found['day']}T{clock}{'Z' if zone in {'UTC', 'GMT'} else zone}")
        return wall.astimezone(UTC) if wall.tzinfo else instant(wall)
    except (ValueError, OverflowError):
        return None
