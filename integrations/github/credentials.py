"""Who we are to GitHub: a token, or an App with an installation token that is renewed in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
from github import Auth
from jwt.exceptions import PyJWTError

from integrations.errors import NotAllowed, Unavailable
from integrations.github.config import GithubApp

_EARLY = timedelta(minutes=1)
_SKEW = 60
_LIFE = 300
"""GitHub refuses a JWT issued in its future or living for more than ten minutes (docs: authenticating as an App)."""


class InstallationToken(Auth.Auth):
    """An installation's token as PyGithub's requester takes it; `renew` puts in the next one."""

    def __init__(self, app: GithubApp) -> None:
        self.value = ""
        self.permissions: Mapping[str, str] = {}  # of the installation, once a token was asked for
        self.path = f"/app/installations/{app.installation_id}/access_tokens"
        self._app = app
        self._renew_at: datetime | None = None

    @property
    def token_type(self) -> str:
        """The word before the token in the header."""
        return "token"

    @property
    def token(self) -> str:
        """The token now."""
        return self.value

    def lasts(self, now: datetime) -> bool:
        """Say whether the token is good for another minute."""
        return self._renew_at is not None and now < self._renew_at

    def forget(self) -> None:
        """Have the next request ask for another token: GitHub no longer knows this one, whenever it was to end."""
        self._renew_at = None

    def app(self, now: datetime, where: str) -> Auth.AppAuthToken:
        """Return the App's own credential, a JWT that lives for minutes; made without a request."""
        issued = int(now.timestamp())
        claims = {"iat": issued - _SKEW, "exp": issued + _LIFE, "iss": str(self._app.app_id)}
        try:
            return Auth.AppAuthToken(jwt.encode(claims, self._app.private_key, algorithm="RS256"))
        except (PyJWTError, ValueError, TypeError) as error:
            what = f"the App's private key cannot be used ({type(error).__name__}): it must be an RSA key in PEM form"
            raise NotAllowed(where, what) from None

    def renew(self, told: Any, where: str) -> None:
        """Take the token from GitHub's answer."""
        try:
            value, ends = str(told["token"]), datetime.fromisoformat(told["expires_at"])
            self.permissions = dict(told.get("permissions") or {})
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Unavailable(where, "the answer holds no token") from None
        self.value, self._renew_at = value, ends - _EARLY
