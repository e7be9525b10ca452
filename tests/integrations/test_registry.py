"""A config finds its tracker, and only its library is imported."""

import subprocess
import sys

import pytest

BUILD = """
import sys
from datetime import UTC, datetime
from integrations.base import Tracker
from integrations.github.config import GithubConfig
from integrations.http import Line
from integrations.jira.config import JiraConfig
from tests.integrations.memory_budget import MemoryBudget
from integrations.registry import build

assert not {{"github", "jira"}} & sys.modules.keys()
clock = lambda: datetime(2026, 11, 23, tzinfo=UTC)
line = Line(source="one", budget=MemoryBudget(), clock=clock, sleep=print)
tracker = build({config}, line, clock)
assert tracker.name == "one"
print(type(tracker).__name__, *sorted({{"github", "jira"}} & sys.modules.keys()))
"""


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("GithubConfig(name='one', repository='acme/shop', token='t')", "GithubTracker github"),
        ("JiraConfig(name='one', project='OPS', base_url='https://jira.example', token='t')", "JiraTracker jira"),
    ],
)
def test_a_process_imports_only_the_trackers_it_has(config, expected):
    """A worker for GitHub alone carries no Jira library, and the other way round; nothing is sent to build one."""
    command = [sys.executable, "-W", "error", "-c", BUILD.format(config=config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  # our own code
    assert done.stderr == ""
    assert done.stdout.strip() == expected
