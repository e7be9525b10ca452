"""Who one is and what one may: user, limits, meta, repositories, Apps and installations."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.github.access import allowance
from integrations.sandbox.github.api.call import Call, Refused, not_found
from integrations.sandbox.github.nouns import App, Repo
from integrations.sandbox.github.payloads import when
from integrations.sandbox.wire import Response


def root(call: Call) -> Response:
    """Answer with where things are."""
    base = call.payloads.base
    return Response(json={"current_user_url": f"{base}/user", "rate_limit_url": f"{base}/rate_limit"})


def get_user(call: Call) -> Response:
    """Answer with who asks; an installation is nobody."""
    if call.caller.app is not None:
        raise Refused(403, "Resource not accessible by integration")
    return Response(json=call.payloads.whole_user(call.caller.user))


def get_user_by_login(call: Call) -> Response:
    """Answer with somebody."""
    user = call.world.users.get(call.arguments["login"].lower())
    if user is None:
        raise not_found()
    return Response(json=call.payloads.whole_user(user))


def rate_limit(call: Call) -> Response:
    """Answer with what is left of the hour; asking is free."""
    now = allowance(call.world, call.caller)
    if now is None:
        raise Refused(404, "Rate limiting is not enabled.")
    core = {"limit": now.limit, "used": now.used, "remaining": now.left, "reset": int(now.reset.timestamp())}
    search = {"limit": 30, "used": 0, "remaining": 30, "reset": core["reset"]}
    graphql = {"limit": 5000, "used": 0, "remaining": 5000, "reset": core["reset"]}
    return Response(json={"resources": {"core": core, "search": search, "graphql": graphql}, "rate": core})


def meta(call: Call) -> Response:
    """Answer with the server's nature."""
    version = call.world.enterprise_version
    answer: dict[str, Any] = {"verifiable_password_authentication": False}
    return Response(json=answer | ({"installed_version": version} if version else {}))


def get_repo(call: Call) -> Response:
    """Answer with a repository and what the caller may do in it."""
    return Response(json=_whole(call, call.repo))


def _whole(call: Call, repo: Repo) -> Any:
    return {**call.payloads.repo_json(repo), "permissions": call.caller.permissions(repo)}


def _installation(call: Call, app: App) -> Any:
    url = f"{call.payloads.base}/app/installations/{app.installation_id}"
    return {
        "id": app.installation_id,
        "account": call.payloads.user(call.world.main.owner),
        "repository_selection": "all",
        "access_tokens_url": f"{url}/access_tokens",
        "repositories_url": f"{call.payloads.base}/installation/repositories",
        "html_url": f"{call.payloads.web}/settings/installations/{app.installation_id}",
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": call.world.main.owner.id,
        "target_type": call.world.main.owner.type,
        "permissions": app.permissions,
        "events": [],
        "created_at": when(app.created_at),
        "updated_at": when(app.created_at),
        "single_file_name": None,
        "suspended_at": None,
    }


def _signed(call: Call) -> App:
    if call.caller.app is None or not call.caller.as_app:
        raise Refused(401, "A JSON web token could not be decoded")
    return call.caller.app


def get_app(call: Call) -> Response:
    """Answer with the App that asks."""
    return Response(json=call.payloads.app(_signed(call)))


def list_installations(call: Call) -> Response:
    """Answer with the App's installations."""
    return call.page([_signed(call)], lambda app: _installation(call, app))


def get_installation(call: Call) -> Response:
    """Answer with one installation of the App, by its id or a repository in it."""
    app = _signed(call)
    if int(call.arguments.get("id", app.installation_id)) != app.installation_id:
        raise not_found()
    return Response(json=_installation(call, app))


def create_installation_token(call: Call) -> Response:
    """Make a token for an installation: lives an hour, has the installation's rights."""
    app = _signed(call)
    if int(call.arguments["id"]) != app.installation_id:
        raise not_found()
    call.fields()
    token, end = call.world.new_installation_token(app)
    answer = {
        "token": token,
        "expires_at": when(end),
        "permissions": app.permissions,
        "repository_selection": "all",
    }
    return Response(status=201, json=answer)


def list_installation_repositories(call: Call) -> Response:
    """Answer with the repositories an installation reaches."""
    if call.caller.app is None:
        raise Refused(403, "You must authenticate with an installation access token in order to list repositories")
    repos = list(call.world.repos.values())
    return call.page(
        repos,
        lambda repo: _whole(call, repo),
        under="repositories",
        total_count=len(repos),
        repository_selection="all",
    )
