"""Reverts: which merged changes take which others back. Foreign text: bounded patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rules.metrics.merged import Merged, Merges
from rules.references import tickets_named

REVERTS = re.compile(r"\breverts?\s{1,3}(?:commit\s{1,3}(?P<sha>[0-9a-f]{7,40})\b|(?P<what>\S{2,200}))", re.IGNORECASE)
TITLE = re.compile(
    r"\s*revert:?\s{1,3}[\"\u201c](?P<title>[^\n]{1,300})[\"\u201d]\s*(?:\(?#[0-9]{1,10}\)?)?\s*", re.IGNORECASE
)
LONGEST = 20_000  # characters of a change's text that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Revert:
    """A merged change that takes another one back."""

    change: Merged
    of: Merged
    names: frozenset[str]  # the tickets that it names, by keys in lower case


def reverts(texts: Iterable[tuple[Merged, str]], merges: Merges) -> Iterator[Revert]:
    """Yield the reverts among merged changes, each with its text, whose reverted change is known."""
    titled: dict[tuple[str, str], Merged] = {(each.source, each.title): each for each in merges.all}
    for change, body in texts:
        repository = change.key.rpartition("#")[0]
        of = _reverted(change, body[:LONGEST], repository, merges, titled)
        if of is not None and of.uid != change.uid and of.at <= change.at:
            yield Revert(change=change, of=of, names=frozenset(tickets_named(repository, change.title, body)))


def _reverted(
    change: Merged, body: str, repository: str, merges: Merges, titled: Mapping[tuple[str, str], Merged]
) -> Merged | None:
    for found in REVERTS.finditer(body):
        if found["sha"]:
            of = merges.beginning(change.source, found["sha"].lower())
        else:
            keys = tickets_named(repository, found["what"].replace("/pull/", "/issues/"))
            of = merges.by_key.get(keys[0]) if len(keys) == 1 else None
        if of is not None:
            return of
    title = TITLE.fullmatch(change.title)
    return titled.get((change.source, title["title"])) if title else None
