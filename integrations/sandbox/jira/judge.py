"""A JQL tree -> a predicate over issues, with the checks of values that Jira makes first."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from integrations.sandbox.jira.jql import Both, Call, Clause, Empty, JqlError, Node, Not, Operand, Value
from integrations.sandbox.jira.records import Flavour, Issue, Named, Status, User
from integrations.sandbox.jira.times import function_moment, moment

if TYPE_CHECKING:
    from integrations.sandbox.jira.world import JiraWorld

Predicate = Callable[[Issue], bool]
ORDERED = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
OPPOSITE = {"=": "!=", ">": "<=", ">=": "<", "~": "!~", "in": "not in", "is": "is not"}
OPPOSITE |= {after: before for before, after in OPPOSITE.items()}
ALIASES = {
    "issuekey": "key", "issue": "key", "id": "key", "type": "issuetype", "due": "duedate", "resolutiondate": "resolved",
    "createddate": "created", "updateddate": "updated", "components": "component", "fixversions": "fixversion",
}  # fmt: skip
DATES = {"created", "updated", "resolved", "duedate"}
TEXTS = {"summary", "description", "environment", "text", "comment"}
USERS = {"assignee", "reporter", "creator"}
PROPERTY = re.compile(r"issue\.property\[([^\]]+)\]\.([\w.]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Who asks, when, and of what."""

    world: JiraWorld
    user: User | None
    now: datetime
    flavour: Flavour

    @property
    def zone(self) -> str:
        """The time zone that date literals are read in."""
        return self.user.zone if self.user else "UTC"


def field_name(name: str) -> str:
    """Return the one name of a field that may be called several."""
    return ALIASES.get(name.lower(), name.lower())


def predicate(node: Node, scope: Scope) -> Predicate:
    """Turn a query's condition into a function. Raises JqlError for a field or value that does not exist."""
    return _compile(node, scope, negate=False)


def _compile(node: Node, scope: Scope, *, negate: bool) -> Predicate:
    match node:
        case Not(part):
            return _compile(part, scope, negate=not negate)
        case Both(every, parts):
            tests = tuple(_compile(part, scope, negate=negate) for part in parts)
            if every != negate:
                return lambda issue: all(test(issue) for test in tests)
            return lambda issue: any(test(issue) for test in tests)
        case Clause(field, verb, operands):
            return _clause(field, OPPOSITE[verb] if negate else verb, operands, scope)


def _clause(field: str, verb: str, operands: tuple[Operand, ...], scope: Scope) -> Predicate:
    name = field_name(field)
    if verb in {"=", "!="} and operands == (Empty(),):
        verb = "is" if verb == "=" else "is not"
    if verb in {"is", "is not"}:
        get, empty = _getter(name, field, scope), verb == "is"
        return lambda issue: (not get(issue)) == empty
    if name in TEXTS:
        return _text_clause(name, field, verb, operands)
    if name in DATES:
        return _date_clause(name, field, verb, operands, scope)
    if verb in {"~", "!~"}:
        raise JqlError(f"The operator '{verb}' is not supported by the '{field}' field.")
    return _value_clause(name, field, verb, operands, scope)


def _value_clause(name: str, field: str, verb: str, operands: tuple[Operand, ...], scope: Scope) -> Predicate:
    get = _getter(name, field, scope)
    wanted = tuple(_value(name, field, one, scope) for one in operands)
    if verb in ORDERED:
        if name not in {"key", "priority"}:
            raise JqlError(f"The operator '{verb}' is not supported by the '{field}' field.")
        return _ranked(name, ORDERED[verb], wanted[0], scope)
    chosen, with_empty = frozenset(one for one in wanted if one), "" in wanted
    if verb in {"=", "in"}:
        return lambda issue: not chosen.isdisjoint(found := get(issue)) or (with_empty and not found)
    # As in Jira: "not this" does not find what is empty.
    return lambda issue: bool(found := get(issue)) and chosen.isdisjoint(found)


def _ranked(name: str, compare: Callable[[Any, Any], bool], wanted: str, scope: Scope) -> Predicate:
    world = scope.world
    if name == "priority":
        ranks = {one.name: -place for place, one in enumerate(world.priorities.values())}
        limit = ranks[wanted]
        return lambda issue: issue.priority in ranks and compare(ranks[issue.priority], limit)
    other = world.issue(wanted)
    return lambda issue: issue.project == other.project and compare(issue.number, other.number)


def _text_clause(name: str, field: str, verb: str, operands: tuple[Operand, ...]) -> Predicate:
    if verb not in {"~", "!~"}:
        raise JqlError(f"The operator '{verb}' is not supported by the '{field}' field.")
    wanted = operands[0].text if isinstance(operands[0], Value) else ""
    words = [word.rstrip("*") for word in re.findall(r"[\w*]+", wanted.lower())]

    def found(issue: Issue) -> bool:
        text = searched_text(issue, name).lower()
        return all(word in text for word in words)

    return found if verb == "~" else lambda issue: not found(issue)


def searched_text(issue: Issue, name: str) -> str:
    """Return the text that a text clause looks into."""
    talk = "\n".join(one.body for one in issue.comments) if name in {"text", "comment"} else ""
    parts = {
        "summary": (issue.summary,),
        "description": (issue.description,),
        "environment": (issue.environment,),
        "comment": (talk,),
        "text": (issue.summary, issue.description, issue.environment, talk),
    }
    return "\n".join(parts[name])


def _date_clause(name: str, field: str, verb: str, operands: tuple[Operand, ...], scope: Scope) -> Predicate:
    limits = [_moment(one, field, scope) for one in operands]
    get, limit = date_getter(name, scope.zone), limits[0]
    if verb in ORDERED:
        compare = ORDERED[verb]
        return lambda issue: (at := get(issue)) is not None and compare(at, limit)
    if verb in {"=", "in"}:
        return lambda issue: get(issue) in limits
    if verb in {"!=", "not in"}:
        return lambda issue: (at := get(issue)) is not None and at not in limits
    raise JqlError(f"The operator '{verb}' is not supported by the '{field}' field.")


def _moment(one: Operand, field: str, scope: Scope) -> datetime:
    if isinstance(one, Call):
        return function_moment(one, zone=scope.zone, now=scope.now)
    if isinstance(one, Empty):
        raise JqlError(f"The field '{field}' does not support EMPTY with this operator.")
    return moment(one.text, field, zone=scope.zone, now=scope.now)


def date_getter(name: str, zone: str) -> Callable[[Issue], datetime | None]:
    """How to read a date of an issue; a due date is the midnight of the asker's zone."""
    if name == "created":
        return lambda issue: issue.created
    if name == "updated":
        return lambda issue: issue.updated
    if name == "resolved":
        return lambda issue: issue.resolved
    place = UTC if zone == "UTC" else ZoneInfo(zone)
    return lambda issue: datetime.combine(issue.due, time(), place) if issue.due else None


def _getter(name: str, field: str, scope: Scope) -> Callable[[Issue], tuple[str, ...]]:
    """How to read a field's values of an issue, () for none. Raises JqlError for a field that is not there."""
    world = scope.world
    if name in DATES:
        at = date_getter(name, scope.zone)
        return lambda issue: ("set",) if at(issue) else ()
    if name in TEXTS:
        return lambda issue: (text,) if (text := searched_text(issue, name)) else ()
    if found := PROPERTY.fullmatch(field):
        if found[1] not in world.indexed_properties:
            raise JqlError(f"Field '{field}' does not exist or you do not have permission to view it.")
        return lambda issue: _property(issue, found[1], found[2])
    if name == "statuscategory":
        return lambda issue: (world.statuses[issue.status].category,)
    plain: dict[str, Callable[[Issue], tuple[str, ...]]] = {
        "key": lambda issue: (issue.key,),
        "project": lambda issue: (issue.project,),
        "issuetype": lambda issue: (issue.type,),
        "status": lambda issue: (issue.status,),
        "priority": lambda issue: (issue.priority,) if issue.priority else (),
        "resolution": lambda issue: (issue.resolution,) if issue.resolution else (),
        "labels": lambda issue: issue.labels,
        "component": lambda issue: issue.components,
        "fixversion": lambda issue: issue.fix_versions,
        "assignee": lambda issue: (issue.assignee,) if issue.assignee else (),
        "reporter": lambda issue: (issue.reporter,) if issue.reporter else (),
        "creator": lambda issue: (issue.creator,),
    }
    if name not in plain:
        raise JqlError(f"Field '{field}' does not exist or you do not have permission to view it.")
    return plain[name]


def _property(issue: Issue, key: str, path: str) -> tuple[str, ...]:
    value = issue.properties.get(key)
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return () if value is None else (str(value),)


def _value(name: str, field: str, one: Operand, scope: Scope) -> str:
    """Return the stored form of an operand, "" for EMPTY. Raises JqlError where Jira knows no such value."""
    world = scope.world
    if isinstance(one, Empty):
        return ""
    if isinstance(one, Call):
        if name in USERS and one.name.lower() == "currentuser":
            return scope.user.login if scope.user else "\0nobody"
        raise JqlError(f"Unable to find JQL function '{one.name}()'.")
    if name == "labels" or PROPERTY.fullmatch(field):
        return one.text
    if name == "key":
        return _key(world, field, one.text)
    return _user(scope, field, one.text) if name in USERS else _choice(world, name, field, one.text)


def _choice(world: JiraWorld, name: str, field: str, text: str) -> str:
    lowered = text.lower()
    if name == "resolution" and lowered == "unresolved":
        return ""
    for known, stored in _choices(world, name):
        if lowered in known:
            return stored
    raise JqlError(f"The value '{text}' does not exist for the field '{field}'.")


def _key(world: JiraWorld, field: str, text: str) -> str:
    try:
        return world.issue(text.upper()).key
    except (KeyError, ValueError):
        raise JqlError(f"An issue with key '{text}' does not exist for field '{field}'.") from None


def _user(scope: Scope, field: str, text: str) -> str:
    for user in scope.world.users.values():
        native = user.account_id if scope.flavour == "cloud" else user.login
        if text in {native, user.email, user.name}:
            return user.login
    raise JqlError(f"The value '{text}' does not exist for the field '{field}'.")


def _choices(world: JiraWorld, name: str) -> list[tuple[set[str], str]]:
    """List what a field's values may be called (lower case), and how they are stored."""
    if name == "project":
        former = [({old.lower()}, now) for old, now in world.former_projects.items()]
        return [*(({one.key.lower(), one.name.lower(), one.id}, one.key) for one in world.projects.values()), *former]
    if name == "statuscategory":
        return [({"new", "to do", "2"}, "new"), ({"indeterminate", "in progress", "4"}, "indeterminate"),
                ({"done", "complete", "3"}, "done")]  # fmt: skip
    if name == "component":
        return [({one.name.lower(), one.id}, one.name) for home in world.projects.values() for one in home.components]
    if name == "fixversion":
        return [({one.name.lower(), one.id}, one.name) for home in world.projects.values() for one in home.releases]
    tables: dict[str, dict[str, Named] | dict[str, Status]] = {
        "issuetype": world.types,
        "status": world.statuses,
        "priority": world.priorities,
        "resolution": world.resolutions,
    }
    return [({one.name.lower(), one.id}, one.name) for one in tables[name].values()]
