"""What people say for certain: that a ticket is the same as another one. Foreign text: bounded.

The words before that are from a short list: whatever else people begin with, a story, a guess or somebody else's word,
is not certain. What follows may be anything but a doubt, a denial or a second ticket.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rules.references import NAMED, lines_in_sight, tickets_named
from rules.texts import clipped

MOST = 5  # sentences of one text that say so
LONGEST_LINE = 600  # characters of a line that are looked at
HINT = re.compile(r"dup|same|recurrence|reoccurrence", re.IGNORECASE)
ASIDE = re.compile(r"\s{0,3}(?:>|bq\. |\||[-*+] \[[ xX]\])|\t| {4}")
"""How a line begins that is a quote, a table, a task or code."""
QUOTE_BLOCK = re.compile(r"\{quote\}[\s\S]*?(?:\{quote\}|\Z)")
SENTENCE = re.compile(r"(?<=[.!?;])\s+")
THING = r"(?:issue|bug|ticket|problem|incident|fault|error|defect|failure|root cause|cause|thing)"
SAME = re.compile(
    r"(?:(?<![\w-])(?:(?:duplicate|dupe|dup)\s{1,3}of|duplicates|(?:recurrence|reoccurrence)\s{1,3}of)"
    rf"|\bsame\s{{1,3}}{THING}\s{{1,3}}as"
    r"|(?:^|\b(?:this|it)\s{1,3}(?:is|was)\s{1,3})(?:(?:exactly|clearly|just)\s{1,3})?(?:the\s{1,3})?same\s{1,3}as)"
    rf"\s{{0,3}}:?\s{{0,3}}(?:the\s{{1,3}})?(?:{THING}\s{{1,3}})?[*_(]{{0,3}}",
    re.IGNORECASE,
)
OPENING = f"""
    this it its is was has a an the exact exactly clear clearly just simply definitely indeed obviously certainly really
    also yes yep yeah ok okay ah oh aha thanks thank you thx hi hello hey for report reporting please wait sorry
    close closed closing mark marked marking resolve resolved resolving as in confirmed verified known another
    {THING[3:-1].replace("|", " ")}
"""
OPENINGS = frozenset(OPENING.split())
"""The words that may stand before it."""
HEDGING = """
    may might maybe perhaps possible possibly probably probable likely presumably think thinks seem seems seemed
    appear appears looks sounds could would should guess suspect suspects believe believes potential potentially
    similar related assume assuming wonder wondering unsure sure afaik iirc imo whether feels suggests candidate
    kind sort says said claims claimed doubt
"""
HEDGES = frozenset(HEDGING.split())
"""Words that make a statement less than certain; grown from counter-examples in real trackers."""
NEGATING = """
    not no never none nor neither unlikely hardly half almost but if unless except partly partially nearly without
    although though however instead rather isnt wasnt arent cannot until only different differs mistake mistaken
    mistakenly wrong wrongly erroneous false incorrect reopen reopening unrelated
"""
NEGATIONS = frozenset(NEGATING.split())
ADDRESSED = re.compile(r"(?<![\w])@[\w-]{1,40}|\[~[^\[\]\n]{1,80}\]")
FIGURE = re.compile(r"[0-9\"'`\u2018-\u201f\u00ab\u00bb|]")
ANOTHER = re.compile(r"[\s,;:/&+*_()\[\]]{0,6}(?:(?:and|or|und|oder)\b)?[\s*_(\[]{0,4}")
WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence that says, without a doubt, that a ticket is the same as another one."""

    key: str  # the other one's, lower case: "acme/shop#12", "ops-12"
    words: str


def sames_said(repository: str, text: str) -> tuple[Said, ...]:
    """Return what a text says the ticket to be the same as: unhedged, not negated, no question, no quote, no code.

    `#12` is an issue of `repository`.
    """
    if not HINT.search(text):
        return ()
    found: dict[str, Said] = {}
    for sentence in _sentences(text):
        key = _key(repository, sentence)
        if key:
            found.setdefault(key, Said(key=key, words=clipped(sentence)))
            if len(found) == MOST:
                break
    return tuple(found.values())


def _sentences(text: str) -> Iterator[str]:
    for line in lines_in_sight(QUOTE_BLOCK.sub(" ", text) if "{quote}" in text else text):
        if not ASIDE.match(line) and HINT.search(line):
            yield from SENTENCE.split(line.strip()[:LONGEST_LINE])


def _key(repository: str, sentence: str) -> str:
    """Return the key that a sentence says the ticket to be the same as; "" if it does not, or not for certain."""
    said = SAME.search(sentence)
    named = NAMED.match(sentence, said.end()) if said else None
    if said is None or named is None:
        return ""
    before, after = ADDRESSED.sub(" ", sentence[: said.start()]).lower(), sentence[named.end() :].lower()
    if FIGURE.search(before) or not OPENINGS.issuperset(WORD.findall(before)):
        return ""
    if "?" in after or any(_doubts(word) for word in WORD.findall(after)) or _another(sentence, named.end()):
        return ""
    keys = tickets_named(repository, named[0])
    return keys[0] if len(keys) == 1 and not keys[0].startswith("#") else ""


def _another(sentence: str, end: int) -> bool:
    """Tell whether a second ticket is named right after the first one: then it is neither for certain."""
    between = ANOTHER.match(sentence, end)
    return NAMED.match(sentence, between.end() if between else end) is not None


def _doubts(word: str) -> bool:
    return word in HEDGES or word in NEGATIONS or word.endswith(("n't", "n\u2019t"))
