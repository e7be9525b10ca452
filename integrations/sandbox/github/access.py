"""Who asks, and what they may do: tokens, Apps, installations, roles, rights and the hourly limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt

from integrations.sandbox.github.nouns import App, Repo, User
from integrations.sandbox.github.world import GithubWorld

ROLES = ("none", "pull", "triage", "push", "maintain", "admin")
# right -> the least role that has it by a user's token
NEEDED_ROLE = {
    "metadata:read": "pull",
    "issues:read": "pull",
    "issues:open": "pull",  # file an issue, comment, react
    "issues:write": "triage",
    "labels:write": "push",
    "statuses:read": "pull",
    "statuses:write": "push",
    "checks:read": "pull",
    "deployments:read": "pull",
    "deployments:write": "push",
    "pull_requests:read": "pull",
    "actions:read": "pull",
    "contents:read": "pull",
}
JWT_LIFE = timedelta(minutes=10)


class Unknown(Exception):
    """The credential is missing or nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. `granted` limits an installation or a fine-grained token; None is a classic token."""

    user: User
    app: App | None = None
    as_app: bool = False  # by the App's JWT, not by an installation's token
    granted: Mapping[str, str] | None = None
    scopes: str | None = field(default=None)

    def role(self, repo: Repo) -> str:
        """Return the caller's role in a repository."""
        return repo.roles.get(self.user.login, "pull" if self.app else "push")

    def may(self, right: str, repo: Repo) -> bool:
        """Whether a right ("issues:write") holds in a repository."""
        if self.granted is not None and not _granted(self.granted, right):
            return False
        if self.app is not None:
            return True
        if right == "checks:write":
            return False
        return ROLES.index(self.role(repo)) >= ROLES.index(NEEDED_ROLE[right])

    def permissions(self, repo: Repo) -> dict[str, bool]:
        """Return the repository's `permissions` as the caller sees them."""
        rank = -1 if self.app else ROLES.index(self.role(repo))
        return {role: rank >= ROLES.index(role) for role in ("admin", "maintain", "push", "triage", "pull")}


def _granted(granted: Mapping[str, str], right: str) -> bool:
    what, _, level = right.partition(":")
    if what == "metadata":
        return True
    given = granted.get("issues" if what == "labels" else what, "")
    return given in {"write", "admin"} or (given == "read" and level == "read")


def authenticate(world: GithubWorld, authorization: str) -> Caller:
    """Return who an Authorization header stands for; raises Unknown with the reason."""
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() not in {"token", "bearer"} or not token:
        raise Unknown("Requires authentication")
    if token.count(".") == 2:
        app = _signed_by(world, token)
        return Caller(user=app.bot, app=app, as_app=True)
    known = world.bearer(token)
    if known is None:
        raise Unknown("Bad credentials")
    user, app_of = known
    if app_of is not None:
        return Caller(user=user, app=app_of, granted=app_of.permissions)
    return Caller(user=user, granted=world.grants.get(token), scopes=world.scopes.get(token))


def _signed_by(world: GithubWorld, token: str) -> App:
    """Return the App that signed a JSON web token which is valid now."""
    try:
        claimed = jwt.decode(token, options={"verify_signature": False})
        app = world.apps[int(claimed["iss"])]
        claims = jwt.decode(
            token, app.public_key, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}
        )
        issued, ends = int(claims["iat"]), int(claims["exp"])
    except (jwt.PyJWTError, KeyError, ValueError, TypeError):
        raise Unknown("A JSON web token could not be decoded") from None
    now = world.now().timestamp()
    if issued > now:
        raise Unknown(
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        )
    if ends <= now:
        raise Unknown("'Expiration time' claim ('exp') must be a numeric value representing the future time")
    if ends > now + JWT_LIFE.total_seconds():
        raise Unknown("'Expiration time' claim ('exp') is too far in the future")
    return app


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left of a caller's hour."""

    limit: int
    used: int
    reset: datetime

    @property
    def left(self) -> int:
        """Requests left."""
        return max(self.limit - self.used, 0)

    def headers(self) -> dict[str, str]:
        """Return the headers that tell it."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": str(int(self.reset.timestamp())),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Resource": "core",
        }


def allowance(world: GithubWorld, caller: Caller) -> Allowance | None:
    """Return a caller's present allowance; None where nothing is limited."""
    if world.rate_limit is None:
        return None
    now = world.now()
    used, reset = world.used.get(caller.user.login, (0, now + timedelta(hours=1)))
    if reset <= now:
        used, reset = 0, now + timedelta(hours=1)
    world.used[caller.user.login] = (used, reset)
    return Allowance(limit=world.rate_limit, used=used, reset=reset)


def spend(world: GithubWorld, caller: Caller) -> Allowance | None:
    """Take one request from a caller's allowance; return what it is then."""
    before = allowance(world, caller)
    if before is None:
        return None
    world.used[caller.user.login] = (before.used + 1, before.reset)
    return allowance(world, caller)
