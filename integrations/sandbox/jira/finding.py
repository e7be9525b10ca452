"""Search: `search/jql` with tokens on Cloud, `search` with offsets on Data Center."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import orjson

from integrations.sandbox.jira import scheme
from integrations.sandbox.jira.call import Call, Refusal
from integrations.sandbox.jira.index import Index
from integrations.sandbox.jira.jql import JqlError, parse
from integrations.sandbox.jira.judge import Scope, predicate
from integrations.sandbox.jira.records import Issue
from integrations.sandbox.wire import Response

GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
CLOUD_CAP = 100  # with fields; thousands with ids only
CLOUD_CAP_IDS = 5000


def search_tokens(call: Call, index: Index) -> Response:
    """GET and POST search/jql (Cloud): ids only unless fields are named, no total, a token for the next page.

    A token is a place in the order, so that a page after a change may repeat an issue or miss one that moved.
    """
    given = _given(call)
    if not call.cloud:
        raise Refusal(404, "null for uri: search/jql")
    names = call.many("fields", given)
    size = min(call.number("maxResults", 50, given), CLOUD_CAP if set(names) - {"id", "key"} else CLOUD_CAP_IDS)
    jql, start = str(_param(call, given, "jql") or ""), 0
    token = _param(call, given, "nextPageToken")
    if token:
        start = _offset(str(token), jql)
    fresh = [int(one) for one in call.many("reconcileIssues", given) if one.isdigit()]
    found = _find(call, index, jql, bounded=True, fresh=fresh[:50], first=start == 0)
    shown, last = found[start : start + size], start + size >= len(found)
    answer: dict[str, Any] = {"issues": _encode(call, given, shown, names, bare=not names), "isLast": last}
    if not last:
        answer["nextPageToken"] = _token(start + size, jql)
    return _response(call, given, answer)


def search_offsets(call: Call, index: Index) -> Response:
    """GET and POST search: Data Center's; on Cloud it is gone (410)."""
    if call.cloud:
        raise Refusal(410, GONE)
    given = _given(call)
    names = call.many("fields", given) or ("*navigable",)
    start = call.number("startAt", 0, given)
    size = min(call.number("maxResults", 50, given), call.world.search_cap)
    found = _find(call, index, str(_param(call, given, "jql") or ""), bounded=False, fresh=[], first=start == 0)
    answer: dict[str, Any] = {"startAt": start, "maxResults": size, "total": len(found)}
    answer["issues"] = _encode(call, given, found[start : start + size], names, bare=False)
    return _response(call, given, answer)


def count_roughly(call: Call, index: Index) -> Response:
    """POST search/approximate-count (Cloud)."""
    found = _find(call, index, str(call.body().get("jql") or ""), bounded=True, fresh=[])
    return Response(json={"count": len(found)})


def _given(call: Call) -> dict[str, Any] | None:
    """Read the body of a POST; None for a GET, whose query is asked instead."""
    return call.body() if call.request.method == "POST" else None


def _param(call: Call, given: Mapping[str, Any] | None, name: str) -> Any:
    return (call.request.query if given is None else given).get(name)


def _find(call: Call, index: Index, jql: str, *, bounded: bool, fresh: list[int], first: bool = True) -> list[Issue]:
    scope = Scope(world=call.world, user=call.user, now=call.now, flavour=call.flavour)
    whose = (jql, call.user.login if call.user else "")
    known = None if first or fresh else index.recall(whose)
    if known is not None:
        return known
    try:
        query = parse(jql)
        if query.where is None and bounded:
            raise Refusal(400, UNBOUNDED)
        if not call.sees():
            return []  # nothing is refused: to an account without permission, the projects are empty
        test = predicate(query.where, scope) if query.where else None
        return index.remember(whose, index.find(test, query.order, call.now, fresh))
    except JqlError as error:
        raise Refusal(400, str(error)) from None


def _encode(
    call: Call, given: Mapping[str, Any] | None, issues: list[Issue], names: tuple[str, ...], *, bare: bool
) -> list[Any]:
    encoder = call.encoder
    if bare:
        return [{"id": str(issue.id)} for issue in issues]
    chosen = encoder.chosen(names) if set(names) - {"id", "key"} else ()
    history, properties = "changelog" in call.many("expand", given), call.many("properties", given)
    if not properties:
        return [orjson.Fragment(encoder.found_bytes(issue, chosen, history=history)) for issue in issues]
    return [
        {
            **encoder.found(issue, chosen, history=history),
            "properties": {key: issue.properties[key] for key in properties if key in issue.properties},
        }
        for issue in issues
    ]


def _response(call: Call, given: Mapping[str, Any] | None, answer: dict[str, Any]) -> Response:
    if "names" in call.many("expand", given):
        answer["names"] = {name: title for name, (title, _, _) in scheme.FIELDS.items()}
    return Response(body=orjson.dumps(answer))


def _token(offset: int, jql: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([offset, jql])).decode()


def _offset(token: str, jql: str) -> int:
    try:
        offset, meant = orjson.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        offset, meant = 0, None
    if meant != jql or not isinstance(offset, int):
        raise Refusal(400, "The provided next page token is invalid or has expired.")
    return offset
