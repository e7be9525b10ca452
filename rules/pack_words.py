"""What a rule file says, in words for people who have never seen one: spans of time, people, what is filed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rules.leaders import TWIN
from rules.memory import Followed
from rules.people import COUNCIL, LEAD, OWNER, REPORTER
from rules.rule import LEVELS, DueRule, Duration, NewTicket, Rhythm, Room, Rule

CALLED = {
    OWNER: "the owner",
    LEAD: "the lead of the team",
    COUNCIL: "the improvement council",
    REPORTER: "whoever wrote the ticket",
}
FOLLOWED: Mapping[Followed, str] = {
    "state": "it is closed and opened with it",
    "owner": "it gets its owner",
    "due": "it gets its due date",
}
SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def plain(text: str) -> str:
    """Return a text for Markdown to show as it is written, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Return a text for Markdown to show as code, on one line."""
    line = " ".join(text.split())
    longest = max((len(ticks) for ticks in re.findall("`+", line)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{line}{space}{fence}"


def quote(text: str) -> str:
    """Return a text that people get to read, in quotes."""
    return f"“{plain(text)}”"


def series(parts: Iterable[str], last: str = "and") -> str:
    """Join parts as a sentence does: "a, b and c"."""
    *others, end = parts
    return f"{', '.join(others)} {last} {end}" if others else end


def span(duration: Duration) -> str:
    """Word a span of time: "1 workday"."""
    return str(duration)


def people(names: Iterable[str]) -> str:
    """Word roles and people: "the owner and the lead of the team"."""
    return series(CALLED.get(name, name) for name in names)


def filed(new: NewTicket, say: str) -> str:
    """Word what a step files; `say` is what the ticket says if the step has no text for it."""
    title = f"called {quote(new.title)}"
    if new.each:
        title = f"for each of {code(new.each)}, once, {title}"
    parts = [f"a ticket of the kind {code(new.kind)} is filed {title}, and linked"]
    if new.assign:
        parts.append(f"it is assigned to {people([new.assign])}")
    if new.due is not None:
        when = f"after {span(new.due)}" if isinstance(new.due, Duration) else f"on {code(new.due)}"
        parts.append(f"it is due {when}")
    text = new.say or say
    return series([*parts, f"it says {quote(text)}"] if text else parts)


def led(rule: Rule) -> str:
    """Word what a twin's tickets are to those that lead them: "what was filed from it as `follow-up`"."""
    kinds = [kind for kind in rule.leads_as if kind != TWIN]
    filed_as = f" as {series(map(code, kinds), 'or')}" if kinds else ""
    parts = [f"it was filed from that one{filed_as}"] if kinds or not rule.leads_as else []
    parts += ["that one calls it its twin"] if TWIN in rule.leads_as or not rule.leads_as else []
    where = f", and it is in {series(map(code, rule.sources), 'or')}" if rule.sources else ""
    return f"{', or '.join(parts)}{where}"


def follows(rule: Rule) -> str:
    """Word what a twin's tickets take over."""
    words = series(FOLLOWED[name] for name in rule.follow)
    return f"It follows the ticket that leads it: {words}. What people change here stays until it changes there."


def due_by_priority(due: DueRule) -> str:
    """Word how long work may take: "5 workdays if critical, 20 workdays if high"."""
    return ", ".join(f"{span(due.by_level[level])} if {level}" for level in LEVELS if level in due.by_level)


ROOMS: Mapping[Room, str] = {
    "overdue": "what is longest overdue",
    "deferrals": "what was put off, and how often",
    "decisions": "the decisions that are open or were taken since the last one",
    "outcomes": "the effects that people expect of their work, and what came of them",
    "domains": "which domains have improvement work, and which are quiet",
    "inputs": "the newest of each input that the council decides from, and whether it is fresh",
    "metrics": "whether it got better: each metric beside the window before",
    "gates": "which gates are closed, since when and why, and which opened since the last one",
    "leads": "what each lead did since the last one",
    "open-actions": "how the last one ended, and what was filed from it and is still open",
}
"""A part of a review's agenda, in words."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def rhythm(when: Rhythm) -> str:
    """Word when something periodic falls due: "each month, on day 1 at 09:00"."""
    if when.every == "week":
        return f"each week, on {WEEKDAYS[when.day - 1]} at {when.at:%H:%M}"
    of = " of its first month" if when.every == "quarter" else ""
    return f"each {when.every}, on day {when.day}{of} at {when.at:%H:%M}"
