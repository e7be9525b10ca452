"""Facts of feedback: what a decision feeds, as people said it by commands and in its text."""

from __future__ import annotations

from rules.fact_asked import Asked, Fact, readable
from rules.feeds import NONE, TARGETS, Feed, feeds_in


def answers(asked: Asked) -> dict[str, list[str]]:
    """Return for each target that is answered the tickets and addresses that it feeds; none where that is explained.

    What is said later counts: a ticket takes back a none, and a none the tickets that commands named before.
    """
    ticket = asked.ticket
    own = {ticket.key.lower(), ticket.url.lower()}
    found: dict[str, list[str]] = {}
    for feed in filter(None, (_said(each.value) for each in asked.memory.statements if each.what == "feeds")):
        if feed.to == NONE:
            found[feed.target] = []
        elif feed.to.lower() not in own:
            found.setdefault(feed.target, []).append(feed.to)
    for feed in feeds_in(ticket.body, ticket.key.rpartition("#")[0]):
        if feed.to.lower() not in own:
            found.setdefault(feed.target, []).extend([feed.to] if feed.to != NONE else [])
    return {target: list(dict.fromkeys(found[target])) for target in TARGETS if target in found}


def _said(value: str) -> Feed | None:
    """Return the answer that a statement keeps."""
    target, _, to = value.partition(" ")
    return Feed(target=target, to=to) if target in TARGETS and to else None


def missing(asked: Asked) -> list[str]:
    """Return the targets without an answer."""
    found = answers(asked)
    return [target for target in TARGETS if target not in found]


def fed(asked: Asked) -> list[str]:
    """Return what it feeds, each once."""
    return list(dict.fromkeys(readable(to) for links in answers(asked).values() for to in links))


def fed_nothing(asked: Asked) -> bool:
    """Tell whether there are answers, and all of them are none."""
    found = answers(asked)
    return bool(found) and not any(found.values())


FEEDBACK: tuple[Fact, ...] = (
    Fact(
        "feeds",
        "list(string)",
        "of roadmap, budget, staffing and training those that are answered: by `/kaizen feeds`, or by lines such as"
        ' "Roadmap: OPS-12" or "Budget: none because ..." of its text',
        lambda a: list(answers(a)),
    ),
    Fact(
        "feeds_missing",
        "list(string)",
        "those of roadmap, budget, staffing and training that are not answered",
        missing,
    ),
    Fact("fed", "list(string)", "the tickets and addresses that it feeds", fed),
    Fact(
        "fed_nothing",
        "bool",
        "the four are answered, as far as they are, with none alone: it feeds nothing",
        fed_nothing,
    ),
)
