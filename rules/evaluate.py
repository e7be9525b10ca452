"""Policy x ticket x now -> which rules hold, why, and since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from rules import facts
from rules.conditions import Screen, activate
from rules.effects import LABELLED, REOPENED, reversed_effects, wears, with_reversals
from rules.memory import Effect, Episode, Ignore, Lead, Memory, Pause, Reversal
from rules.model import Ticket
from rules.pauses import noticed
from rules.policy import Policy
from rules.putting_off import NOTHING, Noticed, noticed_put_offs, with_put_offs
from rules.returning import returning
from rules.rule import Clause, Rule
from rules.twins import noticed_leads
from rules.undoing import TAKEN_BACK, redone

ANY = "any"
GROUP = 10  # rules that are ruled out by one judgement: most hold for few tickets
ONLY_OPEN = frozenset({"open", "!closed", "overdue"})
ONLY_DONE = frozenset({"closed", "!open", "declined"})
"""Clauses that rule out a ticket that is done, or one that is open, before anything is asked of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A rule that holds for a ticket, its clauses with their values, and the episode it is in."""

    rule: Rule
    because: tuple[Clause, ...]
    episode: Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What the policy says of one ticket at one moment."""

    ticket: Ticket
    kind: str  # "" if no kind's conditions hold
    holding: tuple[Holding, ...] = ()  # in the policy's order
    episodes: tuple[Episode, ...] = ()  # for each rule the newest one, open or ended: what to remember from now on
    began: tuple[Episode, ...] = ()
    ended: tuple[Episode, ...] = ()
    reversals: tuple[Reversal, ...] = ()  # seen now for the first time: to be remembered
    pauses: tuple[Pause, ...] = ()  # those that end or begin now: to be remembered
    leads: tuple[Lead, ...] = ()  # what the ticket that leads it says, as far as that is news: to be remembered
    faded: tuple[str, ...] = ()  # ops whose labels went while nothing asked for them: they stand no more
    put_off: Noticed = NOTHING  # how the ticket is put off, as far as that is news: to be remembered

    @property
    def names(self) -> frozenset[str]:
        """The ids of the rules that hold."""
        return frozenset(held.rule.id for held in self.holding)


def evaluate(policy: Policy, ticket: Ticket, memory: Memory, now: datetime, *, kind: str | None = None) -> Evaluation:
    """Judge all rules for a ticket and carry its episodes on.

    `kind` overrules the policy's kinds (tests of rules, later looks in one pass). Clauses are explained only for rules
    that hold: this is the hot path; `rules.why` explains the rest. What people took back is taken into account at once.
    """
    put_off = noticed_put_offs(policy, ticket, memory, now)
    memory = with_put_offs(memory, put_off)
    if kind is None:
        kind = facts.kind_of(ticket, memory, policy, policy.calendar.today(now))
    pauses = noticed(policy, ticket, memory, now)
    blank = Evaluation(ticket=ticket, kind=kind, pauses=pauses, put_off=put_off)
    found = _judged(policy, blank, memory, now)
    if undone := (*found.reversals, *redone(policy, ticket, memory, now)):
        again = _judged(policy, blank, with_reversals(memory, undone), now)
        found = replace(again, reversals=(*undone, *again.reversals))
    if not memory.related:
        return found
    held = ((each.rule, each.episode) for each in found.holding)
    return replace(found, leads=noticed_leads(policy, ticket, memory, held, now))


def _judged(policy: Policy, blank: Evaluation, memory: Memory, now: datetime) -> Evaluation:
    ticket, kind = blank.ticket, blank.kind
    asked = _asked(facts.Same(policy), kind, ONLY_OPEN if ticket.phase == "done" else ONLY_DONE)
    remembered = bool(memory.episodes or memory.effects)
    if not asked.groups and not remembered:
        return blank
    ignored = ignored_rules(policy, memory, now)
    activation = activate(facts.of(ticket, kind, memory, policy, policy.calendar.today(now), asked.facts))
    rules = [
        rule
        for screen, some in asked.groups
        if not screen.rules_out(activation)
        for rule in some
        if rule.when.holds(activation)
        and rule.id not in ignored
        and (rule.since is None or not grandfathered(policy, rule, ticket))
    ]
    if not rules and not remembered:
        return blank
    latest = {episode.rule: episode for episode in memory.episodes}
    because = {rule.id: rule.when.explain(activation) for rule in rules}
    return _carried_on(policy, blank, rules, because, latest, memory, now)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The rules that look at a kind, in groups that one look can rule out, and the facts they ask for."""

    groups: tuple[tuple[Screen, tuple[Rule, ...]], ...]
    facts: frozenset[str]


@lru_cache(maxsize=128)
def _asked(same: facts.Same, kind: str, barred: frozenset[str]) -> _Asked:
    looking = (rule for rule in same.policy.rules if kind in rule.on or ANY in rule.on)
    rules = tuple(rule for rule in looking if barred.isdisjoint(rule.when.texts))
    groups = (rules[start : start + GROUP] for start in range(0, len(rules), GROUP))
    screened = tuple((Screen([rule.when for rule in some]), some) for some in groups)
    return _Asked(screened, facts.needed(rule.when for rule in rules))


def _carried_on(
    policy: Policy,
    blank: Evaluation,
    rules: list[Rule],
    because: Mapping[str, tuple[Clause, ...]],
    latest: dict[str, Episode],
    memory: Memory,
    now: datetime,
) -> Evaluation:
    """Keep open episodes of rules that hold, begin new ones, end those of rules that no longer hold."""
    current = {rule.id: _episode(latest.get(rule.id), rule.id, now) for rule in rules}
    ended = tuple(
        replace(episode, ended=now)
        for episode in latest.values()
        if episode.ended is None and episode.rule not in current
    )
    return replace(
        blank,
        holding=tuple(Holding(rule=rule, because=because[rule.id], episode=current[rule.id]) for rule in rules),
        episodes=tuple((latest | {episode.rule: episode for episode in ended} | current).values()),
        began=tuple(episode for rule, episode in current.items() if episode is not latest.get(rule)),
        ended=ended,
        reversals=reversed_effects(blank.ticket, memory, _asked_for(blank.ticket, memory, rules, current)),
        faded=tuple(_faded(blank.ticket, memory, rules, policy)),
    )


def _asked_for(ticket: Ticket, memory: Memory, rules: list[Rule], current: Mapping[str, Episode]) -> Iterator[Effect]:
    """Yield the standing effects that a rule which holds still asks for.

    A label that is worn is asked for by its rule, also in a later episode, and by every rule that wears it as well and
    has held since before the ticket last changed. What went while nothing asked for it has faded, and stands no more.
    A label that its rule neither wears nor keeps any more is not asked for: it is on its way off.
    """
    back = {rule.id for rule in rules if returning(rule)}
    keeping = {rule.id for rule in rules if rule.add_label}
    for effect in memory.effects:
        if effect.verb == TAKEN_BACK or (effect.verb == REOPENED and effect.rule in back):
            continue  # a person's doing against it has a room of its own: rules.undoing, the pairs of recurrences
        wearing = {rule.id for rule in rules if effect.verb == LABELLED and rule.label == effect.value}
        asked = effect.verb != LABELLED or effect.rule in wearing | keeping
        if (asked and effect.rule in current) or any(
            current[rule].began <= ticket.updated for rule in wearing - {effect.rule}
        ):
            yield effect


def _faded(ticket: Ticket, memory: Memory, rules: list[Rule], policy: Policy) -> Iterator[str]:
    """Yield the ops of labels that are gone while no rule that holds wears them, but for those that are kept.

    Who took them off did what we would have done. A read older than the write cannot show it yet.
    """
    for effect in memory.effects:
        if effect.verb != LABELLED or wears(ticket, effect.value) or ticket.updated < effect.at.replace(microsecond=0):
            continue
        kept = any(rule.id == effect.rule and rule.label != effect.value for rule in policy.rules)
        if not kept and all(rule.label != effect.value for rule in rules):
            yield effect.op


def _episode(last: Episode | None, rule: str, now: datetime) -> Episode:
    if last is None:
        return Episode(rule=rule, number=1, began=now)
    if last.ended is None:
        return last
    return Episode(rule=rule, number=last.number + 1, began=now)


def grandfathered(policy: Policy, rule: Rule, ticket: Ticket) -> bool:
    """Tell whether the ticket is older than the day from which the rule counts."""
    return rule.since is not None and policy.calendar.date_of(ticket.created) < rule.since


def ignored_rules(policy: Policy, memory: Memory, now: datetime) -> frozenset[str]:
    """Return the rules that somebody asked to leave the ticket alone, and whose time is not over."""
    if not memory.ignores:
        return frozenset()
    today = policy.calendar.today(now)
    return frozenset(ignore.rule for ignore in memory.ignores if in_force(ignore, today))


def in_force(ignore: Ignore, today: date) -> bool:
    """Tell whether an ignore still counts: up to and with its `until`."""
    return ignore.until is None or today <= ignore.until
