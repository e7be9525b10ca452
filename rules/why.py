"""Why: every rule with every clause and the values it saw, what stands in its way, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rules import facts
from rules.conditions import activate
from rules.effects import REOPENED
from rules.evaluate import ANY, Holding, evaluate, grandfathered, in_force
from rules.leaders import leader_of
from rules.memory import Episode, Memory, Reversal
from rules.model import Ticket
from rules.moves import NextStep, View, chosen, next_step, pings_due
from rules.override_words import Overridden, overridden_values
from rules.people import resolve
from rules.policy import Policy
from rules.putting_off import with_put_offs
from rules.rule import Clause, Rule
from rules.twins import strangers
from rules.undoing import TAKEN_BACK

State = Literal["holds", "does not hold", "ignored", "older than the rule", "not its kind"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One rule, as it stands towards one ticket."""

    rule: Rule
    kind: str  # the ticket's
    state: State
    clauses: tuple[Clause, ...]
    episode: Episode | None = None  # the open one, if the rule holds
    next: NextStep | None = None
    notes: tuple[str, ...] = ()
    overridden: tuple[Overridden, ...] = ()  # by the config


class _NoKeys:
    """Stands in where nothing is planned."""

    def id(self, rule: str, target_uid: str, occasion: str, verb: str) -> str:
        """Return the four as they are."""
        return "\n".join((rule, target_uid, occasion, verb))


def why(
    policy: Policy, ticket: Ticket, memory: Memory, now: datetime, *, paused: Mapping[str, str] | None = None
) -> tuple[Explanation, ...]:
    """Explain all rules for a ticket, in the policy's order, those that do not hold as well.

    `paused` are the rules that people keep undoing, each with the reason in words.
    """
    stopped = paused or {}
    evaluation = evaluate(policy, ticket, memory, now)
    memory = with_put_offs(memory, evaluation.put_off)
    view = View(policy=policy, evaluation=evaluation, memory=memory, now=now, keys=_NoKeys(), paused=frozenset(stopped))
    clauses = clauses_of(policy, ticket, evaluation.kind, memory, now)
    return tuple(_explained(view, rule, clauses[rule.id], stopped) for rule in policy.rules)


def clauses_of(
    policy: Policy, ticket: Ticket, kind: str, memory: Memory, now: datetime
) -> Mapping[str, tuple[Clause, ...]]:
    """Return the clauses of each rule as they are for a ticket, whether they hold or not."""
    names = facts.needed(rule.when for rule in policy.rules)
    activation = activate(facts.of(ticket, kind, memory, policy, policy.calendar.today(now), names))
    return {rule.id: rule.when.explain(activation) for rule in policy.rules}


def _explained(view: View, rule: Rule, clauses: tuple[Clause, ...], paused: Mapping[str, str]) -> Explanation:
    held = next((held for held in view.evaluation.holding if held.rule.id == rule.id), None)
    return Explanation(
        rule=rule,
        kind=view.evaluation.kind,
        state="holds" if held else _obstacle(view, rule),
        clauses=clauses,
        episode=held.episode if held else None,
        next=next_step(view, held) if held and not held.episode.baseline else None,
        notes=tuple(_notes(view, rule, paused)),
        overridden=overridden_values(rule, view.policy.shipped.get(rule.id)),
    )


def _obstacle(view: View, rule: Rule) -> State:
    if view.evaluation.kind not in rule.on and ANY not in rule.on:
        return "not its kind"
    if grandfathered(view.policy, rule, view.ticket):
        return "older than the rule"
    if any(ignore.rule == rule.id and in_force(ignore, view.today) for ignore in view.memory.ignores):
        return "ignored"
    return "does not hold"


def _notes(view: View, rule: Rule, paused: Mapping[str, str]) -> Iterator[str]:
    """Yield what else is to be known: modes, pauses, what people asked for and took back."""
    if rule.id in paused:
        yield f"paused: {paused[rule.id]}"
    if rule.mode == "shadow":
        yield "in shadow: it only shows what it would do"
    if rule.mode == "canary":
        does = "this ticket is in its share" if chosen(rule, view.ticket.uid) else "not in its share: only shown"
        yield f"in canary: {does}"
    if rule.since and grandfathered(view.policy, rule, view.ticket):
        yield f"counts for tickets created from {rule.since.isoformat()} on"
    for ignore in view.memory.ignores:
        if ignore.rule == rule.id:
            until = f" until {ignore.until.isoformat()}" if ignore.until else ""
            over = "" if in_force(ignore, view.today) else " (over)"
            because = f": {ignore.because}" if ignore.because else ""
            yield f"left alone{until}{over}, as {ignore.by} asked{because}"
    for undo in (*view.memory.reversals, *view.evaluation.reversals):
        if undo.rule == rule.id:
            by = f" by {undo.by}" if undo.by else ""
            yield f"{_undone(undo)}{by} and stays so"
    for held in view.evaluation.holding:
        if held.rule.id == rule.id and held.episode.baseline and not rule.follow:
            yield in_baseline(view.policy, held.episode.baseline)
        elif held.rule.id == rule.id:
            yield from _reached(view, held)
            yield from _followed(view, held)


def _followed(view: View, held: Holding) -> Iterator[str]:
    """Yield what the ticket takes over from the one that leads it."""
    leader = leader_of(view.memory)
    if leader is None or not held.rule.follow:
        return
    yield f"follows {leader.key} in {', '.join(held.rule.follow)}: what people change here stays until it changes there"
    if held.episode.baseline:
        day = view.policy.calendar.date_of(held.episode.baseline).isoformat()
        yield f"what {leader.key} said before the baseline of {day} is left alone"
    if "owner" in held.rule.follow and (unknown := strangers(view.policy, view.ticket, leader)):
        yield f"{', '.join(unknown)}, who owns {leader.key}, has no login here: [people] of the config can give one"


def in_baseline(policy: Policy, taken: datetime) -> str:
    """Say why a rule that holds does nothing."""
    day = policy.calendar.date_of(taken).isoformat()
    return f"holds since before the baseline of {day}: nothing is done about it"


def _undone(undo: Reversal) -> str:
    if undo.verb == TAKEN_BACK:
        return f"it was put off again ({undo.value})"
    what = "the reopening" if undo.verb == REOPENED else f"{undo.verb} {undo.value}"
    return f"{what} was taken back"


def _reached(view: View, held: Holding) -> Iterator[str]:
    """Yield which step of the ladder is reached, where there is more to say of it than that."""
    due = pings_due(view, held)
    if not due:
        return
    found = resolve(view.policy, view.ticket, *held.rule.steps[due[-1] - 1].ping)
    if not found.logins:
        yield f"step {due[-1]} is reached, but it is not known who is {' or '.join(found.missing)} here"
    elif len(due) > 1:
        yield f"step {due[-1]} is reached and speaks for those before it"
