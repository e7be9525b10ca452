"""Calls about comments and their properties."""

from __future__ import annotations

from integrations.sandbox.jira.call import Call, Refusal, page
from integrations.sandbox.jira.issues import DONE, comment_text, property_value, read_properties
from integrations.sandbox.jira.records import Comment
from integrations.sandbox.wire import Response


def list_comments(call: Call) -> Response:
    """GET issue/comment: at most a hundred at once on Cloud, all of them on Data Center unless asked otherwise."""
    issue = call.issue()
    order = call.request.query.get("orderBy", "created")
    if order.lstrip("+-") != "created":
        raise Refusal(400, f"Can not order by the field: {order}")
    comments = list(reversed(issue.comments)) if order.startswith("-") else issue.comments
    limit = 100 if call.cloud else 1_048_576
    answer = page(call, "comments", comments, default=limit, cap=limit)
    expand = call.many("expand")
    answer["comments"] = [call.encoder.comment(issue, one, expand=expand) for one in answer["comments"]]
    return Response(json=answer)


def get_comment(call: Call) -> Response:
    """GET issue/comment/ID."""
    return Response(json=call.encoder.comment(call.issue(), _comment(call), expand=call.many("expand")))


def add_comment(call: Call) -> Response:
    """POST issue/comment, with `properties` in the body if wished."""
    issue, body = call.issue(), call.body()
    call.need("ADD_COMMENTS", "You do not have the permission to comment on this issue.")
    text = comment_text(call, body.get("body"))
    properties = read_properties(body.get("properties", []))
    made = call.world.comment(issue.id, text, author=call.actor().login, at=call.now, properties=properties)
    return Response(status=201, json=call.encoder.comment(issue, made, expand=call.many("expand")))


def edit_comment(call: Call) -> Response:
    """PUT issue/comment/ID."""
    issue, comment, body = call.issue(), _comment(call), call.body()
    _own(call, comment, "EDIT")
    text = comment_text(call, body.get("body"))
    if "properties" in body:
        comment.properties |= read_properties(body["properties"])
    made = call.world.edit_comment(issue.id, comment.id, text, actor=call.actor().login, at=call.now)
    return Response(json=call.encoder.comment(issue, made, expand=call.many("expand")))


def delete_comment(call: Call) -> Response:
    """DELETE issue/comment/ID."""
    issue, comment = call.issue(), _comment(call)
    _own(call, comment, "DELETE")
    call.world.delete_comment(issue.id, comment.id)
    return DONE


def list_properties(call: Call) -> Response:
    """GET comment/ID/properties."""
    comment = _comment(call)
    where = f"{call.encoder.rest}/comment/{comment.id}/properties"
    return Response(json={"keys": [{"self": f"{where}/{key}", "key": key} for key in comment.properties]})


def get_property(call: Call) -> Response:
    """GET comment/ID/properties/KEY."""
    comment, key = _comment(call), call.words["key"]
    if key not in comment.properties:
        raise Refusal(404, f"The property with key '{key}' does not exist.")
    return Response(json={"key": key, "value": comment.properties[key]})


def put_property(call: Call) -> Response:
    """PUT comment/ID/properties/KEY: 201 for a new one, 200 for a known one."""
    comment, key = _comment(call), call.words["key"]
    _own(call, comment, "EDIT")
    new = key not in comment.properties
    comment.properties[key] = property_value(call)
    return Response(status=201 if new else 200, body=b"")


def delete_property(call: Call) -> Response:
    """DELETE comment/ID/properties/KEY."""
    comment, key = _comment(call), call.words["key"]
    _own(call, comment, "EDIT")
    if comment.properties.pop(key, None) is None:
        raise Refusal(404, f"The property with key '{key}' does not exist.")
    return DONE


def _comment(call: Call) -> Comment:
    number = int(call.words["comment"])
    issues = [call.issue()] if "issue" in call.words else call.world.issues.values() if call.sees() else []
    for issue in issues:
        for one in issue.comments:
            if one.id == number:
                return one
    raise Refusal(404, f"Can not find a comment for the id: {number}.")


def _own(call: Call, comment: Comment, verb: str) -> None:
    user = call.actor()
    own = comment.author == user.login and user.may(f"{verb}_OWN_COMMENTS")
    if not own and not user.may(f"{verb}_ALL_COMMENTS"):
        what = verb.lower()
        raise Refusal(403 if call.cloud else 400, f"You do not have the permission to {what} this comment.")
