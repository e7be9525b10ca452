"""Action items: what a text lists as still to be done. Foreign text: bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from rules.references import plain_lines, tickets_named

MOST = 50  # items of one text
LONGEST = 200  # characters of an item that are kept
ALIKE = 0.75
"""How much of two words must be the same for one to be taken for the other misspelt or in another form."""
SMALL = 3  # letters of words that may come and go: "the", "on"
REWORDED = 4  # words of an item that may be spelt otherwise; with more of them it is another one
WORD = 40  # letters of a word: a longer one has to be the same
TASK = re.compile(r"\s{0,20}[-*+]{1,5}\s{1,5}\[(?P<done>[ xX]?)\]\s{1,5}(?P<text>\S[^\n]{0,2000})")
JIRA_HEADING = re.compile(r"^h[1-6]\.", re.MULTILINE)  # where these are, "#" numbers a list
HEADING = re.compile(r"(?:#{1,6}|h[1-6]\.)\s{1,5}(?P<text>[^\n]{1,200})|[*_]{2}(?P<strong>[^*_\n]{1,200})[*_]{2}:?\s*")
BULLET = re.compile(r"\s{0,20}(?:[-*+]{1,5}|[0-9]{1,3}[.)]|#{1,3})\s{1,5}(?P<text>\S[^\n]{0,2000})")
EMPTY = re.compile(r"\[[ xX]?\]")  # a task that says nothing yet
WANTED = re.compile(r"(?:corrective |follow-?up )?(?:actions?(?: items?)?|follow-?ups?|to-?dos?)\s*:?", re.IGNORECASE)
MARKS = re.compile(r"[*_`~]+")


def action_items(text: str) -> tuple[str, ...]:
    """Return what a text lists as still to be done, each once, on one line.

    That is what stands unticked in a task list, `- [ ] text`, and bullets under a heading like "Action items". What
    only names a ticket has one already.
    """
    found: dict[str, str] = {}
    wanted = False
    lines = plain_lines(text)
    numbered = "#" if any(JIRA_HEADING.match(line) for line in lines) else ""
    for line in lines:
        heading = None if numbered and line.startswith(numbered) else HEADING.fullmatch(line.strip())
        if heading:
            wanted = WANTED.fullmatch((heading["text"] or heading["strong"]).strip(" #*_")) is not None
            continue
        task = TASK.match(line)
        bullet = BULLET.match(line) if wanted and task is None else None
        said = task["text"] if task and task["done"] not in ("x", "X") else bullet["text"] if bullet else ""
        item = _item(said)
        if normal(item) and not EMPTY.fullmatch(item) and not tickets_named("-/-", item):
            found.setdefault(normal(item), item)
        if len(found) == MOST:
            break
    return tuple(found.values())


def _item(text: str) -> str:
    line = " ".join(MARKS.sub("", text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def normal(item: str) -> str:
    """Return an item as it is told from others: its letters and digits in lower case."""
    return " ".join(re.findall(r"\w+", item.lower()))


def same_item(one: str, other: str) -> bool:
    """Tell whether two items are one, perhaps reworded a little."""
    first, second = normal(one).split(), normal(other).split()
    if not first or not second:
        return first == second
    return _covered(first, second) and _covered(second, first)


def _covered(words: list[str], by: list[str]) -> bool:
    """Tell whether each word that matters has its like among others, and all but a few of them the same."""
    other = frozenset(by)
    missing = dict.fromkeys(word for word in words if word not in other and not _small(word))
    return len(missing) <= REWORDED and all(_has_like(word, other) for word in missing)


def _small(word: str) -> bool:
    return len(word) <= SMALL and not any(char.isdigit() for char in word)


def _has_like(word: str, others: Iterable[str]) -> bool:
    """Tell whether one of the others is the word misspelt; what holds a digit is like nothing else."""
    matcher = SequenceMatcher(None, "", word, autojunk=False)
    return _wordy(word) and any(_wordy(other) and _alike(matcher, other) for other in others)


def _wordy(word: str) -> bool:
    return len(word) <= WORD and not any(char.isdigit() for char in word)


def _alike(matcher: SequenceMatcher[str], other: str) -> bool:
    """Tell whether another word is like the matcher's; the quick looks are bounds from above."""
    matcher.set_seq1(other)
    looks = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(look() >= ALIKE for look in looks)
