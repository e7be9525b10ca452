"""Who is meant: roles and names of the policy as logins of a ticket's source, teams, and who may give commands."""

from __future__ import annotations

from dataclasses import dataclass

from rules.model import Ticket
from rules.policy import Calendar, Person, Policy, Team

OWNER, LEAD, COUNCIL, REPORTER = "owner", "lead", "council", "reporter"
ROLES = (OWNER, LEAD, COUNCIL, REPORTER)


@dataclass(frozen=True, slots=True)
class Found:
    """The people that roles and names stand for on a ticket."""

    logins: tuple[str, ...]  # tracker-native, each once, in the order asked for
    missing: tuple[str, ...] = ()  # roles and names that stand for nobody there


def resolve(policy: Policy, ticket: Ticket, *roles: str) -> Found:
    """Find the people for roles ("owner", "lead", "council", "reporter") or names of [people]."""
    logins: dict[str, None] = {}
    missing: list[str] = []
    for role in roles:
        found = _logins(policy, ticket, role)
        logins |= dict.fromkeys(found)
        if not found:
            missing.append(role)
    return Found(tuple(logins), tuple(missing))


def _logins(policy: Policy, ticket: Ticket, role: str) -> list[str]:
    if role == OWNER:
        return sorted(ticket.assignees)
    if role == REPORTER:
        return [ticket.reporter] if ticket.reporter else []
    if role == LEAD:
        team = team_of(policy, ticket)
        names: tuple[str, ...] = (team.lead,) if team else ()
    else:
        names = policy.council if role == COUNCIL else (role,)
    logins = (login_of(policy, ticket.source, policy.people.get(name)) for name in names)
    return [login for login in logins if login]


def there(policy: Policy, ticket: Ticket, source: str, role: str) -> tuple[str, ...]:
    """Find the people whom a role or name stands for on a ticket, by their logins in another source."""
    logins = resolve(policy, ticket, role).logins
    if role not in (OWNER, REPORTER):
        team = team_of(policy, ticket) if role == LEAD else None
        names = ((team.lead,) if team else ()) if role == LEAD else policy.council if role == COUNCIL else (role,)
        logins = tuple(login_of(policy, source, policy.people.get(name)) for name in names)
    elif source != ticket.source:
        people = (person_of(policy, ticket.source, login) for login in logins)
        logins = tuple(login_of(policy, source, person) for person in people)
    return tuple(login for login in logins if login)


def team_of(policy: Policy, ticket: Ticket) -> Team | None:
    """Return the first team that answers for one of the ticket's components, else for its source."""
    components = components_of(policy, ticket)
    return next(
        (team for team in policy.teams if team.components & components),
        next((team for team in policy.teams if ticket.source in team.sources), None),
    )


def calendar_of(policy: Policy, ticket: Ticket) -> Calendar:
    """Return the calendar by which a ticket's workdays count: that of the team that answers for it, or the company's.

    Only which days are workdays differs: all calendars are in one time zone.
    """
    if not policy.calendars:  # nearly always, and asked for often: the team is not even looked for
        return policy.calendar
    team = team_of(policy, ticket)
    return policy.calendars.get(team.name, policy.calendar) if team else policy.calendar


def components_of(policy: Policy, ticket: Ticket) -> frozenset[str]:
    """Return the ticket's components in lower case: the tracker's own, and those its labels name."""
    return frozenset(name.lower() for name in components(policy, ticket))


def components(policy: Policy, ticket: Ticket) -> frozenset[str]:
    """Return the ticket's components as they are written; where the source's labels name components, those too."""
    facts = policy.sources.get(ticket.source)
    if facts is None or not facts.component_label:
        return ticket.components
    prefix, start = facts.component_label.lower(), len(facts.component_label)
    named = {label[start:].strip() for label in ticket.labels if label.lower().startswith(prefix)}
    return ticket.components | (named - {""})


def login_of(policy: Policy, source: str, person: Person | None) -> str:
    """Return a person's login in a source: the one given for the source, else for its kind; "" if there is none."""
    if person is None:
        return ""
    facts = policy.sources.get(source)
    return person.logins.get(source) or (person.logins.get(facts.kind, "") if facts else "")


def person_of(policy: Policy, source: str, login: str) -> Person | None:
    """Return the person of [people] behind a login."""
    return next((person for person in policy.people.values() if login_of(policy, source, person) == login), None)


def called(policy: Policy, source: str, login: str) -> str:
    """Return what to call somebody without notifying them: their name in [people], else the login."""
    person = person_of(policy, source, login)
    return person.name if person else login


def may_command(policy: Policy, ticket: Ticket, login: str) -> bool:
    """Tell whether somebody may give commands on a ticket: commanders, its owners, leads of teams, the council."""
    if not login:
        return False
    if login in ticket.assignees:
        return True
    person = person_of(policy, ticket.source, login)
    if person is None:
        return False
    allowed = policy.commanders | set(policy.council) | {team.lead for team in policy.teams}
    return person.name in allowed
