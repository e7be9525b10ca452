"""Counting: the levels that the trackers tell, from the mirror as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rules.facts import SHARED, kind_of, needed, of
from rules.memory import NOTHING, Memory
from rules.model import Ticket
from rules.people import components_of
from rules.policy import Policy
from rules.services import services_of_ticket
from worker.gates.states import GateStates
from worker.remembered import remembered
from worker.worker import Worker

IMPROVEMENT, INCIDENT, REVIEW, DECISION = "improvement", "incident", "review", "decision"
QUARTER = timedelta(days=90)
SKIPPED = 10
"""Workdays after which a review that was not held counts as skipped, as the pack `cadence` has it."""
LATE = frozenset({"overdue", "overdue_debt", "overdue_domain", "overdue_critical"})
OF_OPEN = LATE | {"open_incidents", "skipped_reviews"}

Counts = dict[str, dict[str, int] | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted, and of what there are."""

    counts: Mapping[str, Mapping[str, int] | int]
    components: frozenset[str]  # lower case: of the open tickets


@dataclass(slots=True)
class _Tally:
    late: list[Ticket] = field(default_factory=list)  # past their date; pauses may have put it off
    reviews: list[Ticket] = field(default_factory=list)
    incidents: Counter[str] = field(default_factory=Counter)
    components: set[str] = field(default_factory=set)


def count(worker: Worker, names: Collection[str], now: datetime) -> Counted:
    """Count the levels that are asked for: the open tickets are walked once, whatever is asked."""
    tally, counts = _Tally(), Counts()
    policy, today = worker.policy, worker.policy.calendar.today(now)
    for ticket, memory in open_tickets(worker):
        tally.components |= components_of(policy, ticket)
        if OF_OPEN.isdisjoint(names):
            continue
        kind = kind_of(ticket, memory, policy, today)
        if kind == INCIDENT:
            tally.incidents.update(services_of_ticket(policy, ticket))
        elif ticket.due is not None and ticket.due < today and kind in (IMPROVEMENT, REVIEW):
            (tally.late if kind == IMPROVEMENT else tally.reviews).append(ticket)
    counts["open_incidents"] = dict(tally.incidents)
    if not LATE.isdisjoint(names):
        counts |= _late(worker, tally.late, now)
    if "skipped_reviews" in names:
        counts["skipped_reviews"] = sum(_skipped(worker, tally.reviews, now))
    if "recurrences_90d" in names:
        counts["recurrences_90d"] = _came_back(worker, now)
    if "uninformed_decisions" in names:
        counts["uninformed_decisions"] = sum(_uninformed(worker, now))
    return Counted(counts=counts, components=frozenset(tally.components))


def open_tickets(worker: Worker) -> Iterable[tuple[Ticket, Memory]]:
    """Yield the open tickets, each with what their kind asks to know of them: mostly nothing."""
    tickets = worker.mirror.open()
    if needed(kind.when for kind in worker.policy.kinds) <= SHARED:
        return ((ticket, NOTHING) for ticket in tickets)
    return remembered(worker, tickets)


def _late(worker: Worker, tickets: Iterable[Ticket], now: datetime) -> Counts:
    policy, today = worker.policy, worker.policy.calendar.today(now)
    found = {name: Counter[str]() for name in LATE}
    for ticket, memory in remembered(worker, tickets):
        facts = of(ticket, IMPROVEMENT, memory, policy, today, ("overdue", "priority", "domains"))
        if not facts["overdue"]:
            continue
        domains = facts["domains"]
        worn = domains if isinstance(domains, list) else []
        found["overdue"][str(facts["priority"])] += 1
        found["overdue_debt"].update(components_of(policy, ticket))
        found["overdue_domain"].update(worn)
        found["overdue_critical"].update(worn if facts["priority"] == "critical" else ())
    return {name: dict(numbers) for name, numbers in found.items()}


def _skipped(worker: Worker, tickets: Iterable[Ticket], now: datetime) -> Iterator[bool]:
    policy, today = worker.policy, worker.policy.calendar.today(now)
    for ticket, memory in remembered(worker, tickets):
        facts = of(ticket, REVIEW, memory, policy, today, ("workdays_overdue", "held"))
        late = facts["workdays_overdue"]
        yield isinstance(late, int) and late >= SKIPPED and not facts["held"]


def _came_back(worker: Worker, now: datetime) -> dict[str, int]:
    reports = GateStates(worker.database).came_back(now - QUARTER)
    return dict(Counter(name for ticket in reports for name in services_of_ticket(worker.policy, ticket)))


def _uninformed(worker: Worker, now: datetime) -> Iterator[bool]:
    policy, today = worker.policy, worker.policy.calendar.today(now)
    for ticket, memory in remembered(worker, worker.mirror.closed_after(now - QUARTER)):
        if kind_of(ticket, memory, policy, today) == DECISION:
            facts = of(ticket, DECISION, memory, policy, today, ("informed", "declined"))
            yield not facts["informed"] and not facts["declined"]


def subjects(policy: Policy, counted: Counted, told: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the subjects of each grain that there are; `told` are those of the signals.

    Without any [services] a component is a service, as is whatever a signal has a number of.
    """
    components = counted.components.union(*(team.components for team in policy.teams))
    named = frozenset(service.name for service in policy.services)
    return {
        "service": named or components | frozenset(told) - {""},
        "component": components.union(*(service.components for service in policy.services)),
        "team": frozenset(team.name for team in policy.teams),
        "domain": frozenset(domain.name for domain in policy.domains),
    }
