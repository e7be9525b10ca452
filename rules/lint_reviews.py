"""What is wrong with a review that only the config can show: nobody to hold it, no such source, a day that never is."""

from __future__ import annotations

from collections.abc import Iterator

from rules.labels import label_problem
from rules.lint_texts import placeholders_in
from rules.people import COUNCIL
from rules.reviews import QUIET_PLACEHOLDERS, REVIEW_PLACEHOLDERS
from rules.rule import Quiet, Review
from rules.tables import Company
from rules.wording import meant, no_kind, shown, there_is


def review_problems(review: Review, company: Company) -> Iterator[str]:
    """Yield what is wrong with a review, each beginning with its key."""
    for key, text in (("title", review.title), ("say", review.say)):
        yield from (f"{key}{problem}" for problem in placeholders_in(text, REVIEW_PLACEHOLDERS))
    if review.quiet is not None:
        yield from (f"quiet.{problem}" for problem in _quiet(review.quiet, company))
    known = (COUNCIL, *company.people)
    for name in review.assign:
        if name not in known:
            yield f"assign: no person {shown(name)}{meant(name, known) or there_is(known)}"
    if review.source and review.source not in company.sources:
        yield f"source: no source {shown(review.source)}{meant(review.source, company.sources) or _sources(company)}"
    jira = any(source.kind == "jira" for source in company.sources.values())
    yield from (f"labels: {problem}" for name in sorted(review.labels) if (problem := label_problem(name, jira=jira)))
    if review.rhythm.every == "week" and review.rhythm.day > 7:
        yield f"day: a week has no day {review.rhythm.day}: write 1 (Monday) to 7"


def _quiet(quiet: Quiet, company: Company) -> Iterator[str]:
    """Yield what is wrong with the ticket that asks why nothing is done for a domain."""
    for key, text in (("title", quiet.title), ("say", quiet.say)):
        yield from (f"{key}{problem}" for problem in placeholders_in(text, QUIET_PLACEHOLDERS))
    if "{domain}" not in quiet.title:
        yield "title: it must hold '{domain}', or all would be called the same"
    kinds, known = company.kind_names, (COUNCIL, *company.people)
    if quiet.kind not in kinds:
        yield f"kind: {no_kind(quiet.kind, kinds)}"
    for name in quiet.assign:
        if name not in known:
            yield f"assign: no person {shown(name)}{meant(name, known) or there_is(known)}"


def _sources(company: Company) -> str:
    return there_is(tuple(company.sources))
