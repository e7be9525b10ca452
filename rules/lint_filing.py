"""What is wrong with the tickets that rules' steps are to file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from rules.fact_table import TYPES
from rules.facts import kind_of
from rules.filing import DOMAIN, ITEM, filing_of
from rules.gates.ruling import GATE
from rules.labels import label_problem
from rules.lint_texts import placeholders_in
from rules.memory import NOTHING
from rules.model import Ticket
from rules.policy import Policy
from rules.reviews import REVIEW
from rules.rule import NewTicket, Step
from rules.saying import Say
from rules.tables import Company
from rules.texts import PLACEHOLDERS
from rules.wording import meant, no_kind, shown, there_is

LISTS = tuple(name for name, type_ in TYPES.items() if type_ == "list(string)")
TEXTS = tuple(name for name, type_ in TYPES.items() if type_ == "string")


def filings(number: int, step: Step, company: Company) -> Iterator[str]:
    """Yield the problems of what a step files."""
    if step.file is None:
        return
    where = f"step[{number}].file"
    known = (*PLACEHOLDERS, ITEM) if step.file.each else PLACEHOLDERS
    yield from (f"{where}.{problem}" for problem in _names(step.file, company))
    yield from (f"{where}.title{problem}" for problem in placeholders_in(step.file.title, known))
    yield from (f"{where}.say{problem}" for problem in placeholders_in(step.file.say, known))
    jira = any(source.kind == "jira" for source in company.sources.values())
    for label in step.file.labels:
        amiss = tuple(placeholders_in(label, (DOMAIN[1:-1],)))
        yield from (f"{where}.labels{problem}" for problem in amiss)
        if label != DOMAIN and not amiss and (problem := label_problem(label, jira=jira)):
            yield f"{where}.labels: {problem}"


def _names(new: NewTicket, company: Company) -> Iterator[str]:
    if new.kind not in company.kind_names:
        yield f"kind: {no_kind(new.kind, company.kind_names)}"
    if new.each and new.each not in LISTS:
        yield f"each: no fact {shown(new.each)} that is a list{meant(new.each, LISTS) or there_is(LISTS)}"
    if isinstance(new.due, str) and new.due not in TEXTS and not (new.each and new.due == ITEM):
        yield f"due: no fact {shown(new.due)} that could hold a date, and no duration{meant(new.due, TEXTS)}"
    if new.each and "{item}" not in new.title:
        yield "title: with 'each' it must hold '{item}', or all would be called the same"


def filed_amiss(policy: Policy, say: Say) -> Iterator[str]:
    """Find kinds that would not be recognised, once filed, as what they were filed as."""
    kinds = {step.file.kind for rule in policy.rules for step in rule.steps if step.file}
    kinds |= {REVIEW} if policy.reviews else set()
    kinds |= {GATE} if any(gate.mode == "on" for gate in policy.gates) else set()
    kinds |= {review.quiet.kind for review in policy.reviews if review.quiet}
    for kind in sorted(kinds):
        filing = filing_of(policy, kind)
        found = kind_of(_filed(policy, kind), NOTHING, policy, EPOCH.date())
        if found != kind:
            made = f"labelled {', '.join(sorted(filing.labels)) or 'with nothing'}"
            made += f", of the type {shown(filing.type)}" if filing.type else ""
            what = f"of the kind {shown(found)}" if found else "of no kind"
            yield say(
                ("file" if kind in policy.filing else "kinds", kind),
                f"[file.{kind}]: what is filed, {made}, would be {what}: have [kinds] {kind} ask for that, or"
                " name here what it asks for",
            )


EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _filed(policy: Policy, kind: str) -> Ticket:
    filing = filing_of(policy, kind)
    return Ticket(
        source=filing.source or next(iter(policy.sources), ""),
        uid="example",
        key="EXAMPLE-1",
        ref="1",
        url="",
        title=kind,
        created=EPOCH,
        updated=EPOCH,
        phase="new",
        status="open",
        type=filing.type,
        labels=filing.labels,
    )
