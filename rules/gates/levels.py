"""Levels: the numbers that gates close and open by, and what their conditions may ask of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from rules.conditions import compile_all
from rules.errors import ConditionError
from rules.fact_asked import FactType
from rules.gates.model import Gate
from rules.metrics.model import Metric

SUBJECT = "subject"
DAYS, LONG_DAYS = 30, 90
LONG = f"_{LONG_DAYS}d"
"""What the name of a metric ends in that is to be measured over the longer time."""


@dataclass(frozen=True, slots=True)
class Level:
    """A number that gates may ask for, or one for each of something."""

    name: str
    type: FactType
    meaning: str
    each: str = ""  # what it is a number of each of: "service", "component", "domain"; "": as `by` says, or nothing
    by: tuple[str, ...] = ()  # the keys it always has


BUILT_IN: tuple[Level, ...] = (
    Level(SUBJECT, "string", 'what the gate is judged for: the service, component or team; "" if it has none'),
    Level(
        "overdue",
        "map(string, int)",
        "open improvements that are overdue, by priority",
        by=("critical", "high", "medium", "low", "none"),
    ),
    Level("overdue_debt", "map(string, int)", "open improvements that are overdue, by component", "component"),
    Level("overdue_domain", "map(string, int)", "open improvements that are overdue, by domain", "domain"),
    Level("overdue_critical", "map(string, int)", "critical open improvements that are overdue, by domain", "domain"),
    Level("open_incidents", "map(string, int)", "incidents that are open, by service", "service"),
    Level(
        "recurrences_90d",
        "map(string, int)",
        "reports in the last 90 days of what had been fixed before, by service",
        "service",
    ),
    Level("skipped_reviews", "int", "reviews that are open, not held, and two weeks overdue or more"),
    Level("uninformed_decisions", "int", "decisions closed in the last 90 days without an input, or on a stale one"),
)
NAMED: tuple[Level, ...] = (
    Level(
        "SIGNAL", "map(string, double)", 'the newest number of each [signals] of the config by subject; "" is the whole'
    ),
    Level("METRIC", "map(string, double)", f'each [[metric]] over the last {DAYS} days, with _ for -; "" is the whole'),
    Level(f"METRIC{LONG}", "map(string, double)", f"the same over the last {LONG_DAYS} days"),
)
"""What the config and the rule files name."""
NAMES: Mapping[str, Level] = {level.name: level for level in BUILT_IN}
WORD = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*(?!\w*\s*\()")
KEY = re.compile(r"\[\s*([A-Za-z_]\w*)\s*\]")
MAP = re.compile(r"\b([A-Za-z_]\w*)\s*[\[.]|\bin\s+([A-Za-z_]\w*)")
BARE = re.compile(r"[\s!()]*[A-Za-z_]\w*[\s)]*")
KEYWORDS = frozenset({"true", "false", "null", "in"})
LITERAL = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The levels at a moment."""

    values: Mapping[str, object]  # name -> a number, or the numbers by key
    lacking: Mapping[tuple[str, str], str] = field(default_factory=dict)  # name and key -> why it has no value
    outside: frozenset[str] = frozenset({SUBJECT})  # the names of those that do not come from the trackers
    partial: str = ""  # why the trackers' numbers may be too low: a source was not read wholly

    def without(self, name: str, key: str) -> str:
        """Say why a level has no value for a key, "" if that is not known."""
        return self.lacking.get((name, key)) or self.lacking.get((name, ""), "")


def counted(
    counts: Mapping[str, Mapping[str, int] | int], subjects: Mapping[str, Collection[str]]
) -> dict[str, object]:
    """Return the levels that are counted, none left out: what nobody counted is 0.

    `subjects` are those of each grain that there are, so that a name nobody has is not taken for a 0.
    """
    found: dict[str, object] = {}
    for level in BUILT_IN:
        given = counts.get(level.name, 0 if level.type == "int" else {})
        if level.name == SUBJECT:
            continue
        if isinstance(given, Mapping):
            keys = (*level.by, *(subjects.get(level.each, ()) if level.each else ()))
            found[level.name] = {**dict.fromkeys(keys, 0), **given}
        else:
            found[level.name] = given
    return found


def metric_level(metric: Metric) -> str:
    """Return what conditions call a metric: its id, with _ for -."""
    return metric.id.replace("-", "_").replace(".", "_")


def metric_names(metrics: Collection[Metric]) -> frozenset[str]:
    """Return what conditions call metrics, over the last days and over more of them."""
    names = [metric_level(metric) for metric in metrics]
    return frozenset((*names, *(f"{name}{LONG}" for name in names)))


def level_types(signals: Collection[str], metrics: Collection[Metric]) -> Mapping[str, FactType]:
    """Return all names there are for conditions, with their types."""
    types: dict[str, FactType] = {level.name: level.type for level in BUILT_IN}
    return types | dict.fromkeys((*sorted(metric_names(metrics)), *signals), "map(string, double)")


def assumed_types(texts: Collection[object]) -> Mapping[str, FactType]:
    """Return the types of the names that clauses ask for, before it is known which signals and metrics there are.

    Whatever is not built in is taken for what it is used as, so that the names alone are left to be looked at then.
    """
    types: dict[str, FactType] = {level.name: level.type for level in BUILT_IN}
    for text in texts:
        bare = LITERAL.sub('""', text) if isinstance(text, str) else ""
        words = [word for word in WORD.findall(bare) if word not in types and word not in KEYWORDS]
        types |= {word: "bool" if BARE.fullmatch(bare) else "int" for word in words}
        types |= {word: "map(string, double)" for pair in MAP.findall(bare) for word in pair if word in words}
        types |= {word: "string" for word in KEY.findall(bare) if word in words}
    return types


def level_problems(gate: Gate, signals: Collection[str], metrics: Collection[Metric]) -> Iterator[str]:
    """Yield what is wrong with a gate's conditions once it is known which signals and metrics there are.

    A gate in shadow may ask for a signal that the config does not have yet: it cannot be said, then.
    """
    types = dict(level_types(signals, metrics))
    conditions = {"close_when": gate.close_when, "open_when": gate.open_when}
    for key, condition in conditions.items():
        if condition is None:
            continue
        known = {**{name: assumed_types(condition.texts)[name] for name in condition.names}, **types}
        try:
            compile_all(condition.texts, where=key, types=known if gate.mode == "shadow" else types)
        except ConditionError as error:
            yield from (_hint(problem) for problem in error.problems)


def _hint(problem: str) -> str:
    return problem.replace("no fact '", "no level '").replace(
        ": `kaizend facts` lists them", ": `kaizend facts --levels` lists them; a signal is named in [signals]"
    )
