"""Gathering: from whatever a source says, the numbers to go by, and a line for each that is none."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from integrations.base import Numbers
from integrations.errors import Incomplete
from integrations.wording import printable
from rules.model import Signal

MOST_SUBJECTS = 1000
MOST_SAMPLES = 100_000
LONGEST_SUBJECT = 100  # characters
MOST_REFUSED = 5
"""Refusals that are told; the rest is counted."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class Gathering:
    """The numbers of one read. `place` names the signal in errors; nothing is later than `latest`."""

    def __init__(self, place: str, name: str, *, latest: datetime) -> None:
        self._place = place
        self._name = name
        self._latest = latest
        self._signals: list[Signal] = []
        self._subjects: set[str] = set()
        self._refused: dict[str, None] = {}

    def subject(self, text: str) -> str | None:
        """Return a subject as it is kept, None if it cannot be one. Raises Incomplete if there are too many."""
        named = printable(text)
        if len(text.strip()) > LONGEST_SUBJECT:
            self.refuse(f"a subject of more than {LONGEST_SUBJECT} characters: {named[:20]}...")
            return None
        if not named:
            self.refuse("a subject that cannot be printed")
            return None
        self._subjects.add(named)
        if len(self._subjects) > MOST_SUBJECTS:
            raise Incomplete(self._place, f"it has numbers of more than {MOST_SUBJECTS} subjects: sum some of them up")
        return named

    def take(self, subject: str, at: datetime, value: float, said: str = "") -> None:
        """Take a number, which a source may have written as `said`. Raises Incomplete if there are too many."""
        of = f" of {subject}" if subject else ""
        if not math.isfinite(value):
            shown = printable(said or str(value))[:20]
            self.refuse(f"'{shown}'{of} is no number to go by")
        elif at > self._latest:
            self.refuse(f"a number{of} of {at:%Y-%m-%d %H:%M} is of the future")
        elif at < EARLIEST:
            self.refuse(f"a number{of} of {at:%Y-%m-%d} is older than 1970")
        else:
            self._signals.append(Signal(name=self._name, subject=subject, value=value, at=at))
            if len(self._signals) > MOST_SAMPLES:
                raise Incomplete(self._place, f"it has more than {MOST_SAMPLES} numbers: leave older ones out")

    def refuse(self, why: str) -> None:
        """Tell that something is no number to go by, each thing once."""
        self._refused[why] = None

    def numbers(self) -> Numbers:
        """Return what was gathered."""
        told = list(self._refused)
        more = [f"and {len(told) - MOST_REFUSED} more"] if len(told) > MOST_REFUSED else []
        return Numbers(signals=tuple(self._signals), refused=(*told[:MOST_REFUSED], *more))
