"""Timelines: how one incident went, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.metrics.model import Cause, Incident, Linked

HOW: dict[Linked, str] = {
    "stated": "people say so",
    "revert": "a revert tells",
    "window": "nearness in time alone",
}
NOBODY = "nobody, as far as is known"
NO_CAUSE = "not known: no rollout of its service shortly before, and nobody says"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How one incident went, with what caused it and what was not believed of what its text tells."""

    incident: Incident
    counts: bool  # False: it is counted as none; the incident's `excluded` says why
    causes: tuple[Cause, ...] = ()
    doubts: tuple[str, ...] = ()


def timeline(course: Course) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of an incident: what it is about, and what is known of it."""
    it = course.incident
    if it.began != it.reported:
        yield "began", _moment(it.began)
    yield "reported", _moment(it.reported) + _after(it.began, it.reported)
    if it.detected is not None:
        yield "detected", _moment(it.detected) + _after(it.began, it.detected)
    yield "responded", _moment(it.responded) + _after(it.began, it.responded) if it.responded else NOBODY
    yield "resolved", _resolved(it, counts=course.counts)
    if it.reopened:
        yield "reopened", "once" if it.reopened == 1 else f"{it.reopened} times"
    if not course.counts:
        yield "counted", f"as no incident of its own: {it.excluded}"
        return
    for cause in course.causes:
        yield "cause", f"{cause.evidence} ({HOW[cause.how]})"
    if not course.causes:
        yield "cause", NO_CAUSE
    for doubt in course.doubts:
        yield "doubtful", doubt


def _resolved(it: Incident, *, counts: bool) -> str:
    if it.resolved is not None:
        return _moment(it.resolved) + _after(it.began, it.resolved)
    if it.excluded and counts:
        return f"not known: {it.excluded}, so its closing does not count"
    return "not known" if it.excluded else "not yet"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _after(began: datetime, moment: datetime) -> str:
    return f", after {span_words(moment - began)}" if moment > began else ""


def span_words(span: timedelta) -> str:
    """Word a span of time in its two largest units: "2 d 3 h", "1 h 5 min", "40 s"."""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    units = [(days, "d"), (hours, "h"), (minutes, "min")]
    first = next(place for place, (count, _) in enumerate(units) if count)
    return " ".join(f"{count} {unit}" for count, unit in units[first : first + 2] if count)
