"""Resolving: which metric an aim means, of what, and its numbers in the metric's own unit; or why it means none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from typing import Literal

from rules.metrics.model import Grain, Measure, Measured, Metric
from rules.outcomes.aims import Aim
from rules.outcomes.units import amount, days_of, factor, per
from rules.policy import Policy
from rules.wording import meant, shown, there_is

DAY = timedelta(days=1)
Sort = Literal["times", "values", "shares", "counts"]
"""What a metric is made of: times, other numbers, yes or no, or how many a day."""
TIMES = frozenset({"time-to-detect", "time-to-respond", "time-to-resolve", "lead-time"})
USUAL: Mapping[str, Measured] = {
    **dict.fromkeys(("incident-frequency", "incident-rate", "outages"), "incidents"),
    **dict.fromkeys(("mttd", "detection-time"), "time-to-detect"),
    **dict.fromkeys(("mtta", "response-time"), "time-to-respond"),
    **dict.fromkeys(("mttr", "ttr", "time-to-restore", "time-to-recover", "recovery-time"), "time-to-resolve"),
    **dict.fromkeys(("cfr", "failure-rate"), "change-failure-rate"),
    **dict.fromkeys(("deployment-frequency", "deploys", "releases"), "deployments"),
    **dict.fromkeys(("change-lead-time", "cycle-time"), "lead-time"),
    **dict.fromkeys(("toil", "pages", "interrupts", "operational-load"), "load"),
    **dict.fromkeys(("support-tickets", "complaints"), "support"),
    **dict.fromkeys(("capacity", "capacity-share"), "improvement-share"),
}
"""Words that people use for a metric -> what that measures; what is measured is such a word itself."""
OF_WHAT: Mapping[Grain, str] = {"all": "the whole", "service": "a service", "team": "a team", "domain": "a domain"}
NO_METRICS = "no metric is defined: the pack metrics has the usual ones"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An aim that can be measured. Numbers are in the metric's unit; of counts a day."""

    metric: Metric
    grain: Grain
    subject: str  # as the config names it; "" for the whole
    start: float
    end: float
    by: date
    unit: str  # that its numbers are shown in
    shown_by: float = 1.0  # what its numbers are multiplied by to be shown so

    @property
    def name(self) -> str:
        """What people call it: "mttr(checkout)"."""
        return f"{self.metric.id}({self.subject})" if self.subject else self.metric.id

    def value(self, measure: Measure) -> float | None:
        """Return what was measured as a number that compares with its own."""
        if measure.value is None:
            return None
        match sort_of(self.metric):
            case "counts":
                return measure.numerator / max((measure.window.end - measure.window.start) / DAY, 1)
            case "shares":
                return 100 * measure.value
            case _:
                return measure.value

    def worded(self, measure: Measure) -> str:
        """Word what was measured in the unit of its numbers: "1.53 h"."""
        value = self.value(measure)
        return measure.lacking or "nothing" if value is None else self.amount(value)

    def amount(self, value: float) -> str:
        """Word one of its numbers: "0.75 h"."""
        return amount(value * self.shown_by, self.unit)


def sort_of(metric: Metric) -> Sort:
    """Return what a metric is made of."""
    if metric.statistic == "share":
        return "shares"
    if metric.statistic in ("rate", "count"):
        return "counts"
    return "times" if metric.measured in TIMES else "values"


def resolve(policy: Policy, aim: Aim) -> Target | str:
    """Return what an aim means; a text is why it cannot be measured, the end of a sentence."""
    metric = _metric(policy, aim.name)
    if metric is None:
        names = [each.id for each in policy.metrics]
        near = meant(aim.name, [*names, *USUAL]) or there_is(names)
        return f"no metric {shown(aim.name)}{near}" if names else NO_METRICS
    found = _subject(policy, metric, aim.subject)
    if isinstance(found, str):
        return found
    target = _numbers(metric, aim, *found)
    if isinstance(target, str):
        return target
    for number in _impossible(target):
        return f"{metric.id} is never {target.amount(number)}"
    if (target.end < target.start) is not (metric.better == "lower"):
        return f"{metric.id} gets better when it gets {metric.better}, and this is to get {_way(target)}"
    return target


def understood(policy: Policy, aim: Aim) -> str:
    """Return what to say besides when an aim is stated: how it is measured, or why it cannot be; "" without metrics."""
    if not policy.metrics:
        return ""
    target = resolve(policy, aim)
    if isinstance(target, str):
        return f" It cannot be measured: {target}. Say it again so that it can."
    numbers = f"from {target.amount(target.start)} to {target.amount(target.end)}"
    return f" That is measured by {target.metric.id} of {target.subject or 'the whole'}: {numbers}."


def _way(target: Target) -> str:
    return "higher" if target.end > target.start else "lower"


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _metric(policy: Policy, name: str) -> Metric | None:
    wanted = _plain(name)
    own = next((each for each in policy.metrics if _plain(each.id) == wanted), None)
    measured = USUAL.get(wanted, wanted)
    return own or next((each for each in policy.metrics if each.measured == measured), None)


def _subject(policy: Policy, metric: Metric, name: str) -> tuple[Grain, str] | str:
    if not name:
        return ("all", "") if "all" in metric.by else f"{metric.id} of what? Write {metric.id}({OF_WHAT[metric.by[0]]})"
    known = [each for each in _subjects(policy) if each[1].lower() == name.lower()]
    for grain, subject in known:
        if grain in metric.by:
            return grain, subject
    if known:
        return f"{metric.id} is not measured of {OF_WHAT[known[0][0]]}, and {shown(name)} is one"
    if not policy.services and "service" in metric.by:
        return "service", name.lower()  # a component is a service of its own name
    names = [subject for grain, subject in _subjects(policy) if grain in metric.by]
    return f"no service, team or domain {shown(name)}{meant(name.lower(), names) or there_is(names)}"


def _subjects(policy: Policy) -> Iterator[tuple[Grain, str]]:
    yield from (("service", each.name) for each in policy.services)
    yield from (("team", each.name) for each in policy.teams)
    yield from (("domain", each.name) for each in policy.domains)


def _impossible(target: Target) -> tuple[float, ...]:
    """Return those of its numbers that what is measured cannot be."""
    sort = sort_of(target.metric)
    most = 100.0 if sort == "shares" else inf
    return tuple(each for each in (target.start, target.end) if sort != "values" and not 0 <= each <= most)


def _numbers(metric: Metric, aim: Aim, grain: Grain, subject: str) -> Target | str:
    """Return a target with the aim's numbers in the metric's unit; of counts a day, shares in percent."""
    unit, shown_by = metric.unit, 1.0
    match sort_of(metric):
        case "counts":
            unit = aim.unit or metric.unit
            shown_by = days_of(unit) or 0.0
            if not shown_by:
                return f"so often in what? Write it like {metric.id} 12/month -> 3/month"
            by: float | None = 1 / shown_by
            unit = per(unit)
        case "shares":
            by = 100.0 if not aim.unit and max(aim.start, aim.end) <= 1 else factor(aim.unit, "%")
            unit = "%"
        case _:
            by = factor(aim.unit, unit)
    if by is None:
        right = f"it is measured in {unit}" if unit else "it has no unit"
        return f"{shown(aim.unit)} is no unit of {metric.id}: {right}"
    numbers = {"start": aim.start * by, "end": aim.end * by, "shown_by": shown_by}
    return Target(metric=metric, grain=grain, subject=subject, by=aim.by, unit=unit, **numbers)
