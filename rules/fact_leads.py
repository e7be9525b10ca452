"""Facts of leadership: what the leads of the teams own themselves."""

from __future__ import annotations

from rules.fact_asked import Asked, Fact
from rules.people import login_of


def owned_by_lead(asked: Asked) -> bool:
    """Tell whether one of its owners leads a team, whichever."""
    if not asked.ticket.assignees:
        return False
    policy, source = asked.policy, asked.ticket.source
    leads = (login_of(policy, source, policy.people.get(team.lead)) for team in policy.teams)
    return any(login in asked.ticket.assignees for login in leads if login)


LEAD_FACTS: tuple[Fact, ...] = (Fact("owned_by_lead", "bool", "one of its owners leads a team", owned_by_lead),)
