"""Calls about the workflow (transitions) and the history (changelog)."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.jira.call import Call, Refusal, page
from integrations.sandbox.jira.issues import DONE, comment_text, read_properties
from integrations.sandbox.jira.records import Transition
from integrations.sandbox.wire import Response


def list_transitions(call: Call) -> Response:
    """GET issue/transitions: the ways out of the present status, none without the permission."""
    issue = call.issue()
    ways = call.world.ways(issue) if call.actor().may("TRANSITION_ISSUES") else ()
    wanted = call.request.query.get("transitionId")
    shown = [_encode(call, one) for one in ways if wanted in (None, one.id)]
    return Response(json={"expand": "transitions", "transitions": shown})


def take_transition(call: Call) -> Response:
    """POST issue/transitions. A close without its resolution is refused with 400."""
    issue, body = call.issue(), call.body()
    wanted = str((body.get("transition") or {}).get("id", ""))
    way = next((one for one in call.world.ways(issue) if one.id == wanted), None)
    if way is None or not call.actor().may("TRANSITION_ISSUES"):
        raise Refusal(400, f"It seems that you have tried to perform a workflow operation ({wanted}) that is not valid "
                           f"for the current state of this issue ({issue.key}).")  # fmt: skip
    resolution = _resolution(call, way, body.get("fields") or {})
    actor = call.actor().login
    for step in (body.get("update") or {}).get("comment", []):
        about = step.get("add", {})
        text = comment_text(call, about.get("body"))
        properties = read_properties(about.get("properties", []))
        call.world.comment(issue.id, text, author=actor, at=call.now, properties=properties)
    call.world.transition(issue.id, way.name, actor=actor, resolution=resolution, at=call.now)
    return DONE


def changelog(call: Call) -> Response:
    """GET issue/changelog (Cloud): oldest first, a hundred at most."""
    issue = call.issue()
    if not call.cloud:
        raise Refusal(404, "null for uri: issue/changelog")
    answer = page(call, "values", issue.histories, default=100, cap=100)
    answer["values"] = [call.encoder.history(one) for one in answer["values"]]
    answer["isLast"] = answer["startAt"] + len(answer["values"]) >= answer["total"]
    return Response(json={"self": f"{call.encoder.rest}/issue/{issue.id}/changelog", **answer})


def _encode(call: Call, way: Transition) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": way.id, "name": way.name, "to": call.encoder.status(call.world.statuses[way.to])}
    answer |= {"hasScreen": way.requires_resolution, "isGlobal": False, "isInitial": False, "isConditional": False}
    if "transitions.fields" in call.many("expand"):
        answer["fields"] = {}
        if way.requires_resolution:
            allowed = [call.encoder.resolution(name) for name in call.world.resolutions]
            schema = {"type": "resolution", "system": "resolution"}
            about = {"required": True, "schema": schema, "name": "Resolution", "key": "resolution"}
            answer["fields"]["resolution"] = {**about, "operations": ["set"], "allowedValues": allowed}
    return answer


def _resolution(call: Call, way: Transition, fields: dict[str, Any]) -> str:
    unknown = fields.keys() - ({"resolution"} if way.requires_resolution else set())
    if unknown:
        wrong = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
        raise Refusal(400, errors={name: wrong.format(name) for name in sorted(unknown)})
    given = fields.get("resolution") or {}
    for one in call.world.resolutions.values():
        if given.get("name") == one.name or given.get("id") == one.id:
            return one.name
    if given:
        raise Refusal(400, errors={"resolution": f"Resolution name '{given.get('name')}' is not valid"})
    if way.requires_resolution:
        raise Refusal(400, errors={"resolution": "Resolution is required."})
    return ""
