"""Facts of domains: which a ticket wears, and which one is certain."""

from __future__ import annotations

import re
from functools import lru_cache

from rules.fact_asked import Asked
from rules.people import components_of

SEVERAL = "several"  # the domain of a ticket that wears the labels of two or more
WORD = re.compile(r"[^\W_]+")


def domains(asked: Asked) -> list[str]:
    """Return the domains whose labels the ticket wears, in the config's order."""
    if not asked.ticket.labels:
        return []
    worn = {label.lower() for label in asked.ticket.labels}
    return [domain.name for domain in asked.policy.domains if domain.label.lower() in worn]


def domain(asked: Asked) -> str:
    """Return the one domain, "" for none, "several" for more."""
    found = domains(asked)
    if len(found) > 1:
        return SEVERAL
    return found[0] if found else ""


def suggested_domain(asked: Asked) -> str:
    """Return the domain that is certain: the only one by component or, if none is, by words of the title."""
    named = components_of(asked.policy, asked.ticket)
    found = [domain.name for domain in asked.policy.domains if not named.isdisjoint(domain.components)]
    if not found:
        title = _words(asked.ticket.title)
        found = [each.name for each in asked.policy.domains if any(f" {key} " in title for key in _keys(each.keywords))]
    return found[0] if len(found) == 1 else ""


def _words(text: str) -> str:
    """Return the words of a text, lower case, each between single spaces."""
    return f" {' '.join(WORD.findall(text.lower()))} "


@lru_cache(maxsize=256)
def _keys(keywords: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted({_words(word).strip() for word in keywords} - {""}))
