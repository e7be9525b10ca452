"""Facts of reviews: whether what came of one is written down, and what is missing before it counts."""

from __future__ import annotations

import re
from itertools import pairwise

from rules.fact_asked import Asked, Fact
from rules.references import lines_in_sight

NOT_HELD = "that it was held (comment /kaizen held)"
NO_OUTCOME = "what came of it (comment /kaizen held because ..., or a line Outcome: ...)"
OUTCOME = re.compile(
    r"[\s*_-]{0,10}(?:outcome|decision)s?[*_]{0,3}\s{0,3}:[*_]{0,3}(?P<rest>[^\n]{0,300})", re.IGNORECASE
)
OTHER = re.compile(r"\s{0,3}(?:#{1,6}\s|h[1-6]\.|[\s*_-]{0,10}\w{1,40}[*_]{0,3}\s{0,3}:)")
"""How a line begins that is a heading or says something else."""
UNSAID = frozenset({"", "tbd", "todo", "na", "none", "pending", "open"})
"""What holds the place of an outcome that is not known yet, as letters and digits alone."""


def outcome_recorded(text: str) -> bool:
    """Tell whether something stands behind an "Outcome:" or "Decision:" that begins a line, or on the line after it."""
    if not re.search("outcome|decision", text, re.IGNORECASE):
        return False
    lines = [line for line in lines_in_sight(text) if line.strip()]
    for line, following in pairwise([*lines, ""]):
        found = OUTCOME.match(line)
        if found and (_says(found["rest"]) or (_says(following) and not OTHER.match(following))):
            return True
    return False


def _says(text: str) -> bool:
    return "".join(char for char in text[:300].lower() if char.isalnum()) not in UNSAID


def recorded(asked: Asked) -> bool:
    """Tell whether somebody said what came of it, by a command or in its text."""
    said = any(each.what == "held" and each.because for each in asked.memory.statements)
    return said or outcome_recorded(asked.ticket.body)


def missing(asked: Asked) -> list[str]:
    """Return what is missing before it counts as held."""
    held = any(each.what == "held" for each in asked.memory.statements)
    return [*([] if held else [NOT_HELD]), *([] if recorded(asked) else [NO_OUTCOME])]


REVIEW_FACTS = (
    Fact(
        "outcome_recorded",
        "bool",
        'what came of it is written: `/kaizen held because ...`, a line "Outcome: ..." or "Decision: ..." of its text',
        recorded,
    ),
    Fact("review_missing", "list(string)", "what a review lacks to count: that it was held, what came of it", missing),
)
