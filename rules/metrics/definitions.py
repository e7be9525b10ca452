"""What each metric means, in sentences that stand beside its numbers."""

from __future__ import annotations

from collections.abc import Mapping

from rules.metrics.model import Measured, Metric, Statistic

TIMES: tuple[Statistic, ...] = ("mean", "median", "p90")
EVENTS: tuple[Statistic, ...] = ("rate", "count")
STATISTICS: Mapping[Measured, tuple[Statistic, ...]] = {
    "incidents": EVENTS,
    "time-to-detect": TIMES,
    "time-to-respond": TIMES,
    "time-to-resolve": TIMES,
    "change-failure-rate": ("share",),
    "deployments": EVENTS,
    "lead-time": ("median", "mean", "p90"),
    "load": EVENTS,
    "support": EVENTS,
    "improvement-share": ("share",),
    "signal": ("last", "mean", "median", "p90"),
}
"""What may be made of what is measured; the first if a [[metric]] does not say."""
COUNTED: Mapping[Measured, tuple[str, str]] = {
    "incidents": ("incident", "incidents"),
    "time-to-detect": ("detected incident", "detected incidents"),
    "time-to-respond": ("incident somebody took", "incidents somebody took"),
    "time-to-resolve": ("resolved incident", "resolved incidents"),
    "change-failure-rate": ("rollout", "rollouts"),
    "deployments": ("rollout", "rollouts"),
    "lead-time": ("rollout with a known lead time", "rollouts with a known lead time"),
    "load": ("ticket of operational load", "tickets of operational load"),
    "support": ("support ticket", "support tickets"),
    "improvement-share": ("finished ticket", "finished tickets"),
    "signal": ("value of the signal", "values of the signal"),
}
"""What is counted, if there is one and if there are more."""
MEANING: Mapping[Measured, str] = {
    "incidents": "Incidents, by when they began. What turned out to be none, or another one's report, is left out.",
    "time-to-detect": "From when an incident began to when it was detected, as its ticket tells; by when that was.",
    "time-to-respond": "From when an incident was detected, or else reported, to when the first person took it: by an "
    "assignment, a change of status or a comment; by when that was.",
    "time-to-resolve": "From when an incident began, or else was reported, to its last closing that lasted, counted "
    "once however often it was opened again; by when it was resolved. Closings by bots or in bulk are left out.",
    "change-failure-rate": "Rollouts that caused at least one incident, were rolled back or failed, divided by all "
    "rollouts. A rollback itself is no rollout here. What caused an incident is told by people, else by a revert, "
    "else by the last rollout shortly before it.",
    "deployments": "Rollouts that succeeded: deployments, or releases and versions where there are none. A rollback "
    "is not counted.",
    "lead-time": "From when the changes of a rollout were made to when it was rolled out, as far as that is known; "
    "by when it was rolled out, if it succeeded and was no rollback.",
    "load": "Tickets of operational load, such as pages, toil and interrupts, by when they were created.",
    "support": "Support tickets, by when they were created.",
    "improvement-share": "Improvements divided by all work that was finished, by when it was closed. Incidents, "
    "reviews, decisions and follow-ups are no such work; closings by bots or in bulk are left out.",
    "signal": "The values of the signal in the window.",
}
"""What is counted, and by which of its moments it belongs to a window."""
HOW: Mapping[Statistic, str] = {
    "rate": "Their number divided by the length of the window; the interval is that of a Poisson count.",
    "count": "Their number; the interval is that of a Poisson count.",
    "share": "The interval is Wilson's.",
    "mean": "The mean: their sum divided by their number; the interval is Cox's for times, Student's from 40 on.",
    "median": "The median; the interval lies between two of the values, and takes at least six.",
    "p90": "What nine tenths of them stay below; the interval lies between two of the values.",
    "last": "The newest; it has no interval.",
}
"""How the value and its interval of 95 % are made."""
MEAN_OF_SIGNAL = "The mean: their sum divided by their number; the interval is Student's."


def definition(metric: Metric) -> str:
    """Return what a metric means: what is divided by what, and how its interval is made."""
    meant = MEANING[metric.measured].replace("the signal", f"the signal “{metric.signal}”")
    how = MEAN_OF_SIGNAL if metric.measured == "signal" and metric.statistic == "mean" else HOW[metric.statistic]
    return f"{meant} {how}"
