"""What a Jira source needs to know, as the config gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.base import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraConfig:
    """One project. With `email` the token is a Cloud API token (basic auth), without it a Data Center PAT (bearer)."""

    name: str
    project: str  # its key: "OPS"
    base_url: str  # "https://acme.atlassian.net", "https://jira.acme.example/jira"
    email: str = ""
    token: str = field(default="", repr=False)
    browse_url: str = ""  # what people's links start with; base_url if empty
    canary: str = ""  # key of an issue that must be readable, else the source fails
    priority_names: Mapping[str, str] = field(default_factory=dict)  # neutral level -> native priority to set
    issue_type: str = "Task"  # for tickets filed without a type
    fields: tuple[str, ...] = ()  # names of custom fields that tickets are read with
    timeout: tuple[float, float] = (5.0, 30.0)  # seconds to connect, seconds between bytes
    write_interval: float = 0.1  # seconds between writes
    issue_limits: tuple[Limit, ...] = (Limit(count=20, seconds=2), Limit(count=100, seconds=30))  # writes to one issue
    content_limits: tuple[Limit, ...] = ()  # writes altogether, where the admin has set such a limit

    @property
    def credential(self) -> str:
        """Return what the tracker counts limits by. Never to be shown."""
        return f"{self.email}\n{self.token}"
