"""The contract of all trackers, kept by Jira of both flavours."""

from __future__ import annotations

import pytest

from tests.integrations.contract import CHECKS, Hooks


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_jira_keeps_the_contract(jira, check):
    """What every tracker promises, Jira Cloud and Jira Data Center do."""
    world = jira.world
    hooks = Hooks(
        add=lambda title: str(world.add_issue("OPS", title, reporter="ana").id),
        comment=lambda ref, text: world.comment(ref, text, author="ana"),
        rename=lambda ref, title: world.edit(ref, actor="ana", summary=title),
        remove=world.delete,
        later=lambda time: jira.clock.sleep(time.total_seconds()),
        now=jira.clock,
        writes=lambda: len(jira.sandbox.log.writes()),
        person=world.users["ana"].account_id if jira.flavour == "cloud" else "ana",
        missing="99999",
    )
    check(jira.tracker, hooks)
