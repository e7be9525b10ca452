"""Comments: listed for a repository or an issue, read, written, changed, deleted."""

from __future__ import annotations

from integrations.sandbox.github.api.call import Call, Refused, invalid, text_of
from integrations.sandbox.github.nouns import Comment
from integrations.sandbox.wire import Response

BODY_LIMIT = 65_536  # characters


def list_comments(call: Call) -> Response:
    """Answer with a page of the repository's comments."""
    question = ("comments", *(call.ask(name) for name in ("since", "sort", "direction")))
    return call.page(call.kept(question, lambda: _find(call)), call.payloads.comment)


def _find(call: Call) -> list[Comment]:
    since, sort = call.since(), call.ask("sort")
    found = [each for each in call.repo.comments.values() if since is None or each.updated_at >= since]
    found.sort(key=_updated if sort == "updated" else _created, reverse=_descending(call))
    return found


def _descending(call: Call) -> bool:
    """Say whether the newest come first: without a sort, GitHub ignores the direction."""
    return bool(call.ask("sort")) and call.ask("direction", "desc") == "desc"


def _updated(comment: Comment) -> tuple[object, int]:
    return comment.updated_at, comment.id


def _created(comment: Comment) -> tuple[object, int]:
    return comment.created_at, comment.id


def list_issue_comments(call: Call) -> Response:
    """Answer with a page of an issue's comments, oldest first."""
    since = call.since()
    found = [each for each in call.issue().comments if since is None or each.updated_at >= since]
    found.sort(key=_created)
    return call.page(found, call.payloads.comment)


def get_comment(call: Call) -> Response:
    """Answer with one comment."""
    return Response(json=call.payloads.comment(call.comment()))


def _body(call: Call) -> str:
    body = text_of(call.fields(), "body", default="") or ""
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field")
    if len(body) > BODY_LIMIT:
        raise invalid("IssueComment", "body", "custom", f"body is too long (maximum is {BODY_LIMIT} characters)")
    return body


def create_comment(call: Call) -> Response:
    """Write a comment, unless the issue is locked or has had too many."""
    issue, body = call.issue(), _body(call)
    if issue.locked:
        raise Refused(403, "Unable to create comment because issue is locked.")
    if issue.comments_ever >= call.world.comment_limit:
        message = f"Commenting is disabled on issues with more than {call.world.comment_limit} comments"
        raise Refused(403, message)
    call.creating()
    comment = call.world.comment(issue, body, author=call.actor, app=call.caller.app)
    home = f"{call.payloads.repo_url(call.repo)}/issues/comments/{comment.id}"
    return Response(status=201, json=call.payloads.comment(comment), headers={"Location": home})


def update_comment(call: Call) -> Response:
    """Give a comment another text; others' only with the right to push."""
    comment = _ours(call)
    call.world.edit_comment(comment, _body(call))
    return Response(json=call.payloads.comment(comment))


def delete_comment(call: Call) -> Response:
    """Delete a comment; others' only with the right to push."""
    call.world.delete_comment(_ours(call))
    return Response(status=204)


def _ours(call: Call) -> Comment:
    comment = call.comment()
    if comment.author is not call.caller.user and not call.caller.may("labels:write", call.repo):
        raise Refused(403, "Must have admin rights to Repository.")
    return comment
