"""Facts of a change: what the conditions of a gate may ask of a pull request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rules.fact_asked import Asked, FactType, readable
from rules.facts import kind_of
from rules.gates.model import Gate
from rules.gates.states import GateState
from rules.memory import NOTHING, Memory
from rules.model import Change, Ticket
from rules.people import components, team_of
from rules.policy import Policy
from rules.references import lines_in_sight
from rules.services import services_of

INCIDENT = "incident"
REVERT = re.compile(r"\s{0,9}revert\s{1,3}[\"'\u201c]", re.IGNORECASE)
REVERTS = re.compile(
    r"\s{0,9}(?:reverts\s{1,3}(?:[\w.-]{1,100}/[\w.-]{1,100})?#[0-9]{1,10}"
    r"|this reverts (?:commit|pull request|merge request)\s{1,3}\S{1,200})",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A ticket that a change names, with what is remembered of it."""

    ticket: Ticket
    kind: str
    memory: Memory = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A change with the tickets that its title and text name, as a gate looks at it."""

    change: Change
    named: tuple[Named, ...] = ()

    @property
    def uids(self) -> frozenset[str]:
        """Return what a waiver may have been said on to count for it: the change, and the tickets it names."""
        return frozenset({self.change.uid, *(each.ticket.uid for each in self.named)})


@dataclass(frozen=True, slots=True)
class Looked:
    """What facts of a change are found from."""

    policy: Policy
    it: Seen
    gate: Gate
    state: GateState
    today: date


@dataclass(frozen=True, slots=True)
class ChangeFact:
    """Something a gate may ask of a change."""

    name: str
    type: FactType
    meaning: str
    find: Callable[[Looked], object]


def seen(policy: Policy, change: Change, tickets: Sequence[tuple[Ticket, Memory]], today: date) -> Seen:
    """Return a change with the tickets that it names, each with its kind."""
    named = (
        Named(ticket=ticket, kind=kind_of(ticket, memory, policy, today), memory=memory) for ticket, memory in tickets
    )
    return Seen(change=change, named=tuple(named))


def stand_in(change: Change) -> Ticket:
    """Return a change as a ticket that nobody owns and nobody reported: for who answers for it, and who may waive."""
    return Ticket(
        source=change.source,
        uid=change.uid,
        key=change.key,
        ref=change.ref,
        url=change.url,
        title=change.title,
        created=change.created,
        updated=change.updated,
        phase="new" if change.state == "open" else "done",
        status=change.state,
        labels=change.labels,
    )


def facts_of_change(asked: Looked, names: Iterable[str] | None = None) -> dict[str, object]:
    """Find the named facts of a change (None: all of them). Raises KeyError for a name that is no fact of one."""
    return {name: BY_NAME[name].find(asked) for name in (BY_NAME if names is None else names)}


def reverts(change: Change) -> bool:
    """Tell whether a change says that it takes an earlier one back, in the words of GitHub's button or of git."""
    if REVERT.match(change.title):
        return True
    return any(REVERTS.match(line) for line in lines_in_sight(change.body))


def parts_of(policy: Policy, it: Seen) -> list[str]:
    """Return a change's components and those of the tickets it names, in lower case."""
    every = (stand_in(it.change), *(each.ticket for each in it.named))
    return sorted({readable(name.lower()) for ticket in every for name in components(policy, ticket)})


def services_of_change(policy: Policy, it: Seen) -> list[str]:
    """Return the services that a change counts for."""
    return services_of(policy, it.change.source, parts_of(policy, it), it.change.labels)


def team_of_change(policy: Policy, change: Change) -> str:
    """Return the team that answers for a change, "" if none does."""
    team = team_of(policy, stand_in(change))
    return team.name if team else ""


def _fixes(asked: Looked) -> bool:
    waits_for = {key for key, _, _ in asked.state.blocking}
    return any(each.kind == INCIDENT or each.ticket.key in waits_for or _blocks(asked, each) for each in asked.it.named)


def _blocks(asked: Looked, named: Named) -> bool:
    """Tell whether a gate waits for a ticket, be it not among the first few that its state names."""
    blocking = asked.gate.blocking
    if blocking is None or not asked.state.closed:
        return False
    of_ticket = Asked(named.ticket, named.kind, named.memory, asked.policy, asked.today)
    return blocking.fits(of_ticket, asked.state.subject)


def _open_incident(asked: Looked) -> bool:
    return any(each.kind == INCIDENT and each.ticket.phase != "done" for each in asked.it.named)


CHANGE_FACTS = (
    ChangeFact("source", "string", "The name of its source in the config.", lambda a: a.it.change.source),
    ChangeFact("title", "string", "Its title.", lambda a: readable(a.it.change.title)),
    ChangeFact("author", "string", "The login of who opened it.", lambda a: readable(a.it.change.author)),
    ChangeFact("base", "string", "The branch it goes into.", lambda a: readable(a.it.change.base)),
    ChangeFact("draft", "bool", "It is a draft.", lambda a: a.it.change.draft),
    ChangeFact("labels", "list(string)", "Its labels.", lambda a: sorted(map(readable, a.it.change.labels))),
    ChangeFact(
        "components",
        "list(string)",
        "Its components, in lower case: those its labels name, and those of the tickets it names.",
        lambda a: parts_of(a.policy, a.it),
    ),
    ChangeFact("services", "list(string)", "The services it counts for.", lambda a: services_of_change(a.policy, a.it)),
    ChangeFact(
        "team", "string", "The team that answers for it, or empty.", lambda a: team_of_change(a.policy, a.it.change)
    ),
    ChangeFact(
        "subject",
        "string",
        "The service, component or team that the gate is for; empty if it has none.",
        lambda a: a.state.subject,
    ),
    ChangeFact(
        "reverts",
        "bool",
        "It takes an earlier change back, in the words of GitHub's button or of git.",
        lambda a: reverts(a.it.change),
    ),
    ChangeFact(
        "names_kinds",
        "list(string)",
        "The kinds of the tickets that its title or text names.",
        lambda a: sorted({each.kind for each in a.it.named} - {""}),
    ),
    ChangeFact("names_open_incident", "bool", "It names an incident that is open.", _open_incident),
    ChangeFact("fixes", "bool", "It names an incident, or a ticket that the gate waits for.", _fixes),
)
BY_NAME: Mapping[str, ChangeFact] = {fact.name: fact for fact in CHANGE_FACTS}
CHANGE_TYPES: Mapping[str, FactType] = {fact.name: fact.type for fact in CHANGE_FACTS}
"""What `holds` and `lets` of a gate may ask."""
