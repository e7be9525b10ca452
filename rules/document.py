"""Rule files and the config's tables -> the policy; what is wrong with them is told all at once, and where it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from rules.conditions import compile_all
from rules.errors import ConditionError, PolicyError, RulesError
from rules.examples import tests_of
from rules.gates.model import Gate, GateTest
from rules.gates.reading import gate_of, gate_tests, given_in_vain
from rules.gates.ruling import rules_of
from rules.lint import lint
from rules.lint_filing import filed_amiss
from rules.metrics.model import Metric
from rules.metrics.table import MetricTable, metric_of
from rules.overrides import Form, Ruled, Shipped, Thing, overridden
from rules.policy import Policy, Test
from rules.rejections import problems_of
from rules.reviews import review_of
from rules.rule import LEVELS, DueRule, NewTicket, Review, Rule, Step
from rules.saying import CONFIG, Say
from rules.schema import DueTable, FileTable, ReviewTable, RuleFile, RuleTable, StepTable, TwinTable
from rules.schema_gates import GateTable
from rules.tables import read_tables
from rules.toml_text import Toml, parse
from rules.twin_rules import twin_rule
from rules.wording import shown

MOST_PROBLEMS = 50  # of one file; more than that are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A rule file, read and compiled, not yet held against the config."""

    file: str
    name: str
    about: str
    policy: str  # the line of the governance policy that it serves
    tables: tuple[RuleTable | TwinTable, ...]
    rules: tuple[Rule, ...]  # the twins among them, last
    plain: tuple[Mapping[str, Any], ...]  # the rules as the parser found them
    review_tables: tuple[ReviewTable, ...] = ()
    reviews: tuple[Review, ...] = ()
    plain_reviews: tuple[Mapping[str, Any], ...] = ()
    metric_tables: tuple[MetricTable, ...] = ()
    metrics: tuple[Metric, ...] = ()
    plain_metrics: tuple[Mapping[str, Any], ...] = ()
    gate_tables: tuple[GateTable, ...] = ()
    gates: tuple[Gate, ...] = ()
    plain_gates: tuple[Mapping[str, Any], ...] = ()

    @property
    def rules_and_reviews(self) -> tuple[Ruled, ...]:
        """Return what acts: the rules, then the reviews, then the gates."""
        return (*self.rules, *self.reviews, *self.gates)

    @property
    def all_named(self) -> tuple[Thing, ...]:
        """Return whatever has an id, in the order of its page."""
        return (*self.rules_and_reviews, *self.metrics)

    def placed(self) -> Iterator[Shipped]:
        """Yield each rule, review, gate and metric, with where it stands: "backlog.toml: rule 'owned'"."""
        for table, rule, plain in zip(self.tables, self.rules, self.plain, strict=True):
            yield Shipped(rule=rule, plain=plain, where=f"{self.file}: {rule.called} '{table.id}'")
        for form, review, plain in zip(self.review_tables, self.reviews, self.plain_reviews, strict=True):
            yield Shipped(rule=review, plain=plain, where=f"{self.file}: review '{form.id}'")
        for one, gate, plain in zip(self.gate_tables, self.gates, self.plain_gates, strict=True):
            yield Shipped(rule=gate, plain=plain, where=f"{self.file}: gate '{one.id}'")
        for metric, plain in zip(self.metrics, self.plain_metrics, strict=True):
            yield Shipped(rule=metric, plain=plain, where=f"{self.file}: metric '{metric.id}'")

    def tests(self, zone: ZoneInfo) -> Iterator[Test]:
        """Yield the tests of the rules; days without a time are the zone's."""
        for table, rule in zip(self.tables, self.rules, strict=True):
            yield from tests_of(rule, table.test, zone=zone, where=f"{self.file}: rule '{table.id}'")

    def gate_tests(self) -> Iterator[GateTest]:
        """Yield the tests of the gates."""
        for table, gate in zip(self.gate_tables, self.gates, strict=True):
            yield from gate_tests(gate, table.test, where=f"{self.file}: gate '{table.id}'")


@lru_cache(maxsize=16)  # who changes one file or the config has the others read already
def read_pack(file: str, text: str) -> Pack:
    """Read a rule file's text. Raises PolicyError with all that is wrong in it."""
    toml = parse(file, text)
    try:
        form = RuleFile.model_validate(toml.tables)
    except ValidationError as error:
        raise PolicyError(_bounded(file, problems_of(error, toml))) from error
    problems = list(_repeated(toml, form))
    rules = []
    tables: tuple[RuleTable | TwinTable, ...] = (*form.rule, *form.twin)
    for table in tables:
        try:
            rule = _one_rule(form.pack.name, table, f"{file}: {_word(table)} '{table.id}'")
            rules.append(replace(rule, section=rule.section or form.pack.section))
        except ConditionError as error:
            problems += error.problems
    gates = []
    for gate_table in form.gate:
        try:
            where = f"{file}: gate '{gate_table.id}'"
            gates.append(gate_of(form.pack.name, gate_table, where))
            problems += given_in_vain(gates[-1], gate_table, where)
        except ConditionError as error:
            problems += error.problems
    if problems:
        raise PolicyError(_bounded(file, problems))
    reviews = [review_of(form.pack.name, table) for table in form.review]
    metrics = [metric_of(form.pack.name, table) for table in form.metric]
    return Pack(
        file=file,
        name=form.pack.name,
        about=form.pack.about,
        policy=form.pack.policy,
        tables=tables,
        rules=tuple(rules),
        plain=(*toml.tables.get("rule", ()), *toml.tables.get("twin", ())),
        review_tables=tuple(form.review),
        reviews=tuple(replace(each, section=each.section or form.pack.section) for each in reviews),
        plain_reviews=tuple(toml.tables.get("review", ())),
        metric_tables=tuple(form.metric),
        metrics=tuple(replace(each, section=each.section or form.pack.section) for each in metrics),
        plain_metrics=tuple(toml.tables.get("metric", ())),
        gate_tables=tuple(form.gate),
        gates=tuple(replace(each, section=each.section or form.pack.section) for each in gates),
        plain_gates=tuple(toml.tables.get("gate", ())),
    )


def build_policy(tables: Mapping[str, Any], packs: Sequence[tuple[str, str]], *, say: Say = CONFIG) -> Policy:
    """Make the policy of the config's plain tables and the rule files, given as (file name, text).

    `say` knows the places of the config's keys. Raises PolicyError with all problems, one line each. Without any rule
    file there is no policy.
    """
    company = read_tables(tables, say)
    problems = list(company.problems)
    read: list[Pack] = []
    for file, text in packs:
        try:
            read.append(read_pack(file, text))
        except RulesError as error:
            problems += error.problems
    problems += _same_names(read)
    sound = len(read) == len(packs) == len({pack.name for pack in read})  # else overrides would miss their rules
    overrides = tables.get("override") or {} if sound else {}
    placed, wrong = overridden([rule for pack in read for rule in pack.placed()], overrides, say, _made)
    problems += wrong
    company = replace(company, metrics=tuple(each.rule for each in placed if isinstance(each.rule, Metric)))
    problems += lint(placed, company)
    gates = tuple(each.rule for each in placed if isinstance(each.rule, Gate))
    if not packs:
        problems.append(say(("instance", "rules"), "no rule files: name at least one, like 'pack:backlog'"))
    if problems:
        raise PolicyError(problems)
    policy = Policy(
        sha=_sha(tables, packs),
        rules=(
            *(each.rule for each in placed if isinstance(each.rule, Rule)),
            *(rule for gate in gates for rule in rules_of(gate)),
        ),
        gates=gates,
        reviews=tuple(each.rule for each in placed if isinstance(each.rule, Review)),
        metrics=company.metrics,
        shipped={each.rule.id: each.shipped for each in placed if each.override and isinstance(each.shipped, Rule)},
        kinds=company.kinds,
        domains=company.domains,
        people=company.people,
        teams=company.teams,
        council=company.council,
        commanders=company.commanders,
        sources=company.sources,
        services=company.services,
        signals=company.signals,
        counting=company.counting,
        calendar=company.calendar,
        filing=company.filing,
        calendars=company.calendars,
        waiting=company.waiting,
        deferral_labels=company.deferral_labels,
        deferral_statuses=company.deferral_statuses,
        recurring=company.recurring,
        ceilings=company.ceilings,
        labels=company.labels,
        tests=tuple(test for pack in read for test in pack.tests(company.calendar.zone)),
        gate_tests=tuple(test for pack in read for test in pack.gate_tests()),
    )
    if amiss := list(filed_amiss(policy, say)):
        raise PolicyError(amiss)
    return policy


def _word(table: RuleTable | TwinTable) -> str:
    return "twin" if isinstance(table, TwinTable) else "rule"


def _made(pack: str, table: Form, where: str) -> Thing:
    match table:
        case MetricTable():
            return metric_of(pack, table)
        case ReviewTable():
            return review_of(pack, table)
        case GateTable():
            return gate_of(pack, table, where)
        case _:
            return _one_rule(pack, table, where)


def _one_rule(pack: str, table: RuleTable | TwinTable, where: str) -> Rule:
    return twin_rule(pack, table, where) if isinstance(table, TwinTable) else _rule(pack, table, where)


def _rule(pack: str, table: RuleTable, where: str) -> Rule:
    return Rule(
        id=f"{pack}/{table.id}",
        pack=pack,
        about=table.about,
        section=table.section,
        on=tuple(table.on),
        when=compile_all(table.when, where=f"{where}, when"),
        label=table.label,
        add_label=table.add_label,
        say=table.say,
        comment=table.comment,
        due=_due(table.due) if table.due else None,
        assign=table.assign,
        priority=table.priority or "",
        steps=tuple(_step(step) for step in table.step),
        mode=table.mode,
        canary_share=table.canary_share,
        since=table.since,
        ceiling=table.ceiling,
    )


def _due(table: DueTable) -> DueRule:
    spans = {level: getattr(table, level) for level in LEVELS}
    return DueRule(start=table.start, by_level={level: span for level, span in spans.items() if span is not None})


def _step(table: StepTable) -> Step:
    return Step(
        after=table.after,
        ping=tuple(table.ping),
        say=table.say,
        reopen=table.reopen,
        close=table.close or "",
        undo=table.undo,
        file=_file(table.file) if table.file else None,
    )


def _file(table: FileTable) -> NewTicket:
    return NewTicket(
        kind=table.kind,
        title=table.title,
        say=table.say,
        assign=table.assign,
        due=table.due,
        each=table.each,
        labels=tuple(table.labels),
    )


def _repeated(toml: Toml, form: RuleFile) -> Iterator[str]:
    seen: dict[str, str] = {}
    named = [("rule", number, table.id) for number, table in enumerate(form.rule)]
    named += [("twin", number, table.id) for number, table in enumerate(form.twin)]
    named += [("review", number, table.id) for number, table in enumerate(form.review)]
    named += [("metric", number, table.id) for number, table in enumerate(form.metric)]
    named += [("gate", number, table.id) for number, table in enumerate(form.gate)]
    for kind, number, name in named:
        place = toml.place((kind, number, "id"))
        if name in seen:
            at = f"{toml.file}: {kind} {number + 1}, id, {place}"
            yield f"{at}: there is a {seen[name]}: choose another name"
        seen.setdefault(name, f"{kind} {shown(name)} already, at {place}")


def _same_names(packs: Sequence[Pack]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for pack in packs:
        if pack.name in seen:
            yield f"{pack.file}: pack.name: {seen[pack.name]} is called {shown(pack.name)}, too"
        seen.setdefault(pack.name, pack.file)


def _bounded(file: str, problems: Sequence[str]) -> list[str]:
    more = len(problems) - MOST_PROBLEMS
    return [*problems[:MOST_PROBLEMS], f"{file}: ... and {more} more"] if more > 0 else list(problems)


def _sha(tables: Mapping[str, Any], packs: Sequence[tuple[str, str]]) -> str:
    """Return a hash of all the policy was made of; order counts, as it does for kinds and rules."""
    return sha256(json.dumps([tables, packs], default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} in a config table")
