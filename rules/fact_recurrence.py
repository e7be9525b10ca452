"""Facts of recurrence: what came back, how often, and what a ticket is a report of."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from rules.fact_asked import Asked, Fact, readable
from rules.fact_deferral import SYSTEMIC
from rules.memory import Recurrence

LISTED = 20
"""So many recurrences are told one by one."""


def before(asked: Asked) -> Recurrence | None:
    """Return what the ticket is a report of."""
    return next((each for each in asked.memory.recurrences if each.other.way == "origin"), None)


def reports(asked: Asked) -> list[Recurrence]:
    """Return the reports by which the ticket came back within the period, after it was fixed, oldest first."""
    if not asked.memory.recurrences:
        return []
    first = asked.today - asked.policy.recurring.period
    later = (each for each in asked.memory.recurrences if each.other.way == "filed" and each.again)
    return [each for each in later if asked.day(each.created) > first]


def news(asked: Asked) -> list[Recurrence]:
    """Return the reports that came within the window after its last fix took effect, oldest first.

    While it is closed, such a report is news for as long as the window lasts; then it is history.
    """
    fix, recurring = asked.memory.fix, asked.policy.recurring
    if fix is None or fix.at is None:
        return []
    fixed, span = fix.at, recurring.window if asked.ticket.phase == "done" else recurring.period
    fresh = asked.today - span
    return [
        each
        for each in reports(asked)
        if each.direct and fixed <= each.created <= fixed + recurring.window and asked.day(each.created) >= fresh
    ]


def unanswered(asked: Asked) -> int:
    """Count the recurrences since a systemic improvement was filed for them; 0 while one is open."""
    if not asked.memory.recurrences:
        return 0
    filed = [e for e in asked.memory.related if e.way == "filed" and SYSTEMIC in {n.lower() for n in e.labels}]
    if any(each.phase != "done" for each in filed):
        return 0
    last = max((each.since for each in filed if each.since), default=None)
    return sum(last is None or each.created > last for each in reports(asked))


def history(asked: Asked) -> list[str]:
    """Return each recurrence in words, newest first: what, when, how urgent, how long it took, what tells."""
    return [_told(asked, each) for each in reversed(reports(asked)[-LISTED:])]


def _told(asked: Asked, each: Recurrence) -> str:
    urgent = f", {each.priority}" if each.priority else ""
    took = f", took {_span(each.took)}" if each.took else ""
    return readable(f"{each.other.key} of {asked.day(each.created).isoformat()}{urgent}{took} ({each.evidence})")


def _span(took: timedelta) -> str:
    hours = max(1, round(took / timedelta(hours=1)))
    count, unit = (hours, "hour") if hours < 48 else (round(hours / 24), "day")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _newest(asked: Asked) -> str:
    found = news(asked) or reports(asked)
    return _told(asked, found[-1]) if found else ""


def _total(asked: Asked) -> int:
    """Return the hours that all recurrences within the period and the ticket itself were open."""
    own = (asked.ticket.closed - asked.ticket.created) if asked.ticket.closed else timedelta()
    return round(sum((each.took for each in reports(asked)), own) / timedelta(hours=1))


def _days(asked: Asked) -> int | None:
    found = before(asked)
    return None if found is None else max(0, (asked.today - asked.day(found.at)).days)


def fixed_on(asked: Asked) -> str | None:
    """Return the day on which its last fix took effect."""
    fix = asked.memory.fix
    return _iso(asked, fix.at) if fix and fix.at else None


def _iso(asked: Asked, at: datetime) -> str:
    day: date = asked.day(at)
    return day.isoformat()


def _said_before(asked: Asked, name: str) -> str:
    found = before(asked)
    return readable(str(getattr(found, name))) if found else ""


def duplicate(asked: Asked) -> bool:
    """Tell whether it is to be closed as a duplicate: all that it could say is said on the older ticket.

    What has an owner or work of its own, or more to read, stays; and so does what somebody ever said to be another one.
    """
    found = before(asked)
    if not asked.policy.recurring.close_duplicates or found is None or found.again or found.other.phase == "done":
        return False
    own = bool(asked.ticket.assignees and not found.other.assignees) or bool(asked.memory.work)
    return not own and found.ahead <= 0 and all(each.what != "not-same" for each in asked.memory.statements)


RECURRENCE_FACTS: tuple[Fact, ...] = (
    Fact(
        "recurred",
        "bool",
        "it came back: a report that is certainly the same came after its fix took effect, within `window` of"
        " [recurrence]",
        lambda a: bool(news(a)),
    ),
    Fact(
        "recurrences",
        "int",
        "how often it, or what it is the first of, came back after it was fixed, within `period` of [recurrence]",
        lambda a: len(reports(a)),
    ),
    Fact(
        "recurrences_unanswered",
        "int",
        'the same, since an improvement labelled "systemic" was filed from it; 0 while that is open',
        unanswered,
    ),
    Fact(
        "recurrence_list",
        "list(string)",
        "the keys of the reports by which it came back, oldest first",
        lambda a: [readable(each.other.key) for each in reports(a)],
    ),
    Fact(
        "recurrence_history",
        "list(string)",
        "each time it came back, newest first: the report, its day and priority, how long it took, and what tells",
        history,
    ),
    Fact("recurrence_evidence", "string", "the newest report by which it came back, and what tells that", _newest),
    Fact("recurrence_hours", "int", "hours that it and its recurrences within the period were open, together", _total),
    Fact("fixed_on", "string", "the day on which its last fix took effect: deployed, released or closed", fixed_on),
    Fact(
        "recurs",
        "string",
        'the key of the ticket that this one is a report of, the first of its kind; "" if it is none',
        lambda a: _said_before(a, "root"),
    ),
    Fact("recurs_tier", "string", 'how certain that is: "A"; "" if it is none', lambda a: _said_before(a, "tier")),
    Fact("recurs_because", "string", "what tells that it is one", lambda a: _said_before(a, "evidence")),
    Fact(
        "recurs_again",
        "bool",
        "it is a report of something that had been fixed by then",
        lambda a: (found := before(a)) is not None and found.again,
    ),
    Fact(
        "duplicate",
        "bool",
        "it is a report of an older ticket that was open by then and still is, and has no work, owner or talk that that"
        " one has not; always false unless `close_duplicates` of [recurrence] is true",
        duplicate,
    ),
    Fact("recurs_days", "int", "days since it is known to be a report of another one; missing if it is none", _days),
)
