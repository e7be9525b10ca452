"""Words for comparing: lower case, compounds taken apart, endings off, and nothing that a machine counted up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

LONGEST_WORD = 40
MOST = 600
"""Words of one text that are compared."""

WORD = re.compile(r"[^\W_]+(?:[._'-]?[^\W_]+|_+[^\W_]+){0,12}")
PIECE = re.compile(r"(?:mac|tv|watch|i)OS|iP(?:hone|ad|od)|[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+")
NOISE = re.compile(r"0x[0-9a-f]+|[0-9a-f]{16,}|\d{5,}|[0-9]+(?:ms|px|s|kb|mb)", re.IGNORECASE)
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+")
"""Chinese, Japanese and Korean: written without spaces, or with endings grown together."""
VOWEL = re.compile(r"[aeiouy]")

SAYING_NOTHING = """
    a about above after again all also am an and any are as at be because been before being below between both but by
    can could did do does doing down during each few for from further had has have having he her here hers him his how i
    if in into is it its itself just me more most my no nor not now of off on once only or other our ours out over own
    same she should so some such than that the their theirs them then there these they this those through to too under
    until up us very was we were what when where which while who whom why will with would you your yours
    don doesn didn isn wasn aren won can't cannot couldn t s re ve ll d m im ive
    please thanks thank hi hello using use used get got see seems seem like want need try tried
    nbsp lt gt amp quot br div span panel noformat https http www com org
"""
STOP = frozenset(SAYING_NOTHING.split())

ENDINGS = ("ization", "ational", "fulness", "ations", "ation", "ments", "ment", "ness", "ings", "ing", "edly", "ed")


def words(text: str) -> list[str]:
    """Return the words of a text in their order, at most MOST: a compound first whole, then its parts."""
    found: list[str] = []
    for match in WORD.finditer(text):
        found.extend(_pieces(match[0]))
        if len(found) >= MOST:
            return found[:MOST]
    return found


def spoken(text: str, stems: Iterable[str]) -> tuple[str, ...]:
    """Return words as a text has them, by their stems as `words` returns them; what it does not have is left out."""
    found: dict[str, str] = {}
    for match in islice(WORD.finditer(text), MOST):
        for part in (match[0], *PIECE.findall(match[0]), *_twos(match[0])):
            found.setdefault(stem(part.lower()), part.lower())
    return tuple(found[each] for each in stems if each in found)


def _twos(word: str) -> Iterator[str]:
    """Yield each two signs that stand together in what is written without spaces; a lone sign by itself."""
    for run in () if word.isascii() else UNSPACED.findall(word):
        yield from (run[at : at + 2] for at in range(max(1, len(run) - 1)))


def _pieces(word: str) -> Iterator[str]:
    if not word.isascii() and UNSPACED.search(word):
        yield from _twos(word)
        for rest in UNSPACED.split(word):
            yield from _pieces(rest)
        return
    if len(word) > LONGEST_WORD or NOISE.fullmatch(word):
        return
    if word.isalpha() and (word.islower() or word.istitle()):
        yield from _kept(word.lower())
        return
    parts = PIECE.findall(word)
    whole = "".join(character for character in word.lower() if character.isalnum())
    if len(parts) > 1 and not whole.isdigit():
        yield whole
    for part in parts:
        yield from _kept(part.lower())


def _kept(word: str) -> Iterator[str]:
    if word in STOP or (len(word) < 2 and word.isascii()) or len(word) > LONGEST_WORD or NOISE.fullmatch(word):
        return
    yield stem(word)


def stem(word: str) -> str:
    """Take the commonest English endings off: "crashes", "crashed", "crashing" are one word."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    bare = _singular(word)
    for ending in ENDINGS:
        rest = bare.removesuffix(ending)
        if rest is not bare and rest != bare and len(rest) >= 3 and VOWEL.search(rest):
            return _undoubled(rest).removesuffix("e")
    return bare.removesuffix("e") if len(bare) > 4 else bare


def _singular(word: str) -> str:
    if word.endswith(("sses", "xes", "shes", "ches")):
        return word[:-2]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _undoubled(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz" else word
