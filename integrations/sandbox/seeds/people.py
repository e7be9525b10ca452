"""Who works at Acme: a dozen people, known to both trackers under names that differ."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at Acme."""

    name: str  # "ana": what rules and teams call them
    full: str
    role: str
    team: str
    zone: str = "Europe/Berlin"

    @property
    def github(self) -> str:
        """The login at GitHub."""
        return f"{self.name}-acme"

    @property
    def jira(self) -> str:
        """The account id at Jira Cloud; at Data Center it is the bare name."""
        return f"acc-{self.name}"


PEOPLE = (
    Person("ana", "Ana Weiss", "lead", "checkout"),
    Person("bo", "Bo Lindqvist", "engineer", "checkout", "Europe/Stockholm"),
    Person("chen", "Chen Yu", "engineer", "checkout"),
    Person("dee", "Dee Okafor", "product", "checkout", "Europe/London"),
    Person("eli", "Eli Novak", "lead", "platform"),
    Person("fay", "Fay Moreau", "engineer", "platform", "Europe/Paris"),
    Person("gus", "Gus Marino", "engineer", "platform"),
    Person("hana", "Hana Sato", "security", "platform", "Asia/Tokyo"),
    Person("ivan", "Ivan Petrov", "lead", "operations"),
    Person("joy", "Joy Adeyemi", "sre", "operations", "Europe/London"),
    Person("kim", "Kim Larsen", "head of engineering", "council"),
    Person("lee", "Lee Brandt", "head of product", "council"),
)
TEAMS = {
    "checkout": ("checkout", "search", "payments", "login"),
    "platform": ("cluster", "pipeline", "database"),
    "operations": ("alerts", "backups", "network"),
}
DOMAIN_OF = {
    "checkout": "reliability",
    "search": "performance",
    "payments": "customer-trust",
    "login": "security",
    "cluster": "reliability",
    "pipeline": "developer-productivity",
    "database": "performance",
    "alerts": "operational-excellence",
    "backups": "reliability",
    "network": "reliability",
}
CLASSIFIED = ("search", "payments", "login", "pipeline", "alerts", "backups", "network")
"""Components whose domain the example config names; the others are nobody's for certain."""


def workers(team: str) -> tuple[Person, ...]:
    """Return the people of a team who do the work: all but product, with the SREs lent to everybody."""
    return tuple(one for one in PEOPLE if one.team == team and one.role != "product")
