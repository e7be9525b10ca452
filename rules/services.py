"""Services: for which of them a ticket, a change or a rollout counts."""

from __future__ import annotations

from collections.abc import Iterable

from rules.model import Ticket
from rules.people import components_of
from rules.policy import Policy, Service


def services_of(policy: Policy, source: str, components: Iterable[str] = (), labels: Iterable[str] = ()) -> list[str]:
    """Return the services that something of a source counts for, in the config's order.

    A service is meant by one of its components or labels; if none is so, by the source alone, as far as its services
    name neither. Without any [services] every component is a service of its own name. Case does not count.
    """
    parts, worn = {part.lower() for part in components}, {label.lower() for label in labels}
    if not policy.services:
        return sorted(parts)
    here = [each for each in policy.services if not each.sources or source in each.sources]
    named = [each.name for each in here if each.components & parts or each.labels & worn]
    return named or [each.name for each in here if each.sources and not _narrow(each)]


def services_of_ticket(policy: Policy, ticket: Ticket) -> list[str]:
    """Return the services that a ticket counts for."""
    return services_of(policy, ticket.source, components_of(policy, ticket), ticket.labels)


def _narrow(service: Service) -> bool:
    return bool(service.components or service.labels)


def services_of_rollout(policy: Policy, source: str, environment: str = "") -> list[str]:
    """Return the services that a rollout of a source counts for: those that name the source or the environment.

    A service that names neither cannot be told from a rollout; a release has no environment, and counts by its source.
    """
    name = environment.lower()
    return [
        each.name
        for each in policy.services
        if (not each.sources or source in each.sources)
        and (not each.environments or not name or name in each.environments)
        and (each.sources or (name and name in each.environments))
    ]
