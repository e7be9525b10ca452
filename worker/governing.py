"""Governing: how the rules and reviews that are switched on serve each section of the policy, and what they did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from rules.deeds import counted
from rules.document import Pack
from rules.governance import SECTIONS, Section
from rules.overrides import Ruled
from rules.policy import Policy
from worker.agenda_words import times
from worker.ledger import RuleReport

MONTH = timedelta(days=30)
NOTHING = RuleReport(rule="", states={}, done={}, reversed=0, held=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A section of the policy, the rules and reviews that serve it, and what each did."""

    section: Section
    demands: str
    rules: tuple[tuple[Ruled, RuleReport], ...]
    packs: tuple[str, ...] = ()  # that ship, would serve it, and are not switched on
    baseline: Mapping[str, int] = field(default_factory=dict)  # rule -> tickets it leaves alone

    @property
    def advice(self) -> str:
        """What to do where no rule serves it; "" where one does."""
        if self.rules:
            return ""
        names = " or ".join(f"'pack:{pack}'" for pack in self.packs)
        return f"no rule: switch on {names}" if names else "no rule serves it"


def governing(
    policy: Policy, reports: Iterable[RuleReport], shipped: Iterable[Pack], baseline: Mapping[str, int]
) -> tuple[Served, ...]:
    """Return every section with its rules, in the policy's order; rules of no section serve none and are left out.

    `baseline` is on how many tickets each rule does nothing, because it held when a baseline was taken.
    """
    did = _with_their_parts(policy, reports)
    parts = {rule.id for rule in policy.rules if rule.gate}
    every = [rule for rule in policy.rules_and_reviews if rule.id not in parts]
    on = {rule.pack for rule in every}
    off: dict[Section, dict[str, None]] = {}
    for pack in shipped:
        for rule in pack.rules_and_reviews:
            if pack.name not in on and rule.section:
                off.setdefault(rule.section, {})[pack.name] = None
    return tuple(
        Served(
            section=section,
            demands=demands,
            rules=tuple((rule, did.get(rule.id, NOTHING)) for rule in every if rule.section == section),
            packs=tuple(off.get(section, ())),
            baseline=baseline,
        )
        for section, demands in SECTIONS.items()
    )


def _with_their_parts(policy: Policy, reports: Iterable[RuleReport]) -> Mapping[str, RuleReport]:
    """Return what each rule did; what the rules did that a gate is while it is closed, the gate did."""
    gates = {rule.id: rule.gate for rule in policy.rules if rule.gate}
    did: dict[str, RuleReport] = {}
    for report in reports:
        name = gates.get(report.rule, report.rule)
        before = did.get(name, NOTHING)
        did[name] = RuleReport(
            rule=name,
            states=Counter(before.states) + Counter(report.states),
            done=Counter(before.done) + Counter(report.done),
            reversed=before.reversed + report.reversed,
            held=before.held + report.held,
        )
    return did


def told(report: RuleReport, baseline: int = 0) -> str:
    """Say in a few words what a rule did: "12 labels put on, 3 pings; people undid 1; 40 tickets in the baseline"."""
    parts = [counted(dict(sorted(report.done.items())))]
    parts += [f"people undid {report.reversed}"] if report.reversed else []
    parts += [f"held back {times(report.held)}"] if report.held else []
    parts = [part for part in parts if part] or ["nothing"]
    parts += [f"{baseline} {'ticket' if baseline == 1 else 'tickets'} in the baseline"] if baseline else []
    return "; ".join(parts)
