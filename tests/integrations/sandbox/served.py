"""A small GitHub on loopback, for one test: the world, a clock that stands still, and clients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import github
import pytest
import requests

from integrations.sandbox.github import GithubFace, GithubWorld
from integrations.sandbox.server import Sandbox


class Clock:
    """A clock that moves only when told."""

    def __init__(self, start=datetime(2026, 11, 2, 9, 0, tzinfo=UTC)):
        self.now = start

    def __call__(self):
        return self.now

    def tick(self, seconds):
        self.now += timedelta(seconds=seconds)


class Api:
    """Raw requests to a face, with a token."""

    def __init__(self, base, session):
        self.base = base
        self.session = session

    def __call__(self, method, path, json=None, *, token=None, headers=None, **params):
        url = path if path.startswith("http") else f"{self.base}{path}"
        every = {"Authorization": f"Bearer {token or 'sandbox'}", **(headers or {})}
        return self.session.request(
            method, url, json=json, params=params, headers=every, timeout=5, allow_redirects=False
        )


class Bench:
    """Everything a test of the small GitHub may want."""

    def __init__(self, world, clock, sandbox, session, prefix):
        self.world = world
        self.clock = clock
        self.sandbox = sandbox
        self.base = sandbox.url + prefix
        self.api = Api(self.base, session)

    @contextmanager
    def client(self, **more):
        with github.Github(
            auth=more.pop("auth", None) or github.Auth.Token("sandbox"),
            base_url=self.base,
            seconds_between_requests=0,
            seconds_between_writes=0,
            retry=None,
            **more,
        ) as client:
            yield client


@contextmanager
def bench(prefix="/api/v3", **more) -> Iterator[Bench]:
    """Serve a small GitHub; further arguments are the sandbox's."""
    clock = more.pop("clock", None) or Clock()
    world = GithubWorld(clock=clock, people=("ann", "bob"))
    with Sandbox([GithubFace(world, clock, prefix)], **more) as sandbox, requests.Session() as session:
        session.trust_env = False
        yield Bench(world, clock, sandbox, session, prefix)


@pytest.fixture(name="hub")
def fixture_hub() -> Iterator[Bench]:
    """Serve a small GitHub for one test."""
    with bench() as made:
        yield made
