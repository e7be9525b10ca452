"""What a GitHub source needs to know, as the config gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from integrations.base import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubApp:
    """A GitHub App's installation."""

    app_id: int
    installation_id: int
    private_key: str = field(repr=False)  # PEM


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubConfig:
    """One repository. Exactly one of `token` and `app`."""

    name: str
    repository: str  # "owner/name"
    base_url: str = "https://api.github.com"
    token: str = field(default="", repr=False)
    app: GithubApp | None = None
    canary: str = ""  # number of an issue that must be readable, else the source fails
    due: Literal["auto", "field", "milestone", "card"] = "auto"  # auto: the Target date field if there, else milestone
    component_label: str = "component:"
    protect: tuple[str, ...] = ()  # environments to which deployments wait for our word; for an `app` only
    fields: tuple[str, ...] = ()  # names of the organisation's issue fields that issues are read with
    priority_labels: Mapping[str, str] = field(default_factory=dict)  # neutral level -> label to put on
    timeout: tuple[float, float] = (5.0, 30.0)  # seconds to connect, seconds between bytes
    write_interval: float = 1.0  # seconds between writes (GitHub asks for at least one)
    content_limits: tuple[Limit, ...] = (Limit(count=80, seconds=60), Limit(count=500, seconds=3600))
    reserve: float = 0.1  # share of the hour's requests that is left to people and other tools

    @property
    def credential(self) -> str:
        """Return what the tracker counts limits by: the token, or the App's installation. Never to be shown."""
        return self.token or (f"{self.app.app_id}/{self.app.installation_id}" if self.app else "")
