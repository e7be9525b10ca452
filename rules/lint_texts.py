"""What is wrong with the placeholders of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.fact_table import FACTS
from rules.texts import SPOKEN
from rules.wording import meant, shown

BRACES = re.compile(r"\{([^{}\n]{0,60})\}|[{}]")


def placeholders_in(text: str, known: tuple[str, ...]) -> Iterator[str]:
    """Find the first thing in braces that stands for nothing: texts have no logic."""
    for found in BRACES.finditer(text):
        name = found[1]
        if name is None:
            yield f", column {found.start() + 1}: braces are for placeholders like '{{title}}' alone"
            return
        if name not in known:
            yield f", column {found.start() + 1}: no placeholder {shown(found[0])}{_right(name, known)}"
            return


def _right(name: str, known: tuple[str, ...]) -> str:
    if not known:
        return ": this text has none"
    own = [each for each in known if each in SPOKEN or each not in FACTS]
    names = ", ".join(own) + (", and every fact" if len(own) < len(known) else "")
    return meant(name, known).replace("'", "'{", 1).replace("'?", "}'?") or f": there are {names}"
