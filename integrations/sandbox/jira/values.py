"""What a client sends for a field -> what the world keeps, with Jira's refusals for what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from integrations.sandbox.jira import adf, scheme
from integrations.sandbox.jira.call import Call
from integrations.sandbox.jira.records import Issue, Named, Project, Release

TEXT_LIMIT = 32_767
OFF_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
RIGHTS = {"duedate": "SCHEDULE_ISSUES", "assignee": "ASSIGN_ISSUES", "reporter": "MODIFY_REPORTER"}
LISTS = frozenset({"labels", "components", "fixVersions"})


class BadValue(Exception):
    """A value a field does not take; the text is the field's entry in the answer's `errors`."""


def read_value(call: Call, project: Project, type_name: str, field: str, value: Any) -> Any:
    """Check a value and turn it into the world's form (names, logins, dates). Raises BadValue."""
    _settable(call, project, type_name, field)
    if field in LISTS:
        if not isinstance(value, list):
            raise BadValue("data was not an array")
        return tuple(dict.fromkeys(list_member(project, field, one) for one in value))
    readers: dict[str, Callable[[Any], Any]] = {
        "summary": _summary,
        "description": lambda given: long_text(call, given, "description"),
        "environment": lambda given: long_text(call, given, "environment"),
        "duedate": _date,
        "priority": lambda given: _named(given, call.world.priorities.values(), "Priority"),
        "issuetype": lambda given: _type(call, project, given),
        "assignee": lambda given: person(call, given),
        "reporter": lambda given: person(call, given),
    }
    return readers[field](value)


def _settable(call: Call, project: Project, type_name: str, field: str) -> None:
    known = field in scheme.SETTABLE and project.shows(type_name, field)
    if not known or (field in RIGHTS and not call.actor().may(RIGHTS[field])):
        raise BadValue(OFF_SCREEN.format(field))


def list_member(project: Project, field: str, value: Any) -> str:
    """Check one member of a list field. Raises BadValue."""
    if field == "labels":
        return _label(value)
    known: Iterable[Named | Release] = project.components if field == "components" else project.releases
    return _named(value, known, "Component" if field == "components" else "Version")


def apply_update(call: Call, project: Project, type_name: str, issue: Issue | None, field: str, steps: Any) -> Any:
    """Work out a field's value after the operations of `update`. Raises BadValue."""
    _settable(call, project, type_name, field)
    attribute = {"labels": "labels", "components": "components", "fixVersions": "fix_versions"}.get(field, "")
    present: list[str] = list(getattr(issue, attribute)) if issue and attribute else []
    result: Any = present
    for verb, value in _steps(steps):
        if verb == "set":
            result = read_value(call, project, type_name, field, value)
        elif field in LISTS and verb in {"add", "remove"}:
            member = list_member(project, field, value)
            result = [one for one in result if one != member] + ([member] if verb == "add" else [])
        else:
            raise BadValue(f"Field does not support update operation '{verb}'")
    if field in LISTS:
        # A label that was there already keeps its place, as a set would.
        kept = [one for one in present if one in result]
        return tuple(dict.fromkeys([*kept, *result]))
    return result


def _steps(steps: Any) -> Iterable[tuple[str, Any]]:
    if not isinstance(steps, list) or not all(isinstance(one, dict) and len(one) == 1 for one in steps):
        raise BadValue("Operations must be a list of objects of one verb each")
    for one in steps:
        yield from one.items()


def _summary(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadValue("You must specify a summary of the issue.")
    if "\n" in value or "\r" in value:
        raise BadValue("The summary is invalid because it contains newline characters.")
    if len(value) > 255:
        raise BadValue("Summary can't exceed 255 characters.")
    return value.strip()


def long_text(call: Call, value: Any, field: str) -> str:
    """Check a long text: a string, in version 3 a document. Raises BadValue."""
    if value is None:
        return ""
    if call.version == "3":
        try:
            value = adf.plain(value)
        except ValueError as error:
            raise BadValue(str(error)) from None
    if not isinstance(value, str):
        raise BadValue("Operation value must be a string")
    if len(value) > TEXT_LIMIT:
        raise BadValue(f"The entered text is too long. It exceeds the allowed limit of {TEXT_LIMIT:,} characters.")
    return value if field != "comment" else value.rstrip()


def _label(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise BadValue("string expected at index 0")
    if any(character.isspace() for character in value):
        raise BadValue(f"The label '{value}' contains spaces which is invalid.")
    if len(value) > 255:
        raise BadValue(f"The label '{value}' exceeds 255 characters.")
    return value


def _date(value: Any) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadValue(f"Error parsing date string: {value}") from None


def _named(value: Any, known: Iterable[Named | Release], what: str) -> str:
    wanted = value if isinstance(value, dict) else {}
    for one in known:
        if wanted.get("id") == one.id or ("id" not in wanted and wanted.get("name") == one.name):
            return one.name
    key = "id" if "id" in wanted else "name"
    raise BadValue(f"{what} {key} '{wanted.get(key, value)}' is not valid")


def _type(call: Call, project: Project, value: Any) -> str:
    wanted = value if isinstance(value, dict) else {}
    for name in project.types:
        if call.world.types[name].id == str(wanted.get("id")) or ("id" not in wanted and wanted.get("name") == name):
            return name
    raise BadValue("Specify a valid issue type")


def person(call: Call, value: Any) -> str:
    """Check a person: `accountId` on Cloud, `name` on Data Center; the other one is refused. Raises BadValue."""
    if value is None:
        return ""
    given: Mapping[str, Any] = value if isinstance(value, dict) else {}
    if call.cloud and "accountId" not in given and ("id" not in given):
        raise BadValue("'accountId' must be the only user identifying query parameter in GDPR strict mode.")
    if not call.cloud and "name" not in given:
        raise BadValue("expected Object containing a 'name' property")
    wanted = given.get("accountId", given.get("id")) if call.cloud else given["name"]
    if not wanted:
        return ""
    for user in call.world.users.values():
        if wanted == (user.account_id if call.cloud else user.login):
            if not (user.active and user.may("ASSIGNABLE_USER")):
                raise BadValue(f"User '{wanted}' cannot be assigned issues.")
            return user.login
    raise BadValue(f"User '{wanted}' does not exist.")
