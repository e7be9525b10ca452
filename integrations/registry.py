"""Name in the config -> constructor. To add a tracker, add its line to TRACKERS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import cast

from integrations.base import Tracker
from integrations.github.config import GithubConfig
from integrations.http import Line
from integrations.jira.config import JiraConfig

Config = GithubConfig | JiraConfig
Clock = Callable[[], datetime]

TRACKERS: Mapping[type[Config], tuple[str, str]] = {
    GithubConfig: ("integrations.github.client", "GithubTracker"),
    JiraConfig: ("integrations.jira.client", "JiraTracker"),
}
"""The config of a kind of tracker -> module and class, imported when the first source of the kind is built: a process
that looks after GitHub alone carries no Jira library."""


def build(config: Config, line: Line, clock: Clock) -> Tracker:
    """Construct the tracker a config describes; nothing is sent yet."""
    module, name = TRACKERS[type(config)]
    constructor = getattr(import_module(module), name)
    return cast("Tracker", constructor(config, line, clock))
