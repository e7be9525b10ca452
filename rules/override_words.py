"""What the config overrides of a rule, in words: each key with its value in force and the one of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from rules.rule import DueRule, NewTicket, Rule, Step
from rules.texts import clipped

NONE = "none"
KEYS = {"steps": "step", "since": "from"}
"""A rule's field -> its key in a rule file, where that differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """One value of a rule that the config replaces, in words."""

    key: str  # "due.critical"
    value: str
    shipped: str

    def __str__(self) -> str:
        """Word it: "due.critical = 3 workdays (the file: 5 workdays)"."""
        return f"{self.key} = {self.value} (the file: {self.shipped})"


def overridden_values(rule: Rule, shipped: Rule | None) -> tuple[Overridden, ...]:
    """Return what differs between a rule in force and the one of its file; nothing where that is not `shipped`."""
    if shipped is None:
        return ()
    ours, theirs = dict(_values(rule)), dict(_values(shipped))
    return tuple(
        Overridden(key=key, value=ours.get(key, NONE), shipped=theirs.get(key, NONE))
        for key in dict.fromkeys((*ours, *theirs))
        if ours.get(key, NONE) != theirs.get(key, NONE)
    )


def _values(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield a rule's keys with their values in words; a table's keys one by one."""
    for field in fields(rule):
        value = getattr(rule, field.name)
        if isinstance(value, DueRule):
            yield "due.from", value.start
            yield from ((f"due.{level}", str(span)) for level, span in value.by_level.items())
        else:
            yield KEYS.get(field.name, field.name), _worded(value.texts if field.name == "when" else value)


def _worded(value: object) -> str:
    """Word a value: lists with commas, tables by those of their keys that say something."""
    if isinstance(value, tuple):
        between = "; " if any(isinstance(each, Step) for each in value) else ", "
        words = between.join(map(_worded, value))
    elif isinstance(value, bool):
        words = str(value).lower()
    elif isinstance(value, date):
        words = value.isoformat()
    elif isinstance(value, Step | NewTicket):
        told = ((each.name, getattr(value, each.name), each.default) for each in fields(value))
        words = ", ".join(f"{name} {_worded(inner)}" for name, inner, plain in told if inner != plain)
    else:
        words = "" if value is None else str(value)
    return clipped(words) or NONE
