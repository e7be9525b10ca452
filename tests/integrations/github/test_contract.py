"""The GitHub tracker keeps what every tracker promises."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integrations.contract import CHECKS, Hooks


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("due", ["milestone", "field"])
def test_github_keeps_the_contract(hub, check, due):
    """Over real HTTP, with both ways to keep a due date."""
    world = hub.world
    if due == "field":
        world.add_organisation("acme")

    def later(span: timedelta) -> None:
        hub.clock.now += span

    hooks = Hooks(
        add=lambda title: str(world.add_issue(title, author="ann").number),
        comment=lambda ref, text: world.comment(int(ref), text, author="ann"),
        rename=lambda ref, title: world.edit(int(ref), title=title),
        remove=lambda ref: world.delete_issue(int(ref)),
        later=later,
        now=hub.clock,
        writes=lambda: sum(1 for entry in hub.sandbox.log.entries if entry.method != "GET"),
        person="bob",
        missing="4711",
    )
    check(hub.tracker(), hooks)
