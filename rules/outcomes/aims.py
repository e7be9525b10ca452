"""Aims: the effect that people state, read from a command or from a line of a ticket's text. Foreign text: bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rules.phrases import day_of
from rules.references import plain_lines

NUMBER = (
    r"(?P<{0}>-?[0-9]{{1,15}}(?:[.,][0-9]{{1,6}})?)\s{{0,5}}"
    r"(?P<{0}_unit>%|/?[^\W\d_]{{1,20}}(?:/[^\W\d_]{{1,19}})?)?"
)
OUTCOME = re.compile(
    r"(?P<name>[A-Za-z][\w-]{0,60})\s{0,5}(?:\((?P<subject>[^()\n]{1,80})\))?\s{1,5}"
    rf"{NUMBER.format('start')}\s{{0,5}}(?:->|=>|\u2192)\s{{0,5}}{NUMBER.format('end')}\s{{1,5}}by\s{{1,5}}(?P<by>\S{{1,60}})",
    re.IGNORECASE,
)
LINE = re.compile(
    r"[\s*_+-]{0,10}(?:expected\s{1,3})?outcomes?[*_]{0,3}\s{0,3}:[*_]{0,3}\s{0,5}(?P<rest>[^\n]{1,400})",
    re.IGNORECASE,
)
NO_AIM, NO_DAY = "", "no day"
END = ".;,*_` "
"""What may stand behind an aim in a line of text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """An effect as it was stated: a metric, of what, from which number to which, and by when."""

    name: str  # lower case: "mttr"
    subject: str = ""  # as it was written: "checkout"
    start: float
    end: float
    unit: str = ""  # of both numbers, as it was written: "m"
    by: date
    text: str  # "mttr(checkout) 90m -> 45m by 2027-03-31"


def read_aim(words: str) -> Aim | str:
    """Read an aim; a text is what is wrong with it: NO_AIM, NO_DAY or a sentence that ends in an example."""
    found = OUTCOME.fullmatch(words)
    if found is None:
        return NO_AIM
    day = day_of(found["by"])
    if day is None:
        return NO_DAY
    units = {unit for unit in (found["start_unit"], found["end_unit"]) if unit}
    if len(units) > 1:
        return f"Write both numbers in one unit, not in {' and '.join(sorted(units))}, as"
    start, end = (found[name].replace(",", ".") for name in ("start", "end"))
    if float(start) == float(end):
        return f"From {start} to {end} is no change, as there is"
    return _aim(found["name"].lower(), " ".join((found["subject"] or "").split()), start, end, "".join(units), day)


def _aim(name: str, subject: str, start: str, end: str, unit: str, by: date) -> Aim:
    of = f"({subject})" if subject else ""
    return Aim(
        name=name,
        subject=subject,
        start=float(start),
        end=float(end),
        unit=unit,
        by=by,
        text=f"{name}{of} {start}{unit} -> {end}{unit} by {by.isoformat()}",
    )


def aim_in(text: str) -> Aim | None:
    """Return the first aim in a ticket's text: a line like "Outcome: mttr(checkout) 90m -> 45m by 2027-03-31"."""
    if "utcome" not in text and "UTCOME" not in text:
        return None
    for line in filter(None, map(LINE.match, plain_lines(text))):
        found = read_aim(line["rest"].strip(END))
        if isinstance(found, Aim):
            return found
    return None


def aim_of_fields(fields: Iterable[str]) -> Aim | None:
    """Return the first aim in a ticket's custom fields, each given as "NAME: value"."""
    found = (read_aim(field.partition(": ")[2].strip(END)) for field in sorted(fields))
    return next((each for each in found if isinstance(each, Aim)), None)
