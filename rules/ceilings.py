"""How much a pass may do: what is over a ceiling is held back whole, before its first write, and said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rules.actions import Held, Op, Post, WriteCard
from rules.people import login_of, person_of
from rules.policy import Policy

NOTHING_YET: Mapping[str, int] = {}
NO_JUMP = 30
"""So many ops of a rule are never a jump, however few they were before."""


class Over(NamedTuple):
    """What is over a kind of ceiling, and stops with all that rests on it."""

    held: tuple[Held, ...]
    uids: frozenset[str] = frozenset()  # of tickets
    rules: frozenset[str] = frozenset()

    def stops(self, op: Op) -> bool:
        """Tell whether an op is held back by it: it is done to such a ticket, or is or speaks of what a rule does."""
        return not op.shadow and (op.target.uid in self.uids or bool(self.rules & (op.rules | {op.rule})))


def within(
    policy: Policy, ops: Iterable[Op], pings: Mapping[str, int], busiest: Mapping[str, int]
) -> tuple[list[Op], tuple[Held, ...]]:
    """Return the ops that stay within all ceilings, and what was held back. What is only shown does not count.

    In this order: pings a person in a week (those too many wait, one by one), ops a ticket, ops a rule, ops a pass.
    What stops leaves its pings' places to others. `busiest` is how much each rule was let do in the busiest of its
    passes of late.
    """
    every, held = list(ops), list[Held]()
    while True:
        kept, people = _people(policy, every, pings)
        over = _tickets(policy, kept) or _rules(policy, kept) or _jumps(policy, kept, busiest)
        if over is None:
            break
        held += over.held
        every = [op for op in every if not over.stops(op)]
    kept, whole = _whole(policy, kept)
    return kept, (*people, *held, *whole)


def _people(policy: Policy, ops: list[Op], pings: Mapping[str, int]) -> tuple[list[Op], list[Held]]:
    """Hold pings back for which somebody in them has no budget left: they are planned again in the next pass."""
    ceiling = policy.ceilings.person
    wanted = Counter[str]()
    spent: dict[str, int] = {}
    rules: dict[str, set[str]] = {}
    kept = []
    for op in ops:
        people = _addressed(policy, op)
        over = []
        for name, logins in people.items():
            if name not in spent:
                spent[name] = wanted[name] = sum(pings.get(login, 0) for login in logins)
            wanted[name] += 1
            if spent[name] >= ceiling:
                over.append(name)
                rules.setdefault(name, set()).add(op.rule)
        if not over:
            kept.append(op)
            spent |= {name: spent[name] + 1 for name in people}
    return kept, [
        Held(what=f"person {name}", ceiling=ceiling, wanted=wanted[name], rules=frozenset(rules[name]))
        for name in sorted(rules)
    ]


def _addressed(policy: Policy, op: Op) -> dict[str, frozenset[str]]:
    """Return whom an op notifies: names, each with all logins the person has, so that budgets are a person's."""
    if op.shadow or not isinstance(op.verb, Post):
        return {}
    people = {}
    for login in op.verb.people:
        person = person_of(policy, op.target.source, login)
        every = (login_of(policy, source, person) for source in policy.sources) if person else ()
        people[person.name if person else login] = frozenset((login, *every)) - {""}
    return people


def _tickets(policy: Policy, ops: list[Op]) -> Over | None:
    ceiling = policy.ceilings.ticket
    wanted = Counter(op.target.uid for op in ops if not op.shadow and op.target.ref)  # the others are of no ticket
    over = {uid: count for uid, count in wanted.items() if count > ceiling}
    keys = {op.target.uid: op.target.key for op in ops}
    rules = {uid: frozenset(op.rule for op in ops if op.target.uid == uid and not op.shadow) for uid in over}
    held = tuple(
        Held(what=f"ticket {keys[uid]}", ceiling=ceiling, wanted=count, rules=rules[uid]) for uid, count in over.items()
    )
    return Over(held, uids=frozenset(over)) if over else None


def _rules(policy: Policy, ops: list[Op]) -> Over | None:
    """Find the rules that stop with everything that rests on them. A card counts for each rule that speaks on it."""
    usual = policy.ceilings.rule
    ceilings = {each.id: usual if each.ceiling is None else each.ceiling for each in policy.rules_and_reviews}
    wanted = acting(ops)
    cards = Counter(rule for op in ops if not op.shadow and isinstance(op.verb, WriteCard) for rule in op.rules)
    wanted |= cards
    over = {rule: wanted[rule] for rule, ceiling in ceilings.items() if wanted[rule] > ceiling}
    held = tuple(
        Held(what=f"rule {rule}", ceiling=ceilings[rule], wanted=count, rules=frozenset({rule}))
        for rule, count in over.items()
    )
    return Over(held, rules=frozenset(over)) if over else None


def _jumps(policy: Policy, ops: list[Op], busiest: Mapping[str, int]) -> Over | None:
    """Find the rules that want many times what they ever did: something else than a ticket has changed.

    Not those that have a ceiling of their own, nor what a gate does at once by its nature.
    """
    jump = policy.ceilings.jump
    usual = {each.id for each in policy.rules if each.ceiling is None and not each.gate}
    ceilings = {rule: max(NO_JUMP, jump * most) for rule, most in busiest.items() if jump and rule in usual}
    wanted = acting(ops)
    over = frozenset(rule for rule, ceiling in ceilings.items() if wanted[rule] > ceiling)
    held = tuple(
        Held(
            what=f"rule {rule} (at most {busiest[rule]} a pass until now)",
            ceiling=ceiling,
            wanted=wanted[rule],
            rules=frozenset({rule}),
        )
        for rule, ceiling in ceilings.items()
        if rule in over
    )
    return Over(held, rules=over) if over else None


def acting(ops: Iterable[Op]) -> Counter[str]:
    """Count the ops of each rule, without cards, which speak of several, and what is only shown."""
    return Counter(op.rule for op in ops if not op.shadow and not isinstance(op.verb, WriteCard))


def _whole(policy: Policy, ops: list[Op]) -> tuple[list[Op], list[Held]]:
    ceiling = policy.ceilings.pass_
    acting = [op for op in ops if not op.shadow]
    if len(acting) <= ceiling:
        return ops, []
    rules = frozenset(op.rule for op in acting)
    return [op for op in ops if op.shadow], [Held(what="the pass", ceiling=ceiling, wanted=len(acting), rules=rules)]
