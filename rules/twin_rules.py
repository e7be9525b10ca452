"""A `[[twin]]` of a rule file as a rule, and what is wrong with it beside a config."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rules.conditions import compile_all
from rules.leaders import TWIN
from rules.rule import Rule
from rules.schema import TwinTable
from rules.tables import ANY, Company
from rules.wording import meant, shown, there_is


def twin_rule(pack: str, table: TwinTable, where: str) -> Rule:
    """Return the rule that a twin is: it holds for tickets that another one leads. Raises ConditionError."""
    leads_as = () if ANY in table.leads_as else tuple(table.leads_as)
    return Rule(
        id=f"{pack}/{table.id}",
        pack=pack,
        about=table.about,
        section=table.section,
        on=tuple(table.on),
        when=compile_all([*table.when, *_clauses(leads_as, tuple(table.sources))], where=f"{where}, when"),
        follow=tuple(dict.fromkeys(table.follow)),
        leads_as=leads_as,
        sources=tuple(table.sources),
        mode=table.mode,
        canary_share=table.canary_share,
        since=table.since,
        ceiling=table.ceiling,
    )


def _clauses(leads_as: tuple[str, ...], sources: tuple[str, ...]) -> Iterator[str]:
    yield f"leader_as in {_listed(leads_as)}" if leads_as else "has_leader"
    if sources:
        yield f"source in {_listed(sources)}"


def _listed(names: tuple[str, ...]) -> str:
    return json.dumps(list(names), ensure_ascii=False)


def twin_problems(rule: Rule, company: Company) -> Iterator[str]:
    """Yield the kinds and sources that a twin names and nobody has."""
    ways = (*company.kind_names, TWIN, ANY)
    for way in rule.leads_as:
        if way not in ways:
            yield f"as: no kind {shown(way)}, nor '{TWIN}'{meant(way, ways) or there_is(ways)}"
    for source in rule.sources:
        if source not in company.sources:
            yield f"sources: no source {shown(source)}{meant(source, company.sources) or there_is(company.sources)}"
