"""What only rules and config side by side can show: names nobody has, texts that cannot be filled, rules at odds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import combinations
from typing import assert_never

from rules.gates.model import Gate
from rules.labels import label_problem
from rules.lint_filing import filings
from rules.lint_gates import gate_problems
from rules.lint_reviews import review_problems
from rules.lint_texts import placeholders_in
from rules.metrics.model import Metric
from rules.metrics.table import same_name
from rules.overrides import Placed, Thing
from rules.people import ROLES
from rules.rule import Review, Rule
from rules.tables import ANY, Company
from rules.texts import PLACEHOLDERS
from rules.twin_rules import twin_problems
from rules.wording import meant, no_kind, shown, there_is

LABEL_PLACEHOLDERS = ("domain",)


def lint(rules: Iterable[Placed], company: Company) -> Iterator[str]:
    """Yield the problems of rules. What only an override brought about is told where the override stands."""
    placed = tuple(rules)
    for each in placed:
        shipped = set(_alone(each.shipped, company)) if each.override else set()
        for problem in _alone(each.rule, company):
            yield each.told(problem, shipped)
    for one, other in combinations(placed, 2):
        yield from _between(one, other)


def _between(one: Placed, other: Placed) -> Iterator[str]:
    """Find where two rules are at odds; the second is blamed, or the one that is overridden."""
    if one.override and not other.override:
        one, other = other, one
    shipped = set(_quarrels(one.shipped, other.shipped)) if other.override else set()
    for problem in _quarrels(one.rule, other.rule):
        yield other.told(problem, shipped)


def _alone(rule: Thing, company: Company) -> Iterator[str]:
    match rule:
        case Rule():
            return _of_rule(rule, company)
        case Review():
            return review_problems(rule, company)
        case Gate():
            return gate_problems(rule, company)
        case Metric():
            return iter(())
        case _:
            assert_never(rule)


def _of_rule(rule: Rule, company: Company) -> Iterator[str]:
    yield from _names(rule, company)
    yield from _labels(rule, jira=any(source.kind == "jira" for source in company.sources.values()))
    texts = {"say": rule.say, "comment": rule.comment}
    yield from (problem for number, step in enumerate(rule.steps, 1) for problem in filings(number, step, company))
    texts |= {f"step[{number}].say": step.say for number, step in enumerate(rule.steps, 1)}
    yield from (f"{key}{problem}" for key, text in texts.items() for problem in placeholders_in(text, PLACEHOLDERS))
    for number, step in enumerate(rule.steps, 1):
        if not (step.ping or step.reopen or step.close or step.undo or step.file):
            yield f"step[{number}]: does nothing: give it a 'ping', 'reopen = true', 'undo = true' or 'file'"
        elif step.close and step.reopen:
            yield f"step[{number}]: 'close' and 'reopen' undo each other: choose one"
        elif step.ping and not step.say and not rule.say:
            yield f"step[{number}]: nothing to say: give the step or the rule a 'say'"
    fields = (rule.due, rule.assign, rule.priority, rule.follow)
    if not any((rule.label, rule.add_label, rule.say, rule.comment, *fields, rule.steps)):
        yield "does nothing: give it a 'label', 'say', 'due', 'step' or the like"
    if rule.due is not None and not rule.due.by_level:
        yield "due: no time for any priority: give it 'critical', 'high', 'medium' or 'low'"


def _names(rule: Rule, company: Company) -> Iterator[str]:
    """Check the kinds, sources, roles and people that a rule names."""
    kinds = (*company.kind_names, ANY)
    yield from twin_problems(rule, company)
    for name in rule.on:
        if name not in kinds:
            yield f"on: {no_kind(name, kinds)}"
    asked = [("assign", rule.assign)] if rule.assign else []
    filed = [(number, step.file) for number, step in enumerate(rule.steps, 1) if step.file]
    asked += [(f"step[{number}].file.assign", new.assign) for number, new in filed if new.assign]
    asked += [(f"step[{number}].ping", name) for number, step in enumerate(rule.steps, 1) for name in step.ping]
    known: Collection[str] = (*ROLES, *company.people)
    for key, name in asked:
        if name not in known:
            yield f"{key}: no role or person {shown(name)}{meant(name, known) or there_is(known)}"


def _labels(rule: Rule, *, jira: bool) -> Iterator[str]:
    if rule.label and (problem := label_problem(rule.label, jira=jira)):
        yield f"label: {problem}"
    yield from (f"label{problem}" for problem in placeholders_in(rule.label, ()))
    placeholders = [f"add_label{problem}" for problem in placeholders_in(rule.add_label, LABEL_PLACEHOLDERS)]
    yield from placeholders
    if rule.add_label and not placeholders and (problem := label_problem(rule.add_label, jira=jira)):
        yield f"add_label: {problem}"


def _meet(one: Rule, other: Rule) -> bool:
    """Say whether two rules can act on one ticket: a kind in common, and both are applied or both are shadows."""
    if (one.mode == "shadow") != (other.mode == "shadow"):
        return False
    return ANY in (*one.on, *other.on) or not set(one.on).isdisjoint(other.on)


def _quarrels(one: Thing, other: Thing) -> Iterator[str]:
    """Find where two rules are at odds; reviews only file tickets, and metrics only need names of their own."""
    if isinstance(one, Metric) and isinstance(other, Metric):
        return same_name(one, other)
    if isinstance(one, Rule) and isinstance(other, Rule) and _meet(one, other):
        return _against(one, other)
    return iter(())


def _against(one: Rule, other: Rule) -> Iterator[str]:
    """Find what two rules would do and undo in turns. A label that both put on once and keep is no quarrel.

    Trackers do not tell labels apart by case.
    """
    if other.label and other.label.lower() in (one.label.lower(), one.add_label.lower()):
        yield f"label: rule '{one.id}' puts {shown(other.label)} on tickets of the same kind, too: choose another"
    if other.add_label and other.add_label.lower() == one.label.lower():
        yield f"add_label: rule '{one.id}' takes {shown(other.add_label)} off tickets of the same kind: choose another"
    if one.due is not None and other.due is not None:
        yield f"due: rule '{one.id}' gives due dates to the same kind, too: make them one rule"
