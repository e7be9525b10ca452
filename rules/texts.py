"""Texts for people: placeholders filled without any template logic, what others wrote kept as plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.fact_asked import asked_of
from rules.fact_domain import suggested_domain
from rules.fact_table import FACTS
from rules.facts import of
from rules.memory import NOTHING, Memory
from rules.model import Line, Mention, Span, Text, Ticket
from rules.people import LEAD, called, resolve
from rules.policy import Policy

NOBODY, NO_DATE, NO_PRIORITY = "nobody", "no date", "no priority"
NONE, UNKNOWN = "none", "unknown"
SPOKEN: Mapping[str, Callable[[About], str]] = {
    "title": lambda a: a.ticket.title,
    "key": lambda a: a.ticket.key,
    "owner": lambda a: _names(a, sorted(a.ticket.assignees)),
    "lead": lambda a: _names(a, resolve(a.policy, a.ticket, LEAD).logins),
    "reporter": lambda a: _names(a, [a.ticket.reporter] if a.ticket.reporter else []),
    "due": lambda a: a.ticket.due.isoformat() if a.ticket.due else NO_DATE,
    "priority": lambda a: a.ticket.priority or NO_PRIORITY,
    "status": lambda a: a.ticket.status,
    "today": lambda a: a.policy.calendar.today(a.now).isoformat(),
}
PLACEHOLDERS = (*SPOKEN, *(name for name in FACTS if name not in SPOKEN))
"""What stands in braces: first what is worded for people, then any fact."""
LONGEST_VALUE = 200  # characters of somebody else's text that a sentence of ours carries
LONGEST_LIST = 800  # characters of several
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a text is about: placeholders stand for what is known of it."""

    policy: Policy
    ticket: Ticket
    now: datetime
    kind: str = ""
    memory: Memory = NOTHING


def fill(template: str, values: Mapping[str, Line]) -> Line:
    """Put values in the place of `{name}`. A value is never read again, so that braces in it mean nothing.

    An unknown name stays as it is written.
    """
    pieces = PLACEHOLDER.split(template)
    line: list[Span] = []
    for text, name in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if text:
            line.append(Text(text))
        if name:
            line.extend(values.get(name, (Text(f"{{{name}}}"),)))
    return tuple(line)


def quiet(template: str, about: About, **more: Line) -> Line:
    """Fill a text where nobody is to be notified: names are plain text. `more` are placeholders of its own."""
    return fill(template, {**_quiet_values(template, about), **more})


def notifying(template: str, about: About, people: tuple[str, ...]) -> Line:
    """Fill a text of a ping to `people`: those of them who are named are mentioned."""
    if "{" not in template:
        return fill(template, {})
    ticket, leads = about.ticket, resolve(about.policy, about.ticket, LEAD).logins
    named = {"owner": sorted(ticket.assignees), "lead": leads, "reporter": (ticket.reporter,)}
    loud = {
        role: _joined(tuple(Mention(login) for login in logins))
        for role, logins in named.items()
        if logins and set(logins) <= set(people)
    }
    return fill(template, {**_quiet_values(template, about), **loud})


def facts_in(template: str, about: About) -> Mapping[str, str]:
    """Return the facts that a text names in braces, as words for people, and as long as a few titles at most."""
    names = dict.fromkeys(name for name in PLACEHOLDER.findall(template) if name in FACTS and name not in SPOKEN)
    if not names:
        return {}
    today = about.policy.calendar.today(about.now)
    found = of(about.ticket, about.kind, about.memory, about.policy, today, names)
    return {name: _worded(found.get(name)) for name in names}


def _worded(value: object) -> str:
    """Word what a fact is; None is a missing one."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return clipped(", ".join(clipped(str(each)) for each in value), LONGEST_LIST) or NONE
    return clipped(str(value)) or NONE


def _quiet_values(template: str, about: About) -> Mapping[str, Line]:
    plain = {name: clipped(SPOKEN[name](about)) for name in PLACEHOLDER.findall(template) if name in SPOKEN}
    return {name: (Text(value),) for name, value in {**plain, **facts_in(template, about)}.items()}


def _names(about: About, logins: tuple[str, ...] | list[str]) -> str:
    return ", ".join(called(about.policy, about.ticket.source, login) for login in logins) or NOBODY


def plain(line: Line) -> str:
    """Return the plain text of a line: what is filled in where nothing but text may stand, as in a title."""
    return "".join(span.text for span in line if isinstance(span, Text))


def label_text(policy: Policy, ticket: Ticket, template: str) -> str:
    """Return a label with `{domain}` filled: the label of the domain that is certain; "" if none is."""
    if "{" not in template:
        return template
    name = suggested_domain(asked_of(policy, ticket))
    label = next((domain.label for domain in policy.domains if domain.name == name), "")
    filled = fill(template, {"domain": (Text(label),)}) if label else ()
    return plain(filled)


def mentions(people: tuple[str, ...]) -> Line:
    """Return mentions of people, with commas between them."""
    return _joined(tuple(Mention(login) for login in people))


def mentioned(line: Line) -> frozenset[str]:
    """Return the people that a line mentions."""
    return frozenset(span.person for span in line if isinstance(span, Mention))


def clipped(text: str, longest: int = LONGEST_VALUE) -> str:
    """Return somebody else's text on one line and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _joined(spans: Line) -> Line:
    line: list[Span] = []
    for span in spans:
        line += [Text(", "), span] if line else [span]
    return tuple(line)
