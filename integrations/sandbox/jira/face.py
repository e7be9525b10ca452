"""A Jira's face: finds the route of a request, checks who asks, and answers."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from integrations.sandbox.jira import about, boards, finding, issues, links, moves, talk
from integrations.sandbox.jira.call import Call, Refusal
from integrations.sandbox.jira.encode import Encoder
from integrations.sandbox.jira.index import Index
from integrations.sandbox.jira.limits import Limits
from integrations.sandbox.jira.records import Flavour, User
from integrations.sandbox.wire import Request, Response

if TYPE_CHECKING:
    from integrations.sandbox.jira.world import JiraWorld

Handler = Callable[[Call], Response]
SEARCHES: dict[tuple[str, str], Callable[[Call, Index], Response]] = {
    ("GET", "search/jql"): finding.search_tokens,
    ("POST", "search/jql"): finding.search_tokens,
    ("GET", "search"): finding.search_offsets,
    ("POST", "search"): finding.search_offsets,
    ("POST", "search/approximate-count"): finding.count_roughly,
}
# A path after /rest/api/VERSION/; {issue} and its like catch one segment.
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "serverInfo", about.server_info),
    ("GET", "myself", about.myself),
    ("GET", "mypermissions", about.my_permissions),
    ("GET", "project", about.list_projects),
    ("GET", "project/search", about.search_projects),
    ("GET", "project/{project}", about.get_project),
    ("GET", "project/{project}/versions", about.project_versions),
    ("GET", "project/{project}/version", about.project_version_page),
    ("GET", "project/{project}/components", about.project_components),
    ("GET", "project/{project}/statuses", about.project_statuses),
    ("GET", "field", about.list_fields),
    ("GET", "priority", about.list_priorities),
    ("GET", "resolution", about.list_resolutions),
    ("GET", "status", about.list_statuses),
    ("GET", "issuetype", about.list_types),
    ("GET", "user", about.get_user),
    ("GET", "user/search", about.search_users),
    ("GET", "user/assignable/search", about.search_assignable),
    ("GET", "issueLinkType", links.link_types),
    ("POST", "issueLink", links.link_issues),
    ("GET", "issueLink/{link}", links.get_link),
    ("DELETE", "issueLink/{link}", links.unlink_issues),
    ("POST", "issue", issues.create_issue),
    ("GET", "issue/createmeta/{project}/issuetypes", issues.create_meta_types),
    ("GET", "issue/createmeta/{project}/issuetypes/{type}", issues.create_meta_fields),
    ("GET", "issue/{issue}", issues.get_issue),
    ("PUT", "issue/{issue}", issues.edit_issue),
    ("DELETE", "issue/{issue}", issues.delete_issue),
    ("PUT", "issue/{issue}/assignee", issues.assign_issue),
    ("GET", "issue/{issue}/editmeta", issues.edit_meta),
    ("GET", "issue/{issue}/properties", issues.list_properties),
    ("GET", "issue/{issue}/properties/{key}", issues.get_property),
    ("PUT", "issue/{issue}/properties/{key}", issues.put_property),
    ("DELETE", "issue/{issue}/properties/{key}", issues.delete_property),
    ("GET", "issue/{issue}/comment", talk.list_comments),
    ("POST", "issue/{issue}/comment", talk.add_comment),
    ("GET", "issue/{issue}/comment/{comment}", talk.get_comment),
    ("PUT", "issue/{issue}/comment/{comment}", talk.edit_comment),
    ("DELETE", "issue/{issue}/comment/{comment}", talk.delete_comment),
    ("GET", "comment/{comment}/properties", talk.list_properties),
    ("GET", "comment/{comment}/properties/{key}", talk.get_property),
    ("PUT", "comment/{comment}/properties/{key}", talk.put_property),
    ("DELETE", "comment/{comment}/properties/{key}", talk.delete_property),
    ("GET", "issue/{issue}/remotelink", links.list_remote_links),
    ("POST", "issue/{issue}/remotelink", links.put_remote_link),
    ("GET", "issue/{issue}/remotelink/{link}", links.get_remote_link),
    ("DELETE", "issue/{issue}/remotelink/{link}", links.delete_remote_link),
    ("GET", "issue/{issue}/transitions", moves.list_transitions),
    ("POST", "issue/{issue}/transitions", moves.take_transition),
    ("GET", "issue/{issue}/changelog", moves.changelog),
)
AGILE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "board", boards.list_boards),
    ("GET", "board/{board}/sprint", boards.list_sprints),
    ("POST", "sprint/{sprint}/issue", boards.plan_issues),
)  # after /rest/agile/1.0/
NUMBERS = {"comment", "link"}


def _patterns(routes: tuple[tuple[str, str, Handler], ...]) -> tuple[tuple[str, re.Pattern[str], Handler], ...]:
    def caught(name: re.Match[str]) -> str:
        return f"(?P<{name[1]}>{r'[0-9]+' if name[1] in NUMBERS else '[^/]+'})"

    return tuple((method, re.compile(re.sub(r"\{(\w+)\}", caught, path)), handler) for method, path, handler in routes)


PATTERNS, AGILE_PATTERNS = _patterns(ROUTES), _patterns(AGILE)
OPEN = {"serverInfo", "search", "search/jql", "project"}  # what anonymous callers get an answer from


class JiraFace:
    """Serves a world as Jira Cloud or Jira Data Center."""

    def __init__(
        self, world: JiraWorld, clock: Callable[[], datetime], prefix: str = "/jira", flavour: Flavour = "cloud"
    ) -> None:
        self.world = world
        self.clock = clock
        self.prefix = prefix
        self.flavour: Flavour = flavour
        self.name = f"jira-{flavour}"
        self.limits = Limits(world)
        self.index = Index(world)
        self._encoders: dict[tuple[str, str], Encoder] = {}

    def answer(self, request: Request) -> Response:
        """Answer a request, with its effect."""
        now = self.clock()
        try:
            user = self._who(request)
        except Refusal as refusal:
            return refusal.response()
        headers, refused = self.limits.request(user, now) if user and self.flavour == "dc" else ({}, None)
        response = refused or self._route(request, user, now)
        common = {"X-AREQUESTID": f"{now:%H%M}x{self.world.revision}x1", "Cache-Control": "no-cache, no-store"}
        common["Date"] = format_datetime(now.astimezone(UTC), usegmt=True)
        if user and self.flavour == "dc":
            common["X-AUSERNAME"] = user.login
        return replace(response, headers={**common, **headers, **response.headers})

    def _route(self, request: Request, user: User | None, now: datetime) -> Response:
        if request.path.startswith("/browse/"):  # what a person's browser asks for: the sandbox's own page has it
            return Response(status=302, headers={"Location": request.base.removesuffix(self.prefix) + request.path})
        found = re.fullmatch(r"/rest/(?:api/(2|3|latest)|(applinks)|(agile)/1\.0)/(.+?)/?", request.path)
        if found is None or (found[1] == "3" and self.flavour == "dc"):
            return Response(status=404, body=b"<html><body>Not found</body></html>", content_type="text/html")
        version, path = found[1] or "latest", found[4]
        call = self._call(request, user, now, "2" if version == "latest" else version)
        try:
            if user is None and path not in OPEN:
                call.actor()
            if found[2]:
                return about.list_applinks(call)
            return self._dispatch(call, path, AGILE_PATTERNS if found[3] else PATTERNS)
        except Refusal as refusal:
            return refusal.response()

    def _dispatch(self, call: Call, path: str, patterns: tuple[tuple[str, re.Pattern[str], Handler], ...]) -> Response:
        method = call.request.method
        if (method, path) in SEARCHES:
            return SEARCHES[method, path](call, self.index)
        allowed = False
        for verb, pattern, handler in patterns:
            caught = pattern.fullmatch(path)
            if caught and verb == method:
                placed = replace(call, words=caught.groupdict())
                return self._limited(placed) or handler(placed)
            allowed = allowed or caught is not None
        raise Refusal(405 if allowed else 404, f"null for uri: {path}")

    def _limited(self, call: Call) -> Response | None:
        """Hold writes to one issue to their limit."""
        if call.request.method == "GET" or "issue" not in call.words:
            return None
        issue = call.find(call.words["issue"])
        return self.limits.write(issue, call.now, cloud=call.cloud) if issue else None

    def _call(self, request: Request, user: User | None, now: datetime, version: str) -> Call:
        where = (version, request.base)
        if where not in self._encoders:
            self._encoders[where] = Encoder(self.world, flavour=self.flavour, version=version, base=request.base)
        return Call(
            world=self.world,
            request=request,
            flavour=self.flavour,
            version=version,
            now=now,
            user=user,
            encoder=self._encoders[where],
            words={},
        )

    def _who(self, request: Request) -> User | None:
        """Find the account of a request, None for an anonymous one. 401 for credentials that fit nobody."""
        given = request.headers.get("authorization", "")
        if not given:
            return None
        kind, _, secret = given.partition(" ")
        for user in self.world.users.values():
            if user.active and user.token and self._fits(user, kind.lower(), secret):
                return user
        reason = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED", "WWW-Authenticate": 'OAuth realm="sandbox"'}
        raise Refusal(401, "Client must be authenticated to access this resource.", headers=reason)

    def _fits(self, user: User, kind: str, secret: str) -> bool:
        if kind == "bearer":
            return self.flavour == "dc" and secret == user.token
        name = user.email if self.flavour == "cloud" else user.login
        return kind == "basic" and secret == base64.b64encode(f"{name}:{user.token}".encode()).decode()
