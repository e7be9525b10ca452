"""Statements: what somebody tells about a ticket by a command: `owner`, `due`, `defer`, `evidence`, `outcome` ..."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from rules.fact_asked import UNKNOWN_SOURCE
from rules.feeds import NONE, Feed, read_feed
from rules.leaders import NO_TWIN
from rules.metrics.told import NOTHING_CAUSED, causes_named
from rules.model import Ticket
from rules.outcomes.aims import NO_AIM, NO_DAY, Aim, read_aim
from rules.outcomes.resolving import understood
from rules.people import called, login_of
from rules.phrases import day_of, no_day, past, split
from rules.policy import Policy
from rules.references import KEY, reference, tickets_named
from rules.texts import clipped
from rules.wording import meant, shown

What = Literal[
    "defer", "evidence", "outcome", "held", "owner", "due", "feeds", "twin", "same-as", "not-same", "caused-by"
]

FORMS: Mapping[What, str] = {
    "owner": "/kaizen owner @x",
    "due": "/kaizen due YYYY-MM-DD because ...",
    "defer": "/kaizen defer until YYYY-MM-DD because ...",
    "evidence": "/kaizen evidence URL",
    "outcome": "/kaizen outcome METRIC FROM -> TO by YYYY-MM-DD",
    "held": "/kaizen held",
    "feeds": "/kaizen feeds roadmap TICKET",
    "twin": "/kaizen twin KEY",
    "same-as": "/kaizen same-as KEY",
    "not-same": "/kaizen not-same KEY",
    "caused-by": "/kaizen caused-by KEY",
}
FEEDS_NONE = "/kaizen feeds budget none because ..."
TICKETS = "a ticket like OPS-12 or acme/shop#12"
EXAMPLE = "/kaizen outcome mttr(checkout) 90m -> 45m by 2027-03-31"
LATE_AIM = (
    "It was closed with another outcome to reach, and that one counts: {aim}. To aim at something else, open it again."
)
ALONE = "No command makes a twin of another ticket any more; lines 'Twin: ...' of the text still do."
MENTION = re.compile(r"\[~(?:accountid:)?(?P<person>[^\[\]|\s]+)\]")
OURS = re.compile(r"Due \d{4}-\d{2}-\d{2}", re.ASCII)  # the milestones that are made only to carry a date


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a statement is read with."""

    policy: Policy
    ticket: Ticket  # as it will be when what was said before is carried out
    day: date  # on which it was said
    logins: frozenset[str] = frozenset()  # that the tracker has shown
    twins: Mapping[str, str] = field(default_factory=dict)  # tickets that it names -> why they cannot be twins, or ""
    tickets: frozenset[str] = frozenset()  # the keys (lower case) of those that it names and that there are
    causes: frozenset[str] = frozenset()  # the same of changes and tickets that it names as the cause of an incident
    aim: str = ""  # the outcome that counts already, because the ticket was closed with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A statement that was understood: its value, its reason, and what to answer."""

    value: str
    reply: str
    because: str = ""


def read_statement(what: What, words: str, asking: Asking) -> Stated | str:
    """Read the words after a command; text is what to answer where they are not understood."""
    return READERS[what](words, asking)


def right_form(what: What) -> str:
    """Return the sentence that shows how a command is written."""
    return f"Write '{FORMS[what]}'."


# -- who and when ------------------------------------------------------------------------------------------------------


def _owner(words: str, asking: Asking) -> Stated | str:
    if not words or len(words.split()) > 1:
        return f"Who? {right_form('owner')}"
    login = _person(words, asking)
    if not login:
        return _nobody(words, asking)
    policy, ticket = asking.policy, asking.ticket
    name = called(policy, ticket.source, login)
    others = sorted(called(policy, ticket.source, each) for each in ticket.assignees if each.lower() != login.lower())
    if not others:
        return Stated(value=login, reply=f"{name} is the owner.")
    if _kind(asking) == "jira":
        return Stated(value=login, reply=f"{name} is the owner, in place of {' and '.join(others)}.")
    stay = f"{' and '.join(others)} {'stays' if len(others) == 1 else 'stay'} as well"
    return Stated(value=login, reply=f"{name} is an owner; {stay}: take off by hand who should not.")


def _person(words: str, asking: Asking) -> str:
    """Return the login that is meant: with an @ a login comes first, without one a name of [people]; "" for none."""
    mention = MENTION.fullmatch(words)
    if mention and _kind(asking) == "jira":
        return mention["person"]
    wanted = words.removeprefix("@").lower()
    logins = {login.lower(): login for login in _logins(asking)}
    names = {name.lower(): login for name, login in _people(asking).items()}
    first, second = (logins, names) if words.startswith("@") else (names, logins)
    return first.get(wanted) or second.get(wanted, "")


def _people(asking: Asking) -> dict[str, str]:
    """Return the names of [people], each with its login here, "" where there is none."""
    policy, source = asking.policy, asking.ticket.source
    return {name: login_of(policy, source, person) for name, person in policy.people.items()}


def _logins(asking: Asking) -> frozenset[str]:
    here = {*_people(asking).values(), *asking.ticket.assignees, asking.ticket.reporter}
    return (asking.logins | here) - {""}


def _nobody(words: str, asking: Asking) -> str:
    name, people = words.removeprefix("@").lower(), _people(asking)
    if name in {each.lower() for each in people}:
        return f"{shown(name)} has no login here: [people] of the config can give one."
    near = meant(name, sorted({each.lower() for each in (*people, *_logins(asking))}))
    return f"I do not know {shown(words)} here{near}: name a login of the tracker, or one of [people] of the config."


def _due(words: str, asking: Asking) -> Stated | str:
    text, _, because = split(words, "because")
    found = _coming(text.removeprefix("by "), because, asking, what="due")
    if isinstance(found, str):
        return found
    return Stated(value=found.isoformat(), because=because, reply=f"Due on {found.isoformat()}.{_milestone(asking)}")


def _defer(words: str, asking: Asking) -> Stated | str:
    head, _, because = split(words, "because")
    surplus, _, text = split(head, "until")
    if surplus:
        return f"I do not understand {shown(surplus)}. {right_form('defer')}"
    found = _coming(text, because, asking, what="defer")
    if isinstance(found, str):
        return found
    ticket, day = asking.ticket, found.isoformat()
    if not ticket.assignees:
        return f"What is put off needs an owner first: '{FORMS['owner']}', then put it off."
    moved = f" The due date moves there.{_milestone(asking)}" if ticket.due and ticket.due < found else ""
    return Stated(value=day, because=because, reply=f"Put off until {day}.{moved}")


def _coming(text: str, because: str, asking: Asking, *, what: Literal["due", "defer"]) -> date | str:
    """Return a day that may still come, for which there is a reason; text is what to answer otherwise."""
    if not text:
        return f"Until when? {right_form(what)}"
    day = day_of(text)
    if day is None:
        return f"{no_day(text, asking.day)} {right_form(what)}"
    if day < asking.day + timedelta(days=what == "defer"):
        return past(day) if day < asking.day else f"{day.isoformat()} is today: name a date to come."
    return day if because else f"Why? {right_form(what)}"


def _milestone(asking: Asking) -> str:
    """Return a warning where the date may be that of a milestone, which people set and nobody else replaces."""
    ticket = asking.ticket
    if _kind(asking) != "github" or not ticket.due or not ticket.milestone or OURS.fullmatch(ticket.milestone):
        return ""
    return f" If the date comes from milestone {shown(ticket.milestone)}, it stays until a person changes that."


# -- what came of it ---------------------------------------------------------------------------------------------------


def _evidence(words: str, asking: Asking) -> Stated | str:
    head, _, because = split(words, "because")
    found = reference(head, _repository(asking))
    if found:
        return Stated(value=found, because=because, reply=f"Noted as evidence: {found}")
    wrong = f"{shown(head)} is no address and no ticket. " if head else "Which evidence? "
    return f"{wrong}{right_form('evidence')[:-1]}, or with {TICKETS}."


def _feeds(words: str, asking: Asking) -> Stated | str:
    found = read_feed(words, _repository(asking))
    if not isinstance(found, Feed):
        return f"{found} {right_form('feeds')[:-1]}, {TICKETS} or an address, or '{FEEDS_NONE}'."
    if found.to != NONE and found.to.lower() in (asking.ticket.key.lower(), asking.ticket.url.lower()):
        return f"{shown(found.to)} is this ticket itself: name the one that comes of it."
    return Stated(value=found.value, because=found.because, reply=f"Noted for {found.target}: {found.to}")


def _outcome(words: str, asking: Asking) -> Stated | str:
    found = read_aim(words)
    if not isinstance(found, Aim):
        return _no_aim(words, found, asking)
    if found.by < asking.day:
        return past(found.by)
    if asking.aim:
        return LATE_AIM.format(aim=asking.aim)
    return Stated(
        value=found.text, reply=f"Noted as the outcome to reach: {found.text}.{understood(asking.policy, found)}"
    )


def _no_aim(words: str, problem: str, asking: Asking) -> str:
    if problem == NO_AIM:
        return f"{right_form('outcome')[:-1]}, as in '{EXAMPLE}'."
    if problem == NO_DAY:
        return f"{no_day(words.rsplit(maxsplit=1)[-1], asking.day)} {right_form('outcome')}"
    return f"{problem} in '{EXAMPLE}'."


def _held(words: str, asking: Asking) -> Stated | str:
    when, _, because = split(words, "because")
    day = day_of(when.removeprefix("on ")) if when else asking.day
    if day is None:
        return f"{no_day(clipped(when), asking.day)} Write '{FORMS['held']}' for today, or add the date."
    if day > asking.day:
        return f"{day.isoformat()} is yet to come: say so when it was held."
    noted = " What came of it is noted." if because else ""
    return Stated(value=day.isoformat(), because=because, reply=f"Held on {day.isoformat()}.{noted}")


def _repository(asking: Asking) -> str:
    """Return the repository that `#12` is an issue of, "" where that means nothing."""
    return asking.ticket.key.rpartition("#")[0] if _kind(asking) == "github" else ""


def _twin(words: str, asking: Asking) -> Stated | str:
    if words.lower() == NO_TWIN:
        return Stated(value=NO_TWIN, reply=ALONE)
    keys = tickets_named(asking.ticket.key.rpartition("#")[0], words.upper() if KEY.fullmatch(words) else words)
    if len(keys) != 1:
        return f"Which ticket? {right_form('twin')[:-1]}, as in '/kaizen twin OPS-12', or '/kaizen twin none'."
    wrong = asking.twins.get(keys[0])
    if wrong is None:
        return f"I do not know {shown(keys[0])}: it is in none of the sources that I read."
    return wrong or Stated(value=keys[0], reply=f"{keys[0].upper() if '#' not in keys[0] else keys[0]} is its twin.")


def _same(words: str, asking: Asking) -> Stated | str:
    key = _other(words, asking, "same-as")
    return Stated(value=key, reply=f"Noted: it is the same problem as {_shown(key)}.") if _is_key(key) else key


def _not_same(words: str, asking: Asking) -> Stated | str:
    key = _other(words, asking, "not-same")
    done = "What was done because it was taken for the same is taken back, once."
    return Stated(value=key, reply=f"Noted: {_shown(key)} is something else. {done}") if _is_key(key) else key


def _other(words: str, asking: Asking, what: Literal["same-as", "not-same"]) -> str:
    """Return the key of the other ticket that is named, in lower case; else what to answer, a sentence."""
    keys = tickets_named(asking.ticket.key.rpartition("#")[0], words.upper() if KEY.fullmatch(words) else words)
    if len(keys) != 1:
        return f"Which ticket? {right_form(what)[:-1]}, as in '/kaizen {what} OPS-12'."
    if keys[0] == asking.ticket.key.lower():
        return "That is this ticket itself."
    if keys[0] not in asking.tickets:
        return f"I do not know {shown(keys[0])}: it is in none of the sources that I read."
    return keys[0]


def _caused_by(words: str, asking: Asking) -> Stated | str:
    head, _, because = split(words, "because")
    plain = " ".join(word.upper() if KEY.fullmatch(word) and "#" not in word else word for word in head.split())
    keys = causes_named(plain, _repository(asking))
    if keys == (NOTHING_CAUSED,):
        return Stated(value=NOTHING_CAUSED, because=because, reply="Noted: no rollout caused it.")
    if not keys:
        examples = "'/kaizen caused-by acme/shop#12', or '/kaizen caused-by none' if no rollout was the cause"
        return f"Which change? {right_form('caused-by')[:-1]}, as in {examples}."
    strange = next((key for key in keys if key not in asking.causes), None)
    if strange is not None:
        return f"I do not know {shown(strange)}: it is in none of the sources that I read."
    return Stated(value=" ".join(keys), because=because, reply=f"Noted as its cause: {', '.join(map(_shown, keys))}.")


def _is_key(text: str) -> bool:
    return " " not in text


def _shown(key: str) -> str:
    return key if "#" in key else key.upper()


def _kind(asking: Asking) -> str:
    return asking.policy.sources.get(asking.ticket.source, UNKNOWN_SOURCE).kind


READERS: Mapping[What, Callable[[str, Asking], Stated | str]] = {
    "owner": _owner,
    "due": _due,
    "defer": _defer,
    "evidence": _evidence,
    "outcome": _outcome,
    "held": _held,
    "feeds": _feeds,
    "twin": _twin,
    "same-as": _same,
    "not-same": _not_same,
    "caused-by": _caused_by,
}
