"""The error budgets of Acme's services: each incident costs some of it, for four weeks."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from integrations.sandbox.prometheus import NumbersWorld
from integrations.sandbox.seeds.stories import Story

METRIC = "error_budget"
SERVICES = {"shop": "checkout", "platform": "platform", "ops": "operations"}
"""The source whose incidents cost a service's budget -> the service."""
SPAN = timedelta(days=28)
LEAST = 0.05
"""What is left at the end at least: a budget that is spent is left to whoever plays with the sandbox."""


def budgets(
    stories: Mapping[str, Sequence[Story]], start: datetime, now: datetime, clock: Callable[[], datetime], *, seed: str
) -> NumbersWorld:
    """Say for each day of the year how much of each service's error budget was left; 1 is all, below 0 is too much."""
    world = NumbersWorld(clock)
    for source, service in SERVICES.items():
        rng = random.Random(f"{seed} {service}")  # noqa: S311 - made up on purpose
        costs = [(one.created, rng.uniform(0.05, 0.3)) for one in stories[source] if one.kind == "incident"]
        at = start
        while at <= now:
            spent = sum(cost for when, cost in costs if at - SPAN < when <= at)
            left = 1 - spent - rng.uniform(0, 0.04)
            world.say(METRIC, service, round(left if now - at >= SPAN else max(left, LEAST), 4), at=at)
            at += timedelta(days=1)
    return world
