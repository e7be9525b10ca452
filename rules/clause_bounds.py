"""Bounds of a clause: what the engine would let a condition do until the memory is full."""

from __future__ import annotations

import re
from collections.abc import Iterator

MACROS = ("all", "exists", "exists_one", "map", "filter")
PIECE = re.compile(rf"\.\s*(?P<macro>{'|'.join(MACROS)})\s*\(|(?P<copy>\bbytes\s*\()|(?P<plus>(?<![0-9][eE])\+)|[()]")


def unbounded(plain: str) -> Iterator[str]:
    """Yield what is wrong with a clause whose texts and comments were blanked out: each with its column.

    The engine ends long loops, yet keeps all that is made in them until it has judged: a long body, put together
    with itself in each round, is gigabytes.
    """
    inside: list[bool] = []
    for found in PIECE.finditer(plain):
        if found[0] == ")":
            del inside[-1:]
        elif (found["plus"] or found["copy"]) and any(inside):
            what = "'+'" if found["plus"] else "bytes()"
            within = "inside of all(), exists(), map() or filter(): compare the parts instead"
            yield f", column {found.start() + 1}: no {what} {within}"
        if found[0].endswith("("):
            inside.append(found["macro"] is not None)
