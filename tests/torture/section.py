"""What a part of the bench is asked for, and what it tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is played."""

    seeds: int  # months, each from a seed of its own
    first: int  # the first seed
    every: bool  # all seams and faults, not one seam of each kind
    jobs: int  # processes at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What was seen: a heading, lines of a table as they are printed, and what was wrong, nothing if all held."""

    title: str
    lines: tuple[str, ...]
    wrong: tuple[str, ...] = ()
