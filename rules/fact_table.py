"""The table of facts: what a condition may ask of a ticket: name, type, meaning and how it is found.

Facts of time are whole days in the policy's zone, so that a verdict stays the same within one local day. Workdays are
those of the team that answers for the ticket.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from rules import fact_work as work
from rules.fact_asked import UNKNOWN_SOURCE, Asked, Fact, FactType, readable
from rules.fact_deferral import FACTS_OF_DEFERRAL
from rules.fact_domain import domain, domains, suggested_domain
from rules.fact_feedback import FEEDBACK
from rules.fact_gates import GATE_FACTS
from rules.fact_inputs import INPUT_FACTS
from rules.fact_leads import LEAD_FACTS
from rules.fact_likeness import LIKENESS_FACTS
from rules.fact_outcomes import OUTCOME_FACTS
from rules.fact_recurrence import RECURRENCE_FACTS
from rules.fact_related import RELATED_FACTS
from rules.fact_reopened import REOPENED_FACTS
from rules.fact_reviews import REVIEW_FACTS
from rules.model import Ticket
from rules.pauses import deadline, paused_workdays, waits_outside
from rules.people import components
from rules.policy import Policy
from rules.rule import LEVELS

OURS = timedelta(minutes=2)  # an update this soon after our newest write is taken for that write


# -- texts and lists --------------------------------------------------------------------------------------------------


def _listed(values: frozenset[str]) -> list[str]:
    return list(_sorted(values))


@lru_cache(maxsize=4096)
def _sorted(values: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(map(readable, values)))  # most tickets share theirs


def level_of(policy: Policy, ticket: Ticket) -> str:
    """Return the neutral priority: the config's word for the native one, else for the most urgent label, or "none"."""
    levels, native = policy.sources.get(ticket.source, UNKNOWN_SOURCE).priorities, ticket.priority.lower()
    if native:
        return levels.get(native, native if native in LEVELS else "none")
    worn = {levels.get(label.lower(), "") for label in ticket.labels} if levels else set()
    return next((level for level in LEVELS if level in worn), "none")


# -- time -------------------------------------------------------------------------------------------------------------


def _iso(moment: datetime | None, asked: Asked) -> str | None:
    return None if moment is None else asked.day(moment).isoformat()


def _open(asked: Asked) -> bool:
    return asked.ticket.phase != "done"


def _deadline(asked: Asked) -> tuple[date, date] | None:
    """Return the due date as pauses have moved it, and the day on which the ticket's clock stands."""
    due = asked.ticket.due
    if due is None or not asked.memory.pauses:
        return None if due is None else (due, asked.today)
    return deadline(asked.policy, asked.ticket, asked.memory, asked.today)


def _late(asked: Asked) -> tuple[date, date] | None:
    """Return the same if the ticket is overdue."""
    found = _deadline(asked) if _open(asked) else None
    return found if found is not None and found[0] < found[1] else None


def _overdue(asked: Asked) -> bool:
    return _late(asked) is not None


def _days_overdue(asked: Asked) -> int:
    late = _late(asked)
    return (late[1] - late[0]).days if late else 0


def _workdays_overdue(asked: Asked) -> int:
    late = _late(asked)
    return asked.workdays(*late) if late else 0


def _days_to_due(asked: Asked) -> int | None:
    found = _deadline(asked)
    return None if found is None else (found[0] - found[1]).days


def _workdays_to_due(asked: Asked) -> int | None:
    found = _deadline(asked)
    return None if found is None else asked.workdays(found[1], found[0])


def _days_closed(asked: Asked) -> int | None:
    closed = asked.ticket.closed
    return None if closed is None or _open(asked) else max(0, (asked.today - asked.day(closed)).days)


def touched(asked: Asked) -> datetime:
    """Return when somebody but us last changed the ticket, as far as is known; when it was created if never.

    Our own writes move a ticket's `updated` too. The memory may know better (`touched`); without it an update
    within two minutes of our newest write counts as ours.
    """
    ticket, memory = asked.ticket, asked.memory
    if memory.touched is not None:
        return max(ticket.created, memory.touched)
    ours = [effect.at for effect in memory.effects]
    if memory.card is not None:
        ours.append(memory.card.at)
    if ours and ticket.updated <= max(ours) + OURS:
        return ticket.created
    return max(ticket.created, ticket.updated)


def _ignored(asked: Asked) -> bool:
    return any(ignore.until is None or asked.today < ignore.until for ignore in asked.memory.ignores)


def _days(asked: Asked, since: datetime, until: date) -> int:
    return max(0, (until - asked.day(since)).days)


def _workdays(asked: Asked, since: datetime, until: date) -> int:
    return max(0, asked.workdays(asked.day(since), until))


TABLE: tuple[Fact, ...] = (
    # what it is
    Fact("source", "string", "the source's name in the config", lambda a: a.ticket.source),
    Fact("tracker", "string", "the kind of tracker: github or jira", lambda a: a.source.kind),
    Fact("key", "string", 'what people call it: "acme/shop#12", "OPS-12"', lambda a: a.ticket.key),
    Fact("kind", "string", "its kind, as [kinds] of the config chooses; not known to [kinds] itself", lambda a: a.kind),
    Fact(
        "issue_type",
        "string",
        'the native issue type: "Bug"; "" where there is none',
        lambda a: readable(a.ticket.type),
    ),
    Fact("title", "string", "its title", lambda a: readable(a.ticket.title)),
    Fact("body", "string", "its description", lambda a: readable(a.ticket.body)),
    Fact("labels", "list(string)", "its labels, in order of the alphabet", lambda a: _listed(a.ticket.labels)),
    Fact(
        "components",
        "list(string)",
        "its components, also those that labels name",
        lambda a: _listed(components(a.policy, a.ticket)),
    ),
    Fact("comments", "int", "how many comments it has, ours among them", lambda a: a.ticket.comments),
    Fact("locked", "bool", "nobody may comment on it", lambda a: a.ticket.locked),
    # where it stands
    Fact("open", "bool", "it is not done", _open),
    Fact("closed", "bool", "it is done", lambda a: not _open(a)),
    Fact("phase", "string", "where it stands: new, active or done", lambda a: a.ticket.phase),
    Fact("status", "string", 'the native status: "open", "In Progress"', lambda a: readable(a.ticket.status)),
    Fact(
        "resolution",
        "string",
        'how it was closed: "completed", "Fixed"; "" while open',
        lambda a: readable(a.ticket.resolution),
    ),
    Fact("declined", "bool", "it was closed as not done: not planned, won't do, a duplicate", work.declined),
    Fact("has_sprint", "bool", "it is planned for a sprint", lambda a: bool(a.ticket.sprint)),
    Fact(
        "sprint", "string", 'its sprint, active or coming; "" where there is none', lambda a: readable(a.ticket.sprint)
    ),
    Fact("planned", "bool", "it is in a sprint, or in a milestone that is more than a due date of ours", work.planned),
    Fact("has_milestone", "bool", "it is in a milestone", lambda a: bool(a.ticket.milestone)),
    Fact("milestone", "string", 'its milestone; "" where there is none', lambda a: readable(a.ticket.milestone)),
    # people
    Fact("assignees", "list(string)", "the logins of its owners", lambda a: sorted(a.ticket.assignees)),
    Fact("has_owner", "bool", "somebody is assigned", lambda a: bool(a.ticket.assignees)),
    Fact("owner", "string", 'the first of its owners; "" if nobody is', lambda a: min(a.ticket.assignees, default="")),
    Fact("reporter", "string", "the login of who wrote it", lambda a: a.ticket.reporter),
    # priority and domain
    Fact(
        "has_priority",
        "bool",
        "it has a priority that the config knows",
        lambda a: level_of(a.policy, a.ticket) != "none",
    ),
    Fact("priority", "string", "critical, high, medium, low or none", lambda a: level_of(a.policy, a.ticket)),
    Fact("domain", "string", 'its improvement domain; "" for none, "several" for more than one', domain),
    Fact("domains", "list(string)", "all domains whose labels it wears", domains),
    Fact("suggested_domain", "string", "the domain its components or title make certain, else empty", suggested_domain),
    # time
    Fact("created", "string", 'the day it was created: "2026-11-02"', lambda a: _iso(a.ticket.created, a)),
    Fact(
        "days_open", "int", "days from creation to today, or to closing", lambda a: _days(a, a.ticket.created, a.end())
    ),
    Fact(
        "workdays_open",
        "int",
        "workdays from creation to today, or to closing",
        lambda a: _workdays(a, a.ticket.created, a.end()),
    ),
    Fact("days_idle", "int", "days since a person last changed it", lambda a: _days(a, touched(a), a.today)),
    Fact(
        "workdays_idle", "int", "workdays since a person last changed it", lambda a: _workdays(a, touched(a), a.today)
    ),
    Fact("days_closed", "int", "days since it was closed; missing while open", _days_closed),
    Fact("has_due", "bool", "it has a due date", lambda a: a.ticket.due is not None),
    Fact(
        "due",
        "string",
        'its due date: "2026-11-30"; missing if it has none',
        lambda a: a.ticket.due and a.ticket.due.isoformat(),
    ),
    Fact(
        "days_to_due",
        "int",
        "days from today to the due date, negative once past; missing if it has none; workdays in which it was blocked"
        " or waiting put the due date off, and meanwhile the count stands still",
        _days_to_due,
    ),
    Fact(
        "workdays_to_due",
        "int",
        "workdays from today to the due date, which pauses put off, negative once past; missing if it has none",
        _workdays_to_due,
    ),
    Fact(
        "overdue",
        "bool",
        "it is open and its due date is past, which pauses put off; while it is blocked or waiting, it stays as it was",
        _overdue,
    ),
    Fact("days_overdue", "int", "days since the due date, which pauses put off; 0 unless overdue", _days_overdue),
    Fact(
        "workdays_overdue",
        "int",
        "workdays since the due date, which pauses put off; 0 unless overdue",
        _workdays_overdue,
    ),
    Fact(
        "blocked",
        "bool",
        "the tracker says that it waits for another ticket, which is open",
        lambda a: a.ticket.blocked,
    ),
    Fact(
        "waiting",
        "bool",
        "it wears a label of `waiting` in [calendar]: it waits for somebody outside",
        lambda a: waits_outside(a.policy, a.ticket),
    ),
    Fact(
        "paused_workdays",
        "int",
        "workdays in which it was blocked or waiting while open, as far as we saw, up to today",
        lambda a: paused_workdays(a.policy, a.ticket, a.memory, a.today),
    ),
    # what came of it
    Fact(
        "changes",
        "list(string)",
        "the pull requests that name it in title or text",
        lambda a: [each.key for each in a.memory.work],
    ),
    Fact("merged_changes", "list(string)", "the merged pull requests that name it in title or text", work.merged),
    Fact(
        "evidence",
        "list(string)",
        'merged changes that name it, `/kaizen evidence`, links in lines "Evidence: ..." of its text',
        work.evidence,
    ),
    Fact(
        "has_evidence",
        "bool",
        "there is evidence: a merged change, a link that somebody gave",
        lambda a: bool(work.evidence(a)),
    ),
    # what we remember
    Fact("reversals", "int", "how often people undid something of ours on it", lambda a: len(a.memory.reversals)),
    Fact("ignored", "bool", "a person asked some rule to leave it alone", _ignored),
    # what people stated by commands
    *FACTS_OF_DEFERRAL,
    *OUTCOME_FACTS,
    Fact("held", "bool", "a person said that it was held: `/kaizen held`", lambda a: work.stated(a, "held") > 0),
    # what belongs to it
    *RELATED_FACTS,
    # who leads
    *LEAD_FACTS,
    # what a decision feeds
    *FEEDBACK,
    *INPUT_FACTS,
    *REOPENED_FACTS,
    *RECURRENCE_FACTS,
    *LIKENESS_FACTS,
    # what came of a review
    *REVIEW_FACTS,
    *GATE_FACTS,
)

FACTS: Mapping[str, Fact] = {fact.name: fact for fact in TABLE}
TYPES: Mapping[str, FactType] = {fact.name: fact.type for fact in TABLE}
KIND_TYPES: Mapping[str, FactType] = {name: kind for name, kind in TYPES.items() if name != "kind"}
