"""Calls about the server, the account, projects, people and the lists of names."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.jira import scheme
from integrations.sandbox.jira.call import Call, Refusal, page
from integrations.sandbox.jira.records import ADMIN_RIGHTS, RIGHTS, Project, User
from integrations.sandbox.wire import Response


def server_info(call: Call) -> Response:
    """GET serverInfo. Open to everybody."""
    version = "1001.0.0-SNAPSHOT" if call.cloud else "10.3.2"
    numbers = [1001, 0, 0] if call.cloud else [10, 3, 2]
    kind = "Cloud" if call.cloud else "Server"
    answer = {"baseUrl": call.encoder.base, "version": version, "versionNumbers": numbers, "deploymentType": kind}
    when = call.encoder.time(call.now)
    return Response(json={**answer, "buildNumber": 100300, "serverTime": when, "serverTitle": "Jira"})


def myself(call: Call) -> Response:
    """GET myself."""
    user = call.actor()
    answer = {**call.encoder.user(user.login), "emailAddress": user.email, "locale": "en_GB"}
    return Response(json={**answer, "groups": {"size": 1, "items": []}, "applicationRoles": {"size": 1, "items": []}})


def my_permissions(call: Call) -> Response:
    """GET mypermissions. Cloud insists on being told which."""
    wanted = call.many("permissions")
    known = RIGHTS | ADMIN_RIGHTS
    if call.cloud and not wanted:
        raise Refusal(400, "The 'permissions' query parameter is required.")
    unknown = sorted(set(wanted) - known)
    if unknown:
        raise Refusal(400, f"Unrecognized permission: {unknown[0]}")
    names = wanted or sorted(known)
    listed = {name: _permission(call.user, name, place) for place, name in enumerate(names)}
    return Response(json={"permissions": listed})


def _permission(user: User | None, name: str, place: int) -> dict[str, Any]:
    kind = "GLOBAL" if name == "ADMINISTER" else "PROJECT"
    title = name.replace("_", " ").title()
    have = user is not None and user.may(name)
    return {"id": str(place), "key": name, "name": title, "type": kind, "description": title, "havePermission": have}


def list_projects(call: Call) -> Response:
    """GET project."""
    return Response(json=[call.encoder.project(key) for key in call.world.projects if call.sees()])


def search_projects(call: Call) -> Response:
    """GET project/search (Cloud)."""
    keys = list(call.world.projects) if call.sees() else []
    wanted = {key.upper() for key in call.many("keys")}
    answer = page(call, "values", [key for key in keys if not wanted or key in wanted], default=50, cap=100)
    answer["isLast"] = answer["startAt"] + len(answer["values"]) >= answer["total"]
    return Response(json={**answer, "values": [call.encoder.project(key) for key in answer["values"]]})


def get_project(call: Call) -> Response:
    """GET project/KEY."""
    project, encoder = _project(call), call.encoder
    return Response(
        json={
            **encoder.project(project.key),
            "description": "",
            "lead": encoder.user(project.lead) if project.lead else None,
            "components": [encoder.component(project.key, one.name) for one in project.components],
            "issueTypes": [encoder.type(name) for name in project.types],
            "assigneeType": "UNASSIGNED",
            "versions": [encoder.release(project.key, one.name) for one in project.releases],
            "roles": {},
        }
    )


def project_versions(call: Call) -> Response:
    """GET project/KEY/versions."""
    project = _project(call)
    return Response(json=[call.encoder.release(project.key, one.name) for one in project.releases])


def project_version_page(call: Call) -> Response:
    """GET project/KEY/version: the same, paged."""
    project = _project(call)
    answer = page(call, "values", project.releases, default=50, cap=50 if call.cloud else 1000)
    answer["isLast"] = answer["startAt"] + len(answer["values"]) >= answer["total"]
    answer["values"] = [call.encoder.release(project.key, one.name) for one in answer["values"]]
    return Response(json=answer)


def project_components(call: Call) -> Response:
    """GET project/KEY/components."""
    project = _project(call)
    return Response(json=[call.encoder.component(project.key, one.name) for one in project.components])


def project_statuses(call: Call) -> Response:
    """GET project/KEY/statuses: by issue type."""
    statuses = [call.encoder.status(one) for one in call.world.statuses.values()]
    return Response(json=[{**call.encoder.type(name), "statuses": statuses} for name in _project(call).types])


def list_fields(_: Call) -> Response:
    """GET field."""
    answer = []
    for name, (title, clauses, kind) in scheme.FIELDS.items():
        custom = name.startswith("customfield_")
        about = {"id": name, "key": name, "name": title, "custom": custom, "orderable": True, "navigable": True}
        schema: dict[str, Any] = {"type": kind, "system": name}
        if custom:
            schema = {"type": kind, "custom": scheme.CUSTOM[name], "customId": int(name[12:])}
        answer.append({**about, "searchable": True, "clauseNames": list(clauses), "schema": schema})
    return Response(json=answer)


def list_priorities(call: Call) -> Response:
    """GET priority."""
    return Response(json=[call.encoder.priority(name) for name in call.world.priorities])


def list_resolutions(call: Call) -> Response:
    """GET resolution."""
    return Response(json=[call.encoder.resolution(name) for name in call.world.resolutions])


def list_statuses(call: Call) -> Response:
    """GET status."""
    return Response(json=[call.encoder.status(one) for one in call.world.statuses.values()])


def list_types(call: Call) -> Response:
    """GET issuetype."""
    return Response(json=[call.encoder.type(name) for name in call.world.types])


def get_user(call: Call) -> Response:
    """GET user, by accountId on Cloud, by username or key on Data Center."""
    call.actor()
    query = call.request.query
    wanted = (
        query.get("accountId") if call.cloud else query.get("username") or query.get("key", "").removeprefix("JIRAUSER")
    )
    for user in call.world.users.values():
        if wanted == (user.account_id if call.cloud else user.login):
            return Response(json=call.encoder.user(user.login))
    raise Refusal(404, "Specified user does not exist or you do not have required permissions")


def search_users(call: Call) -> Response:
    """GET user/search."""
    return Response(json=_people(call, assignable=False))


def search_assignable(call: Call) -> Response:
    """GET user/assignable/search."""
    return Response(json=_people(call, assignable=True))


def list_applinks(call: Call) -> Response:
    """GET applinks/1.0/listApplicationlinks: for administrators only."""
    if not call.actor().admin:
        raise Refusal(403, "Client must be authenticated as an administrator to access this resource.")
    return Response(json={"list": []})


def _people(call: Call, *, assignable: bool) -> list[Any]:
    call.actor()
    query = call.request.query
    if call.cloud and "username" in query:
        raise Refusal(400, "The query parameter 'username' is not supported in GDPR strict mode.")
    if not call.cloud and "username" not in query and not assignable:
        raise Refusal(400, "The username query parameter was not provided")
    wanted = (query.get("query", "") if call.cloud else query.get("username", "")).lower()
    account = query.get("accountId")
    found = [
        user
        for user in call.world.users.values()
        if user.active
        and (not assignable or user.may("ASSIGNABLE_USER"))
        and (account in (None, user.account_id))
        and (wanted == "." or any(wanted in text.lower() for text in (user.login, user.name, user.email)))
    ]
    start, size = call.number("startAt", 0), call.number("maxResults", 50)
    return [call.encoder.user(user.login) for user in found[start : start + size]]


def _project(call: Call) -> Project:
    wanted = call.words["project"]
    key = call.world.former_projects.get(wanted, wanted)
    for project in call.world.projects.values():
        if call.sees() and key in {project.key, project.id}:
            return project
    raise Refusal(404, f"No project could be found with key '{wanted}'.")
