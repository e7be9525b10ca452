"""Series: what is asked of metrics, for which windows and subjects, and the measures that answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rules.errors import MetricError
from rules.metrics.compute import is_recorded, measure_part
from rules.metrics.counted import Scope
from rules.metrics.model import Grain, History, Incident, Item, Measure, Metric, Rollout, Window
from rules.metrics.parts import by_subject, within
from rules.metrics.windows import last_windows, window_at
from rules.metrics.words import Trend, trend
from rules.policy import Policy
from rules.rule import Every
from rules.wording import listed, meant, shown, there_is

WHOLE = ""
"""The one subject of the grain "all"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to know."""

    every: Every = "month"
    last: int = 1  # windows that are over
    running: bool = False  # and the one that is not
    by: Grain = "all"
    metric: str = ""  # its id; "" for all
    subject: str = ""  # "" for all


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A metric of a subject, window by window."""

    metric: Metric
    grain: Grain
    subject: str
    before: Measure  # of the window before the first
    measures: tuple[Measure, ...]  # the oldest first

    def trends(self) -> tuple[Trend, ...]:
        """Tell of each measure what it says beside the one before; of a window that is not over, nothing."""
        pairs = zip((self.before, *self.measures), self.measures, strict=False)
        return tuple(trend(self.metric, now, then) if now.complete else "" for then, now in pairs)


def windows_of(policy: Policy, asked: Asked, now: datetime) -> tuple[Window, ...]:
    """Return the windows that are asked for, the oldest first, after the one before them."""
    over = last_windows(policy.calendar, asked.every, asked.last + 1, now)
    return (*over, window_at(policy.calendar, asked.every, now)) if asked.running else over


def span_of(windows: tuple[Window, ...]) -> Window:
    """Return the one window that holds windows that follow each other."""
    return Window(start=windows[0].start, end=windows[-1].end)


def series(policy: Policy, history: History, asked: Asked, now: datetime) -> tuple[Series, ...]:
    """Compute what is asked, in the policy's order, then by subject. Raises MetricError with the nearest right name.

    A metric of a signal that has no value at all is left out, unless it is asked for by its name.
    """
    names = _subjects(policy, history, asked)
    parts = [Part(history, window, asked.by) for window in windows_of(policy, asked, now)]
    found = []
    for metric in _metrics(policy, history, asked):
        recorded = [part.recorded(metric, now) for part in parts]
        for subject in names:
            first, *others = (
                measure_part(part.scope(metric, subject), now, recorded=known)
                for part, known in zip(parts, recorded, strict=True)
            )
            found.append(Series(metric=metric, grain=asked.by, subject=subject, before=first, measures=tuple(others)))
    return tuple(found)


class Part:
    """A window's part of a history, and the subjects' parts of that: what is many subjects' is sought once."""

    def __init__(self, history: History, window: Window, grain: Grain) -> None:
        self.window, self.whole = window, within(history, window)
        self._grain = grain
        self._theirs = {WHOLE: self.whole} if grain == "all" else by_subject(self.whole, grain)
        self._nothing = replace(self.whole, incidents=(), set_aside=(), rollouts=(), causes=(), items=(), samples=())

    def recorded(self, metric: Metric, now: datetime) -> bool:
        """Tell whether anybody records what a metric measures, in the whole company."""
        return is_recorded(metric, self.window, self.whole, now)

    def scope(self, metric: Metric, subject: str) -> Scope:
        """Return what a metric is computed of for a subject."""
        return Scope(metric, self._grain, subject, self.window, self._theirs.get(subject, self._nothing))


def _metrics(policy: Policy, history: History, asked: Asked) -> Iterator[Metric]:
    names = [each.id for each in policy.metrics]
    if not names:
        raise MetricError("no rule file has a [[metric]]: name one in the config, as in rules = ['pack:metrics']")
    if asked.metric and asked.metric not in names:
        raise MetricError(f"no metric {shown(asked.metric)}{meant(asked.metric, names) or there_is(names)}")
    signals = {each.signal for each in history.samples if bool(each.subject) == (asked.by == "service")}
    for metric in policy.metrics:
        if asked.metric == metric.id and asked.by not in metric.by:
            raise MetricError(f"the metric '{metric.id}' is not told by {asked.by}: write {listed(metric.by)}")
        known = metric.measured != "signal" or metric.signal in signals
        if asked.metric == metric.id or (not asked.metric and asked.by in metric.by and known):
            yield metric


def _subjects(policy: Policy, history: History, asked: Asked) -> tuple[str, ...]:
    if asked.by == "all":
        if asked.subject:
            raise MetricError(f"{shown(asked.subject)} is not the whole company: say by what, as in --by service")
        return (WHOLE,)
    names = subjects(policy, history, asked.by)
    if asked.subject and asked.subject not in names:
        raise MetricError(f"no {asked.by} {shown(asked.subject)}{meant(asked.subject, names) or there_is(names)}")
    return (asked.subject,) if asked.subject else names


def subjects(policy: Policy, history: History, grain: Grain) -> tuple[str, ...]:
    """Return the services, teams or domains: those of the config, in its order, then others that are counted for."""
    configured: Mapping[Grain, list[str]] = {
        "service": [each.name for each in policy.services],
        "team": [each.name for each in policy.teams],
        "domain": [each.name for each in policy.domains],
    }
    counted: Iterable[Incident | Rollout | Item] = (*history.incidents, *history.rollouts, *history.items)
    found = {name for each in counted for name in each.subjects.named(grain)}
    found |= {each.subject for each in history.samples if each.subject} if grain == "service" else set()
    names = configured.get(grain, [])
    return (*names, *sorted(found - set(names)))
