"""The face of the small GitHub: who asks, may they, have they any requests left, and has anything changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlencode

import orjson

from integrations.sandbox.github.access import ROLES, Allowance, Caller, Unknown, allowance, authenticate, spend
from integrations.sandbox.github.api.call import Call, Refused, moved, not_found
from integrations.sandbox.github.api.routes import GRAPHQL, Route, find
from integrations.sandbox.github.nouns import Repo
from integrations.sandbox.github.payloads import Payloads
from integrations.sandbox.github.world import GithubWorld
from integrations.sandbox.wire import Face, Request, Response

READS = frozenset({"GET", "HEAD"})
BASES_KEPT = 16


class GithubFace:
    """Serves a world as GitHub's REST API under a prefix, with GraphQL beside it. The clock becomes the world's."""

    name = "github"

    def __init__(self, world: GithubWorld, clock: Callable[[], datetime], prefix: str = "/api/v3") -> None:
        self.world = world
        self.prefix = prefix.rstrip("/")
        self.companions: tuple[Face, ...] = (GraphqlFace(self),)
        self._payloads: dict[str, Payloads] = {}
        self._requests = 0
        world.clock = clock

    def answer(self, request: Request) -> Response:
        """Answer a request, with its effect."""
        return self.serve(request, None)

    def serve(self, request: Request, route: Route | None) -> Response:
        """Answer a request by a route; None: look it up."""
        self._requests += 1
        headers = {
            "Date": format_datetime(self.world.now(), usegmt=True),
            "X-GitHub-Request-Id": f"C0DE:{self._requests:06X}",
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Api-Version-Selected": request.headers.get("x-github-api-version", "2022-11-28"),
        }
        if self.world.enterprise_version:
            headers["X-GitHub-Enterprise-Version"] = self.world.enterprise_version
        try:
            response = self._known(request, route, headers)
        except Refused as refusal:
            response = refusal.response
        return replace(response, headers={**headers, **response.headers})

    def _known(self, request: Request, route: Route | None, headers: dict[str, str]) -> Response:
        """Answer somebody whose credential is good."""
        version = request.headers.get("x-github-api-version")
        if version is not None and version not in self.world.api_versions:
            raise Refused(400, f"The version {version} is not supported.")
        try:
            caller = authenticate(self.world, request.headers.get("authorization", ""))
        except Unknown as reason:
            raise Refused(401, str(reason)) from None
        if caller.scopes is not None:
            headers |= {"X-OAuth-Scopes": caller.scopes, "X-Accepted-OAuth-Scopes": "repo"}
        if request.path == "/rate_limit":
            return self._dispatch(request, caller, route)
        left = allowance(self.world, caller)
        if left is not None and left.left == 0:
            headers |= left.headers()
            raise Refused(403, f"API rate limit exceeded for user ID {caller.user.id}.")
        return self._paid(request, caller, route, headers)

    def _paid(self, request: Request, caller: Caller, route: Route | None, headers: dict[str, str]) -> Response:
        """Answer, and take the request from the caller's hour unless nothing has changed since they last asked."""
        try:
            response = self._dispatch(request, caller, route)
        except Refused as refusal:
            response = refusal.response
        if request.method in READS and response.status == 200:
            response = _conditional(request, response)
        left: Allowance | None = allowance(self.world, caller) if response.status == 304 else spend(self.world, caller)
        if left is not None:
            headers |= left.headers()
        return response

    def _dispatch(self, request: Request, caller: Caller, route: Route | None) -> Response:
        arguments: dict[str, str] = {}
        if route is None:
            found = find("GET" if request.method == "HEAD" else request.method, request.path)
            if found is None:
                raise not_found()
            route, arguments = found
        repo = self._repo(request, arguments)
        if repo is not None:
            _admit(caller, repo, route, request)
        call = Call(
            world=self.world,
            request=request,
            caller=caller,
            payloads=self.payloads(request.base),
            arguments=arguments,
            found=repo,
        )
        return route.answer(call)

    def _repo(self, request: Request, arguments: dict[str, str]) -> Repo | None:
        """Return the repository that a path names; one that has another name now redirects."""
        name, number = arguments.pop("repo", None), arguments.pop("repo_id", None)
        if name is None and number is None:
            return None
        repo_id = self.world.names.get(name.lower()) if name is not None else int(number or 0)
        repo = self.world.repos.get(repo_id) if repo_id is not None else None
        if repo is None:
            raise not_found()
        if name is not None and name.lower() != repo.full_name.lower():
            rest = request.path.split("/", 4)[4:]
            query = f"?{urlencode(request.query)}" if request.query else ""
            raise moved("/".join((f"{request.base}/repositories/{repo.id}", *rest)) + query, request.method)
        return repo

    def payloads(self, base: str) -> Payloads:
        """Return the maker of JSON whose addresses start with a base."""
        if base not in self._payloads:
            if len(self._payloads) >= BASES_KEPT:
                self._payloads.clear()
            self._payloads[base] = Payloads(base)
        return self._payloads[base]


def _admit(caller: Caller, repo: Repo, route: Route, request: Request) -> None:
    """Refuse who may not do that there."""
    if caller.as_app and route.right:
        raise Refused(401, "A JSON web token cannot be used here")
    if caller.app is None and ROLES.index(caller.role(repo)) == 0:
        raise not_found()
    if repo.archived and request.method not in READS:
        raise Refused(403, "Repository was archived so is read-only.")
    if not route.right or caller.may(route.right, repo):
        return
    if caller.app is not None:
        raise Refused(403, "Resource not accessible by integration")
    if route.right == "checks:write":
        raise Refused(403, "You must authenticate via a GitHub App.")
    raise Refused(403, "Resource not accessible by personal access token")


def _conditional(request: Request, response: Response) -> Response:
    """Tag an answer by its content; answer 304 to who has it already."""
    body = response.body if response.body is not None else orjson.dumps(response.json)
    tag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {**response.headers, "ETag": f"W/{tag}", "Cache-Control": "private, max-age=60, s-maxage=60"}
    asked = request.headers.get("if-none-match", "")
    if tag in {each.strip().removeprefix("W/") for each in asked.split(",")} or asked.strip() == "*":
        return Response(status=304, headers=headers)
    return replace(response, body=body, headers=headers)


class GraphqlFace:
    """GraphQL, where PyGithub looks for it: /api/graphql beside /api/v3, else /graphql under the prefix."""

    name = "github"

    def __init__(self, rest: GithubFace) -> None:
        self._rest = rest
        self.prefix = rest.prefix.removesuffix("/v3") + "/graphql"

    def answer(self, request: Request) -> Response:
        """Answer a query or a mutation."""
        base = request.base.removesuffix(self.prefix) + self._rest.prefix
        if request.method != "POST":
            return self._rest.serve(replace(request, base=base), None)
        return self._rest.serve(replace(request, base=base), GRAPHQL)
