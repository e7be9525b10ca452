"""Calls about one issue: read, create, edit, assign, delete, its properties."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import orjson

from integrations.sandbox.jira import scheme
from integrations.sandbox.jira.call import Call, Refusal
from integrations.sandbox.jira.records import Issue, Project
from integrations.sandbox.jira.values import LISTS, BadValue, apply_update, long_text, person, read_value
from integrations.sandbox.wire import Response

DONE = Response(status=204, body=b"")


def get_issue(call: Call) -> Response:
    """GET issue: by id, key or a key of before a move."""
    issue, encoder = call.issue(), call.encoder
    answer = encoder.issue(issue, encoder.chosen(call.many("fields")))
    expand = call.many("expand")
    if "changelog" in expand:
        histories = [encoder.history(one) for one in issue.histories]
        histories = histories[:-101:-1] if call.cloud else histories  # Cloud: newest first, a hundred at most
        counts = {"startAt": 0, "maxResults": len(histories), "total": len(issue.histories)}
        answer["changelog"] = {**counts, "histories": histories}
    if "transitions" in expand:
        answer["transitions"] = [{"id": one.id, "name": one.name} for one in call.world.ways(issue)]
    if "renderedFields" in expand:
        answer["renderedFields"] = {"description": f"<p>{html.escape(issue.description)}</p>"}
    if "names" in expand:
        answer["names"] = {name: scheme.FIELDS[name][0] for name in answer["fields"] if name in scheme.FIELDS}
    wanted = call.many("properties")
    if wanted:
        keys = issue.properties if "*all" in wanted else [key for key in wanted if key in issue.properties]
        answer["properties"] = {key: issue.properties[key] for key in keys}
    return Response(json=answer)


def create_issue(call: Call) -> Response:
    """POST issue."""
    body, world = call.body(), call.world
    call.need("CREATE_ISSUES", "You do not have permission to create issues in this project.")
    fields = _object(body, "fields")
    project = _project(call, fields.pop("project", None))
    errors: dict[str, str] = {}
    type_name = ""
    try:
        type_name = read_value(call, project, "", "issuetype", fields.pop("issuetype", None))
    except BadValue as error:
        errors["issuetype"] = str(error)
    fields.setdefault("summary", None)
    changes = _changes(call, project, type_name, None, fields, _object(body, "update"), errors)
    properties = read_properties(body.get("properties", []))
    issue = world.add_issue(
        project.key,
        changes.pop("summary"),
        type=type_name,
        reporter=changes.pop("reporter", "") or call.actor().login,
        creator=call.actor().login,
        priority=changes.pop("priority", "Medium"),
        properties=properties,
        **{{"duedate": "due", "fixVersions": "fix_versions"}.get(name, name): value for name, value in changes.items()},
    )
    where = f"{call.encoder.rest}/issue/{issue.id}"
    return Response(status=201, json={"id": str(issue.id), "key": issue.key, "self": where})


def edit_issue(call: Call) -> Response:
    """PUT issue: `fields` and `update`."""
    issue, body, world = call.issue(), call.body(), call.world
    call.need("EDIT_ISSUES", "You do not have permission to edit issues in this project.")
    if call.request.query.get("notifyUsers") == "false" and not call.actor().admin:
        raise Refusal(403, "To discard the user notification either admin or project admin permissions are required.")
    project = world.projects[issue.project]
    fields, update = _object(body, "fields"), _object(body, "update")
    talk = update.pop("comment", [])
    errors = dict.fromkeys(fields.keys() & update.keys(), "Field appears in both 'fields' and 'update'")
    changes = _changes(call, project, issue.type, issue, fields, update, errors)
    world.edit(issue.id, actor=call.actor().login, at=call.now, **changes)
    for step in talk:
        about = step.get("add", {})
        text = comment_text(call, about.get("body"))
        properties = read_properties(about.get("properties", []))
        world.comment(issue.id, text, author=call.actor().login, at=call.now, properties=properties)
    issue.properties |= read_properties(body.get("properties", []))
    return DONE


def assign_issue(call: Call) -> Response:
    """PUT issue/assignee."""
    issue, body = call.issue(), call.body()
    call.need("ASSIGN_ISSUES", "You do not have permission to assign issues.")
    try:
        login = person(call, body)
    except BadValue as error:
        raise Refusal(400, errors={"assignee": str(error)}) from None
    call.world.edit(issue.id, actor=call.actor().login, at=call.now, assignee=login)
    return DONE


def delete_issue(call: Call) -> Response:
    """DELETE issue."""
    issue = call.issue()
    call.need("DELETE_ISSUES", "You do not have permission to delete issues in this project.")
    call.world.delete(issue.id)
    return DONE


def edit_meta(call: Call) -> Response:
    """GET issue/editmeta: the fields on the edit screen."""
    issue = call.issue()
    project = call.world.projects[issue.project]
    fields = {name: _field_meta(call, name) for name in _on_screen(project, issue.type) if name != "reporter"}
    return Response(json={"fields": fields})


def create_meta_types(call: Call) -> Response:
    """GET issue/createmeta/PROJECT/issuetypes."""
    types = [call.encoder.type(name) for name in _project(call, {"key": call.words["project"]}).types]
    name = "issueTypes" if call.cloud else "values"
    return Response(json={"maxResults": 50, "startAt": 0, "total": len(types), "isLast": True, name: types})


def create_meta_fields(call: Call) -> Response:
    """GET issue/createmeta/PROJECT/issuetypes/ID."""
    project = _project(call, {"key": call.words["project"]})
    type_name = next((name for name in project.types if call.world.types[name].id == call.words["type"]), None)
    if type_name is None:
        raise Refusal(404, "The issue type selected is invalid.")
    fields = [{"fieldId": name, **_field_meta(call, name)} for name in _on_screen(project, type_name)]
    name = "fields" if call.cloud else "values"
    return Response(json={"maxResults": 50, "startAt": 0, "total": len(fields), "isLast": True, name: fields})


def list_properties(call: Call) -> Response:
    """GET issue/properties."""
    issue = call.issue()
    where = f"{call.encoder.rest}/issue/{issue.id}/properties"
    return Response(json={"keys": [{"self": f"{where}/{key}", "key": key} for key in issue.properties]})


def get_property(call: Call) -> Response:
    """GET issue/properties/KEY."""
    issue, key = call.issue(), call.words["key"]
    if key not in issue.properties:
        raise Refusal(404, f"The property with key '{key}' does not exist.")
    return Response(json={"key": key, "value": issue.properties[key]})


def put_property(call: Call) -> Response:
    """PUT issue/properties/KEY: 201 for a new one, 200 for a known one. Leaves `updated` alone."""
    issue, key = call.issue(), call.words["key"]
    call.need("EDIT_ISSUES", "You do not have permission to edit issues in this project.")
    new = key not in issue.properties
    issue.properties[key] = property_value(call)
    call.world.forget_encoded(issue)
    return Response(status=201 if new else 200, body=b"")


def delete_property(call: Call) -> Response:
    """DELETE issue/properties/KEY."""
    issue, key = call.issue(), call.words["key"]
    call.need("EDIT_ISSUES", "You do not have permission to edit issues in this project.")
    if issue.properties.pop(key, None) is None:
        raise Refusal(404, f"The property with key '{key}' does not exist.")
    call.world.forget_encoded(issue)
    return DONE


def property_value(call: Call) -> Any:
    """Read the JSON value sent for a property. 400 if it is none or too long."""
    if len(call.request.body) > 32_768:
        raise Refusal(400, "The property value cannot be longer than 32768 characters.")
    try:
        return orjson.loads(call.request.body)
    except orjson.JSONDecodeError:
        raise Refusal(400, "The property value has to be a valid JSON.") from None


def read_properties(given: Any) -> dict[str, Any]:
    """Read `properties: [{key, value}]`. 400 if it has another shape."""
    if not isinstance(given, list) or not all(isinstance(one, dict) and "key" in one for one in given):
        raise Refusal(400, "Properties must be a list of objects with a key and a value.")
    return {one["key"]: one.get("value") for one in given}


def comment_text(call: Call, given: object) -> str:
    """Check the text of a comment. 400 if it is empty or too long."""
    try:
        text = long_text(call, given, "comment")
    except BadValue as error:
        raise Refusal(400, errors={"comment": str(error)}) from None
    if not text.strip():
        raise Refusal(400, errors={"comment": "Comment body can not be empty!"})
    return text


def _changes(
    call: Call,
    project: Project,
    type_name: str,
    issue: Issue | None,
    fields: Mapping[str, Any],
    update: Mapping[str, Any],
    errors: dict[str, str],
) -> dict[str, Any]:
    """All new values, or one 400 that names every field that was wrong."""
    changes: dict[str, Any] = {}
    for name, value in fields.items():
        try:
            changes[name] = read_value(call, project, type_name, name, value)
        except BadValue as error:
            errors[name] = str(error)
    for name, steps in update.items():
        try:
            changes[name] = apply_update(call, project, type_name, issue, name, steps)
        except BadValue as error:
            errors[name] = str(error)
    if errors:
        raise Refusal(400, errors=errors)
    return changes


def _object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise Refusal(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    return dict(value)


def _project(call: Call, given: Any) -> Project:
    wanted = given if isinstance(given, dict) else {}
    key = str(wanted.get("key", ""))
    key = call.world.former_projects.get(key, key)
    for one in call.world.projects.values():
        if call.sees() and (one.key == key or one.id == str(wanted.get("id", ""))):
            return one
    raise Refusal(400, errors={"project": "valid project is required" if wanted else "project is required"})


def _on_screen(project: Project, type_name: str) -> list[str]:
    return [name for name in scheme.FIELDS if name in scheme.SETTABLE and project.shows(type_name, name)]


def _field_meta(call: Call, name: str) -> dict[str, Any]:
    title, _, kind = scheme.FIELDS[name]
    verbs = ["add", "set", "remove"] if name in LISTS else ["set"]
    meta: dict[str, Any] = {"required": name in {"summary", "issuetype"}, "schema": {"type": kind, "system": name}}
    meta |= {"name": title, "key": name, "operations": verbs}
    if name == "priority":
        meta["allowedValues"] = [call.encoder.priority(one) for one in call.world.priorities]
    return meta
