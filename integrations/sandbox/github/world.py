"""The whole small GitHub: what it remembers, what may be done to it, and who may do it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from integrations.sandbox.github.delivery import Delivery
from integrations.sandbox.github.nouns import App, User

APP_PERMISSIONS = {
    "metadata": "read",
    "issues": "write",
    "pull_requests": "read",
    "statuses": "write",
    "checks": "write",
    "deployments": "read",
}
TOKEN_LIFE = timedelta(hours=1)


class GithubWorld(Delivery):
    """A small GitHub. Edit it as a person would; a face serves it.

    The edits come from `Catalogue` (labels, milestones), `Edits` (issues), `Threads` (comments) and `Delivery` (pulls,
    statuses, deployments, releases); lookups and knobs from `State`.
    """

    def add_app(
        self,
        public_key: str,
        *,
        app_id: int = 1001,
        slug: str = "kaizend",
        installation_id: int = 5001,
        permissions: Mapping[str, str] | None = None,
    ) -> App:
        """Register a GitHub App by its public key (PEM), installed on all repositories."""
        bot = self.user(f"{slug}[bot]")
        app = App(
            id=app_id,
            slug=slug,
            public_key=public_key,
            installation_id=installation_id,
            permissions=dict(permissions if permissions is not None else APP_PERMISSIONS),
            bot=bot,
            created_at=self.now(),
        )
        self.apps[app_id] = app
        return app

    def new_installation_token(self, app: App) -> tuple[str, datetime]:
        """Make a token for an App's installation; return it and when it ends."""
        token = f"ghs_sandbox{self.new_id():030d}"
        end = self.now() + TOKEN_LIFE
        self.installation_tokens[token] = (app, end)
        return token, end

    def bearer(self, token: str) -> tuple[User, App | None] | None:
        """Return whose token that is, and the App's if it is an installation's; None for nobody's."""
        login = self.tokens.get(token)
        if login is not None:
            return self.user(login), None
        app, end = self.installation_tokens.get(token, (None, self.now()))
        if app is None or end <= self.now():
            return None
        return app.bot, app
