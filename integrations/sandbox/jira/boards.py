"""Calls of Jira Software, below /rest/agile/1.0: boards, their sprints, and what is planned for them."""

from __future__ import annotations

from integrations.sandbox.jira.call import Call, Refusal
from integrations.sandbox.jira.records import Sprint
from integrations.sandbox.jira.sprints import plan
from integrations.sandbox.wire import Response

MOST_ISSUES = 50


def list_boards(call: Call) -> Response:
    """GET board: those that sprints are on; all belong to every project."""
    call.actor()
    boards = sorted({one.board for one in call.world.sprints.values()})
    rows = [{"id": one, "name": f"Board {one}", "type": "scrum"} for one in boards]
    return Response(json={"maxResults": 50, "startAt": 0, "total": len(rows), "isLast": True, "values": rows})


def list_sprints(call: Call) -> Response:
    """GET board/ID/sprint, of the states asked for."""
    call.actor()
    wanted = call.many("state")
    found = [one for one in call.world.sprints.values() if str(one.board) == call.words["board"]]
    rows = [_encode(one) for one in found if not wanted or one.state in wanted]
    return Response(json={"maxResults": 50, "startAt": 0, "isLast": True, "values": rows})


def plan_issues(call: Call) -> Response:
    """POST sprint/ID/issue: the issues leave whatever sprint they are in. 400 for one that is over."""
    call.need("SCHEDULE_ISSUES", "You do not have permission to schedule issues.")
    sprint = next((one for one in call.world.sprints.values() if str(one.id) == call.words["sprint"]), None)
    if sprint is None:
        raise Refusal(404, "Sprint does not exist.")
    issues = call.many("issues", call.body())
    found = [call.find(each) for each in issues]
    if sprint.state == "closed" or not issues or len(issues) > MOST_ISSUES or None in found:
        raise Refusal(400, "The issues cannot be moved to this sprint.")
    for issue in found:
        if issue is not None:
            closed = [name for name in issue.sprints if call.world.sprints[name].state == "closed"]
            plan(call.world, issue.id, *closed, sprint.name, actor=call.actor().login, at=call.now)
    return Response(status=204)


def _encode(one: Sprint) -> dict[str, object]:
    return {"id": one.id, "state": one.state, "name": one.name, "originBoardId": one.board, "goal": one.goal}
