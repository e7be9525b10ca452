"""Forty rules, varied from the pack that ships, as a rule file and as plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.calendar import WorkCalendar
from rules.model import Ticket

ROUNDS = 8
URGENCY = {"priority:critical": "critical", "priority:high": "high", "priority:medium": "medium", "priority:low": "low"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What plain Python asks for; the same facts as the rules', each found when it is asked for."""

    ticket: Ticket
    today: date
    calendar: WorkCalendar

    @property
    def open(self) -> bool:
        return self.ticket.phase != "done"

    @property
    def overdue(self) -> bool:
        return self.open and self.ticket.due is not None and self.ticket.due < self.today

    @property
    def priority(self) -> str:
        return next((URGENCY[label] for label in URGENCY if label in self.ticket.labels), "none")

    def workdays_since(self, moment: Any) -> int:
        return max(0, self.calendar.workdays_between(self.calendar.date_of(moment), self.today))

    def workdays_overdue(self) -> int:
        return self.calendar.workdays_between(self.ticket.due, self.today) if self.ticket.due and self.overdue else 0


@dataclass(frozen=True, slots=True)
class Variation:
    """One rule: its clauses in CEL, and all of them as one Python function."""

    name: str
    clauses: tuple[str, ...]
    plain: Callable[[Seen], bool]
    effect: str


def variations() -> tuple[Variation, ...]:
    """Return the forty: five conditions of the shipped pack, each with eight thresholds."""
    return tuple(rule for step in range(ROUNDS) for rule in _five(step))


def _five(step: int) -> tuple[Variation, ...]:
    area = f"area:{('one', 'two', 'three', 'four')[step % 4]}"
    return (
        Variation(
            f"owned-{step}",
            ("open", f'"{area}" in labels', "!has_owner", f"workdays_open >= {700 - step}"),
            lambda s: (
                s.open
                and area in s.ticket.labels
                and not s.ticket.assignees
                and s.workdays_since(s.ticket.created) >= 700 - step
            ),
            f'label = "needs-owner-{step}"\nsay = "Nobody owns this."',
        ),
        Variation(
            f"prioritised-{step}",
            ("open", f'"{area}" in labels', 'priority == "none"', f"workdays_open >= {720 - step}"),
            lambda s: (
                s.open
                and area in s.ticket.labels
                and s.priority == "none"
                and s.workdays_since(s.ticket.created) >= 720 - step
            ),
            f'label = "needs-priority-{step}"\nsay = "How urgent is this?"',
        ),
        Variation(
            f"overdue-{step}",
            ("overdue", f"workdays_overdue >= {300 - step}"),
            lambda s: s.overdue and s.workdays_overdue() >= 300 - step,
            f'label = "late-{step}"\nsay = "This was due on {{due}}."',
        ),
        Variation(
            f"idle-{step}",
            ("open", "has_owner", "!overdue", f"workdays_idle >= {700 - step}"),
            lambda s: (
                s.open
                and bool(s.ticket.assignees)
                and not s.overdue
                and s.workdays_since(s.ticket.updated) >= 700 - step
            ),
            'say = "Nothing has moved here."\n[[rule.step]]\nafter = "0 days"\nping = ["owner"]',
        ),
        Variation(
            f"worded-{step}",
            ("open", f'title.contains("crash slow {step}")', 'priority != "none"'),
            lambda s: s.open and f"crash slow {step}" in s.ticket.title and s.priority != "none",
            f'label = "worded-{step}"',
        ),
    )


def as_pack(rules: tuple[Variation, ...]) -> str:
    """Write a rule file."""
    head = '[pack]\nname = "bench"\nabout = "Rules to measure with."\n'
    return head + "".join(_table(rule) for rule in rules)


def _table(rule: Variation) -> str:
    when = ", ".join(f"'{clause}'" for clause in rule.clauses)
    named = f'id = "{rule.name}"\nabout = "Varied from the backlog pack."\non = "improvement"'
    return f"\n[[rule]]\n{named}\nwhen = [{when}]\n{rule.effect}\n"


CONFIG: Mapping[str, Mapping[str, str]] = {
    "instance": {"rules": '["bench.toml"]', "database": '"sqlite:///bench.db"', "key_file": '"bench.key"'},
    "kinds": {"improvement": "['\"improvement\" in labels']"},
    "sources.shop": {"token": '"sandbox"'},
    "sources.platform": {"token": '"sandbox"'},
    "sources.ops": {"token": '"sandbox"'},
}
