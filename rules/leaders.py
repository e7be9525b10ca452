"""Leaders: which of the tickets that belong to one leads it."""

from __future__ import annotations

from rules.memory import Memory, Related

TWIN = "twin"
"""What two tickets are to each other because people say so."""
NO_TWIN = "none"
"""What is said instead of a twin's key to take back what was said before."""


def leader_of(memory: Memory) -> Related | None:
    """Return the ticket that leads: the one it was filed from, else the first that calls it its twin."""
    origins = [each for each in memory.related if each.way == "origin"]
    return min(origins, key=lambda each: each.what == TWIN, default=None)
