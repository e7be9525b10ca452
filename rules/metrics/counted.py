"""What a metric counts of a subject in a window: moments, times or shares, and what it leaves out and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rules.metrics.model import Cause, Grain, History, Incident, Item, Measured, Metric, Rollout, Subjects, Window

UNITS: Mapping[str, timedelta] = {
    "h": timedelta(hours=1),
    "min": timedelta(minutes=1),
    "days": timedelta(days=1),
}
"""What times may be given in."""
OPEN = "still open"
NO_DETECTION = "not told when it was detected"
NO_RESPONSE = "nobody took it yet, or it is not known when"
NO_LEAD = "not known when its changes were made"
FAILED = "the deployment failed"
BACKWARDS = "it ended before it began"


@dataclass(slots=True)
class Counted:
    """What was counted: one of `moments` and `values`, by what is measured."""

    moments: list[datetime] = field(default_factory=list)  # of events
    values: list[float] = field(default_factory=list)  # times in the metric's unit, 0 or 1 of a share, a signal's
    left_out: list[str] = field(default_factory=list)  # why, once for each
    incidents: list[Incident] = field(default_factory=list)  # those it speaks of, which may be linked with a rollout

    def add_time(self, start: datetime, end: datetime, unit: str) -> None:
        """Count the time between two moments."""
        if end < start:
            self.left_out.append(BACKWARDS)
        else:
            self.values.append((end - start) / UNITS[unit])


@dataclass(frozen=True, slots=True)
class Scope:
    """A window of a subject, and what is known."""

    metric: Metric
    grain: Grain
    subject: str
    window: Window
    history: History

    def mine(self, subjects: Subjects) -> bool:
        """Tell whether something is counted for the subject."""
        return self.subject in subjects.named(self.grain)

    def incidents(self) -> Iterable[Incident]:
        """Return the subject's incidents."""
        return (each for each in self.history.incidents if self.mine(each.subjects))

    def set_aside(self) -> list[str]:
        """Return why reports of the window are no incidents, once for each."""
        aside = (each for each in self.history.set_aside if self.mine(each.subjects))
        return [each.excluded for each in aside if self.window.holds(each.began)]

    def rollouts(self) -> Iterable[Rollout]:
        """Return the subject's rollouts in the window."""
        return (each for each in self.history.rollouts if self.mine(each.subjects) and self.window.holds(each.at))

    def items(self) -> Iterable[Item]:
        """Return the subject's tickets in the window."""
        return (each for each in self.history.items if self.mine(each.subjects) and self.window.holds(each.at))


def _incidents(scope: Scope) -> Counted:
    counted = Counted()
    for each in scope.incidents():
        if scope.window.holds(each.began):
            counted.moments.append(each.began)
            counted.incidents.append(each)
    counted.left_out += scope.set_aside()
    return counted


def _detecting(scope: Scope) -> Counted:
    """Count by when it was detected; what was never said to be, by when it began."""
    counted, unit = Counted(), scope.metric.unit
    for each in scope.incidents():
        if not scope.window.holds(each.detected or each.began):
            continue
        counted.incidents.append(each)
        if each.detected is None:
            counted.left_out.append(NO_DETECTION)
        else:
            counted.add_time(each.began, each.detected, unit)
    return counted


def _responding(scope: Scope) -> Counted:
    """Count by when somebody took it, from when it was detected, or reported where that is not told."""
    counted, unit = Counted(), scope.metric.unit
    for each in scope.incidents():
        if not scope.window.holds(each.responded or each.reported):
            continue
        counted.incidents.append(each)
        if each.responded is None:
            counted.left_out.append(NO_RESPONSE)
        else:
            counted.add_time(each.detected or each.reported, each.responded, unit)
    return counted


def _resolving(scope: Scope) -> Counted:
    """Count by the last closing that lasted, whatever was closed and opened again before: once."""
    counted, unit = Counted(), scope.metric.unit
    for each in scope.incidents():
        if not scope.window.holds(each.resolved or each.began):
            continue
        counted.incidents.append(each)
        if each.excluded or each.resolved is None:
            counted.left_out.append(each.excluded or OPEN)
        else:
            counted.add_time(each.began, each.resolved, unit)
    return counted


def _failures(scope: Scope) -> Counted:
    """Count 1 for each rollout that failed, was rolled back or caused an incident, whenever that came about."""
    counted = Counted()
    causing = {cause.rollout for cause in scope.history.causes if cause.rollout}
    for each in scope.rollouts():
        counted.values.append(float(each.failed or each.rolled_back is not None or each.uid in causing))
    counted.incidents += [each for each in scope.incidents() if scope.window.holds(each.began)]
    return counted


def _deployments(scope: Scope) -> Counted:
    counted = Counted()
    for each in scope.rollouts():
        if each.failed:
            counted.left_out.append(FAILED)
        else:
            counted.moments.append(each.at)
    return counted


def _lead_times(scope: Scope) -> Counted:
    counted = Counted()
    for each in scope.rollouts():
        if each.failed:
            counted.left_out.append(FAILED)
        elif each.lead is None:
            counted.left_out.append(NO_LEAD)
        else:
            counted.add_time(each.at - each.lead, each.at, scope.metric.unit)
    return counted


def _items(scope: Scope) -> Counted:
    counted, kind = Counted(), scope.metric.measured
    for each in scope.items():
        if each.kind == kind and each.excluded:
            counted.left_out.append(each.excluded)
        elif each.kind == kind:
            counted.moments.append(each.at)
    return counted


def _improvement(scope: Scope) -> Counted:
    counted = Counted()
    for each in scope.items():
        if each.kind not in ("improvement", "other"):
            continue
        if each.excluded:
            counted.left_out.append(each.excluded)
        else:
            counted.values.append(float(each.kind == "improvement"))
    return counted


def _samples(scope: Scope) -> Counted:
    subject = "" if scope.grain == "all" else scope.subject
    found = (
        each
        for each in scope.history.samples
        if each.signal == scope.metric.signal and each.subject == subject and scope.window.holds(each.at)
    )
    return Counted(values=[each.value for each in sorted(found, key=lambda each: each.at)])


COUNTERS: Mapping[Measured, Callable[[Scope], Counted]] = {
    "incidents": _incidents,
    "time-to-detect": _detecting,
    "time-to-respond": _responding,
    "time-to-resolve": _resolving,
    "change-failure-rate": _failures,
    "deployments": _deployments,
    "lead-time": _lead_times,
    "load": _items,
    "support": _items,
    "improvement-share": _improvement,
    "signal": _samples,
}


def count(scope: Scope) -> Counted:
    """Count what the metric measures."""
    return COUNTERS[scope.metric.measured](scope)


def best_causes(history: History) -> Mapping[str, Cause]:
    """Return, for each incident's uid, the most certain of its causes: what people stated, a revert, nearness."""
    order = ("window", "revert", "stated")
    return {each.incident: each for each in sorted(history.causes, key=lambda each: order.index(each.how))}
