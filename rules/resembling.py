"""Resembling: what two tickets that may be the same problem have in common, in words."""

from __future__ import annotations

MOST = 2
"""So many common signatures are told, the rarest."""
LONGEST = 80  # characters of one


def evidence(score: float, signatures: tuple[str, ...], words: tuple[str, ...]) -> str:
    """Word what tells that two tickets may be the same: "score 0.43; both show timeouterror; both say pool, empty"."""
    shown, said = ", ".join(signatures_in_words(signatures)), ", ".join(words)
    parts = (f"score {score:.2f}", f"both show {shown}" if shown else "", f"both say {said}" if said else "")
    return "; ".join(part for part in parts if part)


def signatures_in_words(signatures: tuple[str, ...]) -> tuple[str, ...]:
    """Return the rarest of some signatures, without their kinds: "x:timeouterror" is "timeouterror"."""
    return tuple((each.partition(":")[2] or each)[:LONGEST] for each in signatures[:MOST])
