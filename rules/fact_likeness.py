"""Facts of likeness: earlier tickets that may be the same problem by their text, as long as nobody has answered."""

from __future__ import annotations

from rules.fact_asked import Asked, Fact, readable
from rules.memory import Likeness
from rules.recurrence.trust import STRONG
from rules.resembling import evidence

CERTAIN = "A"


def known(asked: Asked) -> bool:
    """Tell whether the ticket is certainly a report of another one: then nothing is left to be suggested."""
    return any(each.other.way == "origin" and each.tier == CERTAIN for each in asked.memory.recurrences)


def strong(asked: Asked) -> Likeness | None:
    """Return the strong match that is acted upon."""
    if not asked.memory.likenesses or known(asked):
        return None
    return next((each for each in asked.memory.likenesses if each.tier == STRONG and not each.shadow), None)


def suggested(asked: Asked) -> list[Likeness]:
    """Return what may be the same problem, the most probable first; none beside a match that is acted upon."""
    if not asked.memory.likenesses or known(asked) or strong(asked):
        return []
    return list(asked.memory.likenesses)


def _key(asked: Asked) -> str:
    found = strong(asked)
    return readable(found.other.key) if found else ""


def _because(asked: Asked) -> str:
    found = strong(asked)
    return readable(_evidence(found)) if found else ""


def _evidence(found: Likeness) -> str:
    return evidence(found.probability, found.signatures, found.words)


def _days(asked: Asked, found: Likeness | None) -> int | None:
    return None if found is None else max(0, (asked.today - asked.day(found.at)).days)


LIKENESS_FACTS: tuple[Fact, ...] = (
    Fact(
        "alike",
        "list(string)",
        "the keys of up to 3 earlier tickets that may be the same problem by their text, the most probable first,"
        " as long as nobody has said that they are or are not",
        lambda a: [readable(each.other.key) for each in suggested(a)],
    ),
    Fact(
        "alike_evidence",
        "list(string)",
        "the same, each with its score and what both say",
        lambda a: [readable(f"{each.other.key} ({_evidence(each)})") for each in suggested(a)],
    ),
    Fact(
        "alike_days",
        "int",
        "days since they were found; missing if there are none",
        lambda a: _days(a, next(iter(suggested(a)), None)),
    ),
    Fact(
        "likely_same",
        "string",
        "the key of the earlier ticket that it matches strongly by its text, where people have confirmed such matches"
        ' often enough; "" if there is none, or somebody has said that it is or is not',
        _key,
    ),
    Fact("likely_same_because", "string", "what both say, and how probable that is", _because),
)
