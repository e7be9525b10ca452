"""What can be wrong with a policy, each worded in one line: where, what, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable


class RulesError(Exception):
    """The policy cannot be used as it is written. `problems` are one line each, all that were found."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class ConditionError(RulesError):
    """A condition does not compile, or does not come out as true or false."""


class CalendarError(RulesError):
    """A time zone, country, date or span of time is not one we know."""


class PolicyError(RulesError):
    """The config's tables and the rule files do not make a policy."""


class MetricError(RulesError):
    """What is asked of metrics cannot be answered: no such metric, service, team or domain."""
