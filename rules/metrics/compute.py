"""What a metric says of a subject in a window: the value, its interval, and all it takes to trust it or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from statistics import fmean, median
from typing import assert_never

from rules.metrics.counted import Counted, Scope, best_causes, count
from rules.metrics.definitions import COUNTED, definition
from rules.metrics.intervals import NO_INTERVAL, Interval, of_count, of_mean, of_mean_time, of_quantile, of_share
from rules.metrics.model import Grain, History, Incident, Linked, Measure, Metric, Window
from rules.metrics.windows import DAY, PER, days_of

QUANTILES: Mapping[str, float] = {"median": 0.5, "p90": 0.9}
ROLLED = frozenset({"change-failure-rate", "deployments", "lead-time"})
"""Of these, what came of rollouts has to be known."""
CLOSED = frozenset({"time-to-respond", "time-to-resolve", "improvement-share"})
"""Of these, who closed what has to be known, and what was opened again."""
RECORDED = frozenset({"deployments", "load", "support"})
"""Of these, none at all in the whole company means that nobody records them, rather than that there are none."""
NOT_RECORDED = "no {} are known at all"


@dataclass(frozen=True, slots=True)
class _Figure:
    value: float
    interval: Interval
    numerator: float
    denominator: float


def measure(metric: Metric, grain: Grain, subject: str, window: Window, history: History, now: datetime) -> Measure:
    """Compute a metric; of a window that is not over, or not known wholly, from the part that is."""
    recorded = is_recorded(metric, window, history, now)
    return measure_part(Scope(metric, grain, subject, window, history), now, recorded=recorded)


def measure_part(asked: Scope, now: datetime, *, recorded: bool) -> Measure:
    """Compute a metric of a history that may be the subject's alone; `recorded` tells of the whole company's."""
    metric, window, history = asked.metric, asked.window, asked.history
    known = clipped(metric, window, history, now)
    scope = replace(asked, window=known)
    counted = count(scope)
    seen = _observed(metric, counted, known)
    figure = _figure(metric, counted, days_of(known)) if seen and recorded else None
    low, high = figure.interval if figure else NO_INTERVAL
    unmapped, linked = _mapping(counted.incidents, history)
    return Measure(
        metric=metric.id,
        grain=asked.grain,
        subject=asked.subject,
        window=window,
        value=figure.value if figure else None,
        low=low,
        high=high,
        numerator=figure.numerator if figure else 0.0,
        denominator=figure.denominator if figure else 0.0,
        observations=len(seen),
        unit=metric.unit,
        definition=definition(metric),
        unmapped=unmapped,
        linked=linked,
        excluded=tuple(sorted(Counter(counted.left_out).items())),
        complete=_whole(metric, known, window, history),
        lacking=_lacking(metric, len(seen)) or ("" if recorded else NOT_RECORDED.format(COUNTED[metric.measured][1])),
    )


def observations(metric: Metric, grain: Grain, subject: str, window: Window, history: History) -> tuple[float, ...]:
    """Return the single values that a metric is made of: times, 0 or 1 of a share; of events their number a day."""
    known = clipped(metric, window, history, window.end)
    return tuple(_observed(metric, count(Scope(metric, grain, subject, known, history)), known))


def known_from(metric: Metric, history: History) -> datetime | None:
    """Return from when on all is known that a metric counts; None: all is."""
    if metric.measured == "signal":
        return None
    rolled = metric.measured in ROLLED
    moments = [history.tickets_from, history.rollouts_from if rolled else None]
    return max((each for each in moments if each is not None), default=None)


def whole_from(metric: Metric, history: History) -> datetime | None:
    """Return from when on all is known that a metric is made of, where closings count also by whom; None: all is."""
    moments = [known_from(metric, history), history.known_from if metric.measured in CLOSED else None]
    return max((each for each in moments if each is not None), default=None)


def _whole(metric: Metric, known: Window, window: Window, history: History) -> bool:
    """Tell whether a window is over, and all of it known."""
    since = whole_from(metric, history)
    return known == window and (since is None or since <= window.start)


def clipped(metric: Metric, window: Window, history: History, now: datetime) -> Window:
    """Return the part of a window that is over and known; it may be empty."""
    start = max(window.start, known_from(metric, history) or window.start)
    return replace(window, start=start, end=max(start, min(window.end, now)))


def _observed(metric: Metric, counted: Counted, known: Window) -> Sequence[float]:
    if metric.statistic not in ("rate", "count"):
        return counted.values
    days = [0.0] * ceil(days_of(known))
    for moment in counted.moments:
        days[min(int((moment - known.start) / DAY), len(days) - 1)] += 1
    return days


def _figure(metric: Metric, counted: Counted, days: float) -> _Figure:
    """Make the statistic of what was counted, of which there is something."""
    values, events = counted.values, float(len(counted.moments))
    whole = _Figure(fmean(values) if values else 0.0, NO_INTERVAL, sum(values), len(values))
    match metric.statistic:
        case "rate":
            span = days / PER[metric.unit]
            return _Figure(events / span, _scaled(of_count(len(counted.moments)), span), events, span)
        case "count":
            return _Figure(events, of_count(len(counted.moments)), events, 1)
        case "share":
            return replace(whole, interval=of_share(round(sum(values)), len(values)))
        case "mean":
            return replace(whole, interval=(of_mean if metric.measured == "signal" else of_mean_time)(values))
        case "median" | "p90" as quantile:
            return replace(
                whole, value=_quantile(values, QUANTILES[quantile]), interval=of_quantile(values, QUANTILES[quantile])
            )
        case "last":
            return _Figure(values[-1], NO_INTERVAL, values[-1], 1)
        case never:
            assert_never(never)


def _quantile(values: Sequence[float], quantile: float) -> float:
    """Return the median, or the least of the values that so many of them do not exceed."""
    return median(values) if quantile == 0.5 else sorted(values)[ceil(quantile * len(values)) - 1]


def _scaled(interval: Interval, span: float) -> Interval:
    low, high = interval
    return None if low is None else low / span, None if high is None else high / span


def _mapping(incidents: Sequence[Incident], history: History) -> tuple[float | None, tuple[tuple[Linked, int], ...]]:
    """Return the share of incidents that no rollout was found for, and how the others were linked.

    That people say what caused it is enough, also if that was no rollout.
    """
    if not incidents:
        return None, ()
    causes = best_causes(history)
    known = [causes[each.uid] for each in incidents if each.uid in causes]
    found = [each.how for each in known if each.rollout or each.how == "stated"]
    return 1 - len(found) / len(incidents), tuple(sorted(Counter(found).items()))


def is_recorded(metric: Metric, window: Window, history: History, now: datetime) -> bool:
    """Tell whether anybody records what is measured, in the whole company and the part of a window that is known."""
    known = clipped(metric, window, history, now)
    if metric.measured not in RECORDED or not known.start < known.end:
        return True
    return bool(count(Scope(metric, "all", "", known, history)).moments)


def _lacking(metric: Metric, seen: int) -> str:
    """Say why too little was observed; "" if it is enough."""
    if seen >= metric.enough:
        return ""
    needed = f"{metric.enough} {'is' if metric.enough == 1 else 'are'} needed"
    if metric.statistic in ("rate", "count"):
        return f"{seen} {'day' if seen == 1 else 'days'} of it known, {needed}"
    one, many = COUNTED[metric.measured]
    return f"{seen or 'no'} {one if seen == 1 else many}, {needed}"
