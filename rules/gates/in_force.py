"""Which waiver lets something through a gate."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from rules.gates.states import Waiver


def waiver_for(waivers: Sequence[Waiver], gate: str, subject: str, uids: Collection[str], today: date) -> Waiver | None:
    """Return the waiver that lets something through, of several the one that lasts longest; None if none does.

    `uids` are what it may have been said on: the ticket or change itself, and the tickets that a change names.
    """
    fitting = [
        each
        for each in waivers
        if (each.gate, each.until >= today) == (gate, True)
        and each.subject in ("", subject)
        and (not each.target or each.target in uids)
    ]
    return max(fitting, key=lambda each: (each.until, each.at, each.comment), default=None)
