"""Facts of what belongs together: what was filed from a ticket, what it was filed from, what it lists to be done."""

from __future__ import annotations

from rules.action_items import action_items
from rules.fact_asked import Asked, Fact, readable
from rules.memory import Related


def _filed(asked: Asked) -> list[Related]:
    return [each for each in asked.memory.related if each.way == "filed"]


def _origin(asked: Asked) -> Related | None:
    return next((each for each in asked.memory.related if each.way == "origin"), None)


def _origin_key(asked: Asked) -> str | None:
    origin = _origin(asked)
    return None if origin is None else readable(origin.key)


def _origin_open(asked: Asked) -> bool | None:
    origin = _origin(asked)
    return None if origin is None else origin.phase != "done"


RELATED_FACTS: tuple[Fact, ...] = (
    Fact(
        "actions",
        "list(string)",
        'what its text lists as still to be done: "- [ ] ..." and bullets under "Action items" that name no ticket',
        lambda a: [readable(item) for item in action_items(a.ticket.body)],
    ),
    Fact("filed", "list(string)", "the keys of the tickets filed from it", lambda a: [each.key for each in _filed(a)]),
    Fact(
        "filed_kinds",
        "list(string)",
        "the kinds that tickets were filed from it as: review, improvement, follow-up",
        lambda a: sorted({each.what for each in _filed(a)}),
    ),
    Fact(
        "open_filed",
        "list(string)",
        "the keys of those of them that are open",
        lambda a: [each.key for each in _filed(a) if each.phase != "done"],
    ),
    Fact("has_origin", "bool", "it was filed from another ticket", lambda a: _origin(a) is not None),
    Fact("origin", "string", "the key of the ticket it was filed from; missing if there is none", _origin_key),
    Fact("origin_open", "bool", "the ticket it was filed from is open; missing if there is none", _origin_open),
)
